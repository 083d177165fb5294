"""Requests in shell scripts: words and variables as POSIX has them (XCU 2), functions by name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product

from apigen.guard import commands
from apigen.guard.languages.asked import Asked
from apigen.guard.values import MOST, Hole, Text, text
from apigen.guard.wordlist import words

_SHELLS = words("sh bash zsh ksh dash ash ssh sudo env docker kubectl su")
_DECLARING = words("export local readonly declare typeset ENV ARG set")
_NESTED = r"\$\((?:[^()]|\((?:[^()]|\([^()]*\))*+\))*+\)"
_PIECE = re.compile(
    rf"""
      (?P<continued>\\\r?\n)
    | (?P<escaped>\\.)
    | (?P<single>\$?'[^']*')
    | (?P<double>"(?:\\.|{_NESTED}|\$\{{[^}}]*\}}|[^"\\])*+")
    | (?P<substituted>{_NESTED}|`[^`]*`)
    | (?P<variable>\$\{{[^}}]*\}}|\$\w+|\$[@*])
    | (?P<document><<-?\s*(?P<quote>['"]?)(?P<delimiter>\w+)(?P=quote))
    | (?P<newline>\r?\n)
    | (?P<broken>&&|\|\||;;|[;|()]|&(?!>|\d))
    | (?P<space>[^\S\n]+)
    | (?P<plain>[^\\'"$`<;|()&\s]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_INNER = re.compile(rf"\\(.)|({_NESTED}|`[^`]*`)|(\$\{{[^}}]*\}}|\$\w+|\$[@*])|([^\\$`]+|.)", re.S)
_VARIABLE = re.compile(r"\$\{?[!#]?(\w+|[@*])(?:(:?[-=])(.*))?", re.DOTALL)
_ASSIGNED = re.compile(r"([A-Za-z_]\w*)\+?=(.*)", re.DOTALL)
_FUNCTION = re.compile(r"^[^\S\n]*(?:function\s+)?([\w-]+)\s*(?:\(\s*\))?\s*\{[^\S\n]*\n", re.M)
_DEEPEST = 4
Names = dict[str, tuple[Text, ...]]


@dataclass(slots=True)
class _Script:
    """A script while it is read."""

    names: Names
    functions: dict[str, str]
    depth: int = 0


@dataclass(slots=True)
class _Line:
    """A command while its words are gathered."""

    start: int = -1
    words: list[tuple[Text, ...]] = field(default_factory=list[tuple[Text, ...]])
    parts: list[tuple[str | Hole | Text, ...]] = field(
        default_factory=list[tuple[str | Hole | Text, ...]]
    )
    documents: list[str] = field(default_factory=list[str])

    def end_word(self) -> None:
        """End the word that is being gathered."""
        if self.parts:
            self.words.append(_joined(self.parts))
            self.parts = []


def asked(source: str, known: Mapping[str, str] | None = None, first: int = 1) -> list[Asked]:
    """Return what a script asks for; *known* are variables, *first* is the number of its line."""
    names: Names = {name: (text(value),) for name, value in (known or {}).items()}
    script = _Script(names, dict(_functions(source)))
    found = list(_run(source, script))
    return [
        Asked(
            source.count("\n", 0, start) + first,
            start - (source.rfind("\n", 0, start) + 1) + 1,
            source.count("\n", 0, end) + first,
            request.method,
            (request.url,),
            request.program or "curl",
        )
        for start, end, request in found
    ]


_Found = tuple[int, int, commands.Commanded]


def _functions(source: str) -> Iterator[tuple[str, str]]:
    for match in _FUNCTION.finditer(source):
        end = re.compile(r"^[^\S\n]*\}", re.M).search(source, match.end())
        if end is not None:
            yield match[1], source[match.end() : end.start()]


def _run(source: str, script: _Script) -> Iterator[_Found]:
    line, position = _Line(), 0
    while match := _PIECE.match(source, position):
        kind, position = match.lastgroup or "", match.end()
        if match["document"] is not None:
            line.end_word()
            line.documents.append(match["delimiter"])
        elif match["newline"] is not None or match["broken"] is not None:
            yield from _ended(line, match.start(), script)
            if match["newline"] is not None:
                for delimiter in line.documents:
                    body, position = _document(source, position, delimiter)
                    if line.words and _said(line.words[0]) in _SHELLS:
                        yield from _within(body, line.start, position, script)
                line.documents = []
            line.start, line.words = -1, []
        elif match["space"] is not None:
            line.end_word()
        elif match[0][0] == "#" and not line.parts:
            position = source.find("\n", match.start())
            position = len(source) if position < 0 else position
        elif kind != "continued":
            line.start = match.start() if line.start < 0 else line.start
            line.parts.append(_part(match, script))
            if script.depth < _DEEPEST:
                for inner in (
                    re.findall(rf"{_NESTED}|`[^`]*`", match[0]) if kind != "single" else ()
                ):
                    yield from _within(_inside(inner), match.start(), position, script)
    yield from _ended(line, position, script)


def _inside(substitution: str) -> str:
    return substitution[2:-1] if substitution.startswith("$(") else substitution[1:-1]


def _document(source: str, start: int, delimiter: str) -> tuple[str, int]:
    end = re.compile(rf"^[ \t]*{delimiter}[ \t]*$", re.M).search(source, start)
    return (source[start : end.start()], end.end()) if end else (source[start:], len(source))


def _within(source: str, start: int, end: int, script: _Script) -> Iterator[_Found]:
    if script.depth >= _DEEPEST:
        return
    inner = _Script(dict(script.names), script.functions, script.depth + 1)
    for _, _, request in _run(source, inner):
        yield start, end, request


def _part(match: re.Match[str], script: _Script) -> tuple[str | Hole | Text, ...]:
    """Return what a piece may stand for."""
    written = match[0]
    if match["escaped"] is not None:
        return (written[1:],)
    if match["single"] is not None:
        return (written.lstrip("$")[1:-1],)
    if match["double"] is not None:
        inner = [_inner(each, script) for each in _INNER.finditer(written[1:-1])]
        return _joined(inner) if inner else ("",)
    if match["substituted"] is not None:
        return (Hole(_inside(written)[:80]),)
    if match["variable"] is not None:
        return _variable(written, script)
    return (written,)


def _inner(match: re.Match[str], script: _Script) -> tuple[str | Hole | Text, ...]:
    if match[1] is not None:
        return (match[1] if match[1] in '"\\$`\n' else match[0],)
    if match[2] is not None:
        return (Hole(_inside(match[2])[:80]),)
    return _variable(match[3], script) if match[3] is not None else (match[4],)


def _variable(written: str, script: _Script) -> tuple[str | Hole | Text, ...]:
    match = _VARIABLE.match(written.removesuffix("}") if written.startswith("${") else written)
    if match is None:
        return (Hole(written),)
    name, default = match[1], match[3]
    if name in script.names:
        return script.names[name]
    if default:
        inner = [_inner(each, script) for each in _INNER.finditer(default.strip("\"'"))]
        return (Hole(name), *_joined(inner))
    return (Hole(name),)


def _joined(parts: list[tuple[str | Hole | Text, ...]]) -> tuple[Text, ...]:
    """Return the texts that parts, each of them one of several, can make."""
    made = (
        text(
            *(one for each in chosen for one in (each.parts if isinstance(each, Text) else [each]))
        )
        for chosen in islice(product(*parts), MOST)
    )
    return tuple(dict.fromkeys(made))


def _said(word: tuple[Text, ...]) -> str:
    return (word[0].literal or "").rpartition("/")[2] if word else ""


def _ended(line: _Line, end: int, script: _Script) -> Iterator[_Found]:
    """Yield what a command asks for, and keep what it assigns."""
    line.end_word()
    given, line.words = line.words, [word for word in line.words if not _assign(word, script)]
    if not line.words or (given and _said(given[0]) in _DECLARING):
        return
    first = _said(line.words[0])
    if first in script.functions and script.depth < _DEEPEST:
        arguments = {str(n): word for n, word in enumerate(line.words[1:10], 1)}
        everything = line.words[1] if len(line.words) > 1 else (text(),)
        inner = _Script(
            {**script.names, **arguments, "@": everything, "*": everything},
            script.functions,
            script.depth + 1,
        )
        for _, _, request in _run(script.functions[first], inner):
            yield line.start, end, request
        return
    for chosen in islice(product(*line.words), MOST):
        for request in commands.requests_of(chosen):
            yield line.start, end, request


def _assign(word: tuple[Text, ...], script: _Script) -> bool:
    """Keep what a word assigns; return whether it assigns."""
    head = word[0].parts[0] if word and word[0].parts else ""
    match = _ASSIGNED.fullmatch(head) if isinstance(head, str) else None
    if match is None:
        return False
    values = [
        text(_ASSIGNED.sub(r"\2", each.parts[0]), *each.parts[1:])
        for each in word
        if each.parts and isinstance(each.parts[0], str)
    ]
    script.names[match[1]] = tuple(_named(match[1], each) for each in values)
    return True


def _named(name: str, value: Text) -> Text:
    """Return a value; what is handed in or found by running bears the name that it gets."""
    match value.parts:
        case (Hole(source),) if not re.fullmatch(r"[A-Za-z_]\w*", source):
            return text(Hole(name))
        case _:
            return value
