"""What a CHECK says of a column: parsed, since a rule that is only matched is easily missed.

Understood are comparisons with constants, IN and ANY lists, BETWEEN, lengths, regular expressions,
and what AND, OR and IS NULL make of them: in SQLite's spelling and in PostgreSQL's, whose casts
and parentheses are dropped. All else is *unread*, and said to be so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

_TOKEN = re.compile(
    r"""\s+|(?P<string>[eE]?'(?:[^']|'')*')|(?P<quoted>"(?:[^"]|"")*"|`[^`]*`|\[[A-Za-z_]\w*\])"""
    r"""|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w$]*)"""
    r"""|(?P<op>::|<=|>=|<>|!=|!?~\*?|\|\||[-=<>(),+*/\[\].])"""
)
_LENGTHS = {"length", "char_length", "character_length"}
_MOST_TOKENS = 20_000
_MOST_LEVELS = 50
Constant: TypeAlias = str | int | float


@dataclass(frozen=True, slots=True)
class Rule:
    """What one column's values must be; None and () where nothing is said."""

    column: str
    values: tuple[str, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """A column."""

    text: str


@dataclass(frozen=True, slots=True)
class Length:
    """The length of a column's text."""

    column: str


@dataclass(frozen=True, slots=True)
class Values:
    """A list of constants."""

    items: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class Null:
    """``column IS NULL``: what a CHECK takes anyway."""

    column: str


@dataclass(frozen=True, slots=True)
class All:
    """Rules that hold together."""

    rules: tuple[Rule, ...]


Operand: TypeAlias = Name | Length | Values | Constant
Said: TypeAlias = All | Null


class UnreadError(Exception):
    """The CHECK says more than is understood."""


def rules(text: str) -> tuple[Rule, ...] | None:
    """Return what a CHECK says of columns; None if it is not understood."""
    try:
        parser = _Parser(list(_tokens(text)))
        said = parser.any_of(0)
        if parser.tokens[parser.at :]:
            return None
    except (UnreadError, RecursionError):
        return None
    return said.rules if isinstance(said, All) else ()


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = count = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or (count := count + 1) > _MOST_TOKENS:
            raise UnreadError
        at = match.end()
        if match.lastgroup is not None:
            yield match.lastgroup, match[0]


@dataclass(slots=True)
class _Parser:
    """Recursive descent over the tokens."""

    tokens: list[tuple[str, str]]
    at: int = field(default=0)

    def any_of(self, level: int) -> Said:
        """Read ``a OR b``: values of one column add up; NULL is taken anyway."""
        if level > _MOST_LEVELS:
            raise UnreadError
        said = [self.all_of(level)]
        while self.took("or"):
            said.append(self.all_of(level))
        if len(said) == 1:
            return said[0]
        nulls = {each.column for each in said if isinstance(each, Null)}
        rest = [each for each in said if isinstance(each, All)]
        if len(rest) == 1 and {rule.column for rule in rest[0].rules} <= nulls:
            return rest[0]
        lists = [rule for each in rest for rule in each.rules]
        columns = {rule.column for rule in lists} | nulls
        plain = all(rule == Rule(rule.column, values=rule.values) for rule in lists)
        if len(columns) != 1 or not plain or not all(len(each.rules) == 1 for each in rest):
            raise UnreadError
        values = tuple(value for rule in lists for value in rule.values or ())
        return All((Rule(columns.pop(), values=values),))

    def all_of(self, level: int) -> Said:
        """Read ``a AND b``."""
        said = [self.one(level)]
        while self.took("and"):
            said.append(self.one(level))
        if len(said) == 1:
            return said[0]
        return All(tuple(rule for each in said if isinstance(each, All) for rule in each.rules))

    def one(self, level: int) -> Said:
        """Read one comparison, or parentheses."""
        begun = self.at
        if self.took("("):
            try:
                said = self.any_of(level + 1)
                if self.took(")") and self.ends():
                    return said
            except UnreadError:
                pass
            self.at = begun  # the parentheses were an operand's
        return self.compared(self.operand(level), level)

    def ends(self) -> bool:
        return self.peek() in {"", ")", "and", "or"}

    def compared(self, left: Operand, level: int) -> Said:
        """Read what follows an operand."""
        if self.took("is"):
            present = self.took("not")
            self.need("null")
            if not isinstance(left, Name):
                raise UnreadError
            return All(()) if present else Null(left.text)
        if self.took("between"):
            low = self.operand(level)
            self.need("and")
            high = self.operand(level)
            return All((*_rule(left, ">=", low), *_rule(left, "<=", high)))
        if self.took("in"):
            return All(_rule(left, "=", self.listed(level)))
        operator = self.next()
        if self.took("any"):
            self.need("(")
            right = self.operand(level)
            self.need(")")
            return All(_rule(left, operator, right))
        return All(_rule(left, operator, self.operand(level)))

    def operand(self, level: int) -> Operand:
        """Read a column, a constant, a list or a length, and drop its casts."""
        if level > _MOST_LEVELS:
            raise UnreadError
        found = self.primary(level)
        while self.took("::"):
            self.type()
        return found

    def primary(self, level: int) -> Operand:
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("", "")
        self.at += 1
        match kind:
            case "string":
                return text.lstrip("eE")[1:-1].replace("''", "'")
            case "number":
                return float(text) if "." in text else int(text)
            case "quoted":
                return Name(text[1:-1].replace('""', '"'))
            case "op" if text == "(":
                inside = self.operand(level + 1)
                self.need(")")
                return inside
            case "op" if text == "-":
                number = self.primary(level + 1)
                if isinstance(number, int | float):
                    return -number
            case "name":
                return self.named(text, level)
            case _:
                pass
        raise UnreadError

    def named(self, text: str, level: int) -> Operand:
        lower = text.lower()
        if lower == "array" and self.took("["):
            return self.items("]", level)
        if lower in _LENGTHS and self.took("("):
            inside = self.operand(level + 1)
            self.need(")")
            if isinstance(inside, Name):
                return Length(inside.text)
            raise UnreadError
        if lower == "cast" and self.took("("):
            inside = self.operand(level + 1)
            self.need("as")
            self.type()
            self.need(")")
            return inside
        if self.peek() in {"(", "."}:
            raise UnreadError
        return Name(lower)

    def listed(self, level: int) -> Values:
        self.need("(")
        return self.items(")", level)

    def items(self, end: str, level: int) -> Values:
        found: list[Constant] = []
        while not self.took(end):
            item = self.operand(level + 1)
            if isinstance(item, Name | Length | Values):
                raise UnreadError
            found.append(item)
            self.took(",")
        return Values(tuple(found))

    def type(self) -> None:
        """Pass over a type: ``character varying(50)[]``."""
        words = 0
        while self.at < len(self.tokens) and self.tokens[self.at][0] in {"name", "quoted"}:
            if self.peek() in {"and", "or", "is", "in", "between"}:
                break
            self.at += 1
            words += 1
        if not words:
            raise UnreadError
        if self.took("("):
            while not self.took(")"):
                self.next()
        while self.took("["):
            self.need("]")

    def peek(self) -> str:
        return self.tokens[self.at][1].lower() if self.at < len(self.tokens) else ""

    def took(self, text: str) -> bool:
        if self.peek() != text:
            return False
        self.at += 1
        return True

    def need(self, text: str) -> None:
        if not self.took(text):
            raise UnreadError

    def next(self) -> str:
        if self.at >= len(self.tokens):
            raise UnreadError
        self.at += 1
        return self.tokens[self.at - 1][1].lower()


_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "="}


def _rule(left: Operand, operator: str, right: Operand) -> tuple[Rule, ...]:
    """Return what a comparison says."""
    if not isinstance(left, Name | Length):
        if operator not in _FLIPPED or not isinstance(right, Name | Length):
            raise UnreadError
        left, operator, right = right, _FLIPPED[operator], left
    if isinstance(left, Length):
        return (_length(left.column, operator, right),)
    rule = Rule(left.text)
    match operator, right:
        case "=", Values(items):
            return (replace(rule, values=tuple(map(str, items))),)
        case "=", str() | int() | float():
            return (replace(rule, values=(str(right),)),)
        case (("<>" | "!="), ""):
            return (replace(rule, min_length=1),)
        case "~", str():
            return (replace(rule, pattern=right),)
        case ((">=" | ">" | "<=" | "<"), int() | float()):
            step = {">": 1, "<": -1}.get(operator, 0) if isinstance(right, int) else 0
            bound = float(right) + step
            return (_bounded(rule, operator, bound),)
        case _:
            raise UnreadError


def _bounded(rule: Rule, operator: str, bound: float) -> Rule:
    return replace(rule, minimum=bound) if operator[0] == ">" else replace(rule, maximum=bound)


def _length(column: str, operator: str, bound: Operand) -> Rule:
    if not isinstance(bound, int):
        raise UnreadError
    match operator:
        case "<=":
            return Rule(column, max_length=bound)
        case "<":
            return Rule(column, max_length=bound - 1)
        case ">=":
            return Rule(column, min_length=bound)
        case ">":
            return Rule(column, min_length=bound + 1)
        case "=":
            return Rule(column, min_length=bound, max_length=bound)
        case _:
            raise UnreadError
