"""What templates receive: operations in the words of Python, ready to be written down."""

from collections.abc import Iterable
from dataclasses import dataclass

from apigen.contract import (
    Absent,
    Contract,
    EnumDef,
    Media,
    ObjectDef,
    Operation,
    Parameter,
    Response,
)
from apigen.emit.docs import method_doc, server_doc, short_doc
from apigen.emit.naming import Names
from apigen.emit.paging import Paging, paging_of
from apigen.emit.python import Spelling, literal
from apigen.names import Scope, pascal
from apigen.types import Named, Nullable, TypeExpr

_PLAIN = Spelling(prefix="m.", constrained=False)
_EXACT = Spelling(prefix="m.")
_DEFAULT_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}


@dataclass(frozen=True, slots=True)
class ParameterView:
    """A parameter: its entry in the table, and how signatures on either side have it."""

    keyword: str
    entry: str
    """The arguments of ``Parameter(...)``."""
    annotation: str
    exact: str
    """The annotation with its constraints, for validation."""
    required: bool
    positional: bool
    default: str
    """The contract's default; empty if it has none."""

    @property
    def client(self) -> str:
        """Return how a caller's signature has it."""
        return self.keyword + (f": {self.annotation}" if self.required else self._optional)

    @property
    def _optional(self) -> str:
        null = "" if self.annotation.endswith("None") or self.annotation == "Any" else " | None"
        return f": {self.annotation}{null} = None"

    @property
    def server(self) -> str:
        """Return how a handler's signature has it: always given, None where it was left out."""
        if self.required or self.default:
            return f"{self.keyword}: {self.annotation}"
        return self.keyword + self._optional.removesuffix(" = None")


@dataclass(frozen=True, slots=True)
class BodyView:
    """A request body."""

    annotation: str
    media: tuple[str, ...]
    required: bool

    @property
    def client(self) -> str:
        """Return how a caller's signature has it."""
        return f"body: {self.annotation}" if self.required else f"body: {self._null} = None"

    @property
    def server(self) -> str:
        """Return how a handler's signature has it."""
        return f"body: {self.annotation}" if self.required else f"body: {self._null}"

    @property
    def _null(self) -> str:
        return self.annotation if self.annotation == "Any" else f"{self.annotation} | None"


@dataclass(frozen=True, slots=True)
class AnswerView:
    """A documented status and its media."""

    status: str
    media: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PagesView:
    """How the pages of an operation follow each other."""

    name: str
    method: str
    style: str
    keyword: str
    item: str
    items: str
    next: str


@dataclass(frozen=True, slots=True)
class OperationView:
    """An operation in the words of Python."""

    id: str
    name: str
    constant: str
    method: str
    path: str
    parameters: tuple[ParameterView, ...]
    body: BodyView | None
    success: tuple[AnswerView, ...]
    errors: tuple[AnswerView, ...]
    returns: str
    doc: str
    short: str
    deprecated: bool
    pages: PagesView | None
    parameters_class: str
    server_doc: str
    replies: str
    """What an explicit reply of a handler may hold: errors with a body of their own too."""
    required_headers: tuple[tuple[str, tuple[str, ...]], ...]
    """The headers that an answer must have, by status."""

    @property
    def plain_names(self) -> bool:
        """Return whether no parameter's name hides a type in the body of a class."""
        hiding = {"str", "int", "float", "bool", "bytes", "list", "dict"}
        return not hiding & {each.keyword for each in self.parameters}

    @property
    def defaults(self) -> tuple[tuple[str, str], ...]:
        """Return the contract's defaults, by keyword."""
        return tuple((each.keyword, each.default) for each in self.parameters if each.default)

    @property
    def positional(self) -> tuple[ParameterView, ...]:
        """Return the parameters that callers may give by position: those of the path."""
        return tuple(each for each in self.parameters if each.positional)

    @property
    def keyword_only(self) -> tuple[ParameterView, ...]:
        """Return the parameters that callers give by name."""
        return tuple(each for each in self.parameters if not each.positional)


def operation_views(contract: Contract, names: Names, client: str) -> tuple[OperationView, ...]:
    """Return the views of all operations."""
    iterators = Scope(set(names.methods.values()))
    classes = Scope()
    constants = media_constants(contract, names)
    return tuple(
        _operation_view(contract, names, each, client, iterators, classes, constants)
        for each in contract.operations
    )


def _operation_view(
    contract: Contract,
    names: Names,
    operation: Operation,
    client: str,
    iterators: Scope,
    classes: Scope,
    constants: dict[str, str],
) -> OperationView:
    name = names.methods[operation.id]
    parameters = tuple(_parameter_view(names, operation, each) for each in operation.parameters)
    success = [each for each in operation.responses if _is_returned(operation, each)]
    errors = [each for each in operation.responses if not _is_returned(operation, each)]
    paging = paging_of(contract, names, operation)
    return OperationView(
        id=literal(operation.id),
        name=name,
        constant=names.constants[operation.id],
        method=operation.method,
        path=literal(operation.path),
        parameters=parameters,
        body=_body_view(contract, operation),
        success=tuple(_answer(contract, each, {}) for each in success),
        errors=tuple(_answer(contract, each, constants) for each in errors),
        returns=returned(success),
        doc=method_doc(operation, names, success, errors),
        short=short_doc(operation, f"See {client}.{name}."),
        deprecated=operation.deprecated,
        pages=_pages_view(names, operation, paging, name, iterators) if paging else None,
        parameters_class=classes.claim(f"{pascal(name)}Parameters"),
        server_doc=server_doc(operation, success),
        replies=returned([*success, *(each for each in errors if _has_own_body(each))]),
        required_headers=_required_headers(operation),
    )


def _has_own_body(response: Response) -> bool:
    """Return whether an error's body is no problem document, so that nothing can raise it."""
    return any(not each.media_type.endswith("problem+json") for each in response.content)


def _required_headers(operation: Operation) -> tuple[tuple[str, tuple[str, ...]], ...]:
    named = (
        (literal(each.status), tuple(literal(h.name) for h in each.headers if h.required))
        for each in operation.responses
    )
    return tuple((status, names) for status, names in named if names)


def _is_returned(operation: Operation, response: Response) -> bool:
    """Return whether an answer is returned; ``default`` alone is the success too."""
    alone = not any(each.is_success for each in operation.responses)
    return response.is_success or (alone and response.status == "default")


def returned(success: Iterable[Response]) -> str:
    """Return the annotation of what a call returns."""
    spelled = [_PLAIN.of(media.type) for each in success for media in each.content] + [
        "None" for each in success if not each.content
    ]
    once = list(dict.fromkeys(spelled)) or ["None"]
    if "Any" in once:
        return "Any"
    return " | ".join(sorted(once, key=lambda each: each == "None"))


def _answer(contract: Contract, response: Response, constants: dict[str, str]) -> AnswerView:
    media = tuple(
        constants.get(spelled, spelled)
        for each in response.content
        for spelled in [media_expression(contract, each)]
    )
    return AnswerView(literal(response.status), media)


def media_constants(contract: Contract, names: Names) -> dict[str, str]:
    """Return names for the error bodies that many operations share, by their expression."""
    scope = Scope(set(names.constants.values()))
    counts: dict[str, int] = {}
    for operation in contract.operations:
        for response in operation.responses:
            for each in () if _is_returned(operation, response) else response.content:
                spelled = media_expression(contract, each)
                counts[spelled] = counts.get(spelled, 0) + 1
    shared = [spelled for spelled, count in counts.items() if count > 2]
    return {
        spelled: scope.claim("PROBLEM" if "problem+json" in spelled else "ERROR")
        for spelled in shared
    }


def media_expression(contract: Contract, media: Media) -> str:
    """Return the value of the runtime that reads and writes a representation."""
    type_, named = media.type, literal(media.media_type)
    match media.kind:
        case "text":
            return "Text()" if media.media_type == "text/plain" else f"Text({named})"
        case "binary":
            plain = media.media_type == "application/octet-stream"
            return "Binary()" if plain else f"Binary({named})"
        case "form":
            return f"Form{_form(contract, type_)})"
        case "multipart":
            return f"Multipart{_form(contract, type_)})"
        case "json":
            plain = media.media_type == "application/json"
            return (
                f"Json{_form(contract, type_)})"
                if plain
                else f"Json{_form(contract, type_)}, {named})"
            )


def _form(contract: Contract, type_: TypeExpr) -> str:
    """Return the start of a media's arguments; its type is inferred from a class only."""
    known = contract.definitions.get(type_.ref) if isinstance(type_, Named) else None
    exact = _EXACT.of(type_)
    return (
        f"({exact}" if isinstance(known, ObjectDef | EnumDef) else f"[{_PLAIN.of(type_)}]({exact}"
    )


def _body_view(contract: Contract, operation: Operation) -> BodyView | None:
    body = operation.body
    if body is None:
        return None
    media = tuple(media_expression(contract, each) for each in body.content)
    return BodyView(_PLAIN.of(body.content[0].type), media, body.required)


def _parameter_view(names: Names, operation: Operation, each: Parameter) -> ParameterView:
    keyword = names.keyword(operation, each)
    entry = [literal(each.name), literal(keyword), literal(each.location)]
    if each.required and each.location != "path":
        entry.append("required=True")
    if each.style != _DEFAULT_STYLES[each.location]:
        entry.append(f"style={literal(each.style)}")
    if each.explode != (each.style == "form"):
        entry.append(f"explode={each.explode}")
    if each.shape != "value":
        entry.append(f"shape={literal(each.shape)}")
    if each.content:
        entry.append(f"content={literal(each.content)}")
    if each.allow_reserved:
        entry.append("allow_reserved=True")
    exact = _EXACT.of(each.type)
    return ParameterView(
        keyword=keyword,
        entry=", ".join(entry),
        annotation=_PLAIN.of(each.type),
        exact=exact,
        required=each.required,
        positional=each.location == "path",
        default=_default(each),
    )


def _default(each: Parameter) -> str:
    if isinstance(each.default, Absent) or not isinstance(each.default, str | int | float | bool):
        return ""
    inner = each.type.inner if isinstance(each.type, Nullable) else each.type
    written = literal(each.default)
    return f"m.{inner.ref}({written})" if isinstance(inner, Named) else written


def _pages_view(
    names: Names, operation: Operation, paging: Paging, name: str, iterators: Scope
) -> PagesView:
    parameter = next((each for each in operation.parameters if each.name == paging.parameter), None)
    what = name
    for prefix in ("list_", "query_", "search_", "get_", "fetch_", "find_"):
        what = what.removeprefix(prefix)
    return PagesView(
        name=iterators.claim(f"pages_of_{name}"),
        method=iterators.claim(f"iter_{what}", f"iter_{name}"),
        style=paging.style,
        keyword=names.keyword(operation, parameter) if parameter else "",
        item=_PLAIN.of(paging.item),
        items=paging.items,
        next=paging.next,
    )
