"""Names that a handler might look at, mined from the contract; and values that suit them."""

import re
from collections.abc import Iterable, Iterator

from apigen.fuzz.jsonvalues import mapping, sequence, text
from apigen.fuzz.operations import Contract, MediaType, Operation
from apigen.fuzz.schemas import Schemas
from apigen.fuzz.values.generation import type_of
from apigen.types import Json

_DEEPEST = 4
_MOST_NAMES = 280
_FUTURE, _PAST = "2999-01-01T00:00:00Z", "1970-01-02T00:00:00Z"

COMMON: dict[str, tuple[Json, ...]] = {
    "sort": ("-id", "id"), "sort_by": ("id",), "order_by": ("id",), "order": ("asc", "desc"),
    "direction": ("asc", "desc"), "limit": (1,), "offset": (1,), "page": (2,), "per_page": (1,),
    "page_size": (1,), "size": (1,), "count": (1,), "skip": (1,), "start": (1,), "cursor": (1,),
    "after": (_FUTURE,), "before": (_PAST,), "since": (_FUTURE,), "until": (_PAST,),
    "from": (_FUTURE,), "to": (_PAST,), "start_time": (_FUTURE,), "end_time": (_PAST,),
    "start_date": (_FUTURE,), "end_date": (_PAST,), "created_after": (_FUTURE,),
    "created_before": (_PAST,), "updated_since": (_FUTURE,), "filter": (), "q": (), "query": (),
    "search": (), "fields": ("id",), "select": ("id",), "include": ("all",), "expand": ("all",),
    "exclude": ("id",), "embed": ("all",), "view": ("full", "summary"), "format": ("csv", "xml"),
    "debug": (True, 1), "verbose": (True, 1), "trace": (True, 1), "dry_run": (True, 1),
    "force": (True, 1), "all": (True, 1), "raw": (True, 1), "explain": (True, 1),
    "include_deleted": (True, 1), "deleted": (True, 1), "archived": (True, 1),
    "include_total": (True, 1), "total": (True, 1), "count_only": (True, 1), "id": (), "ids": (),
    "name": (), "type": (), "status": (), "state": (), "tag": (), "version": (1,), "user": (),
    "user_id": (), "tenant": (), "tenant_id": (), "owner": (), "lang": ("de",), "locale": ("de",),
    "callback": (), "token": (), "api_key": (), "role": ("admin",), "admin": (True, 1),
    "group_by": ("id",), "distinct": (True, 1), "timezone": ("UTC",), "mode": (), "async": (True,),
}  # fmt: skip
"""Names that are common, whatever the contract, and values that would show."""

HEADERS = (
    "Idempotency-Key", "X-Api-Version", "X-Debug", "X-Dry-Run", "X-Feature", "X-Fields",
    "X-Http-Method-Override", "X-Admin", "X-Internal", "X-Role", "X-Tenant", "X-Tenant-Id",
    "X-Org-Id", "X-User", "X-User-Id", "X-Namespace", "X-Correlation-Id", "X-Trace", "X-Mode",
    "X-Page-Size", "X-Limit", "X-Test", "X-Client-Id", "X-Session-Id", "X-Environment",
)  # fmt: skip


def names(contract: Contract, schemas: Schemas, operation: Operation) -> dict[str, list[Json]]:
    """Return names by which a handler might know an input, the likely ones first, with schemas."""
    found: dict[str, list[Json]] = {}
    for name, schema in _mined(contract, schemas, operation):
        known = found.setdefault(name, [])
        if schema not in known and len(known) < 3:
            known.append(schema)
        if len(found) >= _MOST_NAMES:
            break
    return found


def _mined(
    contract: Contract, schemas: Schemas, operation: Operation
) -> Iterator[tuple[str, Json]]:
    for each in operation.parameters:
        yield from ((name, each.schema) for name in spellings(each.name))
    for other in contract.operations:
        yield from ((each.name, each.schema) for each in other.parameters)
    yield from ((name, {}) for name in COMMON)
    own = list(_of_contents(schemas, contents(operation)))
    yield from own
    for name, schema in own:
        yield from ((each, schema) for each in spellings(name)[:1])
    for schema in mapping(mapping(contract.value.get("components")).get("schemas")).values():
        yield from schemas.properties(schema).items()


def contents(operation: Operation) -> tuple[MediaType, ...]:
    """Return the media types of the successful answers, then that of the request."""
    answered = [
        media
        for response in operation.responses
        if response.status.startswith("2")
        for media in response.content
    ]
    return (*answered, *(operation.body.content if operation.body is not None else ()))


def _of_contents(schemas: Schemas, media: Iterable[MediaType]) -> Iterator[tuple[str, Json]]:
    level: list[Json] = [each.schema for each in media]
    for _ in range(_DEEPEST):
        inner: list[Json] = []
        for schema in level:
            members = schemas.properties(schema)
            yield from members.items()
            inner += members.values()
            items = schemas.flat(schema).get("items")
            inner += [items] if items is not None else []
        level = inner[:200]


def spellings(name: str) -> list[str]:
    """Return a name as other customs write it, without itself."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).replace("-", "_").lower().split("_")
    camel = words[0] + "".join(word.capitalize() for word in words[1:])
    snake, kebab = "_".join(words), "-".join(words)
    made = (camel if camel != name else snake, kebab, name.upper(), name[:1].upper() + name[1:])
    return [each for each in dict.fromkeys(made) if each != name]


def suiting(schemas: Schemas, name: str, known: Iterable[Json], nonsense: str) -> list[Json]:
    """Return values with which a handler that looks at a name would answer differently."""
    found: list[Json] = [nonsense, *COMMON.get(name.lower(), ())]
    for schema in known:
        node = schemas.flat(schema)
        found += sequence(node.get("enum"))[:3]
        match type_of(node):
            case "boolean":
                found += [True, False]
            case "integer" | "number":
                found += [1]
            case "string" if text(node.get("format")) == "date-time":
                found += [_FUTURE, _PAST]
            case "string" if "uuid" in text(node.get("format")):
                found += ["00000000-0000-4000-8000-000000000000"]
            case _:
                pass
    distinct: list[Json] = []
    for each in found:
        if each is not None and not any(each is one or each == one for one in distinct):
            distinct.append(each)
    return distinct[:4]
