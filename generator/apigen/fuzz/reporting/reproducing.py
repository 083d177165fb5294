"""How a finding is seen again: a curl command, and a call of the generated client."""

import json
import re
import shlex
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote

from apigen.fuzz.jsonvalues import mapping, text
from apigen.fuzz.operations import Contract, Operation
from apigen.fuzz.traffic import REDACTED, Call
from apigen.names import snake
from apigen.pointers import at, exists, split
from apigen.types import Json

_MOST_BYTES = 100_000
_USELESS = frozenset({"user-agent", "accept-encoding", "connection", "content-length", "host"})


def curl(call: Call) -> str:
    """Return a command for a POSIX shell; secrets are variables in it.

    A body that is no text is left out, with a remark.
    """
    parts = ["curl", "-sS", "-i", "-X", call.method]
    for name, value in call.headers:
        if name.lower() not in _USELESS:
            parts += ["-H", _quoted_header(name, value)]
    remark = ""
    if call.body:
        try:
            body = call.body[:_MOST_BYTES].decode("utf-8")
        except UnicodeDecodeError:
            body, remark = "", "  # the body is no text, and not shown"
        if "\0" in body:
            body, remark = "", "  # the body holds a NUL, which no shell passes on"
        if body:
            parts += ["--data-binary", _quoted(body if body[0] != "@" else " " + body)]
    parts += ["--globoff", _quoted(call.url)]
    return " ".join(parts) + remark


def _quoted_header(name: str, value: str) -> str:
    """Quote a header; one whose value was secret takes it from a variable."""
    if value != REDACTED:
        return _quoted(f"{name}: {value}" if value else f"{name};")
    variable = re.sub(r"[^A-Z0-9]", "_", name.upper())
    return f'{_quoted(f"{name}: ")}"${{{variable}}}"'


def _quoted(given: str) -> str:
    """Quote for the shell; control characters, which a terminal would act on, as escapes."""
    if all(letter.isprintable() for letter in given):
        return shlex.quote(given)
    escaped = "".join(_escaped(letter) for letter in given)
    return f"$'{escaped}'"


def _escaped(letter: str) -> str:
    if letter in "'\\":
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    encoded = letter.encode("utf-8", "surrogatepass")
    return "".join(f"\\x{byte:02x}" for byte in encoded)


def python(contract: Contract, call: Call) -> str:
    """Return a call of the generated client; empty if there is none that sends this.

    The client refuses what breaks the contract, so only valid requests have one.
    """
    operation = contract.by_label(call.label)
    if operation is None or not operation.id or call.is_valid is not True:
        return ""
    arguments = _arguments(operation, call)
    if call.body is not None:
        body = _body(contract, operation, call)
        if not body:
            return ""
        arguments.insert(0, body)
    return f"client.{snake(operation.id)}({', '.join(arguments)})"


def _arguments(operation: Operation, call: Call) -> list[str]:
    """Return the parameters of a call, as keyword arguments."""
    pattern = re.sub(r"\\\{([^{}]+)\\\}", "([^/]+)", re.escape(operation.path))
    names = re.findall(r"\{([^{}]+)\}", operation.path)
    match = re.search(pattern + "$", call.path)
    values: dict[tuple[str, str], str] = {}
    if match is not None:
        groups = match.groups()
        values = {("path", name): unquote(one) for name, one in zip(names, groups, strict=False)}
    query = call.url.partition("?")[2]
    values |= {("query", name): one for name, one in parse_qsl(query, keep_blank_values=True)}
    values |= {("header", name): one for name, one in call.headers}
    return [
        f"{snake(each.name)}={_literal(each.schema, values[each.location, each.name])}"
        for each in operation.parameters
        if (each.location, each.name) in values
    ]


def _literal(schema: Json, written: str) -> str:
    kind = mapping(schema).get("type")
    if kind == "boolean" and written in {"true", "false"}:
        return written.capitalize()
    return written if kind == "integer" and re.fullmatch(r"-?\d+", written) else repr(written)


def _body(contract: Contract, operation: Operation, call: Call) -> str:
    content = operation.body.content if operation.body is not None else ()
    media = next((each for each in content if "json" in each.name), None)
    try:
        value = json.loads(call.body or b"")
    except (ValueError, RecursionError):
        return ""
    if media is None:
        return ""
    schema = mapping(media.schema)
    items = mapping(schema.get("items"))
    name, one = (_model(contract, items), False) if items else (_model(contract, schema), True)
    if not name:
        return repr(value)
    if one:
        return f"m.{name}.model_validate({value!r})"
    return f"[m.{name}.model_validate(each) for each in {value!r}]"


def _model(contract: Contract, schema: Mapping[str, Json]) -> str:
    """Return the name of the generated class of a schema; empty if it has none."""
    reference = text(schema.get("$ref"))
    tokens = split(contract.bundle.follow(reference)) if reference else ()
    if len(tokens) != 3 or not exists(contract.value, tokens):
        return ""
    return tokens[-1] if mapping(at(contract.value, tokens)).get("properties") else ""
