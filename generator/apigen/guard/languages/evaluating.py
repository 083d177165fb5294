"""What an expression of JavaScript or Go says, as far as its words tell."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice, product

from apigen.guard import texts
from apigen.guard.languages.tokens import COMMA, Token, Tokens, arguments, closing, divided
from apigen.guard.values import MOST, Hole, Text, text

_PLUS = frozenset({"+"})
_OR = frozenset({"||", "??"})
_THEN = frozenset({"?", ":"})
_SAME = frozenset(
    {"toString", "String", "trim", "replace", "replaceAll", "href", "trimEnd", "TrimRight"}
    | {"TrimSuffix", "TrimSpace", "as", "toLowerCase", "satisfies", "string", "MustParse"}
)
_DEEPEST = 12


@dataclass(slots=True)
class Scope:
    """What the names of a file stand for, so far."""

    names: dict[str, tuple[Text, ...]] = field(default_factory=dict[str, tuple[Text, ...]])
    tokenized: Callable[[str], list[Token]] | None = None
    """Splits what stands in a template literal; None where there are none."""


def evaluated(tokens: Tokens, scope: Scope, depth: int = 0) -> tuple[Text, ...]:
    """Return the texts that an expression may be; a hole with its source where none is known."""
    if not tokens or depth > _DEEPEST:
        return (text(Hole(_source(tokens))),)
    for marks in (_OR, _THEN):
        several = divided(tokens, marks)
        if len(several) > 1:
            chosen = several[1:] if marks is _THEN and len(several) == 3 else several
            found = [one for each in chosen for one in evaluated(each, scope, depth + 1)]
            return tuple(dict.fromkeys(found))[:MOST]
    terms = divided(tokens, _PLUS)
    values = [_term(each, scope, depth) for each in terms]
    if len(values) == 1:
        return values[0]
    return tuple(texts.concat(*chosen) for chosen in islice(product(*values), MOST))


def _term(tokens: Tokens, scope: Scope, depth: int) -> tuple[Text, ...]:
    first = tokens[0]
    if first.value in {"await", "new", "&"} and len(tokens) > 1:
        return _term(tokens[1:], scope, depth)
    if first.kind == "text" and _is_whole(tokens, 1):
        return (text(first.value),)
    if first.kind == "template":
        return _template(first, scope, depth)
    if first.kind == "mark" and first.value == "(":
        return evaluated(tokens[1 : closing(tokens, 0)], scope, depth + 1)
    name, after = chain(tokens, 0)
    if name and after < len(tokens) and tokens[after].value == "(":
        return _called(name, tokens, after, scope, depth)
    if name in scope.names:
        return scope.names[name]
    return (text(Hole(name or _source(tokens))),)


def _is_whole(tokens: Tokens, index: int) -> bool:
    return index >= len(tokens) or tokens[index].value in {".", "as", ")"}


def _called(name: str, tokens: Tokens, opening: int, scope: Scope, depth: int) -> tuple[Text, ...]:
    given = arguments(tokens, opening)
    owner, _, last = name.rpartition(".")
    if name in {"fmt.Sprintf", "util.format"} and given:
        values = [evaluated(each, scope, depth + 1) for each in given]
        return tuple(_printed(*chosen) for chosen in islice(product(*values), MOST))
    if last == "JoinPath" or name in {"path.Join", "path.join", "path.posix.join"}:
        first = (
            []
            if owner in {"url", "path", "path.posix"}
            else [scope.names.get(owner, (text(Hole(owner)),))]
        )
        values = [*first, *(evaluated(each, scope, depth + 1) for each in given)]
        return tuple(_slashed(*chosen) for chosen in islice(product(*values), MOST))
    if name == "strings.Join" and given:
        inner = given[0][closing(given[0], 0) + 1 :] if given[0][0].value == "[" else given[0]
        parts = divided([each for each in inner if each.value not in {"string", "{", "}"}], COMMA)
        values = [evaluated(each, scope, depth + 1) for each in parts]
        return tuple(_slashed(*chosen) for chosen in islice(product(*values), MOST))
    if name == "URL" and given:
        found = [evaluated(each, scope, depth + 1) for each in given]
        if len(found) == 1:
            return found[0]
        return tuple(texts.resolved(base, path) for base in found[1] for path in found[0])[:MOST]
    if last in _SAME and owner and owner in scope.names:
        return scope.names[owner]
    if last in _SAME and given:
        return evaluated(given[0], scope, depth + 1)
    if last in {"Getenv", "getenv", "LookupEnv", "get", "getOrThrow"} and given:
        return (text(Hole(given[0][0].value)),)
    return (text(Hole(_source(given[0]) if given else name)),)


def _printed(pattern: Text, *given: Text) -> Text:
    left = list(given)

    def filled(part: str) -> list[str | Hole]:
        pieces: list[str | Hole] = []
        end = 0
        for match in re.finditer(r"%(?:%|[-+# 0]*\d*(?:\.\d+)?[a-zA-Z])", part):
            pieces.append(part[end : match.start()])
            end = match.end()
            if match[0] == "%%":
                pieces.append("%")
            else:
                pieces += left.pop(0).parts if left else (Hole("value"),)
        return [*pieces, part[end:]]

    return text(
        *(
            piece
            for part in pattern.parts
            for piece in (filled(part) if isinstance(part, str) else [part])
        )
    )


def _slashed(*given: Text) -> Text:
    joined = given[0] if given else text()
    for each in given[1:]:
        joined = texts.slashed(joined, each)
    return joined


def _template(token: Token, scope: Scope, depth: int) -> tuple[Text, ...]:
    parts: list[tuple[Text, ...]] = []
    for match in re.finditer(
        r"\\(.)|\$\{((?:[^{}]|\{[^{}]*\})*+)\}|([^\\$]+|.)", token.value, re.S
    ):
        if match[2] is not None:
            inner = scope.tokenized(match[2]) if scope.tokenized else []
            parts.append(evaluated(inner, scope, depth + 1))
        else:
            parts.append((text(match[1] if match[1] is not None else match[3]),))
    return tuple(texts.concat(*chosen) for chosen in islice(product(*parts), MOST))


def chain(tokens: Tokens, start: int) -> tuple[str, int]:
    """Return a dotted name and the index after it; empty where there is none."""
    if start >= len(tokens) or tokens[start].kind != "name":
        return "", start
    names, index = [tokens[start].value], start + 1
    while index < len(tokens):
        mark = tokens[index].value
        if tokens[index].kind != "mark":
            break
        if mark == "!":
            index += 1
        elif mark in {".", "?."} and index + 1 < len(tokens) and tokens[index + 1].kind == "name":
            names.append(tokens[index + 1].value)
            index += 2
        elif mark == "[" and index + 2 < len(tokens) and tokens[index + 1].kind == "text":
            names.append(tokens[index + 1].value)
            index += 3
        else:
            break
    return ".".join(names), index


def _source(tokens: Tokens) -> str:
    return " ".join(each.value for each in tokens[:12])[:80] or "value"
