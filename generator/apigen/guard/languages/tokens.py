"""Words of languages that look like C: JavaScript and TypeScript (ECMA-262 12), Go (Tokens)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["name", "text", "template", "number", "mark"]


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a program; of a text, what it says."""

    kind: Kind
    value: str
    start: int
    end: int


Tokens: TypeAlias = Sequence[Token]
_SHARED = r"""
      (?P<space>\s+)
    | (?P<comment>//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z))
    | (?P<name>[A-Za-z_$][\w$]*)
    | (?P<number>\d[\w.]*)
    | (?P<double>"(?:\\.|[^"\\\n])*+")
"""
_REST = r"""
    | (?P<mark>=>|\?\?|\?\.|\|\||&&|:=|[=!]==?|\.\.\.|.)
"""
_NESTED = r"\{(?:[^{}`]|`[^`]*`|\{[^{}]*\})*+\}"
_JAVASCRIPT = re.compile(
    _SHARED
    + rf"""
    | (?P<single>'(?:\\.|[^'\\\n])*+')
    | (?P<template>`(?:\\.|\${_NESTED}|[^`\\])*+`)
    """
    + _REST,
    re.VERBOSE | re.DOTALL,
)
_GO = re.compile(
    _SHARED
    + r"""
    | (?P<rune>'(?:\\.|[^'\\\n])*+')
    | (?P<raw>`[^`]*`)
    """
    + _REST,
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0"}
_REGULAR_AFTER = frozenset("=(,:;!&|?[{") | {"=>", "&&", "||", "return"}
_REGULAR = re.compile(r"/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*+\]|[^/\\\n\[])++/[a-z]*")


def of_javascript(source: str) -> list[Token]:
    """Return the words of a script; of a template literal, its source."""
    return list(_tokens(source, _JAVASCRIPT))


def of_go(source: str) -> list[Token]:
    """Return the words of a Go file."""
    return list(_tokens(source, _GO))


def _tokens(source: str, pattern: re.Pattern[str]) -> Iterator[Token]:
    position, before = 0, ""
    while match := pattern.match(source, position):
        kind, start, position = match.lastgroup, match.start(), match.end()
        written = match[0]
        if written[0] == "/" and kind == "mark" and before in _REGULAR_AFTER:
            regular = _REGULAR.match(source, start)
            position = regular.end() if regular else position
            continue
        if kind in {"space", "comment"}:
            continue
        before = written
        if kind in {"double", "single"}:
            yield Token("text", _unescaped(written[1:-1]), start, position)
        elif kind == "raw":
            yield Token("text", written[1:-1], start, position)
        elif kind == "template":
            yield Token("template", written[1:-1], start, position)
        elif kind == "name":
            yield Token("name", written, start, position)
        else:
            yield Token("number" if kind == "number" else "mark", written, start, position)


def _unescaped(written: str) -> str:
    return re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), written, flags=re.DOTALL)


_FARTHEST = 1000
"""Words that are read for a closing bracket: what is never closed must not cost the square."""
_OPENING = {"(": ")", "[": "]", "{": "}"}


def closing(tokens: Tokens, opening: int) -> int:
    """Return the index of the bracket that closes the one at *opening*, or of the last word."""
    depth = 0
    last = min(len(tokens), opening + _FARTHEST)
    for index in range(opening, last):
        token = tokens[index]
        if token.kind == "mark":
            if token.value in _OPENING:
                depth += 1
            elif token.value in ")]}":
                depth -= 1
                if depth == 0:
                    return index
    return last - 1


def divided(tokens: Tokens, marks: frozenset[str]) -> list[Tokens]:
    """Return what stands between some marks, outside of brackets."""
    found: list[Tokens] = []
    depth, start = 0, 0
    for index, token in enumerate(tokens):
        if token.kind != "mark":
            continue
        if token.value in _OPENING:
            depth += 1
        elif token.value in ")]}":
            depth -= 1
        elif depth == 0 and token.value in marks:
            found.append(tokens[start:index])
            start = index + 1
    found.append(tokens[start:])
    return [each for each in found if each]


COMMA = frozenset({","})


def arguments(tokens: Tokens, opening: int) -> list[Tokens]:
    """Return the arguments of a call whose bracket opens at *opening*."""
    return divided(tokens[opening + 1 : closing(tokens, opening)], COMMA)


def members(tokens: Tokens) -> dict[str, Tokens]:
    """Return the members of an object that is written out, by name."""
    if not tokens or tokens[0].value != "{" or tokens[0].kind != "mark":
        return {}
    found: dict[str, Tokens] = {}
    for each in divided(tokens[1 : closing(tokens, 0)], COMMA):
        if each[0].kind in {"name", "text"}:
            named = len(each) > 2 and each[1].value == ":"
            if named or len(each) == 1:
                found[each[0].value] = each[2:] if named else each
    return found
