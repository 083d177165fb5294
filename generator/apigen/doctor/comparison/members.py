"""One member against one column."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from apigen.contract import Absent
from apigen.diagnostics import Code, Diagnostic, Place
from apigen.diagnostics.database import (
    DEFAULT_DIFFERS,
    ENUM_OPEN,
    FORM_REFUSED,
    JSON_MISMATCH,
    MAY_BE_ABSENT,
    PRECISION_LOST,
    RANGE_REFUSED,
    TOO_NARROW,
    TOO_SHORT,
    TYPE_MISMATCH,
    VALUE_REFUSED,
    VALUE_UNKNOWN,
)
from apigen.doctor.comparison.columns import Taken
from apigen.doctor.facts.members import Member
from apigen.doctor.facts.schema import ColumnKind as Held
from apigen.types import Kind

_UUID_LENGTH = 36
_INT32 = (-(2**31), 2**31 - 1)
_INT64 = (-(2**63), 2**63 - 1)
_MOST_DIGITS = 15
"""Digits that a double keeps, and so the most that JSON numbers are sure to carry (RFC 8259)."""
_ADDRESSES = {"ipv4", "ipv6", "ip", "cidr"}
_TEXTS = {Kind.STRING, Kind.UUID, Kind.DATE, Kind.DATE_TIME, Kind.TIME, Kind.BYTE, Kind.BINARY}
_HOMES: dict[Kind | str, frozenset[Held]] = {
    Kind.STRING: frozenset({Held.TEXT, Held.ENUM, Held.OTHER}),
    Kind.UUID: frozenset({Held.UUID, Held.TEXT, Held.BINARY}),
    Kind.DATE_TIME: frozenset({Held.TIMESTAMP, Held.TEXT, Held.DATE}),
    Kind.DATE: frozenset({Held.DATE, Held.TIMESTAMP, Held.TEXT}),
    Kind.TIME: frozenset({Held.TIME, Held.TEXT}),
    Kind.INTEGER: frozenset({Held.INTEGER, Held.DECIMAL, Held.FLOAT}),
    Kind.NUMBER: frozenset({Held.DECIMAL, Held.FLOAT, Held.INTEGER}),
    Kind.BOOLEAN: frozenset({Held.BOOLEAN}),
    Kind.BYTE: frozenset({Held.BINARY, Held.TEXT}),
    Kind.BINARY: frozenset({Held.BINARY, Held.TEXT}),
}


@dataclass(frozen=True, slots=True)
class Pair:
    """A member, its column, and where both stand."""

    member: Member
    taken: Taken
    table: str
    place: Place | None
    enforced: bool
    """Whether the database holds to its types."""
    filled: bool
    """Whether the service fills the column where the caller does not."""
    json: bool
    """Whether the service writes JSON into a column of text."""

    @property
    def where(self) -> str:
        """Return the column as people write it."""
        return f"{self.table}.{self.taken.column.name}"

    def finding(self, code: Code, message: str, hint: str = "") -> Diagnostic:
        """Return a finding about this pair."""
        return code.at(self.place, f"{self.member.name}: {message}", hint=hint)


Rule = Callable[[Pair], Iterator[Diagnostic]]


def compare(pair: Pair) -> Iterator[Diagnostic]:
    """Find where a column refuses, or loses, what the contract lets callers send."""
    for rule in (_types, _values, _lengths, _ranges, _presence, _precision, _defaults, _forms):
        yield from rule(pair)


def _types(pair: Pair) -> Iterator[Diagnostic]:
    member, column = pair.member, pair.taken.column
    if member.kind == "any" or column.kind is Held.JSON:
        return
    if member.kind in {"object", "array"}:
        home = {Held.JSON, Held.OTHER} | ({Held.ARRAY} if member.kind == "array" else set[Held]())
        if column.kind not in home and not pair.json and pair.enforced:
            message = f"an {member.kind}, and {pair.where} is {column.type}"
            yield pair.finding(JSON_MISMATCH, message)
        return
    if not pair.enforced or column.kind in _HOMES.get(member.kind, frozenset()):
        return
    if column.kind is Held.INET and member.kind is Kind.STRING and member.format in _ADDRESSES:
        return
    if column.kind is Held.OTHER or _fits_by_values(pair):
        return
    told = f"any {_called(member)}" if member.kind is Kind.STRING else f"a {_called(member)}"
    yield pair.finding(TYPE_MISMATCH, f"{told}, and {pair.where} is {column.type}")


def _fits_by_values(pair: Pair) -> bool:
    """Tell whether every value of an enum is one of the column's type."""
    values = pair.member.values or ()
    whole = pair.taken.column.kind in {Held.INTEGER, Held.DECIMAL}
    return bool(values) and whole and all(value.lstrip("-").isdecimal() for value in values)


def _called(member: Member) -> str:
    return "text" if member.kind is Kind.STRING else str(member.kind)


def _values(pair: Pair) -> Iterator[Diagnostic]:
    known, by = pair.taken.values, pair.taken.values_by
    if known is None:
        return
    if pair.member.values is None:
        if pair.member.kind in _TEXTS or pair.member.kind is Kind.INTEGER:
            message = f"any value, and {pair.where} takes only {_listed(known)} ({by})"
            yield pair.finding(ENUM_OPEN, message)
        return
    if refused := [value for value in pair.member.values if value not in known]:
        near = [value for value in known if value.lower() in {one.lower() for one in refused}]
        hint = f"the database compares letters exactly: {_listed(near)}" if near else ""
        message = f"{_listed(refused)} is refused by {pair.where} ({by}: {_listed(known)})"
        yield pair.finding(VALUE_REFUSED, message, hint)
    if unknown := [value for value in known if value not in pair.member.values]:
        message = f"{pair.where} may hold {_listed(unknown)}, which the contract does not know"
        yield pair.finding(VALUE_UNKNOWN, f"{message} ({by})")


def _lengths(pair: Pair) -> Iterator[Diagnostic]:
    member, taken = pair.member, pair.taken
    if member.kind not in _TEXTS:
        return
    longest = _longest(member)
    if taken.max_length is not None and (longest is None or longest > taken.max_length):
        allowed = "any length" if longest is None else f"{longest} characters"
        message = f"{allowed}, and {pair.where} takes {taken.max_length} ({taken.length_by})"
        yield pair.finding(TOO_NARROW, message, f"maxLength: {taken.max_length}")
    shortest = min(map(len, member.values)) if member.values else member.bounds.min_length or 0
    if member.kind is Kind.STRING and taken.min_length and shortest < taken.min_length:
        message = f"{shortest} characters, and {pair.where} wants {taken.min_length}"
        yield pair.finding(
            TOO_SHORT, f"{message} ({taken.length_by})", f"minLength: {taken.min_length}"
        )


def _longest(member: Member) -> int | None:
    if member.values is not None:
        return max(map(len, member.values), default=0)
    match member.kind:
        case Kind.UUID:
            return _UUID_LENGTH
        case Kind.DATE:
            return len("2026-12-31")
        case _:
            return member.bounds.max_length


def _ranges(pair: Pair) -> Iterator[Diagnostic]:
    member, taken = pair.member, pair.taken
    if member.kind not in {Kind.INTEGER, Kind.NUMBER} or member.values is not None:
        return
    low, high = _range(member)
    if taken.maximum is not None and (high is None or high > taken.maximum):
        allowed = "any number" if high is None else f"up to {high:g}"
        message = f"{allowed}, and {pair.where} takes up to {taken.maximum:.15g} ({taken.range_by})"
        yield pair.finding(RANGE_REFUSED, message, f"maximum: {taken.maximum:.15g}")
    if taken.minimum is not None and (low is None or low < taken.minimum):
        allowed = "any number" if low is None else f"down to {low:g}"
        message = f"{allowed}, and {pair.where} takes down to {taken.minimum:.15g}"
        yield pair.finding(RANGE_REFUSED, f"{message} ({taken.range_by})")


def _range(member: Member) -> tuple[float | None, float | None]:
    bounds = member.bounds
    step = 1 if member.kind is Kind.INTEGER else 0
    lows = [bounds.minimum]
    highs = [bounds.maximum]
    if bounds.exclusive_minimum is not None:
        lows.append(bounds.exclusive_minimum + step)
    if bounds.exclusive_maximum is not None:
        highs.append(bounds.exclusive_maximum - step)
    if member.format in {"int32", "int64"}:
        low, high = _INT32 if member.format == "int32" else _INT64
        lows.append(low)
        highs.append(high)
    return (
        max((each for each in lows if each is not None), default=None),
        min((each for each in highs if each is not None), default=None),
    )


def _presence(pair: Pair) -> Iterator[Diagnostic]:
    member, column = pair.member, pair.taken.column
    if column.nullable or column.default or column.filled or pair.filled:
        if column.nullable or column.filled or pair.filled or not member.nullable:
            return  # a default does not help where null is sent
        message = f"null is allowed, and {pair.where} is NOT NULL"
        yield pair.finding(MAY_BE_ABSENT, message)
        return
    if not isinstance(member.default, Absent) and not member.nullable:
        return
    if not member.required or member.nullable:
        how = "null" if member.required else "absent"
        yield pair.finding(MAY_BE_ABSENT, f"may be {how}, and {pair.where} is NOT NULL")


def _precision(pair: Pair) -> Iterator[Diagnostic]:
    member, column = pair.member, pair.taken.column
    lost = ""
    match member.kind, column.kind:
        case Kind.DATE_TIME, Held.DATE:
            lost = "the time of day"
        case Kind.DATE_TIME, Held.TIMESTAMP if pair.enforced and not column.zoned:
            lost = "the time zone"
        case Kind.DATE_TIME, Held.TIMESTAMP if column.length is not None and column.length < 6:
            lost = f"fractions of a second below {column.length} digits"
        case Kind.NUMBER, Held.INTEGER:
            lost = "fractions"
        case Kind.NUMBER, Held.DECIMAL if column.scale is not None and not _fits(
            member, column.scale
        ):
            lost = f"digits after the first {column.scale} of the fraction"
        case ((Kind.NUMBER | Kind.INTEGER), Held.FLOAT) if "REAL" in column.type.upper():
            lost = "digits after the sixth"
        case Kind.INTEGER, Held.FLOAT if _digits(member) > _MOST_DIGITS:
            lost = "digits after the fifteenth"
        case _:
            return
    if pair.enforced:
        yield pair.finding(PRECISION_LOST, f"{pair.where} ({column.type}) loses {lost}")


def _fits(member: Member, scale: int) -> bool:
    step = member.bounds.multiple_of
    return step is not None and round(step, scale) == step


def _digits(member: Member) -> int:
    low, high = _range(member)
    if low is None or high is None:
        return _MOST_DIGITS + 4
    return len(str(int(max(abs(low), abs(high)))))


def _defaults(pair: Pair) -> Iterator[Diagnostic]:
    said, kept = pair.member.default, _constant(pair.taken.column.default)
    if isinstance(said, Absent) or kept is None or isinstance(said, list | dict) or said is None:
        return
    told = str(said).lower() if isinstance(said, bool) else str(said)
    if told != kept and not _same_number(told, kept):
        message = f"the default is {told!r} in the contract, and {kept!r} in {pair.where}"
        yield pair.finding(DEFAULT_DIFFERS, message)


def _constant(default: str) -> str | None:
    """Return the constant that a default is; None if it is an expression."""
    text = default.split("::", maxsplit=1)[0].strip().strip("()")
    if len(text) > 1 and text[0] == text[-1] == "'" and "'" not in text[1:-1]:
        return text[1:-1]
    lower = text.lower()
    number = lower.lstrip("-").replace(".", "", 1).isdecimal()
    return lower if number or lower in {"true", "false"} else None


def _same_number(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return {one, other} in ({"true", "1"}, {"false", "0"})


def _forms(pair: Pair) -> Iterator[Diagnostic]:
    pattern = pair.taken.pattern
    if pattern and pair.member.bounds.pattern != pattern and pair.member.values is None:
        message = f"{pair.where} wants the form {pattern!r} ({pair.taken.pattern_by})"
        yield pair.finding(FORM_REFUSED, message)


def _listed(values: "list[str] | tuple[str, ...]") -> str:
    shown = ", ".join(repr(value) for value in values[:8])
    return f"{shown}, …" if len(values) > 8 else shown
