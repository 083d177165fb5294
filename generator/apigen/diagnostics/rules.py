"""Findings of the rules of good contracts: valid, and yet letting code and contract part."""

from apigen.diagnostics.core import Code, Severity

OPERATION_UNNAMED = Code(
    "AG401",
    "operation-unnamed",
    Severity.WARNING,
    "An operation has no operationId. Methods of clients and stubs are named after it; without one "
    "the name comes from method and path, and changes with the path.",
    "Give the operation an operationId, in the words that callers use.",
    "paths:\n  /notes:\n    get: {}   # operationId: listNotes is missing",
)
ERROR_NOT_A_PROBLEM = Code(
    "AG402",
    "error-not-a-problem",
    Severity.WARNING,
    "An error (4xx or 5xx) is documented without application/problem+json (RFC 9457). Clients then "
    "know that something failed, and not what: no type to decide by, no field to mend.",
    "Document the answer's content as application/problem+json with the members of RFC 9457.",
)
ERRORS_UNDOCUMENTED = Code(
    "AG403",
    "errors-undocumented",
    Severity.WARNING,
    "An operation that takes parameters or a body documents no client error. A server that checks "
    "what it is sent answers 4xx, and that answer is then one that the contract does not know.",
    "Document the 4xx answers that the server sends.",
)
DEFAULT_HIDES_STATUSES = Code(
    "AG404",
    "default-hides-statuses",
    Severity.WARNING,
    "A 'default' answer stands for every status that is not named. A server may begin to send any "
    "status, and no check can say that it is not in the contract.",
    "Name each status that the server sends, and remove 'default'.",
)
FILTER_OPEN = Code(
    "AG405",
    "filter-open",
    Severity.WARNING,
    "A query parameter filters by a member that has an enum, and is itself a free text. A misspelt "
    "value is then no error: the caller gets an empty list and believes it.",
    "Give the parameter the schema of the member.",
)
EXAMPLE_MISMATCH = Code(
    "AG406",
    "example-mismatch",
    Severity.WARNING,
    "An example does not match the schema beside it. People copy examples, and mock servers answer "
    "with them.",
    "Correct the example, or the schema if the example is what the server sends.",
)
SECURITY_UNSTATED = Code(
    "AG407",
    "security-unstated",
    Severity.WARNING,
    "Neither an operation nor the document says what credentials it takes. Generated clients send "
    "none, and nobody can tell an open operation from a forgotten line.",
    "Write 'security' at the root or on the operation; 'security: []' says that it is open.",
)
BUSINESS_HEADER = Code(
    "AG408",
    "business-header",
    Severity.WARNING,
    "An operation takes a header that is none of HTTP's, of tracing, of credentials or of "
    "idempotency. Data of the business belongs into the body, where schemas, logs and validators "
    "see it; proxies may drop or merge headers.",
    "Move it into the body or the query, or switch the rule off if the header is infrastructure.",
)
UNION_OPEN = Code(
    "AG409",
    "union-open",
    Severity.WARNING,
    "A oneOf of several objects has no discriminator, or one that does not map each of them. "
    "Readers must try all variants, and errors cannot say which one was meant.",
    "Add a discriminator whose mapping names every variant.",
)
EXTENSION_DANGLING = Code(
    "AG410",
    "extension-dangling",
    Severity.WARNING,
    "An x-apigen- key is none that apigen knows, or names an operation, parameter or member that "
    "the document does not have. A rule that nobody reads holds nobody.",
    "Correct the name; docs/extensions.md lists the keys.",
)

CODES = (
    OPERATION_UNNAMED,
    ERROR_NOT_A_PROBLEM,
    ERRORS_UNDOCUMENTED,
    DEFAULT_HIDES_STATUSES,
    FILTER_OPEN,
    EXAMPLE_MISMATCH,
    SECURITY_UNSTATED,
    BUSINESS_HEADER,
    UNION_OPEN,
    EXTENSION_DANGLING,
)
