"""What one operation hands through as it is, since apigen could not read it."""

from dataclasses import dataclass, field

from apigen.schemas import SchemaReader
from apigen.types import AnyValue, Json, ListOf, MapOf, Nullable, OneOf, TypeExpr


@dataclass(slots=True)
class Raw:
    """Collects, for one operation, where something is raw and why."""

    reader: SchemaReader
    pointer: str
    reasons: dict[str, str] = field(default_factory=dict[str, str])

    def at(self, pointer: str, reason: str) -> None:
        """Note that what stands at a pointer is handed through."""
        self.reasons.setdefault(pointer, reason)

    def type_of(self, schema: Json, pointer: str, hint: str) -> TypeExpr:
        """Return the type of a schema; a part that leads to nothing makes the operation raw."""
        found = self.reader.read(schema, pointer, hint)
        if reason := _reason(found):
            self.at(pointer, reason)
        return found


def _reason(found: TypeExpr) -> str:
    match found:
        case AnyValue(reason):
            return reason
        case Nullable(inner) | ListOf(item=inner) | MapOf(value=inner):
            return _reason(inner)
        case OneOf(variants):
            return next((reason for each in variants if (reason := _reason(each))), "")
        case _:
            return ""
