"""Constraints of one value: enumerations, bounds, sizes, and keywords that are remarks."""

from apigen.compare.changes import Flow
from apigen.compare.pairs import Pair
from apigen.compare.values import canonical, items, listed, shown

_NAMES = {
    "maxLength": "max-length", "minLength": "min-length", "maxItems": "max-items",
    "minItems": "min-items", "maxProperties": "max-properties", "minProperties": "min-properties",
    "maxContains": "max-contains", "minContains": "min-contains",
}  # fmt: skip
_FLAGS = (
    ("deprecated", "deprecated", "reactivated"),
    ("readOnly", "became-read-only", "became-not-read-only"),
    ("writeOnly", "became-write-only", "became-not-write-only"),
)


def compare(pair: Pair) -> None:
    """Compare all constraints."""
    _nullable(pair)
    _enumeration(pair)
    _bounds(pair)
    _sizes(pair)
    _multiples(pair)
    _texts(pair)
    _flags(pair)
    _default(pair)
    _extensions(pair)


def _nullable(pair: Pair) -> None:
    if pair.new.nullable and not pair.old.nullable:
        pair.say("became-nullable", "type", "null is allowed now")
    elif pair.old.nullable and not pair.new.nullable:
        pair.say("became-not-nullable", "type", "null is not allowed any longer")


def _enumeration(pair: Pair) -> None:
    old, new = pair.old.listed, pair.new.listed
    keyword = "const" if "const" in pair.new.places else "enum"
    if new is None:
        if old is not None:
            aspect = "const-removed" if "const" in pair.old.places else "enum-removed"
            pair.say(aspect, "enum", "any value of its type is allowed now")
        return
    if old is None:
        aspect = "const-added" if keyword == "const" else "became-enum"
        pair.say(aspect, keyword, f"only {listed([shown(v) for v in new.values()])} is allowed now")
        return
    gone = [shown(value) for text, value in old.items() if text not in new]
    added = [shown(value) for text, value in new.items() if text not in old]
    if gone and added and len(old) == len(new) == 1:
        pair.say("const-changed", keyword, f"{gone[0]} became {added[0]}")
        return
    if gone:
        pair.say("enum-value-removed", keyword, f"without {listed(gone)} now")
    if added:
        pair.say("enum-value-added", keyword, f"also {listed(added)} now")


def _bounds(pair: Pair) -> None:
    for old, new, name, plain in (
        (pair.old.upper, pair.new.upper, "max", "maximum"),
        (pair.old.lower, pair.new.lower, "min", "minimum"),
    ):
        if old == new:
            continue
        either = new or old
        excluded = either is not None and either[1]
        rule = f"exclusive-{name}" if excluded else name
        exclusive = f"exclusive{plain.capitalize()}"
        places = pair.new.places if new else pair.old.places
        keyword = exclusive if excluded and plain not in places else plain
        if old is None and new is not None:
            pair.say(f"{rule}-set", keyword, f"{plain} {_bound(new)} is new")
        elif new is None and old is not None:
            pair.say(f"{rule}-unset", keyword, f"{plain} {_bound(old)} is gone")
        elif old is not None and new is not None:
            moved = "increased" if _rank(new, name) > _rank(old, name) else "decreased"
            pair.say(f"{rule}-{moved}", keyword, f"{plain} {_bound(old)} became {_bound(new)}")


def _rank(bound: tuple[float, bool], name: str) -> tuple[float, bool]:
    value, excluded = bound
    return (value, not excluded) if name == "max" else (value, excluded)


def _bound(bound: tuple[float, bool]) -> str:
    return f"{bound[0]} (excluded)" if bound[1] else f"{bound[0]}"


def _sizes(pair: Pair) -> None:
    for keyword, name in _NAMES.items():
        old, new = pair.old.sizes.get(keyword), pair.new.sizes.get(keyword)
        if old == new:
            continue
        if old is None:
            pair.say(f"{name}-set", keyword, f"{keyword} {new} is new")
        elif new is None:
            pair.say(f"{name}-unset", keyword, f"{keyword} {old} is gone")
        else:
            moved = "increased" if new > old else "decreased"
            pair.say(f"{name}-{moved}", keyword, f"{keyword} {old} became {new}")
    if pair.old.unique is not pair.new.unique and "array" in pair.new.kinds:
        aspect = "unique-items-added" if pair.new.unique else "unique-items-removed"
        pair.say(aspect, "uniqueItems", f"items {'must' if pair.new.unique else 'need not'} differ")


def _multiples(pair: Pair) -> None:
    old, new = pair.old.sizes.get("multipleOf"), pair.new.sizes.get("multipleOf")
    if old == new:
        return
    if old is None or not old:
        pair.say("multiple-of-added", "multipleOf", f"must be a multiple of {new} now")
    elif new is None or not new:
        pair.say("multiple-of-removed", "multipleOf", f"need not be a multiple of {old} now")
    else:
        wider, tighter = old % new == 0, new % old == 0
        end = "generalized" if wider else "specialized" if tighter else "changed"
        pair.say(f"multiple-of-{end}", "multipleOf", f"multipleOf {old} became {new}")


def _texts(pair: Pair) -> None:
    for keyword, name in (
        ("pattern", "pattern"),
        ("contentEncoding", "content-encoding"),
        ("contentMediaType", "content-media-type"),
    ):
        old, new = pair.old.notes.get(keyword), pair.new.notes.get(keyword)
        if old == new or "string" not in pair.new.kinds:
            continue
        if name != "pattern" or (old is not None and new is not None):
            end = "changed"
        else:
            end = "added" if old is None else "removed"
        pair.say(f"{name}-{end}", keyword, f"{keyword} {shown(old)} became {shown(new)}")


def _flags(pair: Pair) -> None:
    for keyword, on, off in _FLAGS:
        old, new = keyword in pair.old.notes, keyword in pair.new.notes
        if old is not new:
            pair.say(on if new else off, keyword, f"{keyword} {'now' if new else 'no longer'}")


def _default(pair: Pair) -> None:
    old, new = pair.old.notes, pair.new.notes
    if "default" not in old and "default" not in new:
        return
    if "default" not in old:
        pair.say("default-value-added", "default", f"default {shown(new['default'])} is new")
    elif "default" not in new:
        pair.say("default-value-removed", "default", f"default {shown(old['default'])} is gone")
    elif canonical(old["default"]) != canonical(new["default"]):
        text = f"default {shown(old['default'])} became {shown(new['default'])}"
        pair.say("default-value-changed", "default", text)


def _extensions(pair: Pair) -> None:
    names = {name for side in (pair.old, pair.new) for name in side.notes if name.startswith("x-")}
    for name in sorted(names):
        old, new = pair.old.notes.get(name), pair.new.notes.get(name)
        if canonical(old) == canonical(new):
            continue
        if name == "x-extensible-enum":
            before, after = ({canonical(v) for v in items(side)} for side in (old, new))
            for aspect, moved in (("removed", before - after), ("added", after - before)):
                if moved and not (aspect == "removed" and pair.where.flow is Flow.SENT):
                    values = listed(sorted(moved))
                    pair.say(f"x-extensible-enum-value-{aspect}", name, f"{aspect}: {values}")
        else:
            pair.say("extension-changed", name, f"{name} {shown(old)} became {shown(new)}", name)
