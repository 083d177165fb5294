"""From a bundled document to the contract.

Never all or nothing: what can't be read inside an operation makes that part raw and is said;
what leaves no operation at all is left out and is said too.
"""

from collections.abc import Iterable, Iterator, Mapping

from apigen.build.directions import relaxed
from apigen.build.messages import read_body, read_responses
from apigen.build.parameters import VARIABLE, read_parameters
from apigen.build.raw import Raw
from apigen.bundle import Bundle
from apigen.contract import (
    Contract,
    Definition,
    LeftOut,
    Operation,
    ProblemType,
    SecurityRequirement,
    SecurityScheme,
)
from apigen.diagnostics import Report, Stop
from apigen.diagnostics.building import (
    NAME_CHANGED,
    NOTHING_TO_GENERATE,
    OPERATION_ID_MADE,
    OPERATION_LEFT_OUT,
    OPERATION_RAW,
)
from apigen.names import METHODS_TAKEN, Scope, snake
from apigen.schemas import SchemaReader
from apigen.schemas.source import escaped, mapping, sequence, text
from apigen.types import Json

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def build(bundle: Bundle, report: Report) -> Contract:
    """Return the contract that a document states.

    Raises:
        Stop: the document has nothing that could be generated.

    """
    reader = SchemaReader(bundle, report)
    reader.read_all()
    operations, left_out = _operations(reader)
    if not operations and not reader.definitions:
        message = "there is neither an operation nor a schema to generate"
        raise Stop(NOTHING_TO_GENERATE.at(bundle.place(""), message))
    root = bundle.value
    info = mapping(root.get("info"))
    definitions: Mapping[str, Definition] = relaxed(reader.definitions, operations)
    return Contract(
        title=text(info.get("title")) or "API",
        version=text(info.get("version")) or str(info.get("version", "")),
        description=text(info.get("description")),
        servers=tuple(text(mapping(each).get("url")) for each in sequence(root.get("servers"))),
        operations=operations,
        left_out=left_out,
        definitions=definitions,
        security_schemes=tuple(_security_schemes(root)),
        problem_types=tuple(_problem_types(root)),
        at="",
        extensions={key: value for key, value in root.items() if key.startswith("x-")},
    )


def _operations(reader: SchemaReader) -> tuple[tuple[Operation, ...], tuple[LeftOut, ...]]:
    found: list[Operation] = []
    left_out: list[LeftOut] = []
    ids: set[str] = set()
    shapes: dict[tuple[str, str], str] = {}
    for path, value in mapping(reader.bundle.value.get("paths")).items():
        item = mapping(value)
        for method in (each for each in _METHODS if each in item):
            raw = item[method]
            first = shapes.setdefault((method, VARIABLE.sub("{}", path)), path)
            reason = _unfit(path, raw) or (f"'{first}' is the same path" if first != path else "")
            if not reason and isinstance(raw, dict):
                found.append(_operation(reader, path, method, raw, ids))
                continue
            pointer = f"/paths/{escaped(path)}/{method}"
            left_out.append(LeftOut(method.upper(), path, reason, pointer))
            said = f"{method.upper()} {path} is left out: {reason}"
            reader.report.add(OPERATION_LEFT_OUT.at(reader.bundle.place(pointer), said))
    _report_clashes(reader, found)
    return tuple(found), tuple(left_out)


def _report_clashes(reader: SchemaReader, operations: Iterable[Operation]) -> None:
    """Say which operations have one name in Python, and what the later one is named."""
    scope = Scope(set(METHODS_TAKEN))
    for each in operations:
        wanted = snake(each.id, METHODS_TAKEN, empty="operation")
        made = scope.claim(wanted)
        if made != wanted:
            message = f"'{each.id}' would be '{wanted}', as another operation is; it is '{made}'"
            place = reader.bundle.place(f"{each.at}/operationId")
            hint = "choose an operationId that differs in more than case and punctuation"
            reader.report.add(NAME_CHANGED.at(place, message, hint=hint))


def _unfit(path: str, raw: Json) -> str:
    """Return why an operation can't be generated at all; empty if it can."""
    if not isinstance(raw, dict):
        return "no mapping"
    return "" if path.startswith("/") else "its path does not begin with '/'"


def _operation(
    reader: SchemaReader, path: str, method: str, raw: dict[str, Json], ids: set[str]
) -> Operation:
    pointer = f"/paths/{escaped(path)}/{method}"
    found = Raw(reader, pointer)
    id_ = _id(reader, path, method, raw, ids)
    root = reader.bundle.value
    security = raw.get("security", root.get("security"))
    operation = Operation(
        id=id_,
        method=method.upper(),
        path=path,
        tags=tuple(text(each) for each in sequence(raw.get("tags"))),
        summary=text(raw.get("summary")),
        description=text(raw.get("description")),
        deprecated=raw.get("deprecated") is True,
        parameters=read_parameters(found, path, raw, id_),
        body=read_body(found, raw, id_),
        responses=read_responses(found, raw, id_),
        security=tuple(_requirements(security)),
        extensions={key: value for key, value in raw.items() if key.startswith("x-")},
        raw=tuple(found.reasons),
        at=pointer,
    )
    for where, reason in found.reasons.items():
        reader.report.add(
            OPERATION_RAW.at(reader.bundle.place(where), f"{operation.method} {path}: {reason}")
        )
    return operation


def _id(reader: SchemaReader, path: str, method: str, raw: dict[str, Json], ids: set[str]) -> str:
    """Return the operationId, or a name of method and path where there is none of its own."""
    given = text(raw.get("operationId")).strip()
    if given and given not in ids:
        ids.add(given)
        return given
    made = f"{method} {path.replace('{', 'by ').replace('}', '')}"
    while made in ids:
        made += " again"
    ids.add(made)
    why = f"shares the operationId '{given}' with another" if given else "has no operationId"
    place = reader.bundle.place(f"/paths/{escaped(path)}/{method}")
    message = f"{method.upper()} {path} {why}; its method is named '{snake(made)}'"
    reader.report.add(
        OPERATION_ID_MADE.at(place, message, hint="give it an operationId of its own")
    )
    return made


def _requirements(raw: Json | None) -> Iterator[SecurityRequirement]:
    for each in sequence(raw):
        schemes = mapping(each).items()
        yield SecurityRequirement(
            tuple(
                (name, tuple(text(scope) for scope in sequence(scopes))) for name, scopes in schemes
            )
        )


def _security_schemes(root: dict[str, Json]) -> Iterator[SecurityScheme]:
    components = mapping(root.get("components"))
    for name, each in mapping(components.get("securitySchemes")).items():
        raw = mapping(each)
        yield SecurityScheme(
            name=name,
            type=text(raw.get("type")),
            scheme=text(raw.get("scheme")).lower(),
            location=text(raw.get("in")),
            parameter=text(raw.get("name")),
            description=text(raw.get("description")),
        )


def _problem_types(root: dict[str, Json]) -> Iterator[ProblemType]:
    for uri, each in mapping(root.get("x-apigen-problem-types")).items():
        raw = mapping(each)
        layer = text(raw.get("layer"))
        if layer in {"caller", "service", "database"}:
            yield ProblemType(uri, text(raw.get("title")), layer)
