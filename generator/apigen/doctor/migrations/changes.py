"""What a statement does to a schema, as far as its first words tell."""

import re
from collections.abc import Iterator

from apigen.doctor.migrations.values import Change, Statement

_NAME = r'((?:"[^"]+"|[A-Za-z_][\w$]*)(?:\s*\.\s*(?:"[^"]+"|[A-Za-z_][\w$]*))?)'
_IF = r"(?:IF\s+(?:NOT\s+)?EXISTS\s+)?"
_FLAGS = re.IGNORECASE
_CREATE = re.compile(
    rf"CREATE\s+(?:OR\s+REPLACE\s+)?(?:GLOBAL\s+|LOCAL\s+)?(?:TEMP(?:ORARY)?\s+|UNLOGGED\s+)?"
    rf"(?:UNIQUE\s+)?(?:CONSTRAINT\s+)?(TABLE|INDEX|FUNCTION|PROCEDURE|EXTENSION|TYPE|TRIGGER|VIEW)"
    rf"\s+(?:CONCURRENTLY\s+)?{_IF}{_NAME}",
    _FLAGS,
)
_DROP = re.compile(
    r"DROP\s+(TABLE|INDEX|FUNCTION|PROCEDURE|EXTENSION|TYPE|TRIGGER|VIEW)\s+"
    rf"(?:CONCURRENTLY\s+)?{_IF}(.+)",
    _FLAGS,
)
_ALTER = re.compile(rf"ALTER\s+TABLE\s+{_IF}(?:ONLY\s+)?{_NAME}\s*(.*)", _FLAGS)
_ADD = re.compile(rf"^ADD\s+(?:COLUMN\s+)?{_IF}{_NAME}", _FLAGS)
_REMOVE = re.compile(rf"^DROP\s+(?:COLUMN\s+)?{_IF}{_NAME}", _FLAGS)
_RENAME = re.compile(rf"^RENAME\s+TO\s+{_NAME}", _FLAGS)
_RENAME_COLUMN = re.compile(rf"^RENAME\s+(?:COLUMN\s+)?{_NAME}\s+TO\s+{_NAME}", _FLAGS)
_ON = re.compile(rf"\bON\s+{_NAME}", _FLAGS)
_PARTITION = re.compile(rf"\bPARTITION\s+OF\s+{_NAME}", _FLAGS)
_NO_COLUMNS = {"constraint", "primary", "unique", "foreign", "check", "exclude", "like"}


def changes(statement: Statement) -> Iterator[Change]:
    """Give what a statement does; nothing for what is not understood."""
    text = statement.text
    if match := _CREATE.match(text):
        kind = match[1].lower()
        made = _plain(match[2])
        parent = _PARTITION.search(text) if kind == "table" else None
        owner = _owner(text) if kind == "trigger" else ""
        yield Change(
            "create", kind, made, owner, statement.line, _plain(parent[1]) if parent else ""
        )
        if kind == "table" and not parent:
            for column in _columns(text[match.end() :]):
                yield Change("create", "column", column, made, statement.line)
    elif match := _DROP.match(text):
        owner = _owner(text) if match[1].lower() == "trigger" else ""
        listed = re.split(r"\b(?:CASCADE|RESTRICT|ON)\b", match[2], flags=_FLAGS)[0]
        for name in _top(listed):
            if found := re.match(_NAME, name.strip()):
                yield Change("drop", match[1].lower(), _plain(found[1]), owner, statement.line)
    elif match := _ALTER.match(text):
        yield from _altered(_plain(match[1]), match[2], statement.line)


def _altered(table: str, actions: str, line: int) -> Iterator[Change]:
    yield Change("alter", "table", table, line=line)
    if match := _RENAME.match(actions):
        yield Change("rename", "table", _plain(match[1]), table, line)
        return
    if match := _RENAME_COLUMN.match(actions):
        if _plain(match[1]) not in _NO_COLUMNS:
            yield Change("drop", "column", _plain(match[1]), table, line)
            yield Change("create", "column", _plain(match[2]), table, line)
        return
    for action in _top(actions):
        for pattern, verb in ((_ADD, "create"), (_REMOVE, "drop")):
            match = pattern.match(action.strip())
            if match and _plain(match[1]) not in _NO_COLUMNS:
                yield Change(verb, "column", _plain(match[1]), table, line)


def _columns(rest: str) -> Iterator[str]:
    begun = rest.find("(")
    if begun < 0 or rest[:begun].strip():
        return
    for part in _top(rest[begun + 1 :]):
        match = re.match(_NAME, part.strip())
        if match and _plain(match[1]) not in _NO_COLUMNS:
            yield _plain(match[1])


def _top(text: str) -> Iterator[str]:
    """Cut at the commas that stand in no parentheses and no quotes."""
    depth, begun, quote = 0, 0, ""
    for at, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "(":
            depth += 1
        elif character == ")":
            if depth == 0:
                yield text[begun:at]
                return
            depth -= 1
        elif character == "," and depth == 0:
            yield text[begun:at]
            begun = at + 1
    yield text[begun:]


def _owner(text: str) -> str:
    match = _ON.search(text)
    return _plain(match[1]) if match else ""


def _plain(name: str) -> str:
    """Return a name without schema and quotes, in the database's letters."""
    last = re.split(r"\.(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", name)[-1].strip()
    return last[1:-1] if last.startswith('"') else last.lower()
