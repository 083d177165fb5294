"""Texts of the formats that JSON Schema and OpenAPI name."""

import random
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

_DURATION = re.compile(
    r"P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?", re.ASCII
)
_MARGIN = timedelta(minutes=2)
"""Kept from the bounds of a time, which move while a request travels."""


def duration(written: str) -> timedelta | None:
    """Return an ISO 8601 duration of weeks to seconds; None if it is none."""
    match = _DURATION.fullmatch(written)
    if match is None or not any(match.groups()):
        return None
    weeks, days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def moment(
    now: datetime, chance: random.Random, oldest: timedelta | None, newest: timedelta | None
) -> str:
    """Return a point in time, in UTC with microseconds, within bounds around now."""
    first = now - (oldest - _MARGIN if oldest is not None else timedelta(days=2))
    last = now + min(newest - _MARGIN if newest is not None else timedelta(0), timedelta(0))
    span = max((last - first).total_seconds(), 0.0)
    point = first + timedelta(microseconds=int(chance.random() * span * 1_000_000))
    return point.isoformat(timespec="microseconds").replace("+00:00", "Z")


def within(written: str, now: datetime, oldest: timedelta | None, newest: timedelta | None) -> bool:
    """Tell whether a point in time lies within bounds around now, with a margin."""
    try:
        point = datetime.fromisoformat(written)
    except ValueError:
        return True  # of another form, about which the bounds say nothing
    if point.tzinfo is None:
        return True
    early = oldest is not None and point < now - oldest + _MARGIN
    late = newest is not None and point > now + newest - _MARGIN
    return not (early or late)


_FORMATS: Mapping[str, Callable[[random.Random, datetime], str]] = {
    "uuid": lambda chance, _: str(UUID(int=chance.getrandbits(128), version=4)),
    "date-time": lambda chance, now: moment(now, chance, None, None),
    "date": lambda chance, now: (now - timedelta(days=chance.randrange(2, 400))).date().isoformat(),
    "time": lambda chance, _: f"{chance.randrange(24):02}:{chance.randrange(60):02}:00Z",
    "duration": lambda chance, _: f"PT{chance.randrange(1, 600)}S",
    "email": lambda chance, _: f"fuzz{chance.randrange(1 << 32):x}@example.org",
    "hostname": lambda chance, _: f"h{chance.randrange(1 << 32):x}.example.org",
    "ipv4": lambda chance, _: f"192.0.2.{chance.randrange(1, 255)}",
    "ipv6": lambda chance, _: f"2001:db8::{chance.randrange(1, 65536):x}",
    "uri": lambda chance, _: f"https://example.org/{chance.randrange(1 << 32):x}",
    "uri-reference": lambda chance, _: f"/fuzz/{chance.randrange(1 << 32):x}",
    "byte": lambda _chance, _now: "YXBpZ2Vu",
    "json-pointer": lambda chance, _: f"/m{chance.randrange(1 << 32):x}",
    "regex": lambda _chance, _now: "^[a-z]+$",
}
_ALIKE = {"url": "uri", "iri": "uri", "iri-reference": "uri-reference", "ip": "ipv4"}


def formatted(name: str, chance: random.Random, now: datetime) -> str | None:
    """Return a text of a format; None if the format is unknown."""
    name = name.removeprefix("idn-")
    made = _FORMATS.get(_ALIKE.get(name, name))
    return None if made is None else made(chance, now)
