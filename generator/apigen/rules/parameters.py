"""Rules about parameters: filters as narrow as what they filter, and headers that are no data."""

from collections.abc import Iterator, Mapping
from typing import Final

from apigen.diagnostics import Diagnostic
from apigen.diagnostics.rules import BUSINESS_HEADER, FILTER_OPEN
from apigen.rules.subject import Node, Operation, Subject

_DEEP: Final = 6
"""How many schemas composed of others are looked into."""

_INFRASTRUCTURE: Final = frozenset(
    (
        "accept", "accept-encoding", "accept-language", "authorization", "baggage", "b3",
        "cache-control", "content-digest", "content-encoding", "content-language", "content-type",
        "cookie", "digest", "expect", "forwarded", "host", "idempotency-key", "if-match",
        "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "last-event-id",
        "prefer", "priority", "range", "repr-digest", "signature", "signature-input", "te",
        "traceparent", "tracestate", "user-agent", "want-digest", "x-api-key", "x-correlation-id",
        "x-forwarded-for", "x-request-id",
    )
)  # fmt: skip


def business_headers(subject: Subject) -> Iterator[Diagnostic]:
    """Find headers that carry data of the business."""
    seen: set[tuple[str, ...]] = set()
    for operation in subject.operations:
        for parameter in operation.parameters:
            name = str(parameter.value.get("name"))
            if parameter.value.get("in") != "header" or name.lower() in _INFRASTRUCTURE:
                continue
            if parameter.tokens not in seen:
                seen.add(parameter.tokens)
                message = f"{operation.name} takes the header {name!r}, which is no infrastructure"
                yield BUSINESS_HEADER.at(subject.place(*parameter.tokens), message)


def open_filters(subject: Subject) -> Iterator[Diagnostic]:
    """Find free texts that filter by members with an enum."""
    for operation in subject.operations:
        free = [parameter for parameter in operation.parameters if _is_free(subject, parameter)]
        closed: Mapping[str, Node] = _closed_members(subject, operation) if free else {}
        for parameter in free:
            name = str(parameter.value["name"])
            if (member := closed.get(name)) is not None:
                yield FILTER_OPEN.at(
                    subject.place(*parameter.tokens),
                    f"{operation.name} filters {name!r} by any text, but the member has an enum",
                    related=(subject.place(*member.tokens),),
                )


def _is_free(subject: Subject, parameter: Node) -> bool:
    schema = subject.child(parameter, "schema")
    if parameter.value.get("in") != "query" or schema is None:
        return False
    kinds = schema.value.get("type", "string")
    return "string" in (kinds if isinstance(kinds, list) else [kinds]) and not (
        {"enum", "const", "pattern", "format", "oneOf", "anyOf", "allOf"} & set(schema.value)
    )


def _closed_members(subject: Subject, operation: Operation) -> Mapping[str, Node]:
    """Return the members with an enum that the listed things have, by their names."""
    found: dict[str, Node] = {}
    for status, response in operation.responses.items():
        if status[:1] == "2":
            for _, media in subject.children(subject.child(response, "content")):
                for item in _items(subject, subject.child(media, "schema")):
                    for name, member in _members(subject, item, _DEEP):
                        if "enum" in member.value:
                            found.setdefault(name, member)
    return found


def _items(subject: Subject, schema: Node | None) -> Iterator[Node]:
    """Give the schemas of what an answer lists: it is an array, or an envelope around arrays."""
    if schema is None:
        return
    arrays = [schema, *(member for _, member in _members(subject, schema, _DEEP))]
    for array in arrays:
        if item := subject.child(array, "items"):
            yield item


def _members(subject: Subject, schema: Node, levels: int) -> Iterator[tuple[str, Node]]:
    """Give the members of an object, those of the schemas that it is composed of too."""
    yield from subject.children(subject.child(schema, "properties"))
    parts = schema.value.get("allOf")
    for index, part in enumerate(parts if isinstance(parts, list) and levels else ()):
        if node := subject.follow(part, (*schema.tokens, "allOf", str(index))):
            yield from _members(subject, node, levels - 1)
