"""What the queue tells of itself: in readiness and in the metrics."""

from __future__ import annotations

from datastorage import models as m

from .draining import Drain


def queue_status(drain: Drain | None) -> m.QueueStatus | None:
    """Return the state of the queue in the contract's form; None if there is no queue."""
    if drain is None:
        return None
    queue = drain.queue
    return m.QueueStatus(
        pending_writes=queue.pending, parked_writes=queue.parked, oldest_seconds=queue.age
    )


def queue_metrics(drain: Drain | None) -> str:
    """Return the metrics of the queue; nothing if there is none."""
    if drain is None:
        return ""
    queue = drain.queue
    told = (
        ('writes{state="pending"}', queue.pending),
        ('writes{state="parked"}', queue.parked),
        ("bytes", queue.size),
        ("oldest_seconds", f"{queue.age:.3f}"),
        ("blocked", int(drain.failure is not None)),
    )
    help_of = {
        "writes": "Writes that wait for the database, and those that it will never take.",
        "bytes": "Bytes of all writes in the queue.",
        "oldest_seconds": "Seconds that the oldest pending write has waited.",
        "blocked": "Whether the last try to write what waits failed.",
    }
    lines: list[str] = []
    for series, value in told:
        name, _, _ = series.partition("{")
        if name in help_of:
            lines.append(f"# HELP datastorage_queue_{name} {help_of.pop(name)}")
            lines.append(f"# TYPE datastorage_queue_{name} gauge")
        lines.append(f"datastorage_queue_{series} {value}")
    return "".join(f"{line}\n" for line in lines)
