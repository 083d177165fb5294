"""The scalars of YAML 1.2's core schema, as far as JSON has them."""

import re
from math import isfinite

from apigen.types import Json

_NOT_STRINGS = frozenset("~-+.0123456789nNtTfF")
_CONSTANTS: dict[str, Json] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")


class NotJsonError(ValueError):
    """A scalar has no form in JSON."""


def plain(text: str) -> Json:
    """Return the value of a plain scalar (YAML 1.2.2, section 10.3.2).

    Raises:
        NotJsonError: it is no JSON number.

    """
    if text and text[0] not in _NOT_STRINGS:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return _whole(text, 10)
    if _OCTAL.fullmatch(text):
        return _whole(text[2:], 8)
    if _HEXADECIMAL.fullmatch(text):
        return _whole(text[2:], 16)
    if _FLOAT.fullmatch(text):
        return _finite(text)
    if _NO_NUMBER.fullmatch(text):
        raise NotJsonError(text)
    return text


def _whole(digits: str, base: int) -> int:
    try:
        return int(digits, base)
    except ValueError:  # Python's own bound on digits, which keeps reading linear
        raise NotJsonError(digits[:20] + "…") from None


def _finite(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise NotJsonError(text)
    return value
