"""The findings of a file that is not Python."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath

from apigen.diagnostics import consumers as codes
from apigen.guard.finding import Found
from apigen.guard.languages import golang, javascript, shell, wrapped, yamlfiles
from apigen.guard.languages.asked import Asked
from apigen.guard.languages.kinds import kind
from apigen.guard.suggesting import listed, suggest
from apigen.guard.surface import Surface
from apigen.guard.values import Text
from apigen.guard.verdict import judge_request

Reader = Callable[[str], list[Asked]]
_READERS: Mapping[str, Reader] = {
    "shell": shell.asked,
    "makefile": wrapped.makefile,
    "dockerfile": wrapped.dockerfile,
    "yaml": yamlfiles.asked,
    "javascript": javascript.asked,
    "go": golang.asked,
}
_SENDS = re.compile(
    r"curl|wget|\bhttps?\b|fetch|axios|\bgot\b|\bky\b|request|ajax|Request|\.[Gg]et\b|\.[Pp]ost\b"
    r"|uri:|\bxh\b|GET|POST|http\.|EventSource|sendBeacon|[cC]lient|\.(?:put|patch|delete|open)\b"
)


def findings(file: str, source: str, surfaces: Sequence[Surface]) -> list[Found]:
    """Return what is found in a file that is not Python."""
    read = _READERS.get(kind(file))
    if read is None or not speaks(source, surfaces):
        return []
    return told(file, read(source), surfaces)


def speaks(source: str, surfaces: Sequence[Surface]) -> bool:
    """Return whether a file can hold a finding, to judge by its words."""
    if not _SENDS.search(source):
        return False
    plain = re.sub(r"[_-]", "", source.lower())
    return any(
        any(marker in source for marker in each.markers) or any(s in plain for s in each.service)
        for each in surfaces
    )


def told(file: str, asked: Sequence[Asked], surfaces: Sequence[Surface]) -> list[Found]:
    """Return the findings of requests, one for each place."""
    found: dict[tuple[int, int, str], Found] = {}
    for one in asked:
        for url in one.urls:
            made = _found(file, one, url, surfaces)
            key = (one.line, one.column, made.operation if made else "")
            if made is not None and key not in found:
                found[key] = made
                break
    return sorted(found.values(), key=lambda each: (each.line, each.column))


def _found(file: str, one: Asked, url: Text, surfaces: Sequence[Surface]) -> Found | None:
    hits = judge_request(surfaces, url, one.method, one.receiver, test=_is_test(file))
    if not hits:
        return None
    hit = hits[0]
    place = (one.line, one.column, one.end)
    if not hit.endpoints:
        message = (
            f"{one.written} asks {hit.surface.client} for {one.method or 'the method'} {hit.path}, "
            "which its contract does not have"
        )
        return Found(
            codes.UNKNOWN_OPERATION.id, *place, message,
            "add it to the contract, or correct the call",
        )  # fmt: skip
    names = " or ".join(dict.fromkeys(each.id for each in hit.endpoints[:3]))
    endpoint = hit.endpoints[0]
    suggestion = suggest(hit, None)
    message = (
        f"{one.written} bypasses the generated client: {endpoint.method} {hit.path} is {names}"
    )
    if suggestion.strangers:
        message += f", which has no parameter {listed(suggestion.strangers)}"
    hint = f"call it through a client made from the contract; in Python {hit.surface.client}(url)"
    return Found(codes.BYPASS.id, *place, message, f"{hint}.{suggestion.call}", endpoint.id)


def _is_test(file: str) -> bool:
    path = PurePosixPath(file)
    return path.name.endswith("_test.go") or ".test." in path.name or ".spec." in path.name
