"""Lists whose filters, pages, order or counts mean something else than the contract says."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, Final

from tests.drift.changes import (
    default,
    ignoring,
    object_of,
    on,
    query,
    sending_member,
    told,
    told_member,
)
from tests.drift.fault import Fault, Remembering, Witness
from tests.drift.faults.planting import planted
from tests.drift.lab import EXPORT, Json, Lab, ago, json_of, signal
from tests.drift.messages import Ask, Change, Request, Response

_FIND: Final = "GET /api/v1/audit/events"
_EXPORT: Final = "GET /api/v1/audit/export"
_LIST: Final = "GET /api/v1/workflows"
_SEARCH: Final = "POST /api/v1/workflows/search"


def _fault(name: str, operation: str, drift: str, change: Change, witness: Witness) -> Fault:
    return planted("semantics", name, operation, drift, change, witness)


def _stored(lab: Lab, count: int, **changes: Any) -> list[Json]:
    """Store events, each older than the one before."""
    return [
        lab.store(event_timestamp=ago(minutes=index), **changes) for index in range(1, count + 1)
    ]


def _ids(events: list[Json]) -> list[str]:
    return [one["event_id"] for one in events]


def _number(text: str, edit: Callable[[int], int]) -> str:
    return str(edit(int(text))) if text.isdecimal() else text


def _page(edit: Callable[[Json], Json]) -> Change:
    return told(lambda found: {**object_of(found), "pagination": edit(object_of(found))})


def _own_total(page: Json) -> Json:
    return {**page["pagination"], "total": len(page["data"])}


def _full_means_more(page: Json) -> Json:
    where = page["pagination"]
    return {**where, "has_more": len(page["data"]) == where["limit"]}


async def _folding(request: Request, ask: Ask) -> Response:
    """Compare `severity` without regard to letter case."""
    wanted = request.parameter("severity")
    found = await ask(request.without("severity"))
    body = found.json()
    if wanted is None or not found.ok:
        return await ask(request)
    data = [one for one in body["data"] if str(one.get("severity")).lower() == wanted.lower()]
    where = {**body["pagination"], "total": len(data), "has_more": False}
    return found.with_json({"data": data, "pagination": where})


def _unsteady() -> Change:
    """Return a change by which every other answer is turned around."""
    turns = itertools.count()

    async def change(request: Request, ask: Ask) -> Response:
        found = await ask(request)
        body = found.json()
        if not found.ok or next(turns) % 2:
            return found
        return found.with_json({**body, "data": body["data"][::-1]})

    return on(_FIND, change)


def _sees_unsteady(lab: Lab) -> bool:
    _stored(lab, 3)
    return len({tuple(_ids(lab.found())) for _ in range(4)}) > 1


async def _by_pages(request: Request, ask: Ask) -> Response:
    """Count `offset` in pages."""
    offset, limit = request.parameter("offset"), request.parameter("limit") or "50"
    if offset is None or not (offset.isdecimal() and limit.isdecimal()):
        return await ask(request)
    pairs = [*request.without("offset").parameters, ("offset", str(int(offset) * int(limit)))]
    return await ask(request.with_parameters(pairs))


def _late(event: Json) -> bool:
    """Return whether an event came more than an hour after it happened."""
    return str(event.get("event_timestamp")) < ago(hours=1)


def _without_late(found: Any) -> Any:
    body = object_of(found)
    return {**body, "data": [one for one in body["data"] if not _late(one)]}


def _sees_ignored(name: str, one: str, other: str) -> Callable[[Lab], bool]:
    def witness(lab: Lab) -> bool:
        lab.store(**{name: one})
        lab.store(**{name: other})
        return len(lab.found(**{name: one})) == 2

    return witness


def _sees_detail(lab: Lab) -> bool:
    lab.store(event_data=signal(signal_name="one"))
    lab.store(event_data=signal(signal_name="other"))
    return len(lab.found(detail_key="signal_name", detail_value="one")) == 2


def _exported(lab: Lab, **query: Any) -> list[Json]:
    found = json_of(lab.get(EXPORT, correlation_id=lab.name, **query))
    return [object_of(one) for one in found.get("events", [])]


def _sees_export_of_others(lab: Lab) -> bool:
    lab.store()
    lab.store(correlation_id=f"{lab.name}-other")
    found = json_of(lab.get(EXPORT, correlation_id=lab.name, limit=10000))["events"]
    return any(one["correlation_id"] != lab.name for one in found)


def _sees_unmasked(lab: Lab) -> bool:
    lab.store(event_data=signal(email="someone@example.com"))
    (event,) = _exported(lab, redact_pii="true")
    return bool(event["event_data"]["email"] == "someone@example.com")


def _sees_worst_first(lab: Lab) -> bool:
    lab.add(custom_labels={"team": ["payments"]})
    lab.add()
    asked = {**lab.labels(), "custom_labels": {"team": ["payments"]}}
    found = lab.searched(filters=asked)["workflows"]
    scores = [one["final_score"] for one in found]
    return len(scores) == 2 and scores[0] < scores[1]


def _two_workflows(lab: Lab) -> bool:
    return bool(lab.add() and lab.add())


FAULTS: Final = (
    _fault(
        "severity-ignored",
        _FIND,
        "The filter `severity` does not restrict.",
        ignoring("severity"),
        _sees_ignored("severity", "info", "critical"),
    ),
    _fault(
        "outcome-ignored",
        _FIND,
        "The filter `event_outcome` does not restrict.",
        ignoring("event_outcome"),
        _sees_ignored("event_outcome", "success", "failure"),
    ),
    _fault(
        "detail-ignored",
        _FIND,
        "The filters `detail_key` and `detail_value` do not restrict.",
        ignoring("detail_key", "detail_value"),
        _sees_detail,
    ),
    _fault(
        "until-ignored",
        _FIND,
        "The filter `until` does not restrict.",
        ignoring("until"),
        lambda lab: bool(_stored(lab, 2)) and len(lab.found(until=ago(seconds=90))) == 2,
    ),
    _fault(
        "since-ignored",
        _FIND,
        "The filter `since` does not restrict.",
        ignoring("since"),
        lambda lab: bool(_stored(lab, 2)) and len(lab.found(since="90s")) == 2,
    ),
    _fault(
        "severity-in-any-case",
        _FIND,
        "The filter `severity` is compared without regard to letter case.",
        _folding,
        lambda lab: bool(lab.store(severity="Critical")) and bool(lab.found(severity="critical")),
    ),
    _fault(
        "severity-in-lower-case",
        _FIND,
        "The filter `severity` is put in lower case, what is stored is not.",
        query("severity", str.lower),
        lambda lab: bool(lab.store(severity="Critical")) and not lab.found(severity="Critical"),
    ),
    _fault(
        "one-more-than-limit",
        _FIND,
        "A page holds one event more than `limit`.",
        query("limit", lambda text: _number(text, lambda n: min(n + 1, 1000) if n else n)),
        lambda lab: bool(_stored(lab, 3)) and len(lab.found(limit=2)) == 3,
    ),
    _fault(
        "offset-ignored",
        _FIND,
        "`offset` is ignored.",
        query("offset", lambda text: "0" if text.isdecimal() else text),
        lambda lab: bool(_stored(lab, 2)) and len(lab.found(offset=1)) == 2,
    ),
    _fault(
        "offset-in-pages",
        _FIND,
        "`offset` counts pages, not events.",
        _by_pages,
        lambda lab: bool(_stored(lab, 3)) and not lab.found(limit=2, offset=2),
    ),
    _fault(
        "total-of-the-page",
        _FIND,
        "`pagination.total` is the number of events on the page.",
        _page(_own_total),
        lambda lab: bool(_stored(lab, 3)) and lab.page(limit=2)["pagination"]["total"] == 2,
    ),
    _fault(
        "more-after-a-full-page",
        _FIND,
        "`has_more` is true after every full page, even the last.",
        _page(_full_means_more),
        lambda lab: bool(_stored(lab, 2)) and lab.page(limit=2)["pagination"]["has_more"],
    ),
    _fault(
        "never-more",
        _FIND,
        "`has_more` is always false.",
        told_member("pagination.has_more", lambda _: False),
        lambda lab: bool(_stored(lab, 3)) and not lab.page(limit=2)["pagination"]["has_more"],
    ),
    Fault(
        name="unsteady-order",
        kind="semantics",
        operation=_FIND,
        drift="The same query is answered in another order the next time.",
        install=Remembering(_unsteady),
        witness=_sees_unsteady,
    ),
    _fault(
        "oldest-first",
        _FIND,
        "Events come oldest first.",
        told_member("data", lambda data: data[::-1]),
        lambda lab: _ids(_stored(lab, 2)) == _ids(lab.found())[::-1],
    ),
    _fault(
        "late-events-missing",
        _FIND,
        "Events that were stored more than an hour after they happened are not found.",
        told(_without_late),
        lambda lab: bool(lab.store(event_timestamp=ago(hours=2))) and not lab.found(),
    ),
    Fault(
        name="default-limit-of-100",
        kind="semantics",
        operation=_FIND,
        drift="Without `limit` a page holds 100 events; the contract says 50.",
        install=planted("semantics", "", _FIND, "", default("limit", "100"), bool).install,
        witness=lambda lab: lab.page()["pagination"]["limit"] == 100,
        incident="I-25",
    ),
    _fault(
        "default-limit-of-workflows",
        _LIST,
        "Without `limit` a page holds 50 workflows; the contract says 100.",
        default("limit", "50"),
        lambda lab: lab.listed()["limit"] == 50,
    ),
    _fault(
        "default-outcome",
        _FIND,
        "Without `event_outcome` only successes are found.",
        default("event_outcome", "success"),
        lambda lab: bool(lab.store(event_outcome="failure")) and not lab.found(),
    ),
    _fault(
        "workflow-status-ignored",
        _LIST,
        "The filter `status` does not restrict.",
        ignoring("status"),
        lambda lab: bool(lab.add()) and bool(lab.versions(status="archived")),
    ),
    _fault(
        "workflow-total-of-the-page",
        _LIST,
        "`total` is the number of workflows on the page.",
        told(lambda found: {**object_of(found), "total": len(object_of(found)["workflows"])}),
        lambda lab: _two_workflows(lab) and lab.listed(limit=1)["total"] == 1,
    ),
    _fault(
        "workflow-offset-ignored",
        _LIST,
        "`offset` is ignored.",
        query("offset", lambda text: "0" if text.isdecimal() else text),
        lambda lab: _two_workflows(lab) and len(lab.versions(offset=1)) == 2,
    ),
    _fault(
        "top-k-ignored",
        _SEARCH,
        "`top_k` does not bound what a search returns.",
        sending_member("top_k", lambda value: 100 if isinstance(value, int) and value else value),
        lambda lab: _two_workflows(lab) and len(lab.searched(top_k=1)["workflows"]) == 2,
    ),
    _fault(
        "min-score-ignored",
        _SEARCH,
        "`min_score` does not restrict a search.",
        sending_member("min_score", lambda value: 0 if isinstance(value, int | float) else value),
        lambda lab: bool(lab.add()) and len(lab.searched(min_score=1)["workflows"]) == 1,
    ),
    _fault(
        "worst-first",
        _SEARCH,
        "A search returns the worst workflow first.",
        told_member("workflows", lambda found: found[::-1]),
        _sees_worst_first,
    ),
    _fault(
        "export-correlation-ignored",
        _EXPORT,
        "The filter `correlation_id` does not restrict an export.",
        ignoring("correlation_id"),
        _sees_export_of_others,
    ),
    _fault(
        "export-newest-first",
        _EXPORT,
        "An export tells the newest event first, not the first stored.",
        told_member("events", lambda events: events[::-1]),
        lambda lab: _ids(_stored(lab, 2)) == _ids(_exported(lab))[::-1],
    ),
    _fault(
        "export-unmasked",
        _EXPORT,
        "`redact_pii` masks nothing.",
        ignoring("redact_pii"),
        _sees_unmasked,
    ),
)
