"""What openapi-spec-validator says of a document, each finding with its place in it.

The library is driven part by part, so that a part that stops it does not hide the others, and its
keyword validators are wrapped, since most of what they find they report without a place. The
document can make it neither fetch anything nor run a costly regular expression.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias, cast

import openapi_schema_validator.validators as openapi_dialects
import openapi_spec_validator.schemas as schemas_of_versions
from jsonschema import validators as jsonschema_validators  # type: ignore[import-untyped]  # no types
from jsonschema_path import SchemaPath
from jsonschema_path.accessors import SchemaAccessor
from openapi_schema_validator import OAS30Validator, OAS31Validator
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from openapi_spec_validator.validation.keywords import (
    OpenAPIV30ValueValidator,
    OpenAPIV31ValueValidator,
)
from openapi_spec_validator.validation.registries import KeywordValidatorRegistry
from referencing import Registry
from referencing.exceptions import NoSuchResource
from referencing.jsonschema import DRAFT202012

from apigen.pointers import Tokens, at
from apigen.types import Json

_MOST_REFERENCES = 1_000
"""References that the check of one default may follow: they can double at every step."""
_MOST_REFERENCES_OF_ALL = 50_000
_SIMPLE_PATTERN = re.compile(r"(?:[^()*+{\\]|\\[^0-9])*(?:[*+{](?:[^()*+{\\]|\\[^0-9])*){0,2}")
_LONGEST_TEXT = 200
_HERE = "x-here"


@dataclass(frozen=True, slots=True)
class Violation:
    """A finding as the library knows it."""

    kind: str
    """The name of the library's class: ``DuplicateOperationIDError`` and so on."""
    keyword: str
    """The keyword of JSON Schema that is violated, if it is one of JSON Schema."""
    wanted: Json
    """The value of the keyword."""
    value: Json
    """What violates it."""
    schema: Json
    message: str
    tokens: Tokens
    """Where it stands, from the root of the check."""
    depth: int
    """How far below the violation whose context this is in."""
    branch: str
    """In a context: which of the alternatives this violates."""
    context: tuple["Violation", ...]
    """What keeps each alternative from fitting."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that the validator found."""

    tokens: Tokens
    """Where, in the bundled value; it may lead through references."""
    error: Violation | Exception
    """A finding; an exception stopped the validator there."""
    part: str
    """Which part of the validator says so: ``document``, ``default``, ``schema``, …"""


@dataclass(frozen=True, slots=True)
class Instance:
    """A value of the document that is to match a schema of it."""

    schema: Tokens
    value: Tokens


_Keyword: TypeAlias = Callable[..., Iterator[Any]]


def judge(value: dict[str, Json], version: str) -> Iterator[Verdict]:
    """Yield everything that openapi-spec-validator finds."""
    known: Any = schemas_of_versions
    yield from _structure(value, known.schema_v30 if version == "3.0" else known.schema_v31)
    registry = _registry(version)
    root = _path(value)
    for name, keyword in (("tags", "tags"), ("paths", "path"), ("components", "schema")):
        if isinstance(value.get(name), list if name == "tags" else dict):
            yield from _guarded(_section(root / name, keyword, registry), (name,), keyword)


def mismatches(
    value: dict[str, Json], version: str, instances: Sequence[Instance]
) -> Iterator[Verdict]:
    """Yield what keeps values of a document from matching its schemas, each at its place."""
    check = _registry(version)["default"]
    for instance in instances:
        # The library splits names at slashes when it steps; where the schema stands does not
        # matter to it, as long as its references lead where they lead.
        root = _path({**value, _HERE: at(value, instance.schema)})
        for verdict in check(root / _HERE, at(value, instance.value)):
            below = verdict.tokens[2:]
            yield Verdict((*instance.value, *below), verdict.error, "example")


def _section(
    section: SchemaPath, keyword: str, registry: Mapping[str, _Keyword]
) -> Iterator[Verdict]:
    """Judge one member of the root, part by part."""
    tokens = _tokens(section.parts)
    if keyword == "tags":
        yield from registry[keyword](section)
    elif keyword == "path":
        for url, item in section.items():
            if not str(url).startswith("x-"):
                yield from _guarded(registry[keyword](url, item), (*tokens, str(url)), keyword)
    elif "schemas" in section:
        for name, schema in (section / "schemas").items():
            there = (*tokens, "schemas", str(name))
            yield from _guarded(registry[keyword](schema), there, keyword)


def _structure(value: Json, schema: Any) -> Iterator[Verdict]:
    """Hold the document against the JSON Schema of its version of OpenAPI."""
    libraries: Any = jsonschema_validators
    validator = libraries.validator_for(schema)(schema)
    yield from _guarded(validator.iter_errors(value), (), "document")


def _registry(version: str) -> Mapping[str, _Keyword]:
    """Return the library's keyword validators, each one telling where it is."""
    spec = OpenAPIV30SpecValidator if version == "3.0" else OpenAPIV31SpecValidator
    value: Any = OpenAPIV30ValueValidator if version == "3.0" else OpenAPIV31ValueValidator
    makers: dict[str, Any] = {
        name: partial(_located, name, maker) for name, maker in spec.keyword_validators.items()
    }
    makers["default"] = partial(_located, "default", partial(_careful, value, version))
    return cast("Mapping[str, _Keyword]", KeywordValidatorRegistry(makers))


def _located(name: str, maker: Callable[[Any], Any], registry: Any) -> _Keyword:
    """Return a keyword validator that yields verdicts instead of errors without a place."""
    inner = maker(registry)
    if name == "schema":
        inner.visited_schema_ids = _Seen({})
        inner.meta_checked_schema_ids = _Seen({})
        inner._collect_properties = _properties
        inner._validate_schema_meta = partial(_first_fault, inner, inner._validate_schema_meta)

    def judged(*args: Any, **options: Any) -> Iterator[Verdict]:
        path = next((arg for arg in reversed(args[:3]) if isinstance(arg, SchemaPath)), None)
        tokens = _tokens(path.parts) if path is not None else ()
        if name == "default":
            tokens = (*tokens, "default")
        yield from _guarded(inner(*args, **options), tokens, name)

    return judged


def _first_fault(inner: Any, library: Any, schema: SchemaPath, value: Any) -> Any:
    """Return the first thing, by its place, that keeps a value from being a schema; None if none.

    The library takes the first that it meets, and it walks through members as a set holds them:
    in another order under every hash seed.
    """
    found = library(schema, value)
    if found is None or not isinstance(found.validator, str):
        return found
    checker: Any = inner._get_schema_checker(schema, value)
    dialect: Any = getattr(checker, "func", checker).__self__
    if dialect is not OAS31Validator:
        return found
    known: Any = openapi_dialects
    libraries: Any = jsonschema_validators
    validator = libraries.validator_for(dialect.META_SCHEMA, default=dialect)(
        dialect.META_SCHEMA,
        format_checker=inner.schema_validator_format_checker,
        registry=known.OPENAPI_SPECIFICATIONS,
    )
    faults = [(_tokens(error.absolute_path), error) for error in validator.iter_errors(value)]
    first = min(faults, key=lambda fault: (fault[0], str(fault[1].message)))
    return found.create_from(first[1])


def _guarded(found: Iterator[Any], tokens: Tokens, part: str) -> Iterator[Verdict]:
    """Pass verdicts on, give errors their place, and end at an exception."""
    try:
        for error in found:
            if isinstance(error, Verdict):
                yield error
            else:
                found_here = _violation(error)
                yield Verdict(tokens + found_here.tokens, found_here, part)
    except Exception as fault:  # noqa: BLE001 - whatever stops the library is a finding
        yield Verdict(tokens, fault, part)


def _violation(error: Any) -> Violation:
    """Return an error of the library as a value."""
    path = list(error.relative_schema_path)
    keyword = error.validator
    return Violation(
        type(error).__name__,
        keyword if isinstance(keyword, str) else "",
        error.validator_value,
        error.instance,
        error.schema,
        str(error.message),
        _tokens(error.absolute_path),
        len(error.relative_path),
        str(path[0]) if path else "",
        tuple(_violation(inner) for inner in error.context or ()),
    )


def _tokens(path: Sequence[Any]) -> Tokens:
    return tuple(str(step) for step in path)


def _path(value: Any) -> SchemaPath:
    """Return the library's view of the document, with a registry that fetches nothing.

    ``SchemaPath.from_dict`` would open every URL (and every file) that a document names in a
    ``$dynamicRef`` or resolves against an ``$id``, whatever handlers it is given.
    """
    empty: Any = Registry  # its arguments are invisible to mypy
    registry = empty(retrieve=_refuse).with_resource("", DRAFT202012.create_resource(value))
    return SchemaPath(SchemaAccessor(value, registry.resolver(), resolved_cache_maxsize=128))


def _refuse(uri: str) -> Any:
    """Fetch nothing."""
    fault: Any = NoSuchResource  # its arguments are invisible to mypy
    raise fault(ref=uri)


class _UndecidedError(Exception):
    """Whether a default is right would be too costly to find out."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """Identities, with the two methods that the library uses of its lists, in constant time."""

    ids: dict[int, None]

    def append(self, identity: int) -> None:
        """Note one."""
        self.ids[identity] = None

    def __contains__(self, identity: object) -> bool:
        return identity in self.ids


def _properties(schema: SchemaPath) -> set[str]:
    """Return all property names of a schema and its parts, each schema looked at once.

    The library's own way visits a schema once for every path to it, which may double at each step.
    """
    found: set[str] = set()
    here = _Seen({})
    waiting = [schema]
    while waiting:
        path = waiting.pop()
        value = cast("Json", path.read_value())
        if not isinstance(value, dict) or id(value) in here:
            continue
        here.append(id(value))
        if isinstance(properties := value.get("properties"), dict):
            found.update(properties)
        for keyword in ("allOf", "anyOf", "oneOf"):
            if isinstance(value.get(keyword), list):
                waiting += list(path / keyword)
        waiting += [path / keyword for keyword in ("items", "not") if keyword in value]
    return found


def _careful(maker: Any, version: str, registry: Any) -> _Keyword:
    """Return the library's check of defaults, made safe against schemas that never end."""
    inner = maker(registry)
    budget, total = [0], [_MOST_REFERENCES_OF_ALL]
    base: Any = OAS30Validator if version == "3.0" else OAS31Validator
    rules = dict(base.VALIDATORS)

    def counted(rule: Any, validator: Any, value: Any, instance: Any, schema: Any) -> Any:
        budget[0] -= 1
        total[0] -= 1
        if min(budget[0], total[0]) < 0:
            raise RecursionError
        return rule(validator, value, instance, schema)

    guards: dict[str, Any] = {
        name: partial(counted, rules[name]) for name in _REFERRING if name in rules
    }
    guards |= {name: partial(_if_simple, rules[name]) for name in _MATCHING if name in rules}
    guards |= {name: _unchecked for name in _UNBOUNDED if name in rules}
    library: Any = jsonschema_validators
    careful = library.extend(base, guards)

    def begin(*args: Any, **options: Any) -> Any:
        budget[0] = _MOST_REFERENCES
        return careful(*args, **options)

    def check(schema: SchemaPath, value: Any) -> Iterator[Any]:
        try:
            found = list(inner(schema, value))
        except _UndecidedError:
            return
        yield from found

    inner.value_validator_cls = begin
    return check


_REFERRING = ("$ref", "$dynamicRef")
_MATCHING = ("pattern", "patternProperties", "additionalProperties", "uniqueItems")
_UNBOUNDED = ("unevaluatedItems", "unevaluatedProperties")


def _if_simple(rule: Any, validator: Any, value: Any, instance: Any, schema: Any) -> Any:
    """Apply a rule unless the document could make it last."""
    patterns = [schema.get("pattern", ""), *(schema.get("patternProperties") or ())]
    simple = all(
        isinstance(pattern, str)
        and len(pattern) <= _LONGEST_TEXT
        and _SIMPLE_PATTERN.fullmatch(pattern)
        for pattern in patterns
    )
    texts: list[Any] = list(cast("Any", instance)) if isinstance(instance, dict) else [instance]
    short = all(len(cast("Any", t)) <= _LONGEST_TEXT for t in texts if isinstance(t, (str, list)))
    if not (simple and short):
        raise _UndecidedError
    return rule(validator, value, instance, schema)


def _unchecked(*_: Any) -> Any:
    """Check nothing: the library's way to do so may double at every step."""
    raise _UndecidedError
