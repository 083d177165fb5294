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

CODES = (NOT_KEPT, NOT_STORED, STORED_TWICE)
