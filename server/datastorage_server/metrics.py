"""Metrics: counters, told in the Prometheus text format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Final


@dataclass(frozen=True, slots=True)
class Metric:
    """A counter: its name, what it counts, and the values that each of its labels may have."""

    name: str
    help: str
    labels: tuple[tuple[str, tuple[str, ...]], ...] = ()


WRITES: Final = Metric(
    "datastorage_write_total",
    "Writes that reached the store's rules, by operation and by what became of them.",
    (
        ("operation", ("createAuditEvent", "createAuditEventsBatch")),
        ("outcome", ("stored", "repeated", "queued", "refused", "failed")),
    ),
)
EVENTS: Final = Metric("datastorage_events_stored_total", "Audit events stored by this process.")
QUERIES: Final = Metric(
    "datastorage_query_total",
    "Queries of audit events, by what became of them.",
    (("outcome", ("answered", "refused", "failed")),),
)

ADMISSIONS: Final = Metric(
    "datastorage_admission_total",
    "Requests to a server with authentication, by whether they were let in.",
    (("outcome", ("admitted", "unauthenticated", "forbidden", "undecided")),),
)

METRICS: Final = (WRITES, EVENTS, QUERIES, ADMISSIONS)


class Counters:
    """The counts of one server since it started."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, tuple[str, ...]]] = Counter()

    def add(self, metric: Metric, *labels: str, amount: int = 1) -> None:
        """Count *amount* more under the values of the metric's labels, in their order."""
        self._counts[metric.name, labels] += amount

    def text(self) -> str:
        """Return all counts, those that are still zero too."""
        return "".join(f"{line}\n" for metric in METRICS for line in self._lines(metric))

    def _lines(self, metric: Metric) -> Iterable[str]:
        yield f"# HELP {metric.name} {metric.help}"
        yield f"# TYPE {metric.name} counter"
        for values in product(*(allowed for _, allowed in metric.labels)):
            pairs = zip(metric.labels, values, strict=True)
            told = ",".join(f'{label}="{value}"' for (label, _), value in pairs)
            count = self._counts[metric.name, values]
            yield f"{metric.name}{{{told}}} {count}" if told else f"{metric.name} {count}"
