"""Whether what is read is what was sent: the same values, as their schemas mean them."""

import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from apigen.fuzz.jsonvalues import is_equal, mapping, text
from apigen.fuzz.schemas import Schemas, tag_of
from apigen.types import Json

_ROUNDED = 1e-6
"""How near to what was sent, of one, a number is that was rounded."""

Difference = tuple[str, Json, Json]
"""Where, what was sent and what was read; None also if nothing was."""


def differences(
    schemas: Schemas, schema: Json, sent: Json, read: Json, *, anonymous: bool, where: str = ""
) -> Iterator[Difference]:
    """Give the members that are not read as they were sent.

    A null says as much as nothing. What the server decides (``readOnly``, ``x-apigen-kept``) is not
    compared, nor are members beside those that were sent.
    """
    node = schemas.flat(schema)
    if not _is_kept(node, anonymous=anonymous) or sent is None:
        return
    if tag_of(node) and (chosen := schemas.chosen(node, sent)) is not None:
        node = schemas.flat(chosen)
    if isinstance(sent, dict) and isinstance(read, dict):
        members = mapping(node.get("properties"))
        for name, one in sent.items():
            yield from differences(
                schemas,
                members.get(name, {}),
                one,
                read.get(name),
                anonymous=anonymous,
                where=f"{where}/{name}",
            )
    elif isinstance(sent, list) and isinstance(read, list) and len(sent) == len(read):
        for one, other in zip(sent, read, strict=True):
            yield from differences(
                schemas, node.get("items", {}), one, other, anonymous=anonymous, where=where
            )
    elif not _is_same(node, sent, read):
        yield where, sent, read


def is_stated(document: Json) -> bool:
    """Tell whether a document says anywhere what is kept (``x-apigen-kept``).

    OpenAPI has no word for it: who uses this one says by it that all the rest is kept.
    """
    if isinstance(document, dict):
        return "x-apigen-kept" in document or any(map(is_stated, document.values()))
    return isinstance(document, list) and any(map(is_stated, document))


def is_loss(sent: Json, read: Json) -> bool:
    """Tell whether some of a value is gone, rather than written in another way or decided anew."""
    if isinstance(sent, str) and isinstance(read, str):
        before, after = _plain(sent), _plain(read)
        return before != after and before.startswith(after)
    if read is None:
        return not isinstance(sent, str) or bool(sent)
    if isinstance(sent, int | float) and isinstance(read, int | float):
        return abs(sent - read) <= max(1, abs(sent) * _ROUNDED)
    return isinstance(sent, list) and isinstance(read, list) and len(read) < len(sent)


def _plain(written: str) -> str:
    return unicodedata.normalize("NFKC", written).casefold().strip()


def _is_kept(node: Mapping[str, Json], *, anonymous: bool) -> bool:
    kept = node.get("x-apigen-kept")
    if (
        node.get("format") == "password"
        or node.get("readOnly") is True
        or node.get("writeOnly") is True
        or kept is False
    ):
        return False
    return anonymous or kept != "anonymous"


def _is_same(node: Mapping[str, Json], sent: Json, read: Json) -> bool:
    if isinstance(sent, str) and isinstance(read, str):
        match node.get("format"):
            case "date-time":
                return _moment(sent) == _moment(read)
            case "uuid":
                return sent.lower() == read.lower()
            case _:
                return sent == read
    return is_equal(sent, read)


def _moment(written: str) -> datetime | str:
    """Return a point in time; the text itself if it is none."""
    try:
        then = datetime.fromisoformat(text(written))
    except ValueError:
        return written
    return then if then.tzinfo is not None else then.replace(tzinfo=UTC)
