"""Problem documents (RFC 9457) in answers: whether they say what is the case."""

from collections.abc import Iterator

from apigen.diagnostics.drifts import PROBLEM_STATUS, PROBLEM_TYPE
from apigen.fuzz.drifts import Drift
from apigen.fuzz.jsonvalues import mapping
from apigen.fuzz.operations import Contract, Operation
from apigen.fuzz.traffic import Exchange
from apigen.types import Json

MEDIA_TYPE = "application/problem+json"


def judged(
    contract: Contract, operation: Operation, value: Json, exchange: Exchange
) -> Iterator[Drift]:
    """Give what a problem says that is not so."""
    answer, problem = exchange.answer, mapping(value)
    if answer.media_type != MEDIA_TYPE:
        return
    status, kind = problem.get("status"), problem.get("type")
    if "status" in problem and status != answer.status:
        yield Drift(
            PROBLEM_STATUS,
            operation.label,
            operation.place,
            says="the member 'status' of a problem is the status of the answer",
            did=f"the server answered {answer.status} and wrote {status}",
            exchanges=(exchange,),
            subject=f"{answer.status}",
        )
    registered = contract.problem_types
    if not registered or not isinstance(kind, str) or kind == "about:blank":
        return
    known = mapping(registered.get(kind))
    stated = known.get("status")
    statuses = stated if isinstance(stated, list) else [stated]
    if kind not in registered or (stated is not None and answer.status not in statuses):
        wrong = f"with a {answer.status}" if kind in registered else "which is not registered"
        yield Drift(
            PROBLEM_TYPE,
            operation.label,
            contract.place("/x-apigen-problem-types"),
            says="each problem has a registered type, with the status that stands there",
            did=f"the server sent the type {kind}, {wrong}",
            exchanges=(exchange,),
            subject=f"{answer.status} {kind}",
        )
