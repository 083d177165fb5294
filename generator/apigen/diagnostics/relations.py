"""Findings about answers that do not go together: AG950 to AG959."""

from apigen.diagnostics.core import Code, Severity

NOT_KEPT = Code(
    "AG950",
    "not-kept",
    Severity.ERROR,
    "What is read is not what was sent: the server took the request, and gives another value for "
    "the member, or none.",
    "Keep the value as it was sent; or refuse what can't be kept, and say so in the schema; or "
    "mark what the server decides itself as readOnly or x-apigen-kept: false.",
)
NOT_STORED = Code(
    "AG951",
    "not-stored",
    Severity.ERROR,
    "The server answered that the thing is created (201), and nobody who reads can find it.",
    "Answer after the write is durable, with 202 where it comes later.",
)
STORED_TWICE = Code(
    "AG952",
    "stored-twice",
    Severity.ERROR,
    "One request, or one that was repeated under the same idempotency key, is found more than "
    "once.",
    "Write once, and recognise what was written before.",
)
FILTER = Code(
    "AG953",
    "filter-not-obeyed",
    Severity.ERROR,
    "With a filter a listing gives items that do not match it, or leaves out some that do and that "
    "it gives without the filter.",
    "Let the filter restrict as it is documented.",
)
ORDER = Code(
    "AG954",
    "order-not-stable",
    Severity.ERROR,
    "The same request lists the same items in another order. Pages of it overlap and have gaps.",
    "Order by something that no two items share.",
)
PAGES = Code(
    "AG955",
    "pages-disagree",
    Severity.ERROR,
    "The pages of a listing are not the parts of the whole, or what they say of it (total, whether "
    "more follows) is not so.",
    "Let offset and limit count items, and count what the filters leave.",
)
DEFAULT = Code(
    "AG956",
    "default-not-obeyed",
    Severity.ERROR,
    "A parameter that is left out does not do what its documented default does.",
    "Use the default of the contract.",
)
KEY_REUSED = Code(
    "AG957",
    "key-reuse-accepted",
    Severity.ERROR,
    "An idempotency key that was used with another body is answered with success, though the "
    "contract documents a refusal: the caller takes for done what was not done.",
    "Keep a hash of the body beside the key, and refuse what differs.",
)

CODES = (NOT_KEPT, NOT_STORED, STORED_TWICE, FILTER, ORDER, PAGES, DEFAULT, KEY_REUSED)
