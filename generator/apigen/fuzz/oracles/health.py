"""Operations of health: which ones there are, and what they said before and say now."""

from dataclasses import dataclass

from apigen.fuzz.jsonvalues import mapping, sequence
from apigen.fuzz.operations import Operation
from apigen.fuzz.session import Session
from apigen.fuzz.traffic import Exchange
from apigen.pointers import at, split

_LIVE = frozenset({"live", "livez", "liveness"})
_WORDS = _LIVE | {"health", "healthz", "healthcheck", "ready", "readyz", "readiness"}


@dataclass(frozen=True, slots=True)
class Health:
    """An operation that says how the server is."""

    operation: Operation
    before: Exchange
    """What it said before anything was done to the server."""

    @property
    def is_about_writes(self) -> bool:
        """Return whether it has words for a server that runs and does not work.

        Liveness has not: a server whose database is away is not mended by starting it again.
        """
        return self.operation.response(503) is not None and _last(self.operation) not in _LIVE


def healths(session: Session) -> tuple[Health, ...]:
    """Ask each operation of health, known by its path or tag; return those that say all is well."""
    found: list[Health] = []
    for operation in session.usable():
        needed = any(each.required for each in operation.parameters)
        if operation.method == "GET" and not needed and _is_health(session, operation):
            exchange = session.send(session.values.call(operation, 0))
            if exchange.answer.is_success:
                found.append(Health(operation, exchange))
    return tuple(found)


def _is_health(session: Session, operation: Operation) -> bool:
    raw = mapping(at(session.contract.value, split(operation.pointer)))
    tags = {str(each).lower() for each in sequence(raw.get("tags"))}
    return _last(operation) in _WORDS or bool(tags & _WORDS)


def _last(operation: Operation) -> str:
    return operation.path.rstrip("/").rpartition("/")[2].lower()
