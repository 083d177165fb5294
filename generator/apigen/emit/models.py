"""The models module: what its classes, enumerations, aliases and unions say, and in which order."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment

from apigen.build.directions import named_in, references
from apigen.contract import (
    ABSENT,
    AliasDef,
    Contract,
    Definition,
    EnumDef,
    ObjectDef,
    Open,
    Property,
    UnionDef,
)
from apigen.emit.classes import ClassView, FieldView, MemberView, cycles_of, printed_classes
from apigen.emit.naming import Names
from apigen.emit.python import Spelling, literal
from apigen.emit.text import docstring
from apigen.names import Scope, member_name
from apigen.schemas.graphs import components
from apigen.types import AnyValue, Const, Named, Nullable, OneOf, TypeExpr


@dataclass(frozen=True, slots=True)
class AliasView:
    """A name for a type."""

    name: str
    annotation: str
    doc: str
    recursive: bool


@dataclass(frozen=True, slots=True)
class UnionView:
    """A tagged union."""

    name: str
    tag: str
    variants: tuple[str, ...]
    by_value: tuple[tuple[str, str], ...]
    doc: str


def models_module(
    contract: Contract, names: Names, environment: Environment, templates: Path, header: str
) -> str:
    """Return the source of the models module."""
    known = contract.definitions
    cycles = cycles_of(known)
    early = _early_aliases(known)
    late = frozenset(
        name
        for name, each in known.items()
        if isinstance(each, AliasDef | UnionDef) and name not in early
    )
    views = {
        name: _class_view(known, each, names, cycles[name] | late)
        for name, each in known.items()
        if isinstance(each, ObjectDef | EnumDef)
    }
    classes = printed_classes(known, views, cycles, templates) if views else ""
    return environment.get_template("models/module.py.jinja").render(
        header=header,
        title=docstring(f"Models of {contract.title}.", 0),
        early=[_alias_view(known[name], frozenset()) for name in early],
        classes=classes,
        late=_late_views(known, late),
        exported=sorted([*known, "UnknownVariant"]),
    )


def _class_view(
    known: Mapping[str, Definition],
    definition: ObjectDef | EnumDef,
    names: Names,
    forward: frozenset[str],
) -> ClassView:
    if isinstance(definition, EnumDef):
        return _enum_view(definition)
    spelling = Spelling(forward=forward)
    extra = definition.extra
    return ClassView(
        base=definition.base or ("ClosedModel" if extra is None else "Model"),
        doc=docstring(definition.description, 4),
        members=tuple(
            _field_view(
                each,
                names.fields[definition.name][each.name],
                spelling,
                null=_admits_null(known, each.type),
            )
            for each in definition.properties
        ),
        extra="" if extra is None or isinstance(extra, Open) else spelling.of(extra),
        name=definition.name,
        count=_count(definition),
    )


def _count(definition: ObjectDef) -> str:
    limits = {"least": definition.min_properties, "most": definition.max_properties}
    return ", ".join(f"{name}={limit}" for name, limit in limits.items() if limit is not None)


def _admits_null(known: Mapping[str, Definition], type_: TypeExpr) -> bool:
    """Return whether null is a value of a type, so that None is no way to leave it out."""
    seen: set[str] = set()
    while isinstance(type_, Named) and type_.ref not in seen:
        seen.add(type_.ref)
        definition = known[type_.ref]
        if not isinstance(definition, AliasDef):
            return False
        type_ = definition.type
    match type_:
        case Nullable() | AnyValue():
            return True
        case Const(values):
            return None in values
        case OneOf(variants):
            return any(_admits_null(known, each) for each in variants)
        case _:
            return False


def _field_view(each: Property, name: str, spelling: Spelling, *, null: bool) -> FieldView:
    annotation, default = spelling.of(each.type), ""
    if not each.required:
        if each.default is not ABSENT and each.default is not None:
            default = _default(each)
        else:
            default = "None"
        if default == "None" and not null:
            annotation = f"Omissible[{annotation}]"
    if name != each.name:
        annotation = f"Annotated[{annotation}, Field(alias={literal(each.name)})]"
    return FieldView(name, annotation, default, docstring(each.description, 4))


def _default(each: Property) -> str:
    """Return a contract's default; an enumeration's as the member that it is."""
    value = each.default
    inner = each.type.inner if isinstance(each.type, Nullable) else each.type
    written = literal(value) if isinstance(value, str | int | float | bool) else "None"
    return f"{inner.ref}({written})" if isinstance(inner, Named) else written


def _enum_view(definition: EnumDef) -> ClassView:
    scope = Scope()
    numbers = all(isinstance(each.value, int) for each in definition.values)
    return ClassView(
        base="OpenIntEnum" if numbers else "OpenEnum",
        doc=docstring(definition.description, 4),
        members=tuple(
            MemberView(
                scope.claim(member_name(each.name or each.value)),
                literal(each.value),
                docstring(each.description, 4),
            )
            for each in definition.values
        ),
        extra="",
        name=definition.name,
        count="",
    )


def _alias_view(
    definition: Definition, forward: frozenset[str], *, recursive: bool = False
) -> AliasView:
    assert isinstance(definition, AliasDef)  # noqa: S101 - for the type checker
    annotation = Spelling(forward=forward).of(definition.type)
    if recursive and not {"'", "\\"} & set(annotation):
        annotation = literal(annotation.replace('"', ""))  # in one text, as type checkers want it
    return AliasView(definition.name, annotation, docstring(definition.description, 0), recursive)


def _late_views(
    known: Mapping[str, Definition], late: frozenset[str]
) -> list[AliasView | UnionView]:
    """Return the aliases and unions of classes, each after those that it names."""
    below = {
        name: tuple(ref for ref in references(known[name]) if ref in late)
        for name in known
        if name in late
    }
    views: list[AliasView | UnionView] = []
    for members in components(below):
        for name in sorted(members):
            each = known[name]
            if isinstance(each, UnionDef):
                views.append(_union_view(each))
            else:
                recursive = len(members) > 1 or name in below[name]
                views.append(
                    _alias_view(each, members if recursive else frozenset(), recursive=recursive)
                )
    return views


def _union_view(definition: UnionDef) -> UnionView:
    return UnionView(
        definition.name,
        literal(definition.tag),
        tuple(dict.fromkeys(name for _, name in definition.variants)),
        tuple((literal(value), name) for value, name in definition.variants),
        docstring(definition.description, 0),
    )


def _early_aliases(known: Mapping[str, Definition]) -> tuple[str, ...]:
    """Return the aliases that need nothing else of the module, in order."""
    early: list[str] = []
    for name, each in known.items():
        if isinstance(each, AliasDef) and not set(named_in(each.type)) - set(early):
            early.append(name)
    return tuple(early)
