"""Types as Python spells them: the only place that does."""

from collections.abc import Collection
from dataclasses import dataclass

from apigen.schemas.patterns import in_python, is_native, portable
from apigen.types import (
    AnyValue,
    Bounds,
    Const,
    Kind,
    ListOf,
    MapOf,
    Named,
    Nullable,
    OneOf,
    Scalar,
    TypeExpr,
)

_SCALARS = {
    Kind.STRING: "str",
    Kind.INTEGER: "int",
    Kind.NUMBER: "float",
    Kind.BOOLEAN: "bool",
    Kind.DATE_TIME: "Timestamp",
    Kind.DATE: "Date",
    Kind.TIME: "Time",
    Kind.UUID: "Uuid",
    Kind.BINARY: "bytes",
    Kind.BYTE: "Base64",
}


@dataclass(frozen=True, slots=True)
class Spelling:
    """How names are written: their module's prefix, and which are not yet defined there."""

    prefix: str = ""
    forward: Collection[str] = ()
    constrained: bool = True
    """Whether constraints are written too; signatures read better without."""

    def of(self, type_: TypeExpr) -> str:
        """Return the annotation of a type."""
        match type_:
            case Named(ref):
                return f'"{ref}"' if ref in self.forward else self.prefix + ref
            case Scalar(Kind.BYTE) if not self.constrained:
                return "bytes"
            case Scalar(kind, bounds):
                return self._annotated(_SCALARS[kind], _bounds(kind, bounds))
            case ListOf(item, least, most, unique):
                metadata = _sizes(least, most) + (["UniqueItems()"] if unique else [])
                return self._annotated(f"list[{self.of(item)}]", metadata)
            case MapOf(value, least, most):
                return self._annotated(f"dict[str, {self.of(value)}]", _sizes(least, most))
            case Const(values):
                # A literal takes True for 1, and there are none of floats (PEP 586).
                plain = all(isinstance(each, str | None) for each in values)
                exactly = [] if plain else [f"Exactly({_tuple(values)})"]
                return self._annotated(_literal(values), exactly)
            case OneOf(variants):
                return self._union([self.of(each) for each in variants])
            case Nullable(inner):
                spelled = self.of(inner)
                return spelled if spelled == "Any" else self._union([spelled, "None"])
            case AnyValue():
                return "Any"

    def _annotated(self, spelled: str, metadata: list[str]) -> str:
        if not metadata or not self.constrained:
            return spelled
        return f"Annotated[{spelled}, {', '.join(metadata)}]"

    def _union(self, members: list[str]) -> str:
        once = list(dict.fromkeys(members))
        if any(each.startswith('"') for each in once):  # a text knows no '|'
            return f"Union[{', '.join(once)}]"
        return " | ".join(once)


def _literal(values: tuple[str | int | float | bool | None, ...]) -> str:
    written = [literal(each) for each in values if not isinstance(each, float)]
    members = [f"Literal[{', '.join(written)}]"] if written else []
    return " | ".join(members + ["float"] * (len(written) < len(values)))


def _tuple(values: tuple[str | int | float | bool | None, ...]) -> str:
    written = [literal(each) for each in values]
    return f"({', '.join(written)})" if len(written) > 1 else f"({written[0]},)"


def literal(value: str | float | None) -> str:
    """Return a value as Python writes it; nothing in it can end the literal."""
    return ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)


def _sizes(least: int | None, most: int | None) -> list[str]:
    named = {"min_length": least, "max_length": most}
    given = [f"{name}={value}" for name, value in named.items() if value is not None]
    return [f"Field({', '.join(given)})"] if given else []


def _bounds(kind: Kind, bounds: Bounds) -> list[str]:
    pattern = bounds.pattern
    native = pattern is None or is_native(pattern)
    named = {
        "ge": bounds.minimum,
        "gt": bounds.exclusive_minimum,
        "le": bounds.maximum,
        "lt": bounds.exclusive_maximum,
        "multiple_of": bounds.multiple_of,
        "min_length": bounds.min_length,
        "max_length": bounds.max_length,
    }
    given = [f"{name}={value!r}" for name, value in named.items() if value is not None]
    if pattern is not None and native:
        given.append(f"pattern={regex(portable(pattern))}")
    # Of a type of its own, such as a date, the bounds are those of its text.
    asked = "Field" if kind in _BOUNDED else "Written"
    metadata = [f"{asked}({', '.join(given)})"] if given else []
    return metadata if native else [*metadata, f"Matches({regex(in_python(pattern or ''))})"]


_BOUNDED = frozenset({Kind.STRING, Kind.INTEGER, Kind.NUMBER, Kind.BINARY})
"""What is bounded as it is, and not as the text that it is on the wire."""


def regex(pattern: str) -> str:
    """Return a pattern as a raw string where that is one, else as a plain literal."""
    raw = f'r"{pattern}"'
    plain = pattern.isascii() and pattern.isprintable() and '"' not in pattern
    return raw if plain and "\\" in pattern and not pattern.endswith("\\") else literal(pattern)
