"""What consumers are measured against: a contract's addresses and the names of its package."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from apigen.contract import Contract, Definition, EnumDef, ObjectDef
from apigen.emit.naming import Names, names_of
from apigen.emit.python import Spelling
from apigen.guard.wordlist import words as wordlist
from apigen.names import words
from apigen.settings import Settings

_SPELLING = Spelling(prefix="m.", constrained=False)
_COMMON = wordlist(
    "api apis v rest public internal health healthz livez readyz live ready liveness readiness "
    "metrics status ping version versions info docs openapi json"
)
_VERSION = re.compile(r"v?\d+(?:(?:alpha|beta)\d*|\.\d+)*")


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter of an operation."""

    wire: str
    keyword: str
    location: str
    annotation: str
    required: bool


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An operation, and the generated method that calls it."""

    id: str
    method: str
    path: str
    """With the base path of the servers before it."""
    call: str
    arguments: tuple[Argument, ...]
    body: str
    """The body's annotation; empty where there is none."""

    @property
    def segments(self) -> tuple[str, ...]:
        """Return the parts of the path."""
        return tuple(part for part in self.path.split("/") if part)


@dataclass(frozen=True, slots=True)
class Model:
    """An object of the contract: its class, and its members as they are sent."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True)
class Surface:
    """One contract as its consumers see it."""

    title: str
    package: str
    client: str
    servers: tuple[str, ...]
    """Hosts, with their port if it is not the usual one."""
    endpoints: tuple[Endpoint, ...]
    models: tuple[Model, ...]
    enums: tuple[str, ...]
    base: str = ""
    """The path of the first server, which stands before each operation's."""

    @cached_property
    def service(self) -> frozenset[str]:
        """Return what names of this service contain, letters and digits only."""
        own = {_plain(self.title), _plain(self.package), _plain(self.client)}
        own |= {_plain(host.partition(":")[0].partition(".")[0]) for host in self.servers}
        return frozenset(name for name in own if len(name) > 3 and name not in _COMMON)

    @cached_property
    def markers(self) -> frozenset[str]:
        """Return the words that a file must hold, one at least, to speak of this service."""
        return frozenset(
            word
            for each in self.endpoints
            for segment in each.segments
            if not is_common(segment)
            for word in re.findall(r"\w+", segment)
        )

    def names_service(self, text: str) -> bool:
        """Return whether a name or a host speaks of this service."""
        plain = _plain(text)
        return any(name in plain for name in self.service)


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text).lower()


def is_common(segment: str) -> bool:
    """Return whether a part of a path says nothing of whose it is."""
    return (
        segment.startswith("{")
        or segment.lower() in _COMMON
        or _VERSION.fullmatch(segment.lower()) is not None
    )


def surface_of(contract: Contract, settings: Settings) -> Surface:
    """Return what consumers of a contract see."""
    names = names_of(contract)
    split = [urlsplit(server) for server in contract.servers]
    base = split[0].path.rstrip("/") if split else ""
    return Surface(
        title=" ".join(words(contract.title)),
        package=settings.package,
        client=settings.client,
        servers=tuple(dict.fromkeys(each.netloc for each in split if each.netloc)),
        endpoints=_endpoints(contract, names, base),
        models=tuple(
            Model(name, tuple(_members(contract.definitions, name)))
            for name, known in sorted(contract.definitions.items())
            if isinstance(known, ObjectDef)
        ),
        enums=tuple(sorted(n for n, d in contract.definitions.items() if isinstance(d, EnumDef))),
        base=base,
    )


def _endpoints(contract: Contract, names: Names, base: str) -> tuple[Endpoint, ...]:
    return tuple(
        Endpoint(
            id=each.id,
            method=each.method,
            path=base + each.path,
            call=names.methods[each.id],
            arguments=tuple(
                Argument(
                    one.name,
                    names.keyword(each, one),
                    one.location,
                    _SPELLING.of(one.type),
                    one.required,
                )
                for one in each.parameters
            ),
            body=_SPELLING.of(each.body.content[0].type) if each.body else "",
        )
        for each in contract.operations
    )


def _members(definitions: Mapping[str, Definition], name: str) -> list[str]:
    known = definitions.get(name)
    if not isinstance(known, ObjectDef):
        return []
    inherited = _members(definitions, known.base) if known.base else []
    return inherited + [each.name for each in known.properties]


def as_json(surface: Surface) -> dict[str, Any]:
    """Return a surface as JSON, to be kept."""
    return asdict(surface)


def from_json(kept: Any) -> Surface:
    """Return the surface that :func:`as_json` wrote; anything else raises an error of its own."""
    return Surface(
        title=kept["title"],
        package=kept["package"],
        client=kept["client"],
        servers=tuple(kept["servers"]),
        endpoints=tuple(
            Endpoint(
                id=each["id"],
                method=each["method"],
                path=each["path"],
                call=each["call"],
                arguments=tuple(Argument(**one) for one in each["arguments"]),
                body=each["body"],
            )
            for each in kept["endpoints"]
        ),
        models=tuple(Model(each["name"], tuple(each["members"])) for each in kept["models"]),
        enums=tuple(kept["enums"]),
        base=kept["base"],
    )
