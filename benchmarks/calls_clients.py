"""The clients of calls.py, in a process of their own: calls_clients.py URL ROUNDS CALLS.

Each does the same work: a typed event, or a hundred, to bytes; one request; the answer to models.
All in one process and in turn, so that what slows the machine slows them alike. Prints JSON: the
CPU microseconds of a call, by client and kind, of each round.
"""

import gc
import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
from pydantic import TypeAdapter
from server_bodies import BATCH, event

EVENTS = "/api/v1/audit/events"
SINGLE = event(1)
MANY = [event(number) for number in range(BATCH)]
Calls = tuple[Callable[[], object], Callable[[], object], Callable[[], object]]
"""A single write, a batch of 100, a page of 100."""


def bare(url: str) -> Calls:
    """Send dictionaries with httpx and the JSON of the standard library."""
    http, headers = httpx.Client(base_url=url), {"content-type": "application/json"}

    def send(path: str, body: object) -> object:
        return json.loads(http.post(path, content=json.dumps(body), headers=headers).content)

    def page() -> object:
        return json.loads(http.get(EVENTS, params={"limit": BATCH}).content)

    return lambda: send(EVENTS, SINGLE), lambda: send(EVENTS + "/batch", MANY), page


def by_hand(url: str) -> Calls:
    """Send pydantic models with httpx, as one would write it who knows both."""
    from rival import models as m  # noqa: PLC0415 - generated before

    http, headers = httpx.Client(base_url=url), {"content-type": "application/json"}
    one, many = TypeAdapter(m.AuditEventRequest), TypeAdapter(list[m.AuditEventRequest])
    stored, batched = TypeAdapter(m.AuditEventResponse), TypeAdapter(m.BatchAuditEventResponse)
    found = TypeAdapter(m.AuditEventsQueryResponse)
    single, batch = one.validate_python(SINGLE, strict=False), many.validate_python(MANY)

    def send(path: str, form: Any, body: object, answer: Any) -> object:
        content = form.dump_json(body, by_alias=True, exclude_unset=True)
        response = http.post(path, content=content, headers=headers)
        return answer.validate_json(response.raise_for_status().content)

    def page() -> object:
        response = http.get(EVENTS, params={"limit": BATCH})
        return found.validate_json(response.raise_for_status().content)

    return (
        lambda: send(EVENTS, one, single, stored),
        lambda: send(EVENTS + "/batch", many, batch, batched),
        page,
    )


def ours(url: str) -> Calls:
    """Call the client that apigen generates."""
    import ours as package  # noqa: PLC0415 - generated before
    from ours import models as m  # noqa: PLC0415

    client = package.Ours(url)
    one, many = TypeAdapter(m.AuditEventRequest), TypeAdapter(list[m.AuditEventRequest])
    single = one.validate_json(json.dumps(SINGLE))
    batch = many.validate_json(json.dumps(MANY))
    return (
        lambda: client.create_audit_event(single),
        lambda: client.create_audit_events_batch(batch),
        lambda: client.query_audit_events(limit=BATCH),
    )


def openapi_python_client(url: str) -> Calls:
    """Call the client that openapi-python-client generates."""
    from opc import Client  # noqa: PLC0415 - generated before
    from opc.api.audit_write_api import (  # noqa: PLC0415
        create_audit_event,
        create_audit_events_batch,
        query_audit_events,
    )
    from opc.models import AuditEventRequest  # noqa: PLC0415

    client: Any = Client(base_url=url)
    single = AuditEventRequest.from_dict(SINGLE)
    batch = [AuditEventRequest.from_dict(each) for each in MANY]
    return (
        lambda: create_audit_event.sync(client=client, body=single),
        lambda: create_audit_events_batch.sync(client=client, body=batch),
        lambda: query_audit_events.sync(client=client, limit=BATCH),
    )


def datamodel_code_generator(url: str) -> Calls:
    """Call the client that datamodel-code-generator generates."""
    from rival import models as m  # noqa: PLC0415 - generated before
    from rival.client import Client  # noqa: PLC0415

    api = Client(base_url=url).audit_write_api
    single = m.AuditEventRequest.model_validate_json(json.dumps(SINGLE))
    batch = m.ApiV1AuditEventsBatchPostRequest.model_validate_json(json.dumps(MANY))
    return (
        lambda: api.create_audit_event(body=single),
        lambda: api.create_audit_events_batch(body=batch),
        lambda: api.query_audit_events(limit=BATCH),
    )


MAKERS: dict[str, Callable[[str], Calls]] = {
    "httpx and json": bare,
    "httpx and pydantic, by hand": by_hand,
    "apigen": ours,
    "openapi-python-client": openapi_python_client,
    "datamodel-code-generator": datamodel_code_generator,
}


def measured(call: Callable[[], object], count: int) -> float:
    """Return the CPU microseconds of a call."""
    gc.collect()
    begun = time.process_time()
    for _ in range(count):
        call()
    return (time.process_time() - begun) * 1e6 / count


def main(url: str, rounds: int, count: int) -> None:
    """Measure them in turn, and print the figures."""

    def made() -> Iterator[tuple[str, Calls]]:
        for name, make in MAKERS.items():
            try:
                calls = make(url)
            except ImportError:  # its generator is not installed
                continue
            assert all(call() is not None for call in calls), name  # noqa: S101 - it must work
            yield name, calls

    clients = dict(made())
    gc.freeze()
    figures: dict[str, list[list[float]]] = {name: [[], [], []] for name in clients}
    for turn in range(rounds + 1):  # the first warms up
        for kind, divisor in enumerate((1, 4, 4)):
            for name, calls in clients.items():
                slow = 20 if name == "openapi-python-client" and kind else 1
                took = measured(calls[kind], max(count // divisor // slow, 3))
                if turn:
                    figures[name][kind].append(took)
    sys.stdout.write(json.dumps(figures))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
