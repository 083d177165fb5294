"""Findings of building the contract: what was mended, handed on raw, or left out."""

from apigen.diagnostics.core import Code, Severity

DISCRIMINATOR_MISSING = Code(
    "AG121",
    "discriminator-missing",
    Severity.WARNING,
    "A discriminator's mapping names a schema that does not declare the discriminating property "
    "as required. Without it the variants can't be told apart, so apigen adds the property, with "
    "exactly the mapped values.",
    "Add the property to the schema, required, with an enum of the mapped values.",
)
OPERATION_RAW = Code(
    "AG131",
    "operation-raw",
    Severity.WARNING,
    "A part of an operation is beyond the generator, or the document is wrong there. The operation "
    "is generated all the same, with that part handed through as it is (text or bytes).",
    "Mend the document at the place named, or use the raw argument.",
)
OPERATION_LEFT_OUT = Code(
    "AG132",
    "operation-left-out",
    Severity.WARNING,
    "An operation can't be generated at all and is left out. All others are generated.",
    "Mend the document at the place named.",
)
SCHEMA_LOOSE = Code(
    "AG133",
    "schema-loose",
    Severity.WARNING,
    "A schema, or a keyword of it, is beyond the generator. The value is taken as it is, so the "
    "generated code is looser there than the contract.",
    "Say it in keywords that apigen reads (docs/support.md lists them).",
)
UNION_WITHOUT_TAG = Code(
    "AG134",
    "discriminator-unusable",
    Severity.WARNING,
    "A discriminator can't be used, since a variant is no object or no value leads to it. The "
    "union is read by trying its variants.",
    "Refer to object schemas, and name every variant in the mapping.",
)
OUTBOX_LEFT_OUT = Code(
    "AG136",
    "outbox-left-out",
    Severity.WARNING,
    "An outbox is asked for, in the document or in the settings, and can't be generated: the "
    "operation does not fit one. Its method is generated all the same.",
    "Mend the document at the place named, or don't ask for it.",
)
NOTHING_TO_GENERATE = Code(
    "AG139",
    "nothing-to-generate",
    Severity.ERROR,
    "The document has neither an operation nor a schema that could be generated.",
    "Give the right document, or mend it where the findings say.",
)
NAME_CHANGED = Code(
    "AG201",
    "name-changed",
    Severity.NOTE,
    "A name of the contract is no usable name in Python, or it is taken, so the generated code has "
    "another one. On the wire nothing changes.",
    "Choose another name in the document if you don't like the one that apigen made.",
)
OPERATION_ID_MADE = Code(
    "AG202",
    "operation-id-made",
    Severity.NOTE,
    "An operation has no operationId, or one that another operation has too. apigen makes a name "
    "of method and path.",
    "Give every operation an operationId of its own.",
)

CODES = (
    DISCRIMINATOR_MISSING,
    OPERATION_RAW,
    OPERATION_LEFT_OUT,
    SCHEMA_LOOSE,
    UNION_WITHOUT_TAG,
    OUTBOX_LEFT_OUT,
    NOTHING_TO_GENERATE,
    NAME_CHANGED,
    OPERATION_ID_MADE,
)
