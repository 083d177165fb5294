"""Findings about running servers, single answers and plain requests: AG920 to AG949."""

from apigen.diagnostics.core import Code, Severity

UNPREPARED = Code(
    "AG920",
    "fuzz-unprepared",
    Severity.ERROR,
    "The run can't begin: what it was given can't be used, or a package that it needs is missing.",
    "Give what the message names; pip install 'apigen[fuzz]' brings the packages.",
)
NOT_TESTED = Code(
    "AG921",
    "operation-not-tested",
    Severity.WARNING,
    "An operation never answered with success, so nothing can be said of it. A run in which "
    "nothing was tested is no proof that nothing is wrong.",
    "Do what the message says: allow writes, give a token, create what the operation reads.",
)
BASELINE = Code(
    "AG922",
    "baseline-unusable",
    Severity.ERROR,
    "The file of accepted findings can't be read, or an entry lacks its reason or its day.",
    "Mend the entry: each has 'finding', 'reason' and 'until'.",
)
ACCEPTANCE_UNUSED = Code(
    "AG923",
    "acceptance-unused",
    Severity.WARNING,
    "An accepted finding was not found any more, though its operation was tested, or its day is "
    "past.",
    "Remove the entry from the baseline, or set a new day.",
)

UNDOCUMENTED_STATUS = Code(
    "AG930",
    "undocumented-status",
    Severity.ERROR,
    "The server answers with a status that the operation does not document. Callers that are made "
    "from the contract have no branch for it.",
    "Document the status with its body, or let the server answer with a documented one.",
)
UNDOCUMENTED_MEDIA_TYPE = Code(
    "AG931",
    "undocumented-media-type",
    Severity.ERROR,
    "The body of an answer is of another media type than those documented for its status.",
    "Correct the server's Content-Type, or document the media type.",
)
ANSWER_BREAKS_SCHEMA = Code(
    "AG932",
    "answer-breaks-schema",
    Severity.ERROR,
    "The body of an answer does not follow the schema that is documented for it.",
    "Correct the server, or the schema.",
)
SERVER_ERROR = Code(
    "AG938",
    "server-fails",
    Severity.ERROR,
    "The server fails with a 5xx. Also a documented 500 is a fault when a request brings it about.",
    "Look into the server's log at the time of the request; the report has the request.",
)
VALID_REFUSED = Code(
    "AG940",
    "valid-request-refused",
    Severity.ERROR,
    "The server refuses a request that follows the contract: it knows a rule that the contract "
    "does not say.",
    "State the rule in the contract, as a constraint or an x-apigen- key; or drop it.",
)

CODES = (
    UNPREPARED, NOT_TESTED, BASELINE, ACCEPTANCE_UNUSED, UNDOCUMENTED_STATUS,
    UNDOCUMENTED_MEDIA_TYPE, ANSWER_BREAKS_SCHEMA, SERVER_ERROR, VALID_REFUSED,
)  # fmt: skip
