"""Schemathesis behind one door: its phases run within our manners, its failures become drifts.

Only what it alone sees is asked of it: whether invalid requests are refused, credentials demanded,
wrong methods answered with 405, and resources kept along links. Single answers are judged by the
oracle ``answers``, which sees every exchange of the engine, too, and which no catch-all ``default``
response, open object or unread format stops. Whether valid requests are taken is the oracle
``valid``'s: the engine knows nothing of the constraints that stand under ``x-apigen-`` keys.
"""

import re
import tempfile
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from apigen.diagnostics import Code
from apigen.diagnostics.drifts import SERVER_ERROR
from apigen.diagnostics.engine import (
    AUTH_IGNORED,
    ENGINE_OTHER,
    INVALID_ACCEPTED,
    METHOD_ACCEPTED,
    RESOURCE_LOST,
)
from apigen.fuzz.drifts import Drift
from apigen.fuzz.narrowing import narrowed, opened, thinned
from apigen.fuzz.operations import Operation
from apigen.fuzz.sending import Spent, is_loopback
from apigen.fuzz.session import Finding, Oracle, Session, Tested, Untested
from apigen.fuzz.traffic import Answer, Call, Exchange

_CHECKS: Mapping[str, Code] = {
    "not_a_server_error": SERVER_ERROR,
    "negative_data_rejection": INVALID_ACCEPTED,
    "ignored_auth": AUTH_IGNORED,
    "missing_required_header": INVALID_ACCEPTED,
    "unsupported_method": METHOD_ACCEPTED,
    "use_after_free": RESOURCE_LOST,
    "ensure_resource_availability": RESOURCE_LOST,
}
_OURS = (
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "positive_data_acceptance",
)
"""What the oracles ``answers`` and ``valid`` judge, more exactly."""
_SAID = {
    SERVER_ERROR: "a request is answered",
    INVALID_ACCEPTED: "this request breaks the contract",
    AUTH_IGNORED: "the operation needs credentials",
    METHOD_ACCEPTED: "the path does not have this method",
    RESOURCE_LOST: "what was created is there, and what was removed is not",
}
_UNEXPECTED = ["PUT", "DELETE", "PATCH", "OPTIONS"]
_MOST_LETTERS = 300


def _run(session: Session) -> Iterator[Finding]:
    """Run all phases over the operations that may be used."""
    writes = session.options.writes and is_loopback(session.sender.url)
    usable = [each for each in session.usable() if writes or each.is_safe]
    for each in session.operations:
        if each not in usable:
            yield Untested(each.label, "the engine changes things on this machine only")
    if not usable:
        return
    with tempfile.TemporaryDirectory() as folder:
        yield from _Engine(session, usable, writes=writes).run(Path(folder))


@dataclass(slots=True)
class _Engine:
    session: Session
    operations: list[Operation]
    writes: bool
    kept: dict[str, Exchange] = field(default_factory=dict[str, Exchange])
    """Exchanges by the engine's names of its cases."""
    spent: str = ""
    """What of the budget is used up; empty as long as something is left."""
    is_covered: bool = False
    """Whether each constraint was tried once."""

    def run(self, folder: Path) -> Iterator[Finding]:
        import hypothesis.configuration  # noqa: PLC0415 - heavy, and an extra
        import schemathesis  # noqa: PLC0415 - the same
        from schemathesis.config import SchemathesisConfig  # noqa: PLC0415 - the same
        from schemathesis.engine import events, from_schema  # noqa: PLC0415 - the same

        hypothesis.configuration.set_hypothesis_home_dir(folder)
        kinds: Any = SchemathesisConfig
        chosen = {(each.method, each.path) for each in self.operations}
        document: Any = thinned(
            narrowed(self.session.contract.value, chosen), self.session.options.seed
        )
        if not self.credentials():
            document = opened(document)
        schema: Any = schemathesis.openapi.from_dict(
            document, config=kinds.from_dict(self.settings())
        )
        stream: Any = from_schema(schema).execute()
        with _before_each_request(self.take):
            try:
                for event in stream:
                    yield from self.told(event, events)
                    if self.spent:
                        stream.stop()
            except KeyboardInterrupt:
                if not self.spent:
                    raise
        if self.spent and not self.is_covered:
            raise Spent(self.spent)  # after it only chance is left, which has no end

    def told(self, event: Any, known: Any) -> Iterator[Finding]:
        """Give what an event of the engine says."""
        if isinstance(event, known.ScenarioFinished):
            yield from self.scenario(event)
        elif isinstance(event, known.PhaseFinished):
            was_last = str(event.phase.name.value).lower() == "coverage"
            self.is_covered |= was_last and not self.spent
        elif isinstance(event, known.NonFatalError) and not self.spent:
            reason = str(event.info.format(base_url_is_set=True))
            yield Untested(str(event.label), reason[:_MOST_LETTERS])

    def take(self) -> float:
        """Take a request from the budget, and return the seconds that it may take."""
        budget = self.session.sender.budget
        try:
            budget.take()
        except Spent as why:
            self.spent = str(why)
            raise KeyboardInterrupt from None  # what the engine takes for an end, not for an error
        return budget.timeout

    def credentials(self) -> tuple[tuple[str, str], ...]:
        """Return the headers of the default identity."""
        default = self.session.sender.identities.get(self.session.sender.default)
        return tuple(default.credentials()) if default else ()

    def settings(self) -> dict[str, Any]:
        """Return the configuration; nothing is read from files or written to any."""
        session, limits = self.session, self.session.sender.budget.limits
        sender = session.sender
        credentials = self.credentials()
        sender.redactor.learn(credentials)
        checks = {name: {"enabled": True} for name in _CHECKS}
        checks |= {name: {"enabled": False} for name in _OURS}
        checks["ignored_auth"] = {"enabled": bool(credentials)}  # else nobody said it is protected
        settings: dict[str, Any] = {
            "seed": session.options.seed,
            "base-url": sender.url,
            "headers": dict(credentials),
            "workers": 1,
            "continue-on-failure": True,
            "request-timeout": limits.timeout,
            "max-redirects": 0,
            "cache": {"enabled": False},
            "generation": {"max-examples": 20, "database": "none"},
            "checks": checks,
            "phases": {
                "coverage": {"unexpected-methods": _UNEXPECTED if self.writes else []},
                "stateful": {"max-steps": 6, "inference": {"algorithms": ["location-headers"]}},
            },
        }
        return settings

    def scenario(self, event: Any) -> Iterator[Finding]:
        """Record the traffic of a scenario, and give its failures."""
        recorder = event.recorder
        for case_id, interaction in recorder.interactions.items():
            node = recorder.cases.get(case_id)
            if case_id not in self.kept and node is not None:
                self.kept[case_id] = self.recorded(node.value, interaction)
                yield Tested(str(node.value.operation.label))
        for case_id, checks in recorder.checks.items():
            for check in checks:
                if check.failure_info is not None and case_id in recorder.cases:
                    yield self.drift(recorder, case_id, check)

    def recorded(self, case: Any, interaction: Any) -> Exchange:
        request, response = interaction.request, interaction.response
        sender = self.session.sender
        headers = tuple((str(name), str(one[0])) for name, one in request.headers.items())
        generation = getattr(case.meta, "generation", None)
        is_negative = generation is not None and not generation.mode.is_positive
        operation = self.session.contract.by_label(f"{request.method} {case.operation.path}")
        call = Call(
            str(request.method),
            str(request.uri),
            operation.path if operation and fits(self.session, operation, request.uri) else None,
            headers,
            request.body,
            sender.default,
            False if is_negative else None,
        )
        answer = Answer(0, failure="no answer")
        if response is not None:
            pairs = [
                (str(name), str(one)) for name, many in response.headers.items() for one in many
            ]
            answer = Answer(
                int(response.status_code),
                tuple(pairs),
                bytes(response.content or b""),
                float(response.elapsed),
                is_cut=bool(response.is_truncated),
            )
        redactor = sender.redactor
        exchange = sender.recording.add(redactor.call(call), redactor.answer(answer), "engine")
        self.session.values.learn(exchange)
        return exchange

    def drift(self, recorder: Any, case_id: str, check: Any) -> Drift:
        failure, case = check.failure_info.failure, recorder.cases[case_id].value
        code = _CHECKS.get(str(check.name), ENGINE_OTHER)
        label = str(case.operation.label)
        operation = self.session.contract.by_label(label)
        message = " ".join(str(failure.message).split())[:_MOST_LETTERS]
        exchange = self.kept.get(case_id)
        status = exchange.answer.status if exchange is not None else 0
        if code is METHOD_ACCEPTED and exchange is not None:
            label = f"{exchange.call.method} {case.operation.path}"
        redact = self.session.sender.redactor.text
        document = self.session.contract.place("/paths")
        what = _subject(case) if code is INVALID_ACCEPTED else status
        return Drift(
            code,
            label,
            operation.place if operation is not None else document,
            says=_SAID.get(code, "the engine's check holds"),
            did=redact(f"the server answered {status}: {failure.title}: {message}"),
            exchanges=() if exchange is None else (exchange,),
            subject=f"{check.name} {what}".strip(),
        )


@contextmanager
def _before_each_request(take: Callable[[], float]) -> Generator[None]:
    """Ask before each request of the engine, with its probes and retries; the answer is a timeout.

    None of its hooks sees all of them: the place where all pass is what it makes sessions of.
    """
    from schemathesis.transport.requests import (  # noqa: PLC0415 - heavy, and an extra
        SameHostRedirectsSession,
    )

    kind: Any = SameHostRedirectsSession
    send = kind.send

    def bounded(self: Any, request: Any, **how: Any) -> Any:
        return send(self, request, **{**how, "timeout": take()})

    kind.send = bounded
    try:
        yield
    finally:
        kind.send = send


def fits(session: Session, operation: Operation, url: str) -> bool:
    """Tell whether a URL means an operation: its template matches, and no concrete path does."""
    path = url.removeprefix(session.sender.url).partition("?")[0]
    concrete = {each.path for each in session.contract.operations if "{" not in each.path}
    if path in concrete or "{" not in operation.path:
        return path == operation.path
    pattern = re.sub(r"\\\{[^{}]+\\\}", "[^/]+", re.escape(operation.path))
    return re.fullmatch(pattern, path) is not None


def _subject(case: Any) -> str:
    """Return what was wrong with a request, in the engine's words: the place, without values."""
    data = getattr(getattr(case.meta, "phase", None), "data", None)
    where = getattr(data, "parameter_location", None)
    name = getattr(data, "parameter", None)
    return " ".join(str(getattr(each, "value", each)) for each in (where, name) if each)


ORACLE = Oracle("engine", "schemathesis, all phases", _run, weight=3, requests=150)
