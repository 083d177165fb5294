"""Bodies of requests and responses: which media types are read, and as what."""

import re
from collections.abc import Mapping

from apigen.build.raw import Raw
from apigen.contract import Header, Media, MediaKind, ObjectDef, RequestBody, Response
from apigen.names import pascal
from apigen.schemas.source import escaped, is_object, mapping, target, text
from apigen.types import AnyValue, Json, Kind, MapOf, Named, Scalar, TypeExpr

_JSON = re.compile(r"^(application|text)/(json|[\w.+-]+\+json|\*)$")
_OCTETS = re.compile(
    r"^(image|audio|video|font)/|^\*/\*$"
    r"|^application/(octet-stream|pdf|zip|gzip|x-tar|x-gzip|vnd\.[\w.-]+)$"
)
_MEDIA_TYPE = re.compile(
    r"[!#$%&'*+.^_`|~0-9A-Za-z-]+/[!#$%&'*+.^_`|~0-9A-Za-z-]+([ \t]*;[\x20-\x7e\t]*)?"
)
"""A media type or range (RFC 9110, section 8.3.1)."""
_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
_STATUS = re.compile(r"^([1-5]\d\d|[1-5]XX|default)$")


def essence(media_type: str) -> str:
    """Return a media type without its parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def kind_of(media_type: str) -> MediaKind | None:
    """Return how a media type is read; None where apigen has no reader for it."""
    name = essence(media_type)
    if _JSON.match(name):
        return "json"
    if name == _FORM:
        return "form"
    if name == _MULTIPART:
        return "multipart"
    if name in {"text/plain", "text/html", "text/csv", "text/markdown", "text/*"}:
        return "text"
    return "binary" if _OCTETS.match(name) else None


def read_body(found: Raw, operation: dict[str, Json], id_: str) -> RequestBody | None:
    """Return the body that an operation takes; None if it takes none."""
    if "requestBody" not in operation:
        return None
    resolved, where = target(found.reader.bundle, operation["requestBody"])
    pointer = where or f"{found.pointer}/requestBody"
    raw = mapping(resolved)
    content = _content(found, raw, pointer, f"{pascal(id_)}Body")
    if not content:
        found.at(pointer, "the body has no media type; it is taken as bytes")
        content = (Media("application/octet-stream", "binary", Scalar(Kind.BINARY)),)
    return RequestBody(raw.get("required") is True, content, text(raw.get("description")), pointer)


def read_responses(found: Raw, operation: dict[str, Json], id_: str) -> tuple[Response, ...]:
    """Return the documented answers, in the document's order."""
    responses: list[Response] = []
    given = mapping(operation.get("responses"))
    for key, value in given.items():
        status = key.upper() if key.lower() != "default" else "default"
        pointer = f"{found.pointer}/responses/{escaped(key)}"
        if key.startswith("x-"):
            continue
        if not _STATUS.match(status):
            found.at(pointer, f"'{key}' is no status; this answer is left out")
            continue
        responses.append(_response(found, status, value, pointer, id_, alone=_alone(given, status)))
    if not responses:
        found.at(found.pointer, "no answer is documented; any is taken as bytes")
        octets = Media("*/*", "binary", Scalar(Kind.BINARY))
        responses.append(Response("2XX", (octets,), (), "", found.pointer))
    return tuple(responses)


def _alone(given: Mapping[str, Json], status: str) -> bool:
    """Return whether this is the only success, so that its body's name needs no status."""
    return sum(1 for each in given if each.startswith("2")) == 1 and status.startswith("2")


def _response(
    found: Raw, status: str, given: Json, pointer: str, id_: str, *, alone: bool
) -> Response:
    resolved, where = target(found.reader.bundle, given)
    pointer = where or pointer
    raw = mapping(resolved)
    if "x-apigen-unresolved" in raw:
        found.at(pointer, f"'{text(raw['x-apigen-unresolved'])}' leads to nothing; bytes are taken")
        return Response(status, (Media("*/*", "binary", Scalar(Kind.BINARY)),), (), "", pointer)
    suffix = (
        "Response"
        if alone
        else f"{pascal(status, empty='Status')}Response".replace("Status", "", 1)
    )
    content = _content(found, raw, pointer, f"{pascal(id_)}{suffix}")
    headers = tuple(
        _header(found, name, value, f"{pointer}/headers/{escaped(name)}", id_)
        for name, value in mapping(raw.get("headers")).items()
        if name.lower() != "content-type"
    )
    return Response(status, content, headers, text(raw.get("description")), pointer)


def _header(found: Raw, name: str, given: Json, pointer: str, id_: str) -> Header:
    resolved, where = target(found.reader.bundle, given)
    raw = mapping(resolved)
    pointer = where or pointer
    type_ = found.reader.read(
        raw.get("schema", {}), f"{pointer}/schema", f"{pascal(id_)}{pascal(name)}"
    )
    required = raw.get("required") is True
    return Header(name, required, type_, text(raw.get("description")), pointer)


def _content(found: Raw, raw: dict[str, Json], pointer: str, hint: str) -> tuple[Media, ...]:
    """Return the representations that are read: JSON before all others, one type for all."""
    content = mapping(target(found.reader.bundle, raw.get("content"))[0])
    ranked = sorted(content, key=lambda name: _RANKS.get(kind_of(name), len(_RANKS)))
    media: list[Media] = []
    for name in ranked:
        each = _media(found, name, content[name], f"{pointer}/content/{escaped(name)}", hint, media)
        if (each and (not media or each.type == media[0].type) and essence(name) != "*/*") or (
            each and not media
        ):
            media.append(each)
    return tuple(media)


_RANKS: dict[MediaKind | None, int] = {"json": 0, "form": 1, "multipart": 2, "text": 3, "binary": 4}


def _media(
    found: Raw, name: str, given: Json, pointer: str, hint: str, others: list[Media]
) -> Media | None:
    kind = kind_of(name)
    schema = mapping(given).get("schema", {})
    if not _MEDIA_TYPE.fullmatch(name.strip()):
        found.at(pointer, f"{name!r} is no media type; it is left out")
        return None
    if kind is None:
        if others:
            return None
        found.at(pointer, f"'{name}' is handed through as bytes")
        return Media(essence(name), "binary", Scalar(Kind.BINARY))
    if kind == "text":
        return Media(essence(name), kind, Scalar(Kind.STRING))
    if kind == "binary":
        return Media(essence(name), kind, Scalar(Kind.BINARY))
    if others and not is_object(schema):
        return None
    type_ = found.type_of(schema, f"{pointer}/schema", hint)
    if kind in {"form", "multipart"} and not _has_members(found, type_):
        if others:
            return None
        found.at(pointer, f"the fields of '{name}' are not known; it is handed through as bytes")
        return Media(essence(name), "binary", Scalar(Kind.BINARY))
    return Media(essence(name), kind, type_)


def _has_members(found: Raw, type_: TypeExpr) -> bool:
    match type_:
        case Named(ref):
            return isinstance(found.reader.definitions.get(ref), ObjectDef)
        case MapOf():
            return True
        case AnyValue(""):
            return False
        case _:
            return False
