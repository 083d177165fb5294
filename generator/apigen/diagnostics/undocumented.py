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

CODES = (UNDOCUMENTED_INPUT,)
