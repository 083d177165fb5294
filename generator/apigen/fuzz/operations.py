"""The operation table: what the contract says of each operation, as written, with its place.

Any OpenAPI document of 3.0 or 3.1 will do. Schemas stay raw: a sender of requests wants every
keyword, also those that have no meaning for generated code.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from apigen.bundle import Bundle, bundle
from apigen.diagnostics import Place, Report
from apigen.document import Version, load
from apigen.fuzz.jsonvalues import mapping, sequence, text
from apigen.pointers import at, escape, split
from apigen.types import Json

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
_MOST_HOPS = 50
_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}
_NOT_PARAMETERS = frozenset({"accept", "authorization", "content-type"})


@dataclass(frozen=True, slots=True)
class MediaType:
    """What a body of one media type is (OpenAPI 3.1, 4.8.14)."""

    name: str
    """As written, such as ``application/json`` or ``text/*``."""
    schema: Json
    """Empty if the contract states none. References are still in it."""
    pointer: str
    """Into the bundle, of the media type object."""
    examples: tuple[Json, ...] = ()
    encoding: Mapping[str, Json] = field(default_factory=dict[str, Json])

    @property
    def schema_pointer(self) -> str:
        """Return where the schema stands."""
        return f"{self.pointer}/schema"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter (OpenAPI 3.1, 4.8.12)."""

    name: str
    location: str
    """``path``, ``query``, ``header`` or ``cookie``."""
    required: bool
    schema: Json
    pointer: str
    """Into the bundle, of the parameter object."""
    place: Place
    style: str = "simple"
    explode: bool = False
    allow_reserved: bool = False
    media_type: str = ""
    """The media type in which its value is written, if it has ``content``; empty otherwise."""
    examples: tuple[Json, ...] = ()
    extensions: Mapping[str, Json] = field(default_factory=dict[str, Json])

    @property
    def schema_pointer(self) -> str:
        """Return where the schema stands."""
        if self.media_type:
            return f"{self.pointer}/content/{escape(self.media_type)}/schema"
        return f"{self.pointer}/schema"

    @property
    def is_idempotency_key(self) -> bool:
        """Tell whether it makes a repeated request the same one (Idempotency-Key)."""
        return self.location == "header" and "idempotency" in self.name.lower()


@dataclass(frozen=True, slots=True)
class Body:
    """A request body."""

    required: bool
    content: tuple[MediaType, ...]
    pointer: str
    place: Place


@dataclass(frozen=True, slots=True)
class Header:
    """A header of a response."""

    name: str
    required: bool
    schema: Json
    pointer: str
    place: Place


@dataclass(frozen=True, slots=True)
class Response:
    """A documented response."""

    status: str
    """As written: ``200``, ``4XX`` or ``default``."""
    headers: tuple[Header, ...]
    content: tuple[MediaType, ...]
    pointer: str
    place: Place


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    """In capitals."""
    path: str
    """The template, as written."""
    id: str
    """The operationId; empty if there is none."""
    parameters: tuple[Parameter, ...]
    body: Body | None
    responses: tuple[Response, ...]
    security: tuple[tuple[str, ...], ...]
    """Alternatives, each the names of the schemes that go together. Empty: open to everybody; an
    empty alternative: also open."""
    extensions: Mapping[str, Json]
    pointer: str
    place: Place
    deprecated: bool = False

    @property
    def label(self) -> str:
        """Return ``METHOD /path``, by which an operation is named everywhere."""
        return f"{self.method} {self.path}"

    @property
    def is_safe(self) -> bool:
        """Return whether the method promises to change nothing (RFC 9110, section 9.2.1)."""
        return self.method in {"GET", "HEAD", "OPTIONS"}

    @property
    def is_open(self) -> bool:
        """Return whether no credentials are asked for, or may be left out."""
        return not self.security or () in self.security

    def response(self, status: int, *, exactly: bool = False) -> Response | None:
        """Return what is documented for a status: itself, its range, else ``default``.

        With *exactly*, ``default`` does not count.
        """
        by_status = {each.status.upper(): each for each in self.responses}
        names = (str(status), f"{status // 100}XX", *(() if exactly else ("DEFAULT",)))
        return next((by_status[name] for name in names if name in by_status), None)


@dataclass(frozen=True, slots=True)
class Contract:
    """The document, and its operations in the order in which they are written."""

    bundle: Bundle
    operations: tuple[Operation, ...]

    @property
    def value(self) -> dict[str, Json]:
        """Return the document as one value."""
        return self.bundle.value

    @property
    def version(self) -> Version:
        """Return the version of OpenAPI."""
        return self.bundle.document.version

    @property
    def problem_types(self) -> Mapping[str, Json]:
        """Return the registered kinds of problems (``x-apigen-problem-types``)."""
        return mapping(self.value.get("x-apigen-problem-types"))

    @property
    def security_schemes(self) -> Mapping[str, Json]:
        """Return the security schemes by name, references followed."""
        schemes = mapping(mapping(self.value.get("components")).get("securitySchemes"))
        return {name: self.resolved(each) for name, each in schemes.items()}

    def place(self, pointer: str) -> Place:
        """Return where something stands in the files."""
        return self.bundle.place(pointer)

    def resolved(self, node: Json) -> Json:
        """Return a node with the references at its top followed; empty if they lead nowhere."""
        return self.followed(node, "")[0]

    def followed(self, node: Json, pointer: str) -> tuple[Json, str]:
        """Return a node and its pointer, with the references at its top followed.

        What stands beside a reference, as 3.1 allows, is added to what it leads to.
        """
        beside: dict[str, Json] = {}
        for _ in range(_MOST_HOPS):
            if not isinstance(node, dict) or not isinstance(reference := node.get("$ref"), str):
                return ({**node, **beside} if isinstance(node, dict) and beside else node), pointer
            beside = {**{key: one for key, one in node.items() if key != "$ref"}, **beside}
            pointer = self.bundle.follow(reference)
            try:
                node = at(self.value, split(pointer))
            except (LookupError, ValueError):
                break
        return {}, pointer

    def by_label(self, label: str) -> Operation | None:
        """Return an operation by its ``METHOD /path``."""
        return next((each for each in self.operations if each.label == label), None)

    def by_id(self, id_: str) -> Operation | None:
        """Return an operation by its operationId."""
        return next((each for each in self.operations if id_ and each.id == id_), None)


def read(spec: Path, report: Report, allow: tuple[Path, ...] = ()) -> Contract:
    """Read a document and return its operations.

    Raises:
        Stop: the document leaves no ground. The report says why.

    """
    return contract(bundle(load(spec, report, allow=allow), report))


def contract(bundled: Bundle) -> Contract:
    """Return the operations of a document."""
    empty = Contract(bundled, ())
    return Contract(bundled, tuple(_operations(empty)))


def _operations(document: Contract) -> Iterator[Operation]:
    for path, raw in mapping(document.value.get("paths")).items():
        if not path.startswith("/"):
            continue  # an extension
        item, pointer = document.followed(raw, f"/paths/{escape(path)}")
        for method in METHODS:
            if isinstance(node := mapping(item).get(method), dict):
                shared = sequence(mapping(item).get("parameters"))
                yield _operation(document, path, method, node, f"{pointer}/{method}", shared)


def _operation(
    document: Contract,
    path: str,
    method: str,
    raw: Mapping[str, Json],
    pointer: str,
    shared: list[Json],
) -> Operation:
    above = pointer.rpartition("/")[0]
    parameters = {
        (each.location, each.name): each
        for own, base in ((shared, above), (sequence(raw.get("parameters")), pointer))
        for index, one in enumerate(own)
        if (each := _parameter(document, one, f"{base}/parameters/{index}")) is not None
    }
    security = raw.get("security", document.value.get("security"))
    return Operation(
        method=method.upper(),
        path=path,
        id=text(raw.get("operationId")),
        parameters=tuple(parameters.values()),
        body=_body(document, raw.get("requestBody"), f"{pointer}/requestBody"),
        responses=tuple(_responses(document, raw, pointer)),
        security=tuple(tuple(mapping(one)) for one in sequence(security)),
        extensions={name: one for name, one in raw.items() if name.startswith("x-")},
        pointer=pointer,
        place=document.place(pointer),
        deprecated=raw.get("deprecated") is True,
    )


def _parameter(document: Contract, node: Json, pointer: str) -> Parameter | None:
    found, pointer = document.followed(node, pointer)
    raw = mapping(found)
    name, location = text(raw.get("name")), text(raw.get("in"))
    if location not in _STYLES or (location == "header" and name.lower() in _NOT_PARAMETERS):
        return None
    content = mapping(raw.get("content"))
    media_type = next(iter(content), "")
    wrapped = mapping(content.get(media_type))
    style = text(raw.get("style"), _STYLES[location])
    explode = raw.get("explode")
    return Parameter(
        name=name,
        location=location,
        required=raw.get("required") is True or location == "path",
        schema=wrapped.get("schema", {}) if media_type else raw.get("schema", {}),
        pointer=pointer,
        place=document.place(pointer),
        style=style,
        explode=explode if isinstance(explode, bool) else style == "form",
        allow_reserved=raw.get("allowReserved") is True,
        media_type=media_type,
        examples=_examples(document, wrapped if media_type else raw),
        extensions={key: one for key, one in raw.items() if key.startswith("x-")},
    )


def _body(document: Contract, node: Json, pointer: str) -> Body | None:
    if node is None:
        return None
    found, pointer = document.followed(node, pointer)
    raw = mapping(found)
    content = tuple(_content(document, raw, pointer))
    return Body(raw.get("required") is True, content, pointer, document.place(pointer))


def _responses(document: Contract, raw: Mapping[str, Json], above: str) -> Iterator[Response]:
    for status, node in mapping(raw.get("responses")).items():
        if status.startswith("x-"):
            continue
        found, pointer = document.followed(node, f"{above}/responses/{escape(status)}")
        headers = tuple(
            _header(document, name, one, f"{pointer}/headers/{escape(name)}")
            for name, one in mapping(mapping(found).get("headers")).items()
            if name.lower() != "content-type"
        )
        content = tuple(_content(document, mapping(found), pointer))
        yield Response(status, headers, content, pointer, document.place(pointer))


def _header(document: Contract, name: str, node: Json, pointer: str) -> Header:
    found, pointer = document.followed(node, pointer)
    raw = mapping(found)
    content = next(iter(mapping(raw.get("content")).values()), None)
    schema = raw.get("schema", mapping(content).get("schema", {}))
    return Header(name, raw.get("required") is True, schema, pointer, document.place(pointer))


def _content(document: Contract, raw: Mapping[str, Json], above: str) -> Iterator[MediaType]:
    for name, node in mapping(raw.get("content")).items():
        found, pointer = document.followed(node, f"{above}/content/{escape(name)}")
        each = mapping(found)
        schema = each.get("schema", {})
        examples = _examples(document, each)
        yield MediaType(name, schema, pointer, examples, mapping(each.get("encoding")))


def _examples(document: Contract, raw: Mapping[str, Json]) -> tuple[Json, ...]:
    """Return the documented examples: of the media type or parameter, then of the schema."""
    found: list[Json] = [raw["example"]] if "example" in raw else []
    for each in mapping(raw.get("examples")).values():
        example = mapping(document.resolved(each))
        if "value" in example:
            found.append(example["value"])
    schema = mapping(document.resolved(raw.get("schema", {})))
    if "example" in schema:
        found.append(schema["example"])
    return (*found, *sequence(schema.get("examples")))
