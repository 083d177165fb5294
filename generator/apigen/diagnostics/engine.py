"""Findings of the embedded schemathesis: AG941 to AG949."""

from apigen.diagnostics.core import Code, Severity

INVALID_ACCEPTED = Code(
    "AG941",
    "invalid-request-accepted",
    Severity.ERROR,
    "The server takes a request that breaks the contract: a constraint that the contract states is "
    "not enforced.",
    "Enforce it in the server, or drop it from the contract.",
)
AUTH_IGNORED = Code(
    "AG942",
    "authentication-ignored",
    Severity.ERROR,
    "An operation that is documented as protected answers without credentials, or with wrong ones.",
    "Protect it, or document it as open ('security: []').",
)
METHOD_ACCEPTED = Code(
    "AG943",
    "wrong-method-answer",
    Severity.ERROR,
    "A method that the contract does not have for a path is not answered with 405 and an 'Allow' "
    "that lists those it has (RFC 9110, section 15.5.6).",
    "Answer 405 with 'Allow', or document the method.",
)
RESOURCE_LOST = Code(
    "AG944",
    "resource-state-broken",
    Severity.ERROR,
    "A resource that was created can't be read, or one that was removed still can.",
    "Look at the sequence of requests in the report.",
)
ENGINE_OTHER = Code(
    "AG949",
    "engine-finding",
    Severity.ERROR,
    "The embedded schemathesis reports a failure of a sort that apigen has no code for.",
    "Read what it says, and send the request again with the command in the report.",
)

CODES = (INVALID_ACCEPTED, AUTH_IGNORED, METHOD_ACCEPTED, RESOURCE_LOST, ENGINE_OTHER)
