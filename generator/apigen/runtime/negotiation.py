"""Content negotiation: Content-Type and Accept as RFC 9110, sections 8.3 and 12.5.1 define them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_WORD: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_TYPE: Final = re.compile(rf"[ \t]*({_WORD})/({_WORD})[ \t]*")
_PARAMETER: Final = re.compile(rf';[ \t]*(?:({_WORD})=({_WORD}|"(?:[^"\\]|\\.)*+"))?[ \t]*')
_MEMBER: Final = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*+"?)++')
_WEIGHT: Final = re.compile(r"(?:0?\.[0-9]{1,3}|[01](?:\.[0-9]{0,3})?)\Z")


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type or range: its essence and parameters, names in lower case."""

    essence: str
    parameters: Mapping[str, str]


def media_type(text: str) -> MediaType | None:
    """Return what a Content-Type says, None if it is none."""
    match = _TYPE.match(text)
    if match is None:
        return None
    parameters: dict[str, str] = {}
    end = match.end()
    while end < len(text):
        parameter = _PARAMETER.match(text, end)
        if parameter is None:
            return None
        if parameter[1]:
            if parameter[1].lower() in parameters:
                return None
            parameters[parameter[1].lower()] = _unquoted(parameter[2])
        end = parameter.end()
    return MediaType(f"{match[1]}/{match[2]}".lower(), parameters)


def _unquoted(value: str) -> str:
    return re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value


def accepted(accept: str | None) -> Mapping[str, float]:
    """Return the ranges of an Accept header with their weights; anything, if there is none.

    Members that are no media range are passed over; ``*`` alone is taken for ``*/*``, as some old
    clients send it. Parameters of ranges, which nothing here depends on, are ignored.
    """
    if accept is None or not accept.strip(" \t,"):
        return {"*/*": 1.0}
    ranges: dict[str, float] = {}
    for member in _MEMBER.findall(accept):
        text = str(member).strip(" \t")
        found = media_type("*/*" + text[1:] if re.match(r"\*\s*(;|\Z)", text) else text)
        if found is not None:
            weight = found.parameters.get("q", "1")
            if _WEIGHT.match(weight):
                ranges[found.essence] = max(float(weight), ranges.get(found.essence, 0.0))
    return ranges


def quality(ranges: Mapping[str, float], offered: str) -> float:
    """Return the weight that *ranges* give to an offered media type: its closest range decides."""
    essence = offered.partition(";")[0].strip().lower()
    family = essence.partition("/")[0]
    if "*" in essence:  # the contract leaves the type open: anything that it covers will do
        fitting = [
            weight
            for name, weight in ranges.items()
            if essence == "*/*" or name == "*/*" or name.partition("/")[0] == family
        ]
        return max(fitting, default=0.0)
    for name in (essence, f"{family}/*", "*/*"):
        if name in ranges:
            return ranges[name]
    return 0.0
