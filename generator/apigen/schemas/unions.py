"""Unions: told apart by a tag where the document says how, tried in turn elsewhere."""

from typing import TYPE_CHECKING

from apigen.contract import UnionDef
from apigen.diagnostics.building import UNION_WITHOUT_TAG
from apigen.names import pascal
from apigen.schemas.combine import one_of
from apigen.schemas.merge import Merged
from apigen.schemas.source import (
    is_null,
    keywords,
    mapping,
    reference,
    reference_to,
    sequence,
    text,
)
from apigen.schemas.tags import Tagging, tagging_of
from apigen.types import Const, Json, Named, TypeExpr

if TYPE_CHECKING:
    from apigen.schemas.reader import SchemaReader

_MAX_DISTRIBUTED = 40


def read_union(
    reader: "SchemaReader", raw: dict[str, Json], keyword: str, pointer: str, hint: str, name: str
) -> TypeExpr:
    """Return the type of a schema with ``oneOf`` or ``anyOf``."""
    variants = sequence(raw[keyword])
    siblings = {key: value for key, value in raw.items() if key not in {"oneOf", "anyOf"}}
    constraining = keywords(siblings) - {"discriminator"}
    if constraining - {"type"} or {"oneOf", "anyOf"} <= raw.keys():
        unions: list[tuple[str, list[Json], str]] = [
            (each, sequence(raw[each]), f"{pointer}/{each}")
            for each in ("oneOf", "anyOf")
            if each in raw
        ]
        own = {key: value for key, value in siblings.items() if key != "discriminator"}
        whole = Merged(keywords=own, unions=unions)
        return read_distributed(reader, whole, pointer, hint, name)
    tagging = tagging_of(reader.bundle, raw)
    if tagging:
        return _tagged(reader, tagging, raw, pointer, hint, name)
    if "discriminator" in raw:
        reader.report.add(
            UNION_WITHOUT_TAG.at(
                reader.bundle.place(f"{pointer}/discriminator"),
                "the discriminator can't tell the variants apart; they are tried in turn",
            )
        )
    return _tried(reader, variants, siblings, f"{pointer}/{keyword}", hint, name)


def _tells(variant: Json) -> bool:
    """Return whether an alternative says more than which members are required."""
    return bool(keywords(mapping(variant)) - {"required", "not", "minProperties"})


def _tagged(
    reader: "SchemaReader",
    tagging: Tagging,
    raw: dict[str, Json],
    pointer: str,
    hint: str,
    name: str,
) -> Named:
    variants = tuple((value, reader.class_of(each)) for value, each in tagging.by_value.items())
    key = (tagging.property_name, variants)
    if not name and key in reader.unions:
        return Named(reader.unions[key])
    above, _, last = pointer.rpartition("/")
    own = [last] if above.endswith("/properties") else []
    made = name or reader.claim(*own, hint)
    reader.unions.setdefault(key, made)
    reader.definitions[made] = UnionDef(
        made, tagging.property_name, variants, text(raw.get("description")), pointer
    )
    for each in dict.fromkeys(tagging.by_value.values()):
        reader.read(reference_to(each), pointer, hint)
    return Named(made)


def _tried(
    reader: "SchemaReader",
    variants: list[Json],
    siblings: dict[str, Json],
    pointer: str,
    hint: str,
    name: str,
) -> TypeExpr:
    kept = [(index, each) for index, each in enumerate(variants) if not is_null(each)]
    if len(kept) == 1:
        index, only = kept[0]
        return reader.read(only, f"{pointer}/{index}", hint, name="" if reference(only) else name)
    found: list[TypeExpr] = []
    for index, each in kept:
        raw = mapping(each)
        whole = {**siblings, **raw} if "type" in siblings and "$ref" not in raw else each
        title = pascal(text(raw.get("title")), empty="")
        own = f"{hint}{title}" if title else f"{hint}Option{index + 1}"
        found.append(reader.read(whole, f"{pointer}/{index}", own))
    return one_of(found) if found or not variants else Const((None,))


def read_distributed(
    reader: "SchemaReader", whole: Merged, pointer: str, hint: str, name: str
) -> TypeExpr:
    """Return the type of members that hold beside alternatives: each alternative with them."""
    told = [union for union in whole.unions if any(_tells(each) for each in union[1])]
    for _, _, where in (union for union in whole.unions if union not in told):
        reader.ignored(where, "which members go together is not checked")
    plain = bool(keywords(whole.keywords))
    if len(told) > 1 or (told and len(told[0][1]) > _MAX_DISTRIBUTED and plain):
        if not plain:
            return reader.loose(pointer, "several unions hold at once")
        for _, _, where in told:
            reader.ignored(where, "alternatives that hold beside so much else are not checked")
        told = []
    if not told:
        return reader.read_simple(whole.keywords, pointer, hint, name, whole.property_at)
    keyword, variants, where = told[0]
    if not plain:
        return read_union(
            reader, {keyword: variants}, keyword, where.rpartition("/")[0], hint, name
        )
    alternatives: list[Json] = [
        {"allOf": [whole.keywords, each], **_title(each)} for each in variants if not is_null(each)
    ]
    return _tried(reader, alternatives, {}, where, hint, name)


def _title(variant: Json) -> dict[str, Json]:
    ref = reference(variant)
    title = text(mapping(variant).get("title")) or ref.rpartition("/")[2]
    return {"title": title} if title else {}
