"""The rule about examples: each matches the schema beside it (OpenAPI 3.1 sections 4.8.14, 4.8.19).

Parameters, headers and media types carry ``example`` and ``examples``; a schema carries its own.
"""

from collections.abc import Iterator, Mapping

from apigen.diagnostics import Diagnostic
from apigen.diagnostics.rules import EXAMPLE_MISMATCH
from apigen.explaining import causes
from apigen.judging import Instance, Violation, mismatches
from apigen.pointers import join
from apigen.rules.subject import Node, Subject
from apigen.types import Json


def examples_that_do_not_match(subject: Subject) -> Iterator[Diagnostic]:
    """Find examples that break the schemas that they are of."""
    instances = tuple(dict.fromkeys(_instances(subject)))
    value, version = subject.bundle.value, subject.bundle.document.version
    for verdict in mismatches(value, version, instances):
        if not isinstance(verdict.error, Violation):
            continue
        for cause in causes(verdict.error):
            base = verdict.tokens[: len(verdict.tokens) - len(verdict.error.tokens)]
            place = subject.bundle.place(join((*base, *cause.tokens)))
            yield EXAMPLE_MISMATCH.at(place, f"the example breaks its schema: {cause.message}")


def _instances(subject: Subject) -> Iterator[Instance]:
    for operation in subject.operations:
        for parameter in operation.parameters:
            yield from _beside(subject, parameter)
        body = subject.child(operation.node, "requestBody")
        for holder in (body, *operation.responses.values()):
            if holder is None:
                continue
            for _, media in subject.children(subject.child(holder, "content")):
                yield from _beside(subject, media)
            for _, header in subject.children(subject.child(holder, "headers")):
                yield from _beside(subject, header)
    components = subject.bundle.value.get("components")
    schemas = components.get("schemas") if isinstance(components, dict) else None
    for name, schema in schemas.items() if isinstance(schemas, dict) else ():
        if isinstance(schema, dict):
            yield from _own(Node(schema, ("components", "schemas", name)))


def _beside(subject: Subject, holder: Node) -> Iterator[Instance]:
    """Give the examples that stand beside a schema."""
    if not isinstance(holder.value.get("schema"), dict):
        return
    schema = (*holder.tokens, "schema")
    if "example" in holder.value:
        yield Instance(schema, (*holder.tokens, "example"))
    for _, example in subject.children(_mapping(holder, "examples")):
        if "value" in example.value:
            yield Instance(schema, (*example.tokens, "value"))


def _own(schema: Node) -> Iterator[Instance]:
    """Give the examples that a schema has of itself and of its direct members."""
    if "example" in schema.value:
        yield Instance(schema.tokens, (*schema.tokens, "example"))
    listed = schema.value.get("examples")
    for index, _ in enumerate(listed if isinstance(listed, list) else ()):
        yield Instance(schema.tokens, (*schema.tokens, "examples", str(index)))
    members = schema.value.get("properties")
    for name, member in members.items() if isinstance(members, dict) else ():
        if isinstance(member, dict) and "$ref" not in member:
            yield from _own(Node(member, (*schema.tokens, "properties", name)))


def _mapping(holder: Node, name: str) -> Node | None:
    value: Json = holder.value.get(name)
    members: Mapping[str, Json] | None = value if isinstance(value, dict) else None
    return None if members is None else Node(members, (*holder.tokens, name))
