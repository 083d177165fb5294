"""Findings of ``apigen diff`` about what could not be done. What it finds has ids of its own."""

from apigen.diagnostics.core import Code, Severity

SOURCE_UNAVAILABLE = Code(
    "AG801",
    "document-unavailable",
    Severity.ERROR,
    "One of the two documents can't be had: no such file, no such commit, no answer from an "
    "address, or one that is too large. Nothing was compared.",
    "Name a file, a folder, an http(s) address, or git:REF with the document's path.",
)
HISTORY_MISSING = Code(
    "AG802",
    "history-missing",
    Severity.ERROR,
    "The clone is shallow, and the commit to compare with is not in it. CI systems fetch only the "
    "last commit unless they are told otherwise.",
    "Fetch more of the history; the finding has the command.",
)
NOTHING_TO_COMPARE = Code(
    "AG803",
    "nothing-to-compare",
    Severity.ERROR,
    "There is no document to compare, on either side. A check of nothing is no check.",
    "Name two documents, or set 'spec' in [tool.apigen].",
)
DOCUMENT_GONE = Code(
    "AG804",
    "document-gone",
    Severity.ERROR,
    "A document of the old folder is missing in the new one, with all its operations.",
    "Keep the document, or accept that its callers break.",
)
ACCEPTED_WRONG = Code(
    "AG805",
    "accepted-change-wrong",
    Severity.ERROR,
    "An entry in the file of accepted changes can't be used: it needs 'rule', 'reason' and 'until' "
    "(a day), and may have 'operation' and 'place'.",
    "Complete the entry.",
    '[[accept]]\nrule = "request-property-removed"\noperation = "POST /orders"\n'
    'reason = "nobody sent it, by the logs of May"\nuntil = 2027-01-31',
)
ACCEPTED_EXPIRED = Code(
    "AG806",
    "accepted-change-expired",
    Severity.WARNING,
    "The day of an accepted change has passed. It no longer covers anything.",
    "Remove the entry, or agree on another day.",
)
ACCEPTED_UNUSED = Code(
    "AG807",
    "accepted-change-unused",
    Severity.WARNING,
    "An accepted change covers nothing: the change is gone, or the entry is misspelt.",
    "Remove the entry.",
)
NOT_ALL_COMPARED = Code(
    "AG808",
    "not-all-compared",
    Severity.ERROR,
    "Something is nested beyond measure and was left out, so the comparison is not whole.",
    "Nest references and allOf less deeply.",
)

CODES = (
    SOURCE_UNAVAILABLE,
    HISTORY_MISSING,
    NOTHING_TO_COMPARE,
    DOCUMENT_GONE,
    ACCEPTED_WRONG,
    ACCEPTED_EXPIRED,
    ACCEPTED_UNUSED,
    NOT_ALL_COMPARED,
)
