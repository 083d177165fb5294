"""Parameters of operations: where they stand and how they are written (OpenAPI 3.1, 4.8.12)."""

import re
from dataclasses import replace
from typing import get_args

from apigen.build.raw import Raw
from apigen.contract import (
    ABSENT,
    AliasDef,
    Location,
    ObjectDef,
    Parameter,
    Shape,
    Style,
    UnionDef,
)
from apigen.names import pascal
from apigen.schemas.objects import default_of
from apigen.schemas.source import escaped, mapping, sequence, target, text
from apigen.types import (
    Json,
    Kind,
    ListOf,
    MapOf,
    Named,
    Nullable,
    OneOf,
    Scalar,
    TypeExpr,
)

_DEFAULT_STYLES: dict[Location, Style] = {
    "path": "simple",
    "query": "form",
    "header": "simple",
    "cookie": "form",
}
_STYLES: dict[Location, frozenset[str]] = {
    "path": frozenset({"simple", "label", "matrix"}),
    "query": frozenset({"form", "spaceDelimited", "pipeDelimited", "deepObject"}),
    "header": frozenset({"simple"}),
    "cookie": frozenset({"form"}),
}
_NOT_PARAMETERS = frozenset({"accept", "authorization", "content-type"})
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A name of a header or cookie (RFC 9110, section 5.6.2)."""
VARIABLE = re.compile(r"\{([^{}]+)\}")


def path_variables(path: str) -> tuple[str, ...]:
    """Return the names in a path template, in order."""
    return tuple(dict.fromkeys(VARIABLE.findall(path)))


def read_parameters(
    found: Raw, path: str, operation: dict[str, Json], id_: str
) -> tuple[Parameter, ...]:
    """Return the parameters of an operation: its path's own, overridden by the operation's."""
    item = f"/paths/{escaped(path)}"
    above = mapping(mapping(found.reader.bundle.value.get("paths")).get(path))
    variables = path_variables(path)
    parameters: dict[tuple[str, str], Parameter] = {}
    for owner, pointer in ((above, item), (operation, found.pointer)):
        for index, raw in enumerate(sequence(owner.get("parameters"))):
            parameter = _parameter(found, raw, f"{pointer}/parameters/{index}", id_)
            if parameter and (parameter.location != "path" or parameter.name in variables):
                parameters[parameter.location, parameter.name] = parameter
            elif parameter:
                found.at(
                    parameter.at, f"'{parameter.name}' is no variable of the path; it is unused"
                )
    for name in variables:
        if ("path", name) not in parameters:
            found.at(
                found.pointer, f"the path's '{name}' is no declared parameter; it is taken as text"
            )
            parameters["path", name] = _undeclared(name, found.pointer)
    order = {name: index for index, name in enumerate(variables)}
    return tuple(
        sorted(
            parameters.values(),
            key=lambda each: order.get(each.name, 0) if each.location == "path" else len(order),
        )
    )


def _undeclared(name: str, pointer: str) -> Parameter:
    return Parameter(
        name=name,
        location="path",
        required=True,
        type=Scalar(Kind.STRING),
        shape="value",
        style="simple",
        explode=False,
        content="",
        allow_reserved=False,
        default=ABSENT,
        description="",
        deprecated=False,
        at=pointer,
    )


def _fault(name: str, location: str) -> str:
    """Return why there can be no such parameter; empty if there can."""
    if not name:
        return "a parameter without a name is left out"
    if location not in get_args(Location):
        places = ", ".join(get_args(Location))
        return f"'{name}' is left out: its place '{location}' is none of {places}"
    if location in {"header", "cookie"} and not _TOKEN.fullmatch(name):
        return f"{name!r} can't be the name of a {location}; it is left out"
    return ""


def _parameter(found: Raw, given: Json, pointer: str, id_: str) -> Parameter | None:
    resolved, where = target(found.reader.bundle, given)
    raw = mapping(resolved)
    pointer = where or pointer
    name, location = text(raw.get("name")), text(raw.get("in"))
    if fault := _fault(name, location):
        found.at(pointer, fault)
        return None
    place: Location = location  # type: ignore[assignment]  # get_args has just said so
    if place == "header" and name.lower() in _NOT_PARAMETERS:
        return None
    hint = f"{pascal(id_)}{pascal(name)}"
    content = mapping(raw.get("content"))
    media_type = next(iter(content), "")
    if media_type:
        inside = f"{pointer}/content/{escaped(media_type)}/schema"
        schema = mapping(content[media_type]).get("schema", {})
    else:
        inside, schema = f"{pointer}/schema", raw.get("schema", {})
    type_ = _as_text(found.type_of(schema, inside, hint))
    style = _style(found, place, raw, pointer)
    explode = raw.get("explode")
    return Parameter(
        name=name,
        location=place,
        required=raw.get("required") is True or place == "path",
        type=type_,
        shape="value" if media_type else shape_of(found, type_),
        style=style,
        explode=explode if isinstance(explode, bool) else style == "form",
        content=media_type,
        allow_reserved=raw.get("allowReserved") is True,
        default=default_of(
            found.reader, mapping(target(found.reader.bundle, schema)[0]), type_, inside
        ),
        description=text(raw.get("description")),
        deprecated=raw.get("deprecated") is True,
        at=pointer,
    )


def _as_text(type_: TypeExpr) -> TypeExpr:
    """Return a parameter's type; octets have no text of their own, so base64 stays as it is."""
    match type_:
        case Scalar(Kind.BYTE | Kind.BINARY as kind, bounds):
            return Scalar(Kind.STRING, bounds, kind.value)
        case Nullable(inner):
            return Nullable(_as_text(inner))
        case ListOf(item=item):
            return replace(type_, item=_as_text(item))
        case _:
            return type_


def _style(found: Raw, location: Location, raw: dict[str, Json], pointer: str) -> Style:
    given = text(raw.get("style"))
    if given and given not in _STYLES[location]:
        found.at(f"{pointer}/style", f"'{given}' is no style of a {location} parameter")
        return _DEFAULT_STYLES[location]
    style: Style = given or _DEFAULT_STYLES[location]  # type: ignore[assignment]  # checked above
    return style


def shape_of(found: Raw, type_: TypeExpr) -> Shape:
    """Return whether a parameter's value is one value, a list or a mapping."""
    match type_:
        case ListOf():
            return "array"
        case MapOf():
            return "object"
        case Nullable(inner):
            return shape_of(found, inner)
        case OneOf(variants):
            shapes = {shape_of(found, each) for each in variants}
            return "array" if "array" in shapes and "object" not in shapes else "value"
        case Named(ref):
            match found.reader.definitions.get(ref):
                case ObjectDef() | UnionDef():
                    return "object"
                case AliasDef(type=inner) if inner != type_:
                    return shape_of(found, inner)
                case _:
                    return "value"
        case _:
            return "value"
