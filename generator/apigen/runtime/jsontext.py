"""JSON text from strangers: what no parser may be trusted to refuse (RFC 8259, RFC 7493).

Parsers disagree on duplicate names, NaN, numbers beyond a double, lone surrogates and depth; what
passes here means the same to all of them. U+0000 is refused too: databases cannot store it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import accumulate
from typing import Final, NoReturn

_NOT_BRACKETS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"?+|[^\[\]{}"]++', re.DOTALL)
_DULL: Final = bytes(set(range(256)) - set(b'"[]{}\\/bfnrtu'))
_DULLER: Final = bytes(set(range(256)) - set(b'"[]{}'))
"""What says nothing of nesting: it goes before anything slow sees the text."""
_STEP: Final[Mapping[int, int]] = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NOT_ZERO: Final = re.compile(r"-?[0.]*[1-9]")
_SUSPECT: Final = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_HARMLESS: Final = re.compile(
    r"(?:[^\\]++|\\[^u]"
    r"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\u(?!0000|[dD][89a-fA-F])[0-9a-fA-F]{4})*+",
    re.DOTALL,
)


class MalformedJson(ValueError):  # noqa: N818 - named after what happened, as the other errors are
    """The text is no JSON, or JSON that readers disagree on."""


def check_json(content: bytes, *, max_depth: int) -> None:
    """Raise :class:`MalformedJson`, saying what is wrong and where, unless all readers agree."""
    text = _decoded(content)
    _check_depth(content, max_depth)
    try:
        json.loads(
            text,
            object_pairs_hook=_check_names,
            parse_constant=_refuse_constant,
            parse_float=_check_number,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise MalformedJson(f"the JSON is malformed at {where}: {error.msg}") from None
    except MalformedJson:
        raise
    except ValueError:  # Python's own limit on the digits of an integer
        raise MalformedJson("the JSON has an integer of too many digits") from None
    if _SUSPECT.search(text):
        _check_escapes(text)


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xef\xbb\xbf", b"\xfe\xff", b"\xff\xfe")):
        raise MalformedJson("the JSON starts with a byte order mark")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise MalformedJson(f"the JSON is not UTF-8 at byte {error.start}") from None


def _check_depth(content: bytes, limit: int) -> None:
    """Bound the nesting in linear time, before any recursive parser sees the text."""
    if content.count(b"[") + content.count(b"{") <= limit:
        return
    if b"\\" in content:
        # What may follow a backslash stays: else one would hide the end of a string. What else
        # follows one is no JSON, and the parser stops there.
        brackets = _NOT_BRACKETS.sub(b"", content.translate(None, _DULL))
    else:
        brackets = b"".join(content.translate(None, _DULLER).split(b'"')[::2])
    # Brackets that do not match are left to the parser, which stops at them.
    if max(accumulate(map(_STEP.__getitem__, brackets)), default=0) > limit:
        raise MalformedJson(f"the JSON is nested deeper than {limit} levels")


def _check_names(pairs: list[tuple[str, object]]) -> None:
    if len(dict(pairs)) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise MalformedJson(f"the JSON has an object with two members {_shown(name)}")
            seen.add(name)


def _shown(name: str) -> str:
    return json.dumps(name if len(name) <= 60 else name[:59] + "…")


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedJson(f"the JSON has {name}, which JSON does not know")


def _check_number(text: str) -> None:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise MalformedJson("the JSON has a number beyond the range of a double")
    if value == 0 and _NOT_ZERO.match(text):
        raise MalformedJson("the JSON has a number so small that a double makes it zero")


def _check_escapes(text: str) -> None:
    """Refuse escapes of U+0000 and of surrogates that are no pair; the text is known as JSON."""
    match = _HARMLESS.match(text)
    end = match.end() if match else 0
    if end < len(text):
        line = text.count("\n", 0, end) + 1
        column = end - text.rfind("\n", 0, end)
        what = "U+0000" if text[end : end + 6] == "\\u0000" else "a lone surrogate"
        raise MalformedJson(f"the JSON has {what} in a string at line {line}, column {column}")
