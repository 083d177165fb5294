"""Findings about the edges of constraints: AG970 to AG979."""

from apigen.diagnostics.core import Code, Severity

VALUE_REFUSED = Code(
    "AG970",
    "allowed-value-refused",
    Severity.ERROR,
    "The server refuses a value that the contract allows, at the edge of a constraint, in a "
    "request that is taken without it. Clients that are made from the contract send it.",
    "Let the server take it, or narrow the constraint.",
)
CONSTRAINT_IGNORED = Code(
    "AG971",
    "constraint-ignored",
    Severity.ERROR,
    "The server takes a value that the contract forbids, or a request without what it requires: "
    "the constraint is not enforced, or another one is.",
    "Enforce it in the server, or drop it from the contract.",
)
BOUNDARY_BREAKS = Code(
    "AG972",
    "boundary-breaks-server",
    Severity.ERROR,
    "The server fails with 5xx, or does not answer, on a value at the edge of a constraint. Also "
    "what it may refuse, such as U+0000 or a big number, has to be refused with 4xx.",
    "Let the server refuse it as documented, or take it.",
)
UNREADABLE_TAKEN = Code(
    "AG973",
    "unreadable-body-accepted",
    Severity.ERROR,
    "The server takes a body that is no JSON, that is missing though it is required, or whose "
    "media type the contract does not have.",
    "Refuse it with 400 or 415, or document the media type.",
)

CODES = (VALUE_REFUSED, CONSTRAINT_IGNORED, BOUNDARY_BREAKS, UNREADABLE_TAKEN)
