"""Findings of validation: where the document breaks the OpenAPI specification."""

from apigen.diagnostics.core import Code, Severity

_STILL = " apigen generates what it can all the same."

MISSING_MEMBER = Code(
    "AG101",
    "missing-member",
    Severity.WARNING,
    "An object lacks a member that the specification requires." + _STILL,
    "Add the member.",
    "info:\n  title: Notes   # version is missing",
)
UNKNOWN_MEMBER = Code(
    "AG102",
    "unknown-member",
    Severity.WARNING,
    "An object has a member that the specification does not know there. Often it is misspelt, or "
    "stands one level too high or too low. Nobody reads it." + _STILL,
    "Correct the name, move it, or begin it with 'x-' if it is an extension.",
)
WRONG_TYPE = Code(
    "AG103",
    "wrong-type",
    Severity.WARNING,
    "A member has a value of another type than the specification says." + _STILL,
    "Write a value of the type named. In YAML, quotes make a text of a number.",
)
NOT_ONE_OF = Code(
    "AG104",
    "not-one-of",
    Severity.WARNING,
    "A member takes one of a few values, and has another one." + _STILL,
    "Write one of the values named.",
)
WRONG_FORM = Code(
    "AG105",
    "wrong-form",
    Severity.WARNING,
    "A text does not have the form that the specification demands." + _STILL,
    "Write it in the form named.",
)
OUT_OF_BOUNDS = Code(
    "AG106",
    "out-of-bounds",
    Severity.WARNING,
    "A number, or the length of a text or a list, is out of bounds, or a list names something "
    "twice." + _STILL,
    "Keep to the bounds named.",
)
FITS_NO_FORM = Code(
    "AG107",
    "fits-no-form",
    Severity.WARNING,
    "An object fits none of the forms that the specification allows at its place, or more than one "
    "of them." + _STILL,
    "Make it one of the forms named.",
)
DUPLICATE_OPERATION_ID = Code(
    "AG108",
    "duplicate-operation-id",
    Severity.WARNING,
    "Two operations have the same operationId. Names of methods come from it, so it must be unique "
    "in the whole document.",
    "Rename one of the two.",
)
PATH_PARAMETER_MISSING = Code(
    "AG109",
    "path-parameter-missing",
    Severity.WARNING,
    "A path has a variable in braces, and the operation declares no parameter of that name with "
    "'in: path'. Its type is unknown.",
    "Declare the parameter, with 'required: true', on the operation or on the path.",
)
PATH_PARAMETER_UNUSED = Code(
    "AG110",
    "path-parameter-unused",
    Severity.WARNING,
    "An operation declares a path parameter that its path does not have in braces.",
    "Correct the name, put it in the path, or remove the parameter.",
)
DUPLICATE_PARAMETER = Code(
    "AG111",
    "duplicate-parameter",
    Severity.WARNING,
    "Two parameters of one list have the same name and the same 'in'.",
    "Remove one of the two.",
)
REQUIRED_UNDEFINED = Code(
    "AG112",
    "required-undefined",
    Severity.WARNING,
    "A schema requires properties that neither it nor its parts define. Their types are unknown.",
    "Define them, or correct the names under 'required'.",
)
DEFAULT_MISMATCH = Code(
    "AG113",
    "default-mismatch",
    Severity.WARNING,
    "A default is no value of its own schema, so that a caller who leaves the member out sends "
    "something that the contract forbids.",
    "Correct the default, or widen the schema.",
)
DUPLICATE_TAG = Code(
    "AG114",
    "duplicate-tag",
    Severity.WARNING,
    "Two tags have the same name.",
    "Remove one of the two.",
)
BAD_SCHEMA = Code(
    "AG115",
    "bad-schema",
    Severity.WARNING,
    "What stands where a schema belongs is none, or is written in a dialect of JSON Schema that is "
    "not known." + _STILL,
    "Write a schema; remove '$schema' or 'jsonSchemaDialect' if it names a dialect of your own.",
)
BAD_PATH = Code(
    "AG116",
    "bad-path",
    Severity.WARNING,
    "The braces of a path do not match, so its variables can't be told." + _STILL,
    "Close every brace, and write no brace that does not enclose a name.",
)
MORE_FINDINGS = Code(
    "AG118",
    "more-findings",
    Severity.NOTE,
    "A document has the same kind of mistake so often that only the first hundred are shown.",
    "Mend those that are shown and validate again.",
)
NOT_VALIDATED = Code(
    "AG119",
    "not-validated",
    Severity.WARNING,
    "A part of the document could not be validated: it is too large, or it stops the validator. "
    "Mistakes in it are not found here." + _STILL,
    "Mend the other findings first. If none is left, please report it with the part named.",
)

CODES = (
    MISSING_MEMBER,
    UNKNOWN_MEMBER,
    WRONG_TYPE,
    NOT_ONE_OF,
    WRONG_FORM,
    OUT_OF_BOUNDS,
    FITS_NO_FORM,
    DUPLICATE_OPERATION_ID,
    PATH_PARAMETER_MISSING,
    PATH_PARAMETER_UNUSED,
    DUPLICATE_PARAMETER,
    REQUIRED_UNDEFINED,
    DEFAULT_MISMATCH,
    DUPLICATE_TAG,
    BAD_SCHEMA,
    BAD_PATH,
    MORE_FINDINGS,
    NOT_VALIDATED,
)
