"""Whether a request means an operation of a contract, and what is said of it."""

import re
from collections.abc import Sequence

from apigen.guard.addresses import Hit, find
from apigen.guard.python.project import Sent
from apigen.guard.surface import Surface, is_common
from apigen.guard.values import Hole, Text, Unknown, Value

_SENDERS = re.compile(
    r"(?:^|[_.])(?:\w*(?:client|session|http|https|requests?|rest|sess|transport|fetcher|caller|"
    r"opener|api))$",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"router|\bapp$|blueprint|\bbp$|cache|redis|mock|responses|respx|routes?$|queue|registry|store|"
    r"db$|server$|headers|cookies|params|environ|config|settings|httpserver|rsps|httpbin|requests_mock",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"(?:^|\.)_?(?:\w*_)?(?:client|api)$", re.IGNORECASE)


def judge(surfaces: Sequence[Surface], sent: Sent, *, test: bool) -> tuple[Hit, ...]:
    """Return what of the contracts a request means; *test*: whether it stands in tests."""
    return judge_request(surfaces, sent.url, sent.method.literal or "", sent.receiver, test=test)


def judge_request(
    surfaces: Sequence[Surface], url: Text, method: str, receiver: Value | None, *, test: bool
) -> tuple[Hit, ...]:
    """Return what a request means; *receiver*: what sends it, where it is not certain to send."""
    if receiver is not None and not _may_send(receiver, url, test=test):
        return ()
    hits = [find(surface, url, method) for surface in surfaces]
    return tuple(hit for hit in hits if hit is not None)


def _may_send(receiver: Value, url: Text, *, test: bool) -> bool:
    """Return whether something that is not known sends requests, to judge by its name."""
    name = receiver.name if isinstance(receiver, Unknown) else ""
    if not _SENDERS.search(name) or _OTHERS.search(name):
        return False
    first = url.parts[0] if url.parts else ""
    bare = isinstance(first, str) and first.startswith("/") and not first.startswith("//")
    return not (bare and test and _PLAIN.search(name)) and _tells(url, bare=bare)


def _tells(url: Text, *, bare: bool) -> bool:
    literal = "".join(part if isinstance(part, str) else "" for part in url.parts)
    telling = [part for part in re.split(r"[/?]", literal) if part and not is_common(part)]
    has_hole = any(isinstance(part, Hole) for part in url.parts)
    return len(telling) >= 1 and (bare or has_hole or "://" in literal)
