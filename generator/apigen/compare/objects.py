"""Objects: members that come and go, that must be there, and all that is not listed."""

from apigen.compare.changes import Flow
from apigen.compare.normal import Nodes
from apigen.compare.normalising import Normaliser
from apigen.compare.pairs import Pair
from apigen.compare.values import listed
from apigen.diagnostics import Severity


def compare(pair: Pair) -> None:
    """Compare what is particular to objects."""
    names = dict.fromkeys((*pair.old.properties, *pair.new.properties))
    names.update(dict.fromkeys(sorted(pair.old.required | pair.new.required)))
    for name in names:
        _member(pair, name)
    _additional(pair)


def _member(pair: Pair, name: str) -> None:
    old, new = pair.old.properties.get(name), pair.new.properties.get(name)
    was = old is not None and not _hidden(pair, pair.pairs.old, old)
    now = new is not None and not _hidden(pair, pair.pairs.new, new)
    must_old, must_new = name in pair.old.required, name in pair.new.required
    one_sided = old is None or new is None
    hidden = (old is not None and not was) or (new is not None and not now)
    if hidden and (one_sided or was is now):
        return
    if old is not None and new is not None:
        if must_old is not must_new and was and now:
            _requiredness(pair, name, must=must_new)
        pair.inner(old, new)
    elif new is not None:
        _added(pair, name, new, must=must_new)
    elif old is not None:
        _removed(pair, name, old, must=must_old)
    elif must_old is not must_new:
        _requiredness(pair, name, must=must_new)


def _hidden(pair: Pair, side: Normaliser, nodes: Nodes) -> bool:
    """Tell whether a member does not go this way."""
    flag = "readOnly" if pair.where.flow is Flow.RECEIVED else "writeOnly"
    return side.normal(nodes).notes.get(flag) is True


def _named(pair: Pair, name: str) -> str:
    return f"{pair.subject}: member '{name}'"


def _requiredness(pair: Pair, name: str, *, must: bool) -> None:
    rule = f"{pair.where.flow}-property-became-{'required' if must else 'optional'}"
    text = "must be there now" if must else "may be left out now"
    old, new = pair.old.place("required"), pair.new.place("required")
    pair.tell(rule, f"{_named(pair, name)} {text}", old, new)


def _added(pair: Pair, name: str, new: Nodes, *, must: bool) -> None:
    kind = "required" if must else "optional"
    closed = pair.old.additional is False
    if pair.where.flow is Flow.RECEIVED:
        rule, level = f"new-{kind}-request-property", None
    else:
        rule, level = f"response-{kind}-property-added", Severity.ERROR if closed else None
    why = ", and the object allowed none but those it listed" if level else ""
    text = f"{_named(pair, name)} is new{' and required' if must else ''}{why}"
    pair.tell(rule, text, pair.old.pointer, new[0].pointer, level)


def _removed(pair: Pair, name: str, old: Nodes, *, must: bool) -> None:
    level = None
    if pair.where.flow is Flow.RECEIVED:
        rule = "request-property-removed"
        if pair.new.additional is False:
            level = Severity.ERROR
        text = f"{_named(pair, name)} is gone{', and is refused now' if level else ''}"
    else:
        rule = f"response-{'required' if must else 'optional'}-property-removed"
        text = f"{_named(pair, name)} is gone"
    pair.tell(rule, text, old[0].pointer, pair.new.pointer, level)


def _additional(pair: Pair) -> None:
    old, new = pair.old.additional, pair.new.additional
    keyword = "additionalProperties"
    if isinstance(old, tuple) and isinstance(new, tuple):
        pair.inner(old, new)
    elif new is False and old is not False:
        text = "members that are not listed are not allowed any longer"
        pair.say("additional-properties-closed", keyword, text)
    elif old is False and new is not False:
        pair.say("additional-properties-opened", keyword, "members that are not listed are allowed")
    elif isinstance(new, tuple):
        pair.say("additional-properties-typed", keyword, "other members must follow a schema now")
    elif isinstance(old, tuple):
        pair.say("additional-properties-opened", keyword, "other members may be anything now")


def dependencies(pair: Pair) -> None:
    """Compare what the presence of a member calls for."""
    old, new = pair.old.dependent_required, pair.new.dependent_required
    for name in sorted(old.keys() | new.keys()):
        before, after = old.get(name, frozenset()), new.get(name, frozenset())
        if before == after:
            continue
        aspect = "changed"
        if not before or not after:
            aspect = "removed" if before else "added"
        elif before < after:
            aspect = "extended"
        elif after < before:
            aspect = "reduced"
        wanted = listed(sorted(after)) or "no others"
        text = f"'{name}' requires {wanted} now"
        pair.say(f"dependent-required-{aspect}", "dependentRequired", text, name)
