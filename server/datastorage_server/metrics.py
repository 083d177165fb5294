"""Metrics: counters and histograms, told in the Prometheus text format."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
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


BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of the classes into which durations fall, in seconds."""

_DURATION: Final = "datastorage_http_request_duration_seconds"
_IN_FLIGHT: Final = "datastorage_http_requests_in_flight"


class Durations:
    """How long requests took, by operation and class of status.

    What a caller chooses is no label: a path of no operation is counted with all the others.

    Attributes:
        in_flight: How many requests are being answered.

    """

    def __init__(self) -> None:
        self.in_flight = 0
        self._counts: dict[tuple[str, str], list[int]] = {}
        self._sums: defaultdict[tuple[str, str], float] = defaultdict(float)

    def add(self, operation: str, status_class: str, seconds: float) -> None:
        """Count a request that was answered."""
        labels = (operation, status_class)
        counts = self._counts.setdefault(labels, [0] * (len(BUCKETS) + 1))
        counts[bisect_left(BUCKETS, seconds)] += 1
        self._sums[labels] += seconds

    def text(self) -> str:
        """Return the histograms and the gauge."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterable[str]:
        yield f"# HELP {_DURATION} Seconds from the header of a request to the end of its answer."
        yield f"# TYPE {_DURATION} histogram"
        for (operation, status_class), counts in sorted(self._counts.items()):
            labels = f'operation="{operation}",status_class="{status_class}"'
            total = 0
            for bound, count in zip((*BUCKETS, "+Inf"), counts, strict=True):
                total += count
                yield f'{_DURATION}_bucket{{{labels},le="{bound}"}} {total}'
            yield f"{_DURATION}_sum{{{labels}}} {self._sums[operation, status_class]:.6f}"
            yield f"{_DURATION}_count{{{labels}}} {total}"
        yield f"# HELP {_IN_FLIGHT} Requests that are being answered."
        yield f"# TYPE {_IN_FLIGHT} gauge"
        yield f"{_IN_FLIGHT} {self.in_flight}"


def pool_metrics(used: int, most: int) -> str:
    """Return the metrics of the connections to the database."""
    name = "datastorage_pool_connections"
    return (
        f"# HELP {name} Connections to the database that are in use, and that may be.\n"
        f"# TYPE {name} gauge\n"
        f'{name}{{state="used"}} {used}\n'
        f'{name}{{state="most"}} {most}\n'
    )
