"""Findings about who may call: AG980 to AG984."""

from apigen.diagnostics.core import Code, Severity

ANYBODY_ACCEPTED = Code(
    "AG980",
    "anybody-accepted",
    Severity.ERROR,
    "The contract asks for credentials (`security`), and the server answers a request without any "
    "with success. Looked for only where credentials were given: a server that is configured to "
    "accept everybody is not at fault.",
    "Ask for credentials in the server, or write `security: []` into the operation.",
)
FORGED_ACCEPTED = Code(
    "AG981",
    "forged-credentials-accepted",
    Severity.ERROR,
    "The server answers a request with success whose credentials nobody issued: the good ones "
    "with letters changed or added. It only looks whether there are any, or at a part of them.",
    "Verify the whole credential; of a signed token the signature too.",
)
NOT_REFUSED = Code(
    "AG982",
    "stranger-not-refused",
    Severity.ERROR,
    "A request without credentials, or with forged ones, is answered neither with success nor "
    "with 401 or 403 (RFC 9110, sections 15.5.2 and 15.5.4), such as by a redirect to a login "
    "page. With the good credentials the same request succeeds.",
    "Answer 401, and document it.",
)
OPEN_REFUSED = Code(
    "AG983",
    "open-operation-refused",
    Severity.ERROR,
    "The contract asks for no credentials (`security: []`, or an empty alternative), and the "
    "server refuses a request without any.",
    "Open the operation, or write into the contract which credentials it asks for.",
)
CREDENTIALS_ELSEWHERE = Code(
    "AG984",
    "credentials-elsewhere",
    Severity.ERROR,
    "The server takes a good bearer token also where the contract has none: without its scheme, as "
    "a password, in a cookie or in the query. A cookie lets other sites send requests, a URL is "
    "written into logs.",
    "Take credentials only where the contract says, or add the scheme to `security`.",
)

CODES = (ANYBODY_ACCEPTED, FORGED_ACCEPTED, NOT_REFUSED, OPEN_REFUSED, CREDENTIALS_ELSEWHERE)
