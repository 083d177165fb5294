"""Two schemas in normal form: every rule that follows from what they allow."""

from apigen.compare import constraints, objects, variants
from apigen.compare.normal import Nodes
from apigen.compare.pairs import Pair
from apigen.compare.values import listed, shown

_PART_NAMES = {
    "not": "not",
    "if": "if",
    "then": "then",
    "else": "else",
    "contains": "contains",
    "propertyNames": "property-names",
    "contentSchema": "content-schema",
    "unevaluatedItems": "unevaluated-items",
    "unevaluatedProperties": "unevaluated-properties",
    "items": "items-schema",
}
_EXACT = {"not", "if"}
"""Keywords whose schema allows less where it grows, or both: any change of them is one."""
_WIDER_FORMATS = {("int32", "int64"), ("float", "double"), ("int32", "double")}


def judge(pair: Pair) -> None:
    """Tell what changed between two schemas; what lies within waits for its turn."""
    if bool(pair.old.unions) is not bool(pair.new.unions) and _is_bare_union(pair):
        variants.wrapped(pair)
        return
    if not _types(pair):
        return
    _format(pair)
    constraints.compare(pair)
    if "object" in pair.new.kinds & pair.old.kinds:
        objects.compare(pair)
        objects.dependencies(pair)
        _named(pair, pair.old.patterns, pair.new.patterns, "patternProperties", "pattern-property")
        _named(
            pair, pair.old.dependents, pair.new.dependents, "dependentSchemas", "dependent-schema"
        )
    _parts(pair)
    _prefix(pair)
    _unions(pair)


def _is_bare_union(pair: Pair) -> bool:
    side = pair.new if pair.new.unions else pair.old
    return len(side.unions) == 1 and not side.properties and not side.required


def _types(pair: Pair) -> bool:
    """Compare types; False if nothing else is worth comparing."""
    old, new = pair.old.kinds, pair.new.kinds
    if old == new:
        return True
    text = f"{_spoken(old)} became {_spoken(new)}"
    single = len(_shown_types(old)) == 1 == len(_shown_types(new))
    if old < new:
        pair.say("type-generalized" if single else "list-of-types-widened", "type", text)
    elif new < old:
        pair.say("type-specialized" if single else "list-of-types-narrowed", "type", text)
    else:
        pair.say("type-changed", "type", text)
    return bool(old & new)


def _shown_types(kinds: frozenset[str]) -> list[str]:
    return sorted(kinds - {"integer"} if "number" in kinds else kinds)


def _spoken(kinds: frozenset[str]) -> str:
    names = _shown_types(kinds)
    if not names:
        return "nothing"
    return "anything" if len(names) == 5 else listed(names)


def _format(pair: Pair) -> None:
    old, new = pair.old.notes.get("format"), pair.new.notes.get("format")
    if old == new:
        return
    text = f"format {shown(old)} became {shown(new)}"
    if old is None:
        pair.say("format-added", "format", text)
    elif new is None:
        pair.say("format-removed", "format", text)
    elif (old, new) in _WIDER_FORMATS:
        pair.say("type-generalized", "format", text)
    elif (new, old) in _WIDER_FORMATS:
        pair.say("type-specialized", "format", text)
    else:
        pair.say("format-changed", "format", text)


def _parts(pair: Pair) -> None:
    for keyword, name in _PART_NAMES.items():
        old, new = pair.old.parts.get(keyword), pair.new.parts.get(keyword)
        if old is None and new is not None:
            pair.say(f"{name}-added", keyword, f"'{keyword}' is new")
        elif new is None and old is not None:
            pair.say(f"{name}-removed", keyword, f"'{keyword}' is gone")
        elif old is not None and new is not None:
            if keyword not in _EXACT:
                pair.inner(old, new)
            elif not pair.pairs.alike(old, new):
                pair.say(f"{name}-changed", keyword, f"'{keyword}' says something else")


def _named(
    pair: Pair, old: dict[str, Nodes], new: dict[str, Nodes], keyword: str, name: str
) -> None:
    for key in sorted(old.keys() | new.keys()):
        if key not in old:
            pair.say(f"{name}-added", keyword, f"'{keyword}' has {shown(key)} now", key)
        elif key not in new:
            pair.say(f"{name}-removed", keyword, f"'{keyword}' lacks {shown(key)} now", key)
        else:
            pair.inner(old[key], new[key])


def _prefix(pair: Pair) -> None:
    old, new = pair.old.prefix, pair.new.prefix
    for before, after in zip(old, new, strict=False):
        pair.inner(before, after)
    if len(old) < len(new):
        pair.say("prefix-items-added", "prefixItems", f"{len(new)} items have fixed places now")
    elif len(new) < len(old):
        pair.say("prefix-items-removed", "prefixItems", f"{len(new)} items have fixed places now")


def _unions(pair: Pair) -> None:
    for old, new in zip(pair.old.unions, pair.new.unions, strict=False):
        variants.compare(pair, old, new)
    if len(pair.old.unions) < len(pair.new.unions):
        pair.say("all-of-added", pair.new.unions[-1].keyword, "it must be one of variants as well")
    elif len(pair.new.unions) < len(pair.old.unions):
        pair.say("all-of-removed", pair.old.unions[-1].keyword, "it need not be one of variants")
