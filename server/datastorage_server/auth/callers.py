"""Callers: who sends a request, and why one is not let in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LONGEST_NAME: Final = 255
"""Characters of a name at most: as many as the contract gives an actor."""

_SERVICE_ACCOUNT: Final = "system:serviceaccount:"
_CONTROL: Final = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class Role(StrEnum):
    """What a caller may do; no role includes another."""

    READER = "reader"
    WRITER = "writer"
    CURATOR = "curator"
    AUDITOR = "auditor"


ROLE_NAMES: Final = ", ".join(Role)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever sent a request.

    Attributes:
        name: As the token tells it, such as ``system:serviceaccount:namespace:name``.
        roles: What they may do.

    """

    name: str
    roles: frozenset[Role] = frozenset()

    @property
    def is_person(self) -> bool:
        """Whether this is anybody but a service account of Kubernetes."""
        return not self.name.startswith(_SERVICE_ACCOUNT)


class Unauthenticated(Exception):  # noqa: N818 - the word of HTTP for it
    """The token names nobody; the message may be told to anybody and has nothing of the token."""


class UnknownToken(Unauthenticated):
    """The token is none of those that are known here; another source may know it."""


class Undecided(Exception):  # noqa: N818 - no error of the caller
    """Whether the token is good cannot be told now, since the issuer's keys are not at hand."""


def known_roles(names: Iterable[object]) -> frozenset[Role]:
    """Return the roles among *names*; a token may carry those of other services, too."""
    return frozenset(Role(name) for name in names if isinstance(name, str) and name in _VALUES)


def is_name(text: str) -> bool:
    """Return whether *text* can be kept and shown as a caller's name."""
    return 0 < len(text) <= LONGEST_NAME and _CONTROL.search(text) is None


_VALUES: Final = frozenset(role.value for role in Role)
