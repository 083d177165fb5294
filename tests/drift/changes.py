"""Small changes out of which faults are made: each a function from an edit to a Change."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

from tests.drift.messages import Ask, Change, Request, Response

Edit = Callable[[Any], Any]


def matches(operation: str, request: Request) -> bool:
    """Return whether a request is one for an operation: ``METHOD /path/{template}``."""
    method, _, template = operation.partition(" ")
    pattern = "[^/]+".join(re.escape(part) for part in re.split(r"\{[^}]*\}", template))
    return request.method == method and re.fullmatch(pattern, request.path) is not None


def on(operation: str, change: Change) -> Change:
    """Return a change of one operation only."""

    async def made(request: Request, ask: Ask) -> Response:
        return await (change if matches(operation, request) else _unchanged)(request, ask)

    return made


async def _unchanged(request: Request, ask: Ask) -> Response:
    return await ask(request)


def asking(edit: Callable[[Request], Request]) -> Change:
    """Return a change of the request."""

    async def made(request: Request, ask: Ask) -> Response:
        return await ask(edit(request))

    return made


def answering(edit: Callable[[Response], Response]) -> Change:
    """Return a change of the answer."""

    async def made(request: Request, ask: Ask) -> Response:
        return edit(await ask(request))

    return made


def instead(tell: Callable[[Request], Response | None]) -> Change:
    """Return a change that answers by itself, or asks the server if it has no answer."""

    async def made(request: Request, ask: Ask) -> Response:
        return tell(request) or await ask(request)

    return made


def ignoring(*names: str) -> Change:
    """Return a change that forgets query parameters."""
    return asking(lambda request: request.without(*names))


def query(name: str, edit: Callable[[str], str | None]) -> Change:
    """Return a change of the value of a query parameter; None leaves it out."""

    def edited(request: Request) -> Request:
        if request.parameter(name) is None:
            return request
        pairs = [(key, edit(value) if key == name else value) for key, value in request.parameters]
        return request.with_parameters([(key, value) for key, value in pairs if value is not None])

    return asking(edited)


def default(name: str, value: str) -> Change:
    """Return a change of what counts when a query parameter is left out."""

    def edited(request: Request) -> Request:
        if request.parameter(name) is not None:
            return request
        return request.with_parameters([*request.parameters, (name, value)])

    return asking(edited)


def sending(edit: Edit) -> Change:
    """Return a change of the JSON that is sent."""

    def edited(request: Request) -> Request:
        sent = request.json()
        return request if sent is None else request.with_json(edit(sent))

    return asking(edited)


def sending_member(name: str, edit: Edit) -> Change:
    """Return a change of one member that is sent, where it is."""
    return sending(lambda sent: with_member(sent, name, edit))


def object_of(value: Any) -> dict[str, Any]:
    """Return a JSON object; an empty one in the place of anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """Return a JSON array; an empty one in the place of anything else."""
    return [*value] if isinstance(value, list) else []


def with_member(value: Any, name: str, edit: Edit) -> Any:
    """Return an object with one member edited, if it has it; ``...`` takes it away."""
    members = object_of(value)
    if name not in members:
        return value
    new = edit(members[name])
    return {
        key: new if key == name else old
        for key, old in members.items()
        if key != name or new is not ...
    }


def told(edit: Edit) -> Change:
    """Return a change of the JSON of a success."""

    def edited(response: Response) -> Response:
        found = response.json()
        return response.with_json(edit(found)) if response.ok and found is not None else response

    return answering(edited)


def told_member(path: str, edit: Edit) -> Change:
    """Return a change of a member of a success: ``pagination.total``, ``data.*.severity``."""
    return told(lambda found: at(found, path.split("."), edit))


def at(value: Any, path: Sequence[str], edit: Edit) -> Any:
    """Return JSON with all that lies at a path edited."""
    name, *rest = path
    inner: Edit = edit if not rest else lambda found: at(found, rest, edit)
    if name == "*":
        return [inner(one) for one in list_of(value)] if isinstance(value, list) else value
    return with_member(value, name, inner)


def refusals(edit: Callable[[Response], Response], status: int | None = None) -> Change:
    """Return a change of errors, of one status or of all."""

    def edited(response: Response) -> Response:
        hit = response.status >= 400 if status is None else response.status == status
        return edit(response) if hit else response

    return answering(edited)


def of_status(old: int, new: int) -> Change:
    """Return a change of a status; the body stays."""
    return answering(lambda found: replace(found, status=new) if found.status == old else found)


def header(name: str, value: str | None) -> Change:
    """Return a change of a header of every answer."""
    return answering(lambda found: found.with_header(name, value))


def refusing(when: Callable[[Any], bool], refusal: Response) -> Change:
    """Return a change that refuses some bodies."""
    return instead(lambda request: refusal if when(request.json()) else None)


def selecting(name: str, keep: Callable[[Any, str], bool], items: str = "data") -> Change:
    """Return a change by which an undocumented query parameter restricts a list."""

    async def made(request: Request, ask: Ask) -> Response:
        found = await ask(request)
        value, body = request.parameter(name), found.json()
        if value is None or not found.ok or body is None:
            return found
        return found.with_json({**body, items: [one for one in body[items] if keep(one, value)]})

    return made
