"""Findings about what refused requests leave behind, and about health: AG985 to AG989."""

from apigen.diagnostics.core import Code, Severity

EXHAUSTED = Code(
    "AG985",
    "refusals-exhaust-server",
    Severity.ERROR,
    "A request that succeeded is answered with 5xx, or not at all, after others were refused: "
    "each refusal costs the server something that it does not give back, such as a connection.",
    "Give back what a request took also where it fails: in a `finally`, or a context manager.",
)
HEALTH_LOST = Code(
    "AG986",
    "health-lost",
    Severity.ERROR,
    "An operation of health that answered with success no longer does after requests were refused. "
    "Whoever can send bad requests can have the service restarted or taken out of its balancer.",
    "Let refused requests leave no trace; let health look at the server, not at its callers.",
)
HEALTHY_IN_VAIN = Code(
    "AG987",
    "healthy-while-writes-fail",
    Severity.ERROR,
    "An operation of health, whose contract has an answer for a service that does not work, says "
    "that all is well while each valid write fails with 5xx: nobody is told.",
    "Let health try what the writes need, such as the tables and the right to write them.",
)

CODES = (EXHAUSTED, HEALTH_LOST, HEALTHY_IN_VAIN)
