"""The two files that give roles: to static tokens, and to names."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from ..errors import StartError
from .callers import LONGEST_NAME, ROLE_NAMES, Caller, Role, UnknownToken, is_name, known_roles
from .settings import ROLES, TOKENS
from .watching import Watched

SHORTEST_TOKEN: Final = 20
"""Characters of a static token at least: it must not be guessed."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
_HASHED: Final = re.compile(r"sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class StaticToken:
    """A token of the file, by its hash alone."""

    digest: bytes = field(repr=False)
    caller: Caller


class StaticTokens:
    """The tokens of a file, which is read again when it changes."""

    def __init__(self, file: Path) -> None:
        """Read the file.

        Raises:
            StartError: It cannot be read, or one of its lines makes no sense.

        """
        self._tokens = Watched(TOKENS, file, read_tokens, secret=True)

    async def caller(self, token: str) -> Caller:
        """Return whose token it is.

        Raises:
            UnknownToken: It is none of the file's.

        """
        digest = sha256(token.encode()).digest()
        found: Caller | None = None
        for one in self._tokens.value:  # all of them, so that time tells nothing
            if hmac.compare_digest(one.digest, digest):
                found = one.caller
        if found is None:
            raise UnknownToken("The bearer token is unknown.")
        return found


def read_tokens(file: Path, text: str) -> tuple[StaticToken, ...]:
    """Return the tokens that a file has: lines of token, name, and roles joined by commas.

    Raises:
        StartError: A line makes no sense; the message has nothing of a token.

    """
    found: dict[bytes, StaticToken] = {}
    for number, place, fields in _lines(TOKENS, file, text, 3):
        token, name, roles = fields
        if not is_name(name):
            raise StartError(f"{place}: the name has more than {LONGEST_NAME} characters")
        digest = _digest(place, token)
        if digest in found:
            raise StartError(f"{place}: the token of line {number} was given before")
        found[digest] = StaticToken(digest, Caller(name, _roles(place, roles)))
    if not found:
        raise StartError(f"{TOKENS}: {file} has no token: a line is TOKEN NAME ROLE[,ROLE]")
    return tuple(found.values())


def _digest(place: str, token: str) -> bytes:
    if hashed := _HASHED.fullmatch(token):
        return bytes.fromhex(hashed[1])
    if token.startswith("sha256:"):
        raise StartError(f"{place}: after sha256: come 64 lower-case hexadecimal digits")
    if len(token) < SHORTEST_TOKEN:
        told = "make one with: openssl rand -hex 32"
        raise StartError(f"{place}: the token is shorter than {SHORTEST_TOKEN} characters: {told}")
    if _TOKEN.fullmatch(token) is None:
        told = "no header can carry it (RFC 6750, section 2.1)"
        raise StartError(f"{place}: the token has a character that none may have: {told}")
    return sha256(token.encode()).digest()


def read_roles(file: Path, text: str) -> Mapping[str, frozenset[Role]]:
    """Return the roles by name that a file has; a star at the end of a name fits any rest.

    Raises:
        StartError: A line makes no sense.

    """
    found: dict[str, frozenset[Role]] = {}
    for _, place, (name, roles) in _lines(ROLES, file, text, 2):
        if "*" in name[:-1] or name == "*":
            raise StartError(f"{place}: a star stands at the end of a name, behind its beginning")
        found[name] = found.get(name, frozenset()) | _roles(place, roles)
    return found


def roles_of(name: str, mapping: Mapping[str, frozenset[Role]]) -> frozenset[Role]:
    """Return all roles that the file gives to a name."""
    fitting = (
        roles
        for pattern, roles in mapping.items()
        if pattern == name or (pattern.endswith("*") and name.startswith(pattern[:-1]))
    )
    return frozenset[Role]().union(*fitting)


def _lines(
    setting: str, file: Path, text: str, count: int
) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Yield number, place and fields of each line that is neither empty nor a comment."""
    for number, line in enumerate(text.splitlines(), start=1):
        fields = tuple(line.split())
        if not fields or fields[0].startswith("#"):
            continue
        place = f"{setting}: {file}:{number}"
        if len(fields) != count:
            form = "TOKEN NAME ROLE[,ROLE]" if count == 3 else "NAME ROLE[,ROLE]"
            raise StartError(f"{place}: a line is {form}, with spaces between")
        yield number, place, fields


def _roles(place: str, text: str) -> frozenset[Role]:
    names = text.split(",")
    roles = known_roles(names)
    if len(roles) != len(set(names)):
        raise StartError(f"{place}: the roles are {ROLE_NAMES}, joined by commas")
    return roles
