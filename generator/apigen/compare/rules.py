"""The rules: their ids, how much each matters, who breaks, and what ``apigen explain`` says."""

from collections.abc import Mapping
from functools import cache

from apigen.compare.changes import Effect, Flow
from apigen.compare.rules_fixed import FIXED
from apigen.compare.rules_schemas import ASPECTS
from apigen.diagnostics import Code, Severity

PARTS = {
    "request-body": (Flow.RECEIVED, "the body of a request"),
    "request-property": (Flow.RECEIVED, "a value within the body of a request"),
    "request-parameter": (Flow.RECEIVED, "a parameter"),
    "request-parameter-property": (Flow.RECEIVED, "a value within a parameter"),
    "response-body": (Flow.SENT, "the body of an answer"),
    "response-property": (Flow.SENT, "a value within the body of an answer"),
    "response-header": (Flow.SENT, "a header of an answer"),
    "response-header-property": (Flow.SENT, "a value within a header of an answer"),
    "response-parameter": (Flow.SENT, "a parameter that the service itself sends"),
}
_MEND = {
    Severity.ERROR: "Keep the old form and add the new one beside it; or raise the major version "
    "and tell those who call. What was agreed goes into the file of accepted changes.",
    Severity.WARNING: "Ask those who call whether they are ready for it.",
    Severity.NOTE: "Nothing breaks; mention it in the changelog.",
}
_WARNED = {"pattern-changed", "multiple-of-changed", "content-media-type-changed"}
_GROWTH_WARNED = {"enum-value-added", "enum-removed", "const-removed"}
_DEFAULTS = {"default-value-added", "default-value-changed", "default-value-removed"}


def severity(part: str, aspect: str) -> Severity:
    """Return how much a change of a schema matters, by who breaks."""
    flow = PARTS[part][0]
    effect = ASPECTS[aspect][0]
    if effect is Effect.NOTED:
        moved = aspect in _DEFAULTS and part == "request-parameter"
        return Severity.ERROR if moved else Severity.NOTE
    if aspect in _WARNED:
        return Severity.WARNING
    if effect is Effect.CROSSES:
        return Severity.ERROR
    if flow is Flow.RECEIVED:
        return Severity.ERROR if effect is Effect.SHRINKS else Severity.NOTE
    if effect is Effect.SHRINKS:
        return Severity.NOTE
    return Severity.WARNING if aspect in _GROWTH_WARNED else Severity.ERROR


@cache
def all_rules() -> Mapping[str, Code]:
    """Return every rule by its id."""
    rules = {name: _fixed(name) for name in FIXED}
    for part in PARTS:
        for aspect in ASPECTS:
            name = f"{part}-{aspect}"
            rules.setdefault(name, _composed(name, part, aspect))
    return rules


def rule(name: str) -> Code:
    """Return a rule by its id."""
    return _fixed(name) if name in FIXED else _named(name)


@cache
def _named(name: str) -> Code:
    for part in sorted(PARTS, key=len, reverse=True):
        aspect = name.removeprefix(f"{part}-")
        if aspect in ASPECTS and aspect != name:
            return _composed(name, part, aspect)
    raise KeyError(name)


@cache
def _fixed(name: str) -> Code:
    level, breaks, meaning = FIXED[name]
    who = f" Who breaks: {breaks}." if breaks else ""
    return Code(name, name, Severity(level), f"{meaning}{who}", _MEND[Severity(level)])


def _composed(name: str, part: str, aspect: str) -> Code:
    flow, what = PARTS[part]
    effect, says = ASPECTS[aspect]
    level = severity(part, aspect)
    meaning = f"Of {what}, {says}. {_why(flow, effect, level)}"
    return Code(name, name, level, meaning, _MEND[level])


def _why(flow: Flow, effect: Effect, level: Severity) -> str:
    if effect is Effect.NOTED:
        if level is Severity.ERROR:
            return "Who breaks: callers that leave it out, and get something else than before."
        return "What is allowed on the wire stays the same."
    if effect is Effect.CROSSES:
        who = "callers, and" if flow is Flow.RECEIVED else "readers, and"
        return (
            f"Not every value of before is one now, and others are new. Who breaks: {who} models."
        )
    if flow is Flow.RECEIVED:
        if effect is Effect.GROWS:
            return "The service takes all it took before, and more."
        return "Who breaks: callers on the wire, whose requests are now refused."
    if effect is Effect.SHRINKS:
        return "All that is sent was allowed before."
    return "Who breaks: readers that check what they get: generated models and strict validators."
