"""What consumers are measured against: a contract's addresses and the names of its package."""

import re
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from apigen.guard.wordlist import words

_COMMON = words(
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
