"""What an expression may be, as far as reading tells: the values of the abstract interpreter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

MOST = 8
"""Alternatives that are followed."""
LONGEST = 64
"""Parts of a text that are kept."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nothing is known."""

    name: str = ""
    """What the source calls it."""
    parameter: str = ""
    """The parameter of the function around it that it is, if it is one."""


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Hole:
    """A part of a text that only running would tell."""

    source: str
    """The expression."""
    parameter: str = ""
    """The parameter of the function around it that it is, if it is one."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text, or what is used as one: a URL, a path."""

    parts: tuple[str | Hole, ...]

    @property
    def literal(self) -> str | None:
        """Return the whole text if it is known."""
        return "".join(str(part) for part in self.parts) if self.is_known else None

    @property
    def is_known(self) -> bool:
        """Return whether there is no hole."""
        return not any(isinstance(part, Hole) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Name:
    """Something imported that the project does not hold: ``requests.get``."""

    path: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list, tuple or set."""

    values: tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping, or an enumeration."""

    entries: tuple[tuple[str, "Value"], ...]

    def get(self, key: str) -> "Value":
        """Return what stands under *key*."""
        return next((value for name, value in self.entries if name == key), UNKNOWN)


@dataclass(frozen=True, slots=True)
class Client:
    """An object of an HTTP library that sends requests; *base* goes before its addresses."""

    kind: str
    base: Text | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request that is not sent yet."""

    method: str
    url: Text
    sent: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back from an address of a contract."""

    operations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """An attribute of a value, to be called: ``session.get``."""

    owner: "Value"
    name: str


@dataclass(frozen=True, slots=True)
class Local:
    """A function, class or module of the project: its file, and the name within."""

    kind: str
    """``function``, ``class``, ``instance`` or ``module``."""
    file: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Partial:
    """A callable with some of its arguments."""

    callee: "Value"
    positional: tuple["Value", ...]
    named: tuple[tuple[str, "Value"], ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    options: tuple["Value", ...]


Value: TypeAlias = (
    Unknown
    | Text
    | Name
    | Items
    | Table
    | Client
    | Request
    | Answer
    | Member
    | Local
    | Partial
    | Choice
)


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a call is given."""

    positional: tuple[Value, ...] = ()
    named: Mapping[str, Value] | None = None

    def get(self, index: int, *names: str) -> Value:
        """Return the argument at *index*, or by one of *names*."""
        for name in names:
            if self.named and name in self.named:
                return self.named[name]
        return self.positional[index] if 0 <= index < len(self.positional) else UNKNOWN

    def has(self, *names: str) -> bool:
        """Return whether one of *names* is given."""
        return any(name in (self.named or {}) for name in names)


def options(value: Value) -> tuple[Value, ...]:
    """Return what a value may be."""
    return value.options if isinstance(value, Choice) else (value,)


def choice(*values: Value) -> Value:
    """Return one of several values; too many are cut, and what is not known says nothing."""
    flat = dict.fromkeys(each for value in values for each in options(value))
    known = [each for each in flat if each != UNKNOWN] or list(flat)[:1]
    if len(known) == 1:
        return known[0]
    return Choice(tuple(known[:MOST])) if known else UNKNOWN


def text(*parts: str | Hole) -> Text:
    """Return a text, neighbouring literals joined."""
    joined: list[str | Hole] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    return Text(tuple(joined[:LONGEST]))


def as_texts(value: Value, source: str) -> tuple[Text, ...]:
    """Return the texts that a value may be; a hole, named by its *source*, where none is known."""
    found = [each for each in options(value) if isinstance(each, Text)]
    if found:
        return tuple(found)
    known = next((each for each in options(value) if isinstance(each, Unknown)), UNKNOWN)
    return (Text((Hole(known.name or source, known.parameter),)),)
