"""Findings about what a server understands and its contract does not name: AG960 to AG969."""

from apigen.diagnostics.core import Code, Severity

UNDOCUMENTED_INPUT = Code(
    "AG960",
    "undocumented-input",
    Severity.ERROR,
    "The server looks at a query parameter, a header or a member of the body that the operation "
    "does not document: with it the answer is another one, with a nonsense name of the same value "
    "it is not. Clients that are made from the contract cannot send it.",
    "Document the input, or let the server ignore it.",
)
UNDOCUMENTED_ROUTE = Code(
    "AG961",
    "undocumented-route",
    Severity.ERROR,
    "The server serves a path that the contract does not name, and answers a random path beside it "
    "otherwise. Nobody reviews, secures or tests what is not in the contract.",
    "Document the path, or remove it.",
)
UNDOCUMENTED_METHOD = Code(
    "AG962",
    "undocumented-method",
    Severity.ERROR,
    "The server serves a method of a path that the contract does not name, or says in Allow that "
    "it does.",
    "Document the method, or refuse it with 405.",
)
INPUT_TAKEN = Code(
    "AG963",
    "undocumented-input-taken",
    Severity.ERROR,
    "A test in strict mode sent a query parameter, a header or a member of the body that the "
    "operation does not document, and met with success: the test knows the service from elsewhere "
    "than its contract.",
    "Document the input; or drop it from the test, and let the server refuse it.",
)

CODES = (UNDOCUMENTED_INPUT, UNDOCUMENTED_ROUTE, UNDOCUMENTED_METHOD, INPUT_TAKEN)
