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
UNDOCUMENTED_MEMBER = Code(
    "AG933",
    "undocumented-member",
    Severity.WARNING,
    "An answer has a member that its schema does not name. The schema does not forbid it either, "
    "so this is no violation; but consumers begin to use what nobody promised.",
    "Document the member, or leave it out of the answer; where an object is open on purpose, say "
    "'additionalProperties: true'.",
)
HEADER_MISSING = Code(
    "AG934",
    "header-missing",
    Severity.ERROR,
    "An answer lacks a header that is documented as required.",
    "Let the server send it, or make it optional.",
)
HEADER_BREAKS_SCHEMA = Code(
    "AG935",
    "header-breaks-schema",
    Severity.ERROR,
    "A header of an answer does not follow the schema that is documented for it.",
    "Correct the server, or the schema.",
)
UNDOCUMENTED_HEADER = Code(
    "AG936",
    "undocumented-header",
    Severity.WARNING,
    "An answer has a header that no response of the contract documents and that HTTP itself does "
    "not know.",
    "Document the header, or remove it.",
)
PROBLEM_STATUS = Code(
    "AG937",
    "problem-status-differs",
    Severity.ERROR,
    "The member 'status' of a problem document is not the status of the answer (RFC 9457, 3.1.2).",
    "Let the server write one and the same.",
)
PROBLEM_TYPE = Code(
    "AG939",
    "problem-type-unregistered",
    Severity.ERROR,
    "A problem document has a type that 'x-apigen-problem-types' does not have, or has with "
    "another status. Clients tell by the type which layer failed.",
    "Register the type, or let the server send a registered one.",
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
    UNDOCUMENTED_MEDIA_TYPE, ANSWER_BREAKS_SCHEMA, UNDOCUMENTED_MEMBER, HEADER_MISSING,
    HEADER_BREAKS_SCHEMA, UNDOCUMENTED_HEADER, PROBLEM_STATUS, PROBLEM_TYPE, SERVER_ERROR,
    VALID_REFUSED,
)  # fmt: skip
