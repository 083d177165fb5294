"""A planted fault: one thing in which a running server drifted from its contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tests.drift.lab import Lab
from tests.drift.messages import Change

from datastorage_server.api import Api

Kind = Literal["request", "route", "response", "semantics", "database", "auth"]
Witness = Callable[[Lab], bool]
KINDS: tuple[Kind, ...] = ("request", "route", "response", "semantics", "database", "auth")


@dataclass(frozen=True, slots=True)
class Around:
    """A change of what passes between the client and the server."""

    change: Change


@dataclass(frozen=True, slots=True)
class Remembering:
    """A change that remembers: made anew for each server."""

    make: Callable[[], Change]


@dataclass(frozen=True, slots=True)
class Within:
    """A change of the server's own parts: its store, for one."""

    change: Callable[[Api], Api]


Install = Around | Remembering | Within


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One single fault.

    Attributes:
        name: Its name, in lower case with hyphens.
        kind: Its class.
        operation: Where it is: the method and the path template that a finding has to name.
        drift: What drifted, in a sentence.
        install: How a server gets it.
        witness: Whether the fault can be seen on a server, by a few plain calls.
        incident: The incident of the real service that it stands for.
        guarded: Whether it needs a server that asks for tokens.

    """

    name: str
    kind: Kind
    operation: str
    drift: str
    install: Install
    witness: Witness
    incident: str | None = None
    guarded: bool = False
