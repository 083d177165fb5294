"""Requests that the contract allows and the server refuses, or breaks on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from tests.drift.changes import instead, object_of, on, refusing
from tests.drift.fault import Around, Fault, Witness
from tests.drift.lab import EVENTS, NOTIFICATIONS, SEARCH, WORKFLOWS, Lab, ago, signal
from tests.drift.messages import Change, Request, Response, problem

from datastorage import models as m

_FIND: Final = "GET /api/v1/audit/events"
_RECORD: Final = "POST /api/v1/audit/events"
_NOTIFY: Final = "POST /api/v1/audit/notifications"
_DISABLE: Final = "PATCH /api/v1/workflows/{workflow_id}/disable"
_SEARCH: Final = "POST /api/v1/workflows/search"
_ADD: Final = "POST /api/v1/workflows"

_INVALID: Final = problem(400, "validation-error", "Validation Error", detail="not allowed")
_BROKEN: Final = problem(500, "internal-error", "Internal Server Error", detail="see the log")
_MEMBERS: Final = frozenset(m.AuditEventRequest.model_fields)


def _fault(
    name: str,
    operation: str,
    drift: str,
    change: Change,
    witness: Witness,
    incident: str | None = None,
) -> Fault:
    return Fault(
        name=name,
        kind="request",
        operation=operation,
        drift=drift,
        install=Around(on(operation, change)),
        witness=witness,
        incident=incident,
    )


def _where(test: Callable[[dict[str, Any]], bool], refusal: Response = _INVALID) -> Change:
    return refusing(lambda sent: bool(object_of(sent)) and test(sent), refusal)


def _asked(test: Callable[[Request], bool], refusal: Response = _INVALID) -> Change:
    return instead(lambda request: refusal if test(request) else None)


def _notified(lab: Lab, **changes: Any) -> int:
    return lab.post(NOTIFICATIONS, lab.notification(**changes)).status_code


def _disabled(lab: Lab) -> bool:
    added = lab.add()
    return lab.http.patch(f"{WORKFLOWS}/{added['workflow_id']}/disable").status_code == 400


def _with_charset(lab: Lab) -> bool:
    body = json.dumps(lab.event())
    headers = {"Content-Type": "application/json; charset=utf-8"}
    return lab.http.post(EVENTS, content=body, headers=headers).status_code == 415


def _has(text: str) -> Callable[[Request], bool]:
    """Return whether a body has a character, as it is or escaped."""
    spelled = json.dumps(text)[1:-1].encode()
    return lambda request: text.encode() in request.body or spelled in request.body


def _astral(request: Request) -> bool:
    try:
        sent = request.body.decode()
    except UnicodeDecodeError:
        return False
    return any(ord(one) > 0xFFFF for one in sent) or "\\ud83" in sent.lower()


FAULTS: Final = (
    _fault(
        "refuses-orchestration",
        _RECORD,
        "The category `orchestration` is refused, though the contract has it.",
        _where(lambda sent: sent.get("event_category") == "orchestration"),
        lambda lab: lab.takes(event_category="orchestration") == 400,
        "I-11",
    ),
    _fault(
        "refuses-channel-email",
        _NOTIFY,
        "The channel `email` is refused, though the contract has it.",
        _where(lambda sent: sent.get("channel") == "email"),
        lambda lab: _notified(lab, channel="email") == 400,
        "I-10",
    ),
    _fault(
        "refuses-long-recipient",
        _NOTIFY,
        "A `recipient` of more than 255 characters is refused; the contract allows 500.",
        _where(lambda sent: len(str(sent.get("recipient", ""))) > 255),
        lambda lab: _notified(lab, recipient="r" * 500) == 400,
        "I-10",
    ),
    _fault(
        "disable-wants-a-body",
        _DISABLE,
        "The body of disabling is required, though the contract lets it be left out.",
        _asked(lambda request: not request.body),
        _disabled,
        "I-26",
    ),
    _fault(
        "refuses-null-severity",
        _RECORD,
        "`severity: null` is refused, though the contract allows null.",
        _where(lambda sent: "severity" in sent and sent["severity"] is None),
        lambda lab: lab.takes(severity=None) == 400,
    ),
    _fault(
        "refuses-further-members",
        _RECORD,
        "Members that the contract does not name are refused, though it allows them.",
        _where(lambda sent: not sent.keys() <= _MEMBERS),
        lambda lab: lab.takes(team="payments") == 400,
    ),
    _fault(
        "refuses-longest-correlation",
        _RECORD,
        "A `correlation_id` of exactly 255 characters is refused: the bound is one too low.",
        _where(lambda sent: len(str(sent.get("correlation_id", ""))) == 255),
        lambda lab: lab.takes(correlation_id="c" * 255) == 400,
    ),
    _fault(
        "refuses-greatest-limit",
        _FIND,
        "`limit=1000` is refused, though it is the greatest that the contract allows.",
        _asked(lambda request: request.parameter("limit") == "1000"),
        lambda lab: lab.get(EVENTS, limit=1000).status_code == 400,
    ),
    _fault(
        "refuses-days",
        _FIND,
        "A time bound in days, such as `7d`, is refused, though the contract allows it.",
        _asked(lambda request: (request.parameter("since") or "").endswith("d")),
        lambda lab: lab.get(EVENTS, since="7d").status_code == 400,
        "I-29",
    ),
    _fault(
        "refuses-offsets",
        _RECORD,
        "A time with another offset than `Z` is refused.",
        _where(lambda sent: not str(sent.get("event_timestamp", "Z")).endswith("Z")),
        lambda lab: lab.takes(event_timestamp=ago(minutes=1).replace("Z", "+00:00")) == 400,
    ),
    _fault(
        "breaks-on-nul",
        _RECORD,
        "U+0000 anywhere in an event is answered with 500.",
        _asked(_has("\0"), _BROKEN),
        lambda lab: lab.takes(error_message="a\0b") == 500,
    ),
    _fault(
        "breaks-on-astral-characters",
        _RECORD,
        "A character above U+FFFF anywhere in an event is answered with 500.",
        _asked(_astral, _BROKEN),
        lambda lab: lab.takes(error_message="\N{ROCKET}") == 500,
    ),
    _fault(
        "breaks-on-greatest-duration",
        _RECORD,
        "A `duration_ms` above 2^24 is answered with 500, though the contract allows 2^31 - 1.",
        _where(lambda sent: _above(sent.get("duration_ms"), 2**24), _BROKEN),
        lambda lab: lab.takes(duration_ms=2**31 - 1) == 500,
    ),
    _fault(
        "breaks-on-big-integers",
        _RECORD,
        "An integer above 2^63 in a payload is answered with 500.",
        _where(
            lambda sent: any(
                _above(value, 2**63) for value in object_of(sent.get("event_data")).values()
            ),
            _BROKEN,
        ),
        lambda lab: lab.takes(event_data=signal(extra=2**70)) == 500,
    ),
    _fault(
        "refuses-greatest-top-k",
        _SEARCH,
        "`top_k` above 50 is refused; the contract allows 100.",
        _where(lambda sent: _above(sent.get("top_k"), 50)),
        lambda lab: lab.post(SEARCH, {"filters": lab.labels(), "top_k": 100}).status_code == 400,
    ),
    _fault(
        "refuses-charset",
        _RECORD,
        "`application/json; charset=utf-8` is answered with 415.",
        _asked(
            lambda request: "charset" in (request.header("content-type") or ""),
            problem(415, "unsupported-media-type", "Unsupported Media Type"),
        ),
        _with_charset,
    ),
    _fault(
        "breaks-on-longest-key",
        _RECORD,
        "An `Idempotency-Key` of 255 characters is answered with 500.",
        _asked(lambda request: len(request.header("idempotency-key") or "") > 128, _BROKEN),
        lambda lab: (
            lab.post(EVENTS, lab.event(), Idempotency_Key=(lab.name * 20)[:255]).status_code == 500
        ),
    ),
    _fault(
        "refuses-priority-any",
        _ADD,
        "A workflow for any priority (`*`) is refused, though the contract allows it.",
        _where(lambda sent: object_of(sent.get("labels")).get("priority") == "*"),
        lambda lab: (
            lab.post(WORKFLOWS, lab.workflow(labels=lab.labels(priority="*"))).status_code == 400
        ),
    ),
)


def _above(value: object, bound: int) -> bool:
    return isinstance(value, int) and value > bound
