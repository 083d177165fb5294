"""Findings of reading: files that can't be read, and references that lead nowhere."""

from apigen.diagnostics.core import Code, Severity

UNREADABLE = Code(
    "AG001",
    "unreadable-file",
    Severity.ERROR,
    "The file is missing, is no regular file, or may not be read.",
    "Name a file that exists and that you may read.",
)
SYNTAX = Code(
    "AG002",
    "syntax-error",
    Severity.ERROR,
    "The file is neither YAML 1.2 nor JSON. Nothing that follows the fault can be trusted.",
    "Mend the text at the place named; an editor with YAML support shows the same fault.",
    "info:\n  title: Notes: an API   # quote a text that holds a colon and a blank",
)
DUPLICATE_KEY = Code(
    "AG003",
    "duplicate-key",
    Severity.ERROR,
    "A mapping has the same key twice. Parsers disagree on which one counts, so the document means "
    "different things to different readers. Keys are texts: 200 and '200' are the same.",
    "Remove or rename one of the two.",
    "responses:\n  200: {description: yes}\n  '200': {description: no}",
)
ENCODING = Code(
    "AG004",
    "not-utf-8",
    Severity.ERROR,
    "The file is not encoded in UTF-8, the encoding of JSON (RFC 8259) and of OpenAPI documents.",
    "Save it as UTF-8.",
)
FORBIDDEN_CHARACTER = Code(
    "AG005",
    "forbidden-character",
    Severity.ERROR,
    "The text holds a control character, or half of a surrogate pair, that no YAML or JSON text "
    "may hold.",
    "Remove the character, or write it as an escape.",
)
TOO_LARGE = Code(
    "AG006",
    "too-large",
    Severity.ERROR,
    "The document is larger than the limits of bytes, files or values. Aliases count as what they "
    "stand for, so that a few lines can't grow into gigabytes.",
    "Split the document, or remove what makes it that large.",
)
TOO_DEEP = Code(
    "AG007",
    "too-deep",
    Severity.ERROR,
    "Collections are nested deeper than the limit.",
    "Nest less: move inner schemas to components and refer to them.",
)
ALIAS = Code(
    "AG008",
    "unusable-alias",
    Severity.ERROR,
    "A YAML alias names an anchor that does not stand before it, or the collection that it stands "
    "in itself. JSON has no such value.",
    "Correct the name, or use a $ref.",
)
TAG = Code(
    "AG009",
    "unsupported-tag",
    Severity.ERROR,
    "A YAML tag asks for a value that JSON does not have. Tags can make parsers construct objects; "
    "apigen constructs nothing.",
    "Remove the tag.",
    "pattern: !regexp '^a'",
)
MANY_DOCUMENTS = Code(
    "AG010",
    "many-documents",
    Severity.ERROR,
    "The file holds more than one YAML document.",
    "Keep one document in a file: remove everything from the second '---' on.",
)
NOT_JSON = Code(
    "AG011",
    "not-json",
    Severity.ERROR,
    "The value has no form in JSON: infinity, not-a-number, a number beyond the range of a double, "
    "a mapping or list as a key.",
    "Write a finite number, or a text.",
)
MERGE_KEY = Code(
    "AG012",
    "merge-key",
    Severity.NOTE,
    "'<<' merges a mapping into another one. It is an idea of YAML 1.1 that YAML 1.2 has dropped; "
    "apigen applies it, other tools may read a key named '<<'.",
    "Use allOf, or write the members out.",
)
NO_DOCUMENT = Code(
    "AG013",
    "not-openapi",
    Severity.ERROR,
    "The file holds no OpenAPI document: it is empty, no mapping, or has no member 'openapi'.",
    "Begin it with the line 'openapi: 3.0.3' or 'openapi: 3.1.0'.",
)
VERSION = Code(
    "AG014",
    "unsupported-version",
    Severity.ERROR,
    "apigen reads OpenAPI 3.0 and 3.1.",
    "Convert the document to one of them.",
)
DANGLING = Code(
    "AG021",
    "dangling-reference",
    Severity.WARNING,
    "A $ref leads to nothing. What uses it is generated without knowing its type.",
    "Correct the path or the pointer, or add what it names.",
    "$ref: '#/components/schemas/Oder'   # there is only an Order",
)
CIRCULAR = Code(
    "AG022",
    "circular-reference",
    Severity.WARNING,
    "A $ref leads, over nothing but other references, back to itself. It never comes to a value.",
    "Let one of them be the real thing.",
)
REMOTE = Code(
    "AG023",
    "remote-reference",
    Severity.WARNING,
    "A $ref leads to the network. apigen fetches nothing: what it generates depends on the files "
    "that it was given, and on nothing else.",
    "Save the document beside yours and refer to the copy.",
)
OUTSIDE = Code(
    "AG024",
    "reference-outside",
    Severity.WARNING,
    "A $ref leads out of the folder of the document. A foreign document must not read your files.",
    "Move the file below the document's folder, or allow its folder.",
)
NAME_CLASH = Code(
    "AG221",
    "component-clash",
    Severity.WARNING,
    "Two different things, referred to in different files, want the same name among the "
    "components. The second one gets the name of its file in front.",
    "Rename one of them, or give it a name of its own under components.",
)
NAME_CLASH_UNRESOLVED = Code(
    "AG222",
    "component-clash-unresolved",
    Severity.ERROR,
    "Two different things want the same name among the components, and every other name that "
    "their files suggest is taken too.",
    "Rename one of them.",
)

CODES = (
    UNREADABLE,
    SYNTAX,
    DUPLICATE_KEY,
    ENCODING,
    FORBIDDEN_CHARACTER,
    TOO_LARGE,
    TOO_DEEP,
    ALIAS,
    TAG,
    MANY_DOCUMENTS,
    NOT_JSON,
    MERGE_KEY,
    NO_DOCUMENT,
    VERSION,
    DANGLING,
    CIRCULAR,
    REMOTE,
    OUTSIDE,
    NAME_CLASH,
    NAME_CLASH_UNRESOLVED,
)
