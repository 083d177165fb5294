"""Parameters as they stand on the wire, read back by style (OpenAPI, "Style Values"; RFC 6570).

Everything that is read becomes JSON text, which the contract's schema then validates as it does
a body. Errors are collected, so that a caller learns of all of them at once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from .jsontext import check_json
from .literals import ANYTHING, Form, forms_of, literal
from .parameters import Parameter
from .styles import Entries, cookies, decoded, query_pairs, read_style
from .violations import Refused, field_errors

_NO_PARAMETERS: Final[TypeAdapter[Any]] = TypeAdapter(dict[str, Any])


@dataclass(frozen=True, slots=True)
class Wire:
    """Where the parameters of a request stand, undecoded.

    Attributes:
        path: Raw values by the names in the path template.
        query: The query without its question mark.
        headers: Names in lower case, and values.

    """

    path: Mapping[str, str]
    query: bytes
    headers: Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Decoder:
    """What reads the parameters of one operation."""

    parameters: tuple[Parameter, ...]
    adapter: TypeAdapter[Any]
    forms: Mapping[str, Form]
    defaults: Mapping[str, str]
    refuse_unknown: bool
    max_depth: int

    def decode(self, wire: Wire) -> dict[str, Any]:
        """Return the value of each parameter by keyword, None for what is absent.

        Raises:
            Refused: Parameters do not match the contract; it names them by location and name.

        """
        entries, errors = _entries(wire)
        texts: dict[str, str] = {}
        for parameter in self.parameters:
            try:
                text = self._read(parameter, entries)
            except Refused as refused:
                errors |= refused.fields
                continue
            if text is not None:
                texts[parameter.keyword] = text
            elif parameter.required and label(parameter) not in errors:
                errors[label(parameter)] = "is required"
        if self.refuse_unknown:
            errors |= {
                f"query.{name}": "is no parameter of this operation"
                for name in entries.left("query")
            }
        values, invalid = self._validated({**self.defaults, **texts}, texts)
        if errors or invalid:
            raise Refused({**invalid, **errors})
        return values

    def _read(self, parameter: Parameter, entries: Entries) -> str | None:
        """Return a parameter as JSON text, None if it is absent."""
        form = self.forms.get(parameter.keyword, ANYTHING)
        name = label(parameter)
        try:
            found = read_style(
                parameter, entries, tuple(form.members), free=form.others is not None
            )
            if found is None:
                return None
            if parameter.content:
                return self._content(parameter, str(found))
            return _as_json(found, form, name)
        except Refused:
            raise
        except ValueError as error:
            raise Refused({name: str(error)}) from None

    def _content(self, parameter: Parameter, text: str) -> str:
        if "json" not in parameter.content:
            return json.dumps(text)
        check_json(text.encode(), max_depth=self.max_depth)
        return text

    def _validated(
        self, texts: Mapping[str, str], given: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Return values and errors; that something is missing has been found before."""
        members = [f"{json.dumps(keyword)}:{text}" for keyword, text in texts.items()]
        content = "{" + ",".join(members) + "}"
        absent = {parameter.keyword: None for parameter in self.parameters}
        try:
            return {**absent, **self.adapter.validate_json(content)}, {}
        except ValidationError as error:
            # Not through Python's integers, which have a limit of digits: only names matter here.
            value = json.loads(content, parse_int=str, parse_float=str)
            labels = {parameter.keyword: label(parameter) for parameter in self.parameters}
            return {}, {
                _renamed(field, labels): message
                for field, message in field_errors(error, value).items()
                if field.partition(".")[0] in given
            }


def decoder(
    parameters: tuple[Parameter, ...],
    adapter: TypeAdapter[Any] | None,
    defaults: Mapping[str, object],
    *,
    refuse_unknown: bool,
    max_depth: int,
) -> Decoder:
    """Return what reads *parameters*.

    Raises:
        ValueError: A default does not match its schema.

    """
    chosen = adapter or _NO_PARAMETERS
    texts = {keyword: to_json(value).decode() for keyword, value in defaults.items()}
    _check_defaults(chosen, texts)
    forms = forms_of(chosen)
    return Decoder(parameters, chosen, forms, texts, refuse_unknown, max_depth)


def label(parameter: Parameter) -> str:
    """Return how an error names a parameter: location and name on the wire."""
    return f"{parameter.location}.{parameter.name}"


def _check_defaults(adapter: TypeAdapter[Any], texts: Mapping[str, str]) -> None:
    content = "{" + ",".join(f"{json.dumps(name)}:{text}" for name, text in texts.items()) + "}"
    try:
        adapter.validate_json(content)
    except ValidationError as error:
        for issue in error.errors(include_url=False, include_context=False):
            if issue["loc"] and issue["loc"][0] in texts:
                raise ValueError(
                    f"the default of {issue['loc'][0]!r} breaks its own schema: {issue['msg']}"
                ) from None


def _renamed(field: str, labels: Mapping[str, str]) -> str:
    keyword, dot, rest = field.partition(".")
    return labels.get(keyword, keyword) + dot + rest


def _entries(wire: Wire) -> tuple[Entries, dict[str, str]]:
    errors: dict[str, str] = {}
    headers: dict[str, list[str]] = {}
    for field, octets in wire.headers:
        headers.setdefault(field.decode("latin-1").lower(), []).append(octets.decode("latin-1"))
    query: dict[str, list[str]] = {}
    for name, value in query_pairs(wire.query):
        try:
            query.setdefault(decoded(name, plus=True), []).append(value)
        except ValueError as error:
            errors[f"query.{name[:100]}"] = str(error)
    path = {name: [value] for name, value in wire.path.items()}
    sources = {"path": path, "query": query, "header": headers}
    return Entries({**sources, "cookie": cookies(headers.get("cookie", []))}, {}), errors


def _as_json(found: str | list[str] | dict[str, str], form: Form, name: str) -> str:
    """Return texts as JSON of the given form."""
    if isinstance(found, str):
        return literal(found, form)
    if isinstance(found, list):
        inner = form.items or ANYTHING
        return f"[{','.join(_each(str(n), text, inner, name) for n, text in enumerate(found))}]"
    pairs = (
        f"{json.dumps(key)}:{_each(key, text, form.members.get(key) or form.others, name)}"
        for key, text in found.items()
    )
    return "{" + ",".join(pairs) + "}"


def _each(key: str, text: str, form: Form | None, name: str) -> str:
    try:
        return literal(text, form or ANYTHING)
    except ValueError as error:
        raise Refused({f"{name}.{key}": str(error)}) from None
