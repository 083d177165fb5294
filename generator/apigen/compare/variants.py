"""Variants of oneOf and anyOf: which of the old is which of the new, and which are none."""

from apigen.compare.normal import Nodes, Union
from apigen.compare.normalising import Normaliser
from apigen.compare.pairs import Pair
from apigen.compare.values import canonical
from apigen.compare.view import name_of

_MOST_TRIALS = 400
"""Pairs of nameless variants that are tried against each other."""
_Matched = list[tuple[Nodes, Nodes]]


def compare(pair: Pair, old: Union, new: Union) -> None:
    """Compare two unions as sets of variants."""
    matched, gone, added = _match(pair, old, new)
    for before, after in matched:
        pair.inner(before, after)
    _tell(pair, gone, added, "one-of" if "oneOf" in {old.keyword, new.keyword} else "any-of")
    _discriminator(pair, old, new, matched)


def wrapped(pair: Pair) -> None:
    """Compare a schema with a union, which may have it as one of its variants."""
    is_new = bool(pair.new.unions)
    union = pair.new.unions[0] if is_new else pair.old.unions[0]
    lone = pair.old_nodes if is_new else pair.new_nodes
    kind = "one-of" if union.keyword == "oneOf" else "any-of"
    for variant in union.variants:
        two = (lone, variant) if is_new else (variant, lone)
        if pair.pairs.alike(*two):
            others = [other for other in union.variants if other is not variant]
            _tell(pair, [] if is_new else others, others if is_new else [], kind)
            return
    before, after = ("one schema", "variants") if is_new else ("variants", "one schema")
    pair.say("type-changed", "type", f"{before} became {after}, none of which is the same")


def _tell(pair: Pair, gone: list[Nodes], added: list[Nodes], kind: str) -> None:
    keyword = "oneOf" if kind == "one-of" else "anyOf"
    for nodes in gone:
        pointer = pair.pairs.old.head(nodes).pointer
        name = name_of(pointer) or "without a name"
        pair.say(f"{kind}-removed", keyword, f"variant {name} is gone", nodes[0].pointer)
    for nodes in added:
        pointer = pair.pairs.new.head(nodes).pointer
        name = name_of(pointer) or "without a name"
        pair.say(f"{kind}-added", keyword, f"variant {name} is new", nodes[0].pointer)


def _match(pair: Pair, old: Union, new: Union) -> tuple[_Matched, list[Nodes], list[Nodes]]:
    """Pair variants by name, by tag, by text, by meaning, and the rest by order."""
    matched: _Matched = []
    gone, added = list(old.variants), list(new.variants)
    for keys in (_by_name, _by_tag, _by_text):
        known = dict(zip(keys(pair.pairs.new, new, added), added, strict=True))
        for key, nodes in zip(keys(pair.pairs.old, old, gone), list(gone), strict=True):
            other = known.pop(key, None) if key else None
            if other is not None:
                matched.append((nodes, other))
                gone = [one for one in gone if one is not nodes]
                added = [one for one in added if one is not other]
    if len(gone) * len(added) <= _MOST_TRIALS:
        _by_meaning(pair, matched, gone, added)
    _by_order(pair, matched, gone, added)
    return matched, gone, added


def _by_name(side: Normaliser, _union: Union, variants: list[Nodes]) -> list[str]:
    return [name_of(side.head(nodes).pointer) for nodes in variants]


def _by_tag(side: Normaliser, union: Union, variants: list[Nodes]) -> list[str]:
    meant: dict[str, list[str]] = {}
    for value, pointer in union.mapping:
        meant.setdefault(pointer, []).append(value)
    pointers = [side.view.resolve(nodes[0]).pointer for nodes in variants]
    return [canonical([*meant[one]]) if one in meant else "" for one in pointers]


def _by_text(_side: Normaliser, _union: Union, variants: list[Nodes]) -> list[str]:
    return ["" if nodes[0].text("$ref") else canonical(nodes[0].value) for nodes in variants]


def _by_meaning(pair: Pair, matched: _Matched, gone: list[Nodes], added: list[Nodes]) -> None:
    for nodes in list(gone):
        for other in added:
            if pair.pairs.alike(nodes, other):
                matched.append((nodes, other))
                gone.remove(nodes)
                added.remove(other)
                break


def _by_order(pair: Pair, matched: _Matched, gone: list[Nodes], added: list[Nodes]) -> None:
    """Pair nameless variants of the same type: they are edits rather than others."""
    for nodes in list(gone):
        if name_of(pair.pairs.old.head(nodes).pointer):
            continue
        kinds = pair.pairs.old.normal(nodes).kinds
        for other in added:
            named = name_of(pair.pairs.new.head(other).pointer)
            if not named and pair.pairs.new.normal(other).kinds == kinds:
                matched.append((nodes, other))
                gone.remove(nodes)
                added.remove(other)
                break


def _discriminator(pair: Pair, old: Union, new: Union, matched: _Matched) -> None:
    if old.tag != new.tag:
        _tag(pair, old.tag, new.tag)
        return
    if not old.tag:
        return
    views = pair.pairs.old.view, pair.pairs.new.view
    partner = {
        views[0].resolve(before[0]).pointer: views[1].resolve(after[0]).pointer
        for before, after in matched
    }
    known = set(partner.values())
    before, after = dict(old.mapping), dict(new.mapping)
    for value, pointer in before.items():
        if pointer not in partner:
            continue  # the variant is gone, which is told already
        if value not in after:
            text = f"'{old.tag}' may not be '{value}' any longer"
            pair.say("discriminator-mapping-deleted", "discriminator", text, value)
        elif after[value] != partner[pointer]:
            text = f"'{value}' means another variant now"
            pair.say("discriminator-mapping-changed", "discriminator", text, value)
    for value, pointer in after.items():
        if pointer in known and value not in before:
            text = f"'{new.tag}' may be '{value}' too"
            pair.say("discriminator-mapping-added", "discriminator", text, value)


def _tag(pair: Pair, old: str, new: str) -> None:
    if not old:
        pair.say("discriminator-added", "discriminator", f"'{new}' tells the variants apart now")
    elif not new:
        text = f"'{old}' no longer tells the variants apart"
        pair.say("discriminator-removed", "discriminator", text)
    else:
        text = f"'{new}' tells the variants apart, no longer '{old}'"
        pair.say("discriminator-property-name-changed", "discriminator", text)
