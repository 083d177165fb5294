"""Findings about the code of a service, beside its contract: AG990 to AG999."""

from apigen.diagnostics.core import Code, Severity

ROUTE_UNDOCUMENTED = Code(
    "AG990",
    "code-route-undocumented",
    Severity.ERROR,
    "The application's route table has a path or a method that the contract does not name. Nobody "
    "reviews, secures or tests what is not in the contract.",
    "Document the operation, or remove the route.",
)
OPERATION_NOT_ROUTED = Code(
    "AG991",
    "code-operation-not-routed",
    Severity.ERROR,
    "The contract has an operation that no route of the application serves.",
    "Implement the operation, or take it out of the contract.",
)
PATH_NAMES_DIFFER = Code(
    "AG992",
    "code-path-names-differ",
    Severity.WARNING,
    "A route names its path parameters otherwise than the contract does. In another order, one "
    "value is taken for the other; under another name, people look for it in vain.",
    "Name the parameters of the route as the contract does.",
)
READS_UNDOCUMENTED = Code(
    "AG993",
    "code-reads-undocumented",
    Severity.ERROR,
    "The handler, or what it calls or depends on, reads a parameter, a header, a cookie or a "
    "member of the body that the operation does not document. Clients that are made from the "
    "contract cannot send it.",
    "Document the input, or stop reading it.",
)
PARAMETER_NOT_READ = Code(
    "AG994",
    "code-parameter-not-read",
    Severity.ERROR,
    "The contract documents a parameter that the handler does not read, nor what it calls: whoever "
    "sends it is ignored.",
    "Read the parameter, or take it out of the contract.",
)
DECLARED_OTHERWISE = Code(
    "AG995",
    "code-declared-otherwise",
    Severity.ERROR,
    "What the framework is told about an input is narrower than the contract, or its default is "
    "another: requests that the contract allows are refused or mean something else.",
    "Declare the input as the contract has it.",
)

CODES = (
    ROUTE_UNDOCUMENTED,
    OPERATION_NOT_ROUTED,
    PATH_NAMES_DIFFER,
    READS_UNDOCUMENTED,
    PARAMETER_NOT_READ,
    DECLARED_OTHERWISE,
)
