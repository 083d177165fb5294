"""What is left out, and what is allowed: ``[tool.apigen.lint]``, and comments in the code."""

import datetime
import io
import re
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Protocol, TypeGuard

from apigen.diagnostics import Diagnostic, Place, Report, configuration, consumers
from apigen.guard.finding import Found

_KEYS = ("allow", "exclude", "hosts")
_ALLOW_KEYS = ("path", "reason", "until", "code", "operation")
_COMMENT = re.compile(r"(?:#|//|/\*)[^\n]*?apigen:\s*allow\[([\w\s,.-]+)\]([^\n]*)")
_UNTIL = re.compile(r"\buntil\s*=\s*(\S+)")
_REASON = re.compile(r"reason\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|(.*))")


class _Section(Protocol):
    """A part of the configuration."""

    @property
    def table(self) -> Mapping[str, object]: ...
    def place(self, *keys: str | int) -> Place: ...


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may stand, where, why and until when."""

    place: Place
    path: str
    """A pattern of files; of a comment, its file."""
    codes: tuple[str, ...]
    """Codes or names; none: any."""
    operation: str
    reason: str
    until: datetime.date | None
    lines: tuple[int, int] | None = None
    """Of a comment: the lines that it speaks of."""

    def covers(self, file: str, found: Found) -> bool:
        """Return whether a finding is one of those that are allowed."""
        code = consumers.BY_ID[found.code]
        if self.codes and not {code.id, code.slug} & set(self.codes):
            return False
        if self.operation and self.operation != found.operation:
            return False
        if self.lines is not None:
            return file == self.path and found.line <= self.lines[1] and self.lines[0] <= found.end
        return matches(file, self.path)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the configuration says."""

    exclude: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    """Further hosts of the service."""
    allow: tuple[Allowance, ...] = ()


@dataclass(slots=True)
class Used:
    """Which allowances allowed something."""

    allowances: set[Allowance] = field(default_factory=set[Allowance])


def matches(file: str, pattern: str) -> bool:
    """Return whether a file, or a folder above it, fits a pattern (``**`` spans folders)."""
    plain = pattern.removeprefix("./").rstrip("/")
    if plain.endswith("/**"):
        plain = plain[:-3]
    return (
        fnmatchcase(file, plain)
        or fnmatchcase(file, f"{plain}/*")
        or (plain.startswith("**/") and fnmatchcase(file, plain[3:]))
    )


def read(section: _Section | None, report: Report) -> Policy:
    """Return the policy that the configuration states."""
    if section is None:
        return Policy()
    for key in section.table:
        if key not in _KEYS:
            report.add(configuration.unknown_key(section.place(key), key, "", _KEYS))
    return Policy(
        exclude=_texts(section, "exclude", report),
        hosts=_texts(section, "hosts", report),
        allow=tuple(_allowances(section, report)),
    )


def _is_array(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _is_table(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _texts(section: _Section, key: str, report: Report) -> tuple[str, ...]:
    value = section.table.get(key, [])
    if _is_array(value) and all(isinstance(each, str) for each in value):
        return tuple(str(each) for each in value)
    report.add(configuration.wrong_value(section.place(key), key, "an array of texts"))
    return ()


def _allowances(section: _Section, report: Report) -> Iterator[Allowance]:
    tables = section.table.get("allow", [])
    if not _is_array(tables) or not all(_is_table(each) for each in tables):
        report.add(configuration.wrong_value(section.place("allow"), "allow", "[[tables]]"))
        return
    for index, table in enumerate(tables):
        place = section.place("allow", index)
        if not _is_table(table):
            continue
        for key in table:
            if key not in _ALLOW_KEYS:
                report.add(configuration.unknown_key(place, key, "", _ALLOW_KEYS))
        path, reason = table.get("path"), table.get("reason")
        if not isinstance(path, str) or not path:
            report.add(configuration.wrong_value(place, "path", "a pattern of files"))
            continue
        if not isinstance(reason, str) or not reason.strip():
            report.add(consumers.unreasoned(place, f"'{path}' is allowed without a reason"))
            continue
        yield Allowance(
            place,
            path,
            tuple(str(each) for each in [table.get("code")] if each),
            str(table.get("operation", "")),
            reason,
            _date(table.get("until"), place, report),
        )


def _date(value: object, place: Place, report: Report) -> datetime.date | None:
    if isinstance(value, datetime.date):
        return value
    if value is None or value == "":
        return None
    try:
        return datetime.date.fromisoformat(str(value))
    except ValueError:
        report.add(consumers.unreasoned(place, f"'{value}' is no date"))
        return None


def comments(file: str, text: str, report: Report) -> Iterator[Allowance]:
    """Yield the allowances that a file's comments state: for their line, or alone, for the next."""
    if "apigen:" not in text:
        return
    lines = text.split("\n")
    for number, column in _comments(text) if file.endswith((".py", ".pyi")) else _marks(text):
        line = lines[number - 1]
        match = _COMMENT.match(line, column)
        if match is None:
            continue
        place = Place(file, number, match.start() + 1)
        until = _UNTIL.search(match[2])
        stated = _UNTIL.sub("", match[2]).strip(" -:*/>")
        named = _REASON.search(stated)
        reason = next((each for each in named.groups() if each), "") if named else stated
        if not reason.strip():
            report.add(consumers.unreasoned(place, "this allows something and does not say why"))
            continue
        alone = not line[: match.start()].strip(' \t"')
        yield Allowance(
            place,
            file,
            tuple(each.strip() for each in match[1].split(",") if each.strip()),
            "",
            reason,
            _date(until[1].strip("\"'") if until else None, place, report),
            (number, number + 1) if alone else (number, number),
        )


def _comments(text: str) -> list[tuple[int, int]]:
    """Return line (from 1) and column (from 0) of each comment of a Python file."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return []  # that the file can't be read is told elsewhere
    return [token.start for token in tokens if token.type == tokenize.COMMENT]


def _marks(text: str) -> list[tuple[int, int]]:
    """Return line and column of what may be an allowance, in any other language."""
    return [
        (number, match.start())
        for number, line in enumerate(text.split("\n"), 1)
        if (match := _COMMENT.search(line)) is not None
    ]


def kept(
    file: str,
    found: Sequence[Found],
    allowances: Sequence[Allowance],
    today: datetime.date,
    used: Used,
    report: Report,
) -> list[Found]:
    """Return what is not allowed; an expired allowance is told, and what it allowed too."""
    left: list[Found] = []
    for each in found:
        covering = [one for one in allowances if one.covers(file, each)]
        used.allowances.update(covering)
        valid = [one for one in covering if one.until is None or one.until >= today]
        if not valid:
            left.append(each)
            for one in covering:
                message = f"allowed until {one.until}, and that day has passed: {one.reason}"
                report.add(consumers.EXPIRED.at(one.place, message))
    return left


def unused(allowances: Sequence[Allowance], used: Used) -> Iterator[Diagnostic]:
    """Yield what was allowed and does not happen."""
    for each in allowances:
        if each not in used.allowances:
            yield consumers.UNUSED.at(
                each.place, f"nothing to allow: {each.reason}", hint="remove it"
            )
