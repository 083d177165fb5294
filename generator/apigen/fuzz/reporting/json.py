"""A run as JSON, for programs.

An object with ``version`` (1), ``url``, ``seed``, ``namespace``, ``seconds``, ``requests``,
``statuses``, ``drifted``, ``reached``, ``findings``, ``accepted``, ``untested``, ``unjudged``,
``left_out`` (why oracles did not run, or not to their end), ``cut_short`` and ``ended`` (those that
began, and did not or did come to their end).
A finding has ``finding`` (what a baseline accepts), ``code``, ``slug``, ``kind``, ``operation``,
``place``, ``says``, ``did``, ``oracle``, ``seed``, ``curl``, ``python`` and ``exchanges``.
"""

import json

from apigen.fuzz.campaign import Outcome
from apigen.fuzz.drifts import Drift
from apigen.fuzz.operations import Contract
from apigen.fuzz.reporting.reproducing import curl, python
from apigen.fuzz.traffic import Exchange

VERSION = 1
_MOST_BYTES = 20_000


def render(outcome: Outcome, contract: Contract) -> str:
    """Return the run as one JSON object, in ASCII."""
    value = {
        "version": VERSION,
        "url": outcome.url,
        "seed": outcome.seed,
        "namespace": outcome.namespace,
        "seconds": round(outcome.seconds, 3),
        "requests": outcome.requests,
        "statuses": {str(status): count for status, count in outcome.statuses.items()},
        "drifted": list(outcome.drifted),
        "reached": sorted(outcome.reached),
        "findings": [finding(each, contract) for each in outcome.drifts],
        "accepted": [each.fingerprint for each in outcome.accepted],
        "untested": dict(outcome.untested),
        "unjudged": {oracle: dict(reasons) for oracle, reasons in outcome.unjudged.items()},
        "left_out": dict(outcome.left_out),
        "cut_short": list(outcome.cut_short),
        "ended": list(outcome.ended),
    }
    return json.dumps(value, indent=2) + "\n"


def finding(drift: Drift, contract: Contract) -> dict[str, object]:
    """Return one finding."""
    place = drift.place
    calls = [exchange.call for exchange in drift.exchanges]
    return {
        "finding": drift.fingerprint,
        "code": drift.code.id,
        "slug": drift.code.slug,
        "kind": drift.kind.value,
        "operation": drift.operation,
        "place": {
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "pointer": place.pointer,
        },
        "says": drift.says,
        "did": drift.did,
        "hint": drift.hint,
        "oracle": drift.oracle,
        "seed": drift.seed,
        "curl": [curl(call) for call in calls],
        "python": python(contract, calls[-1]) if calls else "",
        "exchanges": [exchange_of(each) for each in drift.exchanges],
    }


def exchange_of(exchange: Exchange) -> dict[str, object]:
    """Return an exchange; bodies as text, long ones cut."""
    call, answer = exchange.call, exchange.answer
    return {
        "number": exchange.number,
        "method": call.method,
        "url": call.url,
        "identity": call.identity,
        "headers": [list(pair) for pair in call.headers],
        "body": None if call.body is None else shown(call.body),
        "status": answer.status,
        "answer_headers": [list(pair) for pair in answer.headers],
        "answer": shown(answer.body),
        "failure": answer.failure,
        "seconds": round(answer.seconds, 4),
    }


def shown(body: bytes) -> str:
    """Return a body as text, the beginning of a long one."""
    return body[:_MOST_BYTES].decode("utf-8", "backslashreplace")
