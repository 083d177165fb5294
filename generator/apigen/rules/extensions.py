"""The rule about ``x-apigen-`` keys: known ones, that name what there is (docs/extensions.md)."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

from apigen.diagnostics import Diagnostic
from apigen.diagnostics.rules import EXTENSION_DANGLING
from apigen.pointers import Tokens
from apigen.rules.subject import Operation, Subject
from apigen.types import Json

PREFIX: Final = "x-apigen-"
KNOWN: Final = frozenset(
    PREFIX + name
    for name in (
        "after", "at-least", "column", "equals", "exists", "formats", "kept", "max-bytes",
        "max-depth", "more-than", "newest", "oldest", "only-with", "outbox", "pagination",
        "problem-types", "sha256", "table", "together",
    )
) | {"x-apigen-unresolved"}  # fmt: skip


def dangling_extensions(subject: Subject) -> Iterator[Diagnostic]:
    """Find keys that apigen does not know, and names in known ones that lead nowhere."""
    yield from _unknown(subject)
    for operation in subject.operations:
        yield from _strangers(subject, operation)
    names = {str(each.node.value.get("operationId")) for each in subject.operations}
    for tokens, value in _all(subject.bundle.value, PREFIX + "exists"):
        yield from _unnamed(subject, names, tokens, value)
    for tokens, value in _all(subject.bundle.value, PREFIX + "after"):
        for step in value if isinstance(value, list) else [value]:
            yield from _unnamed(subject, names, tokens, step)


def _unnamed(
    subject: Subject, names: set[str], tokens: Tokens, value: Json
) -> Iterator[Diagnostic]:
    named = value.get("operation") if isinstance(value, dict) else None
    if named not in names:
        message = f"{tokens[-1]} names the operation {named!r}, which there is not"
        yield EXTENSION_DANGLING.at(subject.place(*tokens), message)


def _unknown(subject: Subject) -> Iterator[Diagnostic]:
    for tokens, _ in _all(subject.bundle.value, None):
        key = tokens[-1]
        if key not in KNOWN:
            near = get_close_matches(key, KNOWN, 1)
            hint = f"did you mean {near[0]}?" if near else ""
            message = f"apigen does not know the key {key!r}"
            yield EXTENSION_DANGLING.at(subject.place(*tokens), message, hint=hint)


def _strangers(subject: Subject, operation: Operation) -> Iterator[Diagnostic]:
    """Find parameters that a rule of an operation names and the operation does not have."""
    names = {(str(one.value.get("in")), str(one.value.get("name"))) for one in operation.parameters}
    any_place = {name for _, name in names}
    wanted: list[tuple[str, str]] = []
    value = operation.node.value
    together = value.get(PREFIX + "together")
    groups = together if isinstance(together, list) else []
    for group in groups if any(isinstance(g, list) for g in groups) else [groups]:
        members = group if isinstance(group, list) else []
        wanted += [("together", str(name)) for name in members if name not in any_place]
    outbox = value.get(PREFIX + "outbox")
    header = outbox.get("idempotency_header") if isinstance(outbox, dict) else None
    headers = {name.lower() for where, name in names if where == "header"}
    if isinstance(header, str) and header.lower() not in headers:
        wanted.append(("outbox", header))
    for key, name in wanted:
        message = f"{operation.name} has no parameter {name!r}, which x-apigen-{key} names"
        yield EXTENSION_DANGLING.at(subject.place(*operation.node.tokens, PREFIX + key), message)


def _all(root: Json, wanted: str | None) -> Iterator[tuple[Tokens, Json]]:
    """Give the ``x-apigen-`` members of a document, or those of one name; examples are data."""
    waiting: list[tuple[Tokens, Json]] = [((), root)]
    while waiting:
        tokens, value = waiting.pop()
        if isinstance(value, list):
            waiting += [((*tokens, str(index)), one) for index, one in enumerate(value)]
        elif isinstance(value, dict):
            for name, member in value.items():
                there = (*tokens, name)
                if name.startswith(PREFIX) and (wanted is None or name == wanted):
                    yield there, member
                elif name not in {"example", "examples", "default", "enum", "const"}:
                    waiting.append((there, member))
