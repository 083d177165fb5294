"""Values written as a request: parameters in their styles (OpenAPI 3.1, 4.8.12), bodies."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from apigen.fuzz.jsonvalues import compact, mapping
from apigen.fuzz.operations import MediaType, Operation, Parameter
from apigen.fuzz.traffic import Call, Headers
from apigen.types import Json

_BOUNDARY = "apigen-fuzz-boundary"
Parameters = Mapping[tuple[str, str], Json]
"""Values by location and name."""


def written(
    operation: Operation,
    parameters: Parameters,
    media: MediaType | None = None,
    body: Json = None,
    *,
    is_valid: bool | None = None,
) -> Call:
    """Return the call that an operation, its parameters and a body make.

    Parameters that the contract does not name are written as text.
    """
    known = {(each.location, each.name): each for each in operation.parameters}
    path, query, cookies, headers = (
        operation.path,
        list[str](),
        list[str](),
        list[tuple[str, str]](),
    )
    for (location, name), value in parameters.items():
        parameter = known.get((location, name)) or _unknown(operation, name, location)
        if location == "path":
            path = path.replace("{" + name + "}", _in_path(parameter, value))
        elif location == "query":
            query += _in_query(parameter, value)
        elif location == "cookie":
            cookies.append(f"{name}={quote(_plain(value), safe='')}")
        else:
            headers.append((name, _joined(value, explode=parameter.explode)))
    if cookies:
        headers.append(("Cookie", "; ".join(cookies)))
    content = None if media is None else encoded(media, body)
    if media is not None:
        headers.append(("Content-Type", content_type(media)))
    url = path + (f"?{'&'.join(query)}" if query else "")
    return Call(operation.method, url, operation.path, tuple(headers), content, is_valid=is_valid)


def content_type(media: MediaType) -> str:
    """Return the header's value for a body of a media type; ranges become one of their members."""
    if media.name.startswith("multipart/"):
        return f"{media.name}; boundary={_BOUNDARY}"
    return (
        media.name.replace("*/*", "application/json")
        .replace("text/*", "text/plain")
        .replace("/*", "/octet-stream")
    )


def encoded(media: MediaType, body: Json) -> bytes:
    """Return a body in the form of its media type."""
    name = content_type(media).partition(";")[0].strip().lower()
    if name == "application/x-www-form-urlencoded":
        pairs = [(key, one) for key, one in _flat_members(body)]
        return urlencode(pairs).encode()
    if name.startswith("multipart/"):
        return _multipart(body)
    if name == "application/json" or name.endswith("+json"):
        return compact(body)
    return body.encode() if isinstance(body, str) else compact(body)


def _flat_members(body: Json) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in mapping(body).items():
        pairs += [(key, _plain(each)) for each in (value if isinstance(value, list) else [value])]
    return pairs


def _multipart(body: Json) -> bytes:
    parts: list[bytes] = []
    for key, value in _flat_members(body):
        head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{quote(key)}"\r\n\r\n'
        parts.append(head.encode() + value.encode() + b"\r\n")
    return b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()


def _unknown(operation: Operation, name: str, location: str) -> Parameter:
    style = "form" if location in {"query", "cookie"} else "simple"
    return Parameter(name, location, False, {}, "", operation.place, style, style == "form")  # noqa: FBT003 - the field's name is said by the class


def _plain(value: Json) -> str:
    """Return a value as text, as a form or a query has it."""
    if isinstance(value, str):
        return value
    return compact(value).decode("utf-8", "surrogatepass")


def _joined(value: Json, *, explode: bool, between: str = ",") -> str:
    if isinstance(value, list):
        return between.join(map(_plain, value))
    if isinstance(value, dict):
        sign = "=" if explode else ","
        return ",".join(f"{key}{sign}{_plain(one)}" for key, one in value.items())
    return _plain(value)


def _in_path(parameter: Parameter, value: Json) -> str:
    if parameter.style == "label":
        return "." + quote(_joined(value, explode=parameter.explode), safe=".,=")
    if parameter.style == "matrix":
        return f";{parameter.name}=" + quote(_joined(value, explode=parameter.explode), safe=",=")
    return quote(_joined(value, explode=parameter.explode), safe="")


def _in_query(parameter: Parameter, value: Json) -> list[str]:
    name = quote(parameter.name, safe="[]")
    safe = ":/?#[]@!$'()*,;" if parameter.allow_reserved else ""

    def pair(key: str, one: Json) -> str:
        return f"{key}={_escaped(_plain(one), safe)}"

    if parameter.media_type:
        return [f"{name}={_escaped(compact(value).decode('utf-8', 'surrogatepass'), safe)}"]
    if isinstance(value, list):
        if parameter.explode:
            return [pair(name, each) for each in value]
        between = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}.get(parameter.style, ",")
        return [f"{name}=" + between.join(_escaped(_plain(each), safe) for each in value)]
    if isinstance(value, dict):
        if parameter.style == "deepObject":
            return [pair(f"{name}[{quote(key)}]", one) for key, one in value.items()]
        if parameter.explode:
            return [pair(quote(key), one) for key, one in value.items()]
        return [f"{name}=" + _escaped(_joined(value, explode=False), ",")]
    return [pair(name, value)]


def _escaped(text: str, safe: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe=safe)


__all__ = ["Headers", "Parameters", "content_type", "encoded", "written"]
