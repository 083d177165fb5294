"""Reading schemas: each becomes a type, and what deserves a name becomes a definition."""

import json

from apigen.bundle import Bundle
from apigen.contract import OPEN, AliasDef, Definition, ObjectDef
from apigen.diagnostics import Report
from apigen.diagnostics.building import NAME_CHANGED, SCHEMA_LOOSE
from apigen.names import CLASS_NAMES_TAKEN, Scope, class_name, pascal
from apigen.pointers import join
from apigen.schemas import objects, unions
from apigen.schemas.aliases import untangled
from apigen.schemas.combine import nullable_of, one_of
from apigen.schemas.enums import Enums, read_enum
from apigen.schemas.extension import read_extension
from apigen.schemas.merge import merged
from apigen.schemas.scalars import count, read_scalar
from apigen.schemas.source import (
    ANNOTATIONS,
    admits_null,
    at_pointer,
    component,
    is_null,
    keywords,
    mapping,
    pointer_of,
    reference,
    sequence,
    text,
    types,
    walk,
)
from apigen.schemas.tags import gather
from apigen.types import (
    AnyValue,
    Const,
    Json,
    ListOf,
    Named,
    Nullable,
    TypeExpr,
)

_DEEPEST = 60
"""Schemas within schemas; beyond it a value is taken as it is."""
_DEEPEST_REFERENCE = 25
"""References are followed at once down to here; what lies deeper waits for its turn."""
_MOST_COMPOSED = 12
"""So many ``allOf`` of one component stand in each other."""
_LEAST_WORK = 20_000
"""So many schemas are read at least, and twenty times as many as there are in the document."""
_NOT_CHECKED = (
    "contains",
    "dependencies",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxContains",
    "minContains",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
)


class SchemaReader:
    """Reads the schemas of one document, and keeps the definitions that it made.

    Definitions are made on demand and each once; ``definitions`` is complete after :meth:`read_all`
    and the reading of all operations.
    """

    def __init__(self, bundle: Bundle, report: Report) -> None:
        self.bundle = bundle
        self.report = report
        self.definitions: dict[str, Definition] = {}
        self.unfinished: set[str] = set()
        """Objects whose members are being read."""
        self.enums = Enums()
        self.tags = gather(bundle)
        self.unions: dict[tuple[object, ...], str] = {}
        self._scope = Scope(set(CLASS_NAMES_TAKEN))
        self._components: dict[str, str] = {}
        self._inline: dict[str, TypeExpr] = {}
        self._composing: dict[tuple[str, str], str] = {}
        """Inline ``allOf`` that are being read, and the object that each became."""
        self._open: set[str] = set()
        self._depth = 0
        self._work = _LEAST_WORK + 20 * sum(1 for _ in walk(bundle.value))
        for name in self._schemas():
            self._components[name] = self._component_name(name)
        self._by_class = {made: name for name, made in self._components.items()}

    def _component_name(self, name: str) -> str:
        made = self._scope.claim(class_name(name))
        if made != pascal(name):
            place = self.bundle.place(join(("components", "schemas", name)))
            said = f"the schema '{name}' becomes the class {made}, since {pascal(name)} is taken"
            self.report.add(NAME_CHANGED.at(place, said))
        return made

    def _schemas(self) -> dict[str, Json]:
        return mapping(mapping(self.bundle.value.get("components")).get("schemas"))

    def read_all(self) -> None:
        """Make the definitions of all component schemas, in the document's order."""
        for name, schema in self._schemas().items():
            self.define(name, schema)
        for name, alias in untangled(self.definitions).items():
            self.definitions[name] = alias
            self.ignored(alias.at, "that the schema leads to itself adds nothing")
        order = {made: index for index, made in enumerate(self._components.values())}
        last = len(order)
        self.definitions = dict(
            sorted(self.definitions.items(), key=lambda item: order.get(item[0], last))
        )

    def define(self, name: str, schema: Json) -> None:
        """Make the definition of a component schema, unless it is there."""
        made = self._components[name]
        if made in self.definitions or made in self._open:
            return
        pointer = join(("components", "schemas", name))
        self._open.add(made)
        found = self.read(schema, pointer, made, name=made)
        self._open.discard(made)
        if made not in self.definitions:
            found = found.inner if isinstance(found, Nullable) else found
            description = text(mapping(schema).get("description"))
            self.definitions[made] = AliasDef(made, found, description, pointer)

    def begin(self, made: str, pointer: str) -> None:
        """Let an object be referred to while its members are read."""
        self.definitions[made] = ObjectDef(made, (), None, OPEN, "", deprecated=False, at=pointer)
        self.unfinished.add(made)
        for key, known in self._composing.items():
            if key[0] == pointer and not known:
                self._composing[key] = made

    def finish(self, definition: ObjectDef) -> Named:
        """Keep an object whose members have been read."""
        self.definitions[definition.name] = definition
        self.unfinished.discard(definition.name)
        return Named(definition.name)

    def claim(self, *hints: str) -> str:
        """Return a class name that nothing else has."""
        return self._scope.claim(*(class_name(pascal(hint)) for hint in hints))

    def component_tags(self, made: str) -> dict[str, tuple[str, ...]]:
        """Return the discriminator tags of a definition, by property."""
        return self.tags.of(self._by_class[made]) if made in self._by_class else {}

    def class_of(self, component_name: str) -> str:
        """Return the definition's name of a component schema."""
        return self._components[component_name]

    def loose(self, pointer: str, reason: str) -> AnyValue:
        """Report what can't be read, and take any value there."""
        self.report.add(
            SCHEMA_LOOSE.at(self.bundle.place(pointer), f"{reason}; any value is taken here")
        )
        return AnyValue(reason)

    def ignored(self, pointer: str, reason: str) -> None:
        """Report a keyword that is left out of account."""
        self.report.add(SCHEMA_LOOSE.at(self.bundle.place(pointer), f"{reason}; it is ignored"))

    def read(self, schema: Json, pointer: str, hint: str, *, name: str = "") -> TypeExpr:
        """Return the type of a schema.

        What needs a name gets ``name`` if that is given (a component's), else one made of ``hint``.
        """
        self._work -= 1
        if self._work < 0:
            return self.loose(pointer, "schemas multiply beyond all bounds")
        if self._depth > _DEEPEST:
            return self.loose(pointer, "schemas are nested too deeply")
        self._depth += 1
        try:
            return self._read(schema, pointer, hint, name)
        finally:
            self._depth -= 1

    def _read(self, schema: Json, pointer: str, hint: str, name: str) -> TypeExpr:
        if isinstance(schema, bool):
            return AnyValue() if schema else self.loose(pointer, "'false' allows no value")
        if not isinstance(schema, dict):
            return self.loose(pointer, "a schema is a mapping")
        if "x-apigen-unresolved" in schema:
            return AnyValue(f"'{text(schema['x-apigen-unresolved'])}' leads to nothing")
        if "$ref" in schema:
            return self._reference(schema, pointer, hint)
        for keyword in _NOT_CHECKED:
            if keyword in schema and schema[keyword] != {"type": "string"}:
                self.ignored(f"{pointer}/{keyword}", f"'{keyword}' is not checked")
        found = self._plain(schema, pointer, hint, name)
        nullable = admits_null(self.bundle, schema)
        return nullable_of(found) if nullable else found

    def _reference(self, schema: dict[str, Json], pointer: str, hint: str) -> TypeExpr:
        name = component(schema)
        siblings = keywords(schema) - {"$ref"}
        if text(self.bundle.value.get("openapi")).startswith("3.0"):
            for keyword in sorted(siblings - {"nullable"}):  # which many write, and mean
                what = f"'{keyword}' beside '$ref' means nothing in OpenAPI 3.0"
                self.ignored(f"{pointer}/{keyword}", what)
        elif siblings:
            parts: dict[str, Json] = {"allOf": [{"$ref": schema["$ref"]}]}
            return self.read(parts | {key: schema[key] for key in siblings}, pointer, hint)
        if not name:
            return self._elsewhere(reference(schema), pointer)
        if name not in self._components:
            return self.loose(pointer, f"there is no schema '{name}'")
        if self._depth <= _DEEPEST_REFERENCE:
            self.define(name, self._schemas()[name])
        found: TypeExpr = Named(self._components[name])
        return nullable_of(found) if admits_null(self.bundle, schema) else found

    def _elsewhere(self, ref: str, pointer: str) -> TypeExpr:
        """Return the type of a schema that stands in the midst of the document."""
        where = pointer_of(ref)
        if where not in self._inline:
            found = at_pointer(self.bundle.value, where)
            if found is None or not where:
                return self.loose(pointer, f"'{ref}' leads to nothing")
            if where in self._open:
                return self.loose(pointer, f"'{ref}' leads back to itself")
            hint = "".join(pascal(token) for token in where.split("/")[-3:] if token)
            self._open.add(where)
            self._inline[where] = self.read(found, where, hint)
            self._open.discard(where)
        return self._inline[where]

    def _plain(self, raw: dict[str, Json], pointer: str, hint: str, name: str) -> TypeExpr:
        if "allOf" in raw:
            return self._all_of(raw, pointer, hint, name)
        for keyword in ("oneOf", "anyOf"):
            if keyword in raw:
                return unions.read_union(self, raw, keyword, pointer, hint, name)
        return self.read_simple(raw, pointer, hint, name)

    def _all_of(self, raw: dict[str, Json], pointer: str, hint: str, name: str) -> TypeExpr:
        parts = sequence(raw["allOf"])
        constraining = keywords(raw) - {"allOf"}
        telling = [part for part in parts if set(mapping(part)) - ANNOTATIONS]
        if len(telling) == 1 and not constraining:
            index = parts.index(telling[0])
            return self.read(telling[0], f"{pointer}/allOf/{index}", hint, name=name)
        key = (pointer, json.dumps(raw, sort_keys=True, default=str))
        if key in self._composing:
            made = self._composing[key]
            return Named(made) if made else self.loose(pointer, "'allOf' leads back to itself")
        root = "/".join(pointer.split("/")[:4])
        if sum(where.startswith(root) for where, _ in self._composing) >= _MOST_COMPOSED:
            return self.loose(pointer, "'allOf' adds to itself without end")
        self._composing[key] = ""
        found = self._composed(raw, pointer, hint, name)
        del self._composing[key]
        return found

    def _composed(self, raw: dict[str, Json], pointer: str, hint: str, name: str) -> TypeExpr:
        extended = read_extension(self, raw, pointer, hint, name)
        if extended is not None:
            return extended
        whole = merged(self.bundle, raw, pointer)
        for where, reason in whole.lost:
            self.ignored(where, reason)
        if whole.unions:
            return unions.read_distributed(self, whole, pointer, hint, name)
        return self.read_simple(whole.keywords, pointer, hint, name, whole.property_at)

    def read_simple(
        self,
        raw: dict[str, Json],
        pointer: str,
        hint: str,
        name: str,
        property_at: dict[str, str] | None = None,
    ) -> TypeExpr:
        """Return the type of a schema without ``allOf``, ``oneOf`` and ``anyOf``."""
        if "enum" in raw or "const" in raw:
            return read_enum(self, raw, pointer, hint, name)
        named = [each for each in types(raw) if each and each != "null"]
        if not named and is_null(raw):
            return Const((None,))
        if len(named) > 1:
            variants = [
                self.read_simple({**raw, "type": each}, pointer, f"{hint}{pascal(each)}", "")
                for each in named
            ]
            return one_of(variants)
        match named[0] if named else _guess(raw):
            case "object":
                return objects.read_object(self, raw, pointer, hint, name, property_at or {})
            case "array":
                return self._array(raw, pointer, hint)
            case "string" | "integer" | "number" | "boolean" as kind:
                return read_scalar(self, kind, raw, pointer)
            case "":
                return AnyValue()
            case other:
                return self.loose(f"{pointer}/type", f"'{other}' is no type of JSON Schema")

    def _array(self, raw: dict[str, Json], pointer: str, hint: str) -> ListOf:
        item: TypeExpr = AnyValue()
        if "prefixItems" in raw:
            self.ignored(f"{pointer}/prefixItems", "tuples are not read item by item")
        elif "items" in raw:
            item = self.read(raw["items"], f"{pointer}/items", f"{hint}Item")
        return ListOf(
            item,
            min_items=count(raw.get("minItems")) or None,
            max_items=count(raw.get("maxItems")),
            unique=raw.get("uniqueItems") is True,
        )


def _guess(raw: dict[str, Json]) -> str:
    """Return the type that the keywords of a schema without one speak of."""
    if raw.keys() & {"properties", "additionalProperties", "required", "patternProperties"}:
        return "object"
    if raw.keys() & {"items", "prefixItems"}:
        return "array"
    if raw.keys() & {"pattern", "minLength", "maxLength", "format"}:
        return "string"
    return "number" if raw.keys() & {"minimum", "maximum", "multipleOf"} else ""
