"""Headers of answers, against what is documented for their status."""

import re
from collections.abc import Iterator

from apigen.diagnostics.drifts import HEADER_BREAKS_SCHEMA, HEADER_MISSING, UNDOCUMENTED_HEADER
from apigen.fuzz.drifts import Drift, Kind
from apigen.fuzz.jsonvalues import mapping
from apigen.fuzz.operations import Contract, Header, Operation, Response
from apigen.fuzz.schemas import Schemas
from apigen.fuzz.traffic import Exchange
from apigen.types import Json

_USUAL = re.compile(
    r"accept|accept-.*|access-control-.*|age|allow|alt-svc|cache-control|clear-site-data|connection"
    r"|content-.*|cross-origin-.*|date|deprecation|etag|expires|keep-alive|last-modified|link"
    r"|location|origin-agent-cluster|permissions-policy|pragma|proxy-.*|referrer-policy"
    r"|retry-after|server|server-timing|set-cookie|strict-transport-security|sunset|trace.*"
    r"|trailer|transfer-encoding|upgrade|vary|via|warning|www-authenticate"
    r"|x-(content-type-options|frame-options|xss-protection|dns-prefetch-control)"
)
"""What HTTP itself, browsers and proxies speak of; nobody documents these."""


def judged(
    contract: Contract,
    schemas: Schemas,
    operation: Operation,
    response: Response,
    exchange: Exchange,
) -> Iterator[Drift]:
    """Give what the headers of an answer do that the contract does not say."""
    answer = exchange.answer
    for header in response.headers:
        value = answer.header(header.name)
        if value is None and header.required:
            yield Drift(
                HEADER_MISSING,
                operation.label,
                header.place,
                says=f"a {answer.status} has the header {header.name}",
                did="the server left it out",
                exchanges=(exchange,),
                subject=f"{answer.status} {header.name}",
            )
        elif value is not None and (fault := _fault(schemas, header, value)):
            yield Drift(
                HEADER_BREAKS_SCHEMA,
                operation.label,
                header.place,
                says=f"the header {header.name} follows its schema",
                did=f"the server's broke it: {fault}",
                exchanges=(exchange,),
                subject=f"{answer.status} {header.name}",
            )
    known = documented(contract)
    for name in dict.fromkeys(name.lower() for name, _ in answer.headers):
        if name not in known and not _USUAL.fullmatch(name):
            yield Drift(
                UNDOCUMENTED_HEADER,
                operation.label,
                response.place,
                says=f"no answer has a header {name}",
                did=f"the server sent it with a {answer.status}",
                exchanges=(exchange,),
                subject=name,
                kind=Kind.UNDOCUMENTED,
            )


def documented(contract: Contract) -> frozenset[str]:
    """Return the headers that any response documents, in small letters."""
    return frozenset(
        header.name.lower()
        for operation in contract.operations
        for response in operation.responses
        for header in response.headers
    )


def _fault(schemas: Schemas, header: Header, written: str) -> str:
    """Return how a header's text breaks its schema; empty if it does not."""
    node = schemas.flat(header.schema)
    value = read(schemas, node, written)
    found = schemas.faults(f"{header.pointer}/schema", value, "read") if node else ()
    return found[0].message if found else ""


def read(schemas: Schemas, node: dict[str, Json], written: str) -> Json:
    """Return what the text of a header, or of another parameter of style ``simple``, means."""
    stated = node.get("type")
    kinds = stated if isinstance(stated, list) else [stated]
    if "array" in kinds:
        inner = schemas.flat(mapping(node).get("items", {}))
        return [read(schemas, inner, each.strip()) for each in written.split(",")]
    if "integer" in kinds and re.fullmatch(r"-?[0-9]+", written, re.ASCII):
        return int(written)
    if "number" in kinds and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", written):
        return float(written)
    if "boolean" in kinds and written in {"true", "false"}:
        return written == "true"
    return written
