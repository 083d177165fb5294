"""Findings of openapi-spec-validator in words for people."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from apigen.diagnostics import Code
from apigen.diagnostics.contract import (
    FITS_NO_FORM,
    MISSING_MEMBER,
    NOT_ONE_OF,
    OUT_OF_BOUNDS,
    UNKNOWN_MEMBER,
    WRONG_FORM,
    WRONG_TYPE,
)
from apigen.judging import Violation
from apigen.pointers import Tokens
from apigen.types import Json

_LONGEST = 60
_KINDS = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "null": "null",
    "number": "a number",
    "object": "a mapping",
    "string": "a text",
}
_BOUNDS = {
    "maxItems": "has more than {} items",
    "maxLength": "is longer than {} characters",
    "maxProperties": "has more than {} members",
    "maximum": "is greater than {}",
    "minItems": "has fewer than {} items",
    "minLength": "is shorter than {} characters",
    "minProperties": "has fewer than {} members",
    "minimum": "is less than {}",
    "exclusiveMaximum": "is not less than {}",
    "exclusiveMinimum": "is not greater than {}",
    "multipleOf": "is no multiple of {}",
    "uniqueItems": "names something twice",
}


@dataclass(frozen=True, slots=True)
class Cause:
    """What is wrong, in words, and where below the place of the error."""

    code: Code
    tokens: Tokens
    message: str
    hint: str = ""
    related: tuple[Tokens, ...] = ()


def causes(error: Violation) -> list[Cause]:
    """Return what an error of JSON Schema comes from, with its place from the root of the check."""
    error = deepest(error)
    tokens, keyword, wanted, value = error.tokens, error.keyword, error.wanted, error.value
    match keyword:
        case "required":
            return [_missing(name, tokens) for name in _missing_names(error)]
        case "additionalProperties" | "unevaluatedProperties":
            return _unknown(error, tokens)
        case "type":
            return [_wrong_type(wanted, value, tokens)]
        case "enum" | "const":
            return [_not_one_of([wanted] if keyword == "const" else wanted, value, tokens)]
        case "pattern" | "format":
            message = f"{show(value)} is no {wanted}" if keyword == "format" else ""
            message = message or f"{show(value)} does not have the form {wanted}"
            return [Cause(WRONG_FORM, tokens, message, _name_hint(tokens, keyword))]
        case "not":
            return [Cause(FITS_NO_FORM, tokens, _excluded(wanted, value))]
        case "oneOf" | "anyOf" | "dependentSchemas" | "dependentRequired":
            return [Cause(FITS_NO_FORM, tokens, _no_form(error))]
        case _ if keyword in _BOUNDS:
            message = f"{show(value)} {_BOUNDS[_bound(error)].format(wanted)}"
            return [Cause(OUT_OF_BOUNDS, tokens, message)]
        case _:
            return [Cause(FITS_NO_FORM, tokens, shorten(error.message))]


def deepest(error: Violation) -> Violation:
    """Descend from "fits none of these" to what keeps the likeliest of them from fitting."""
    while error.context and error.keyword in {"oneOf", "anyOf", "allOf"}:
        branches: dict[str, list[Violation]] = defaultdict(list)
        for inner in error.context:
            branches[inner.branch].append(inner)
        likely = [branch for branch in branches.values() if not _is_reference_branch(branch)]
        if not likely:
            return error
        branch = min(likely, key=_unlikeliness)
        if len(likely) > 1 and (_all_of(likely, "type") or _all_of(likely, "required")):
            return error  # each of them lacks the same: that is the message
        error = min(branch, key=lambda inner: (_is_tag(inner), -inner.depth))
        if error.keyword == "enum":
            error = replace(error, wanted=_all_choices(error, branches.values()))
    return error


def _all_choices(error: Violation, branches: Iterable[Iterable[Violation]]) -> Json:
    """Return the values of an enum and of those that other branches have at the same place."""
    found: list[Json] = []
    for branch in branches:
        for inner in branch:
            if inner.keyword == "enum" and inner.tokens == error.tokens:
                found += [each for each in _listed(inner.wanted) if each not in found]
    return found


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _bound(error: Violation) -> str:
    """Return the keyword of a bound; in OpenAPI 3.0 'exclusiveMinimum: true' stands beside one."""
    keyword = error.keyword
    exclusive = f"exclusive{keyword[:1].upper()}{keyword[1:]}"
    schema = error.schema if isinstance(error.schema, dict) else {}
    return exclusive if schema.get(exclusive) is True else keyword


def _is_reference_branch(branch: Iterable[Violation]) -> bool:
    """Tell whether the branch is "or a $ref", and there is none."""
    return any(inner.keyword == "required" and inner.wanted == ["$ref"] for inner in branch)


def _all_of(branches: Iterable[Iterable[Violation]], keyword: str) -> bool:
    """Tell whether nothing but this keyword, on the object itself, keeps each one from fitting."""
    return all(
        inner.keyword == keyword and not inner.depth for branch in branches for inner in branch
    )


def _is_tag(error: Violation) -> bool:
    """Tell whether an error says that the branch is meant for other objects."""
    return error.keyword in {"enum", "const", "type"} and error.depth <= 1


def _unlikeliness(branch: list[Violation]) -> tuple[bool, int, int]:
    depth = max(inner.depth for inner in branch)
    return (any(_is_tag(inner) for inner in branch), -depth, len(branch))


def _missing_names(error: Violation) -> list[str]:
    """Return the name that this error is about: the library reports each in an error of its own."""
    missing = [name for name in _texts(error.wanted) if name not in _names(error.value)]
    named = [name for name in missing if error.message.startswith(repr(name))]
    return (named or missing)[:1]


def _texts(value: Json) -> list[str]:
    """Return the texts of a list."""
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _names(value: Json) -> list[str]:
    """Return the names of an object's members."""
    return list(value) if isinstance(value, dict) else []


def _missing(name: str, tokens: Tokens) -> Cause:
    return Cause(MISSING_MEMBER, tokens, f"{name!r} is missing here", f"add {name!r}")


def _unknown(error: Violation, tokens: Tokens) -> list[Cause]:
    """Return one cause for every member that does not belong there."""
    members = _names(error.value)
    known = _names(error.schema.get("properties")) if isinstance(error.schema, dict) else []
    names = [
        name
        for name in members
        if name not in known and not name.startswith("x-") and repr(name) in error.message
    ]
    if not names:
        return [Cause(UNKNOWN_MEMBER, tokens, shorten(error.message))]
    return [_stranger(name, known, tokens) for name in names]


def _stranger(name: str, known: list[str], tokens: Tokens) -> Cause:
    near = get_close_matches(name, [other for other in known if other != name], 1)
    hint = f"did you mean {near[0]!r}?" if near else "move it, remove it, or begin it with 'x-'"
    return Cause(UNKNOWN_MEMBER, (*tokens, name), f"{show(name)} is no member of this object", hint)


def _wrong_type(wanted: Json, value: Json, tokens: Tokens) -> Cause:
    names = _texts(wanted) or [str(wanted)]
    kinds = " or ".join(_KINDS.get(name, name) for name in names)
    hint = ""
    if "string" in names and isinstance(value, (bool, int, float)):
        hint = "put it in quotes"
    elif isinstance(value, str) and value[:1].isdecimal() and {"integer", "number"} & set(names):
        hint = "remove the quotes"
    return Cause(WRONG_TYPE, tokens, f"{show(value)} stands where {kinds} belongs", hint)


def _not_one_of(wanted: Json, value: Json, tokens: Tokens) -> Cause:
    choices: list[Json] = wanted if isinstance(wanted, list) else [wanted]
    near = get_close_matches(value, _texts(choices), 1) if isinstance(value, str) else []
    hint = f"did you mean {near[0]!r}?" if near else ""
    shown = ", ".join(show(choice) for choice in choices[:10])
    more = ", …" if len(choices) > 10 else ""
    return Cause(NOT_ONE_OF, tokens, f"{show(value)} is none of: {shown}{more}", hint)


def _name_hint(tokens: Tokens, keyword: str) -> str:
    if keyword == "pattern" and tokens[-1:] == ("openapi",):
        return "write a full version, such as '3.0.3' or '3.1.0'"
    return ""


def _excluded(wanted: Json, value: Json) -> str:
    if names := _required(wanted):
        return " and ".join(repr(name) for name in names) + " exclude one another"
    return f"{show(value)} is what must not stand here"


def _required(part: Json) -> list[str]:
    return _texts(part.get("required")) if isinstance(part, dict) else []


def _no_form(error: Violation) -> str:
    """Return what is said if no branch is likelier than another."""
    wanted = error.wanted if isinstance(error.wanted, list) else []
    required = [_required(part) for part in wanted]
    if required and all(required):
        choices = " or ".join(repr(name) for names in required for name in names)
        if any(set(names) <= set(_names(error.value)) for names in required):
            return f"only one of {choices} may stand here"
        return f"one of {choices} is missing here"
    types = [part.get("type") for part in wanted if isinstance(part, dict)]
    if types and len(_texts(types)) == len(wanted):
        kinds = " or ".join(dict.fromkeys(_KINDS.get(name, name) for name in _texts(types)))
        return f"{show(error.value)} stands where {kinds} belongs"
    return f"{show(error.value)} fits none of the forms that are allowed here"


def show(value: Json) -> str:
    """Return a value as a reader of the document knows it, shortened."""
    if isinstance(value, dict):
        names = shorten(", ".join(list(value)[:4]))
        more = ", …" if len(value) > 4 else ""
        return f"a mapping ({names}{more})" if value else "an empty mapping"
    if isinstance(value, list):
        return f"a list of {len(value)}" if value else "an empty list"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return shorten(repr(value))


def shorten(text: str) -> str:
    """Return a text with its middle left out if it is long."""
    return text if len(text) <= 2 * _LONGEST else f"{text[:_LONGEST]}…{text[-_LONGEST:]}"
