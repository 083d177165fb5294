"""Credentials: which headers carry them as the contract says, and ones that nobody issued."""

import base64
import re
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from apigen.fuzz.jsonvalues import mapping, text
from apigen.fuzz.operations import Contract, Operation
from apigen.fuzz.secrets import Identity, is_secret
from apigen.fuzz.traffic import Headers
from apigen.types import Json

_ORDERS = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
_NEXT = str.maketrans("".join(_ORDERS), "".join(each[1:] + each[0] for each in _ORDERS))
_MORE = "-forged"
_BEARER = ("authorization", "bearer ")
_COOKIE = re.compile(r"([^=;]+=)([^;]*)")


@dataclass(frozen=True, slots=True)
class Forgery:
    """What a request has in place of good credentials; nothing at all by default."""

    headers: Headers = ()
    how: str = ""
    """In words, after "a request"."""
    query: str = ""
    """What is added to the query, encoded."""

    def __str__(self) -> str:
        """Return what a request has or lacks, in words."""
        return self.how or "without credentials"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with credentials for an operation."""

    identity: str
    """The name, by which a sender knows it."""
    credentials: Headers
    """Of its headers those that show who it is."""
    others: Headers
    """The rest, which everybody may send."""

    def forgeries(self) -> Iterator[Forgery]:
        """Give credentials that are like the good ones, and that nobody issued."""
        yield Forgery(
            _forged(self.credentials, _changed), "with forged credentials (letters changed)"
        )
        if not any(_is_basic(value) for _, value in self.credentials):
            yield Forgery(
                _forged(self.credentials, _longer), "with forged credentials (letters added)"
            )

    def elsewhere(self, *, is_local: bool) -> Iterator[Forgery]:
        """Give requests whose bearer token stands where no bearer token belongs (RFC 6750, 2).

        It is put into a URL on this machine only: others write URLs down.
        """
        values = (value for name, value in self.credentials if name.lower() == "authorization")
        scheme, _, token = next(values, "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return
        password = base64.b64encode(f":{token}".encode()).decode("ascii")
        yield Forgery((("Authorization", token),), "whose token has no scheme before it")
        yield Forgery((("Authorization", f"Basic {password}"),), "whose token is a password")
        yield Forgery((("Cookie", f"token={token}"),), "whose token is in the cookie 'token'")
        if is_local:
            query = f"access_token={quote(token, safe='')}"
            yield Forgery((), "whose token is in the query parameter 'access_token'", query)


def caller(
    contract: Contract, operation: Operation, identities: Mapping[str, Identity]
) -> Caller | None:
    """Return the first of the identities with credentials of a kind that an operation asks for.

    Raises:
        OSError: the file of a token can't be read.

    """
    schemes = contract.security_schemes
    asked = [mapping(schemes.get(name)) for names in operation.security for name in names]
    carriers = {_carrier(mapping(scheme))[0] for scheme in schemes.values()}
    for name, identity in identities.items():
        headers = identity.credentials()
        if any(_carries(scheme, *pair) for scheme in asked for pair in headers):
            shown = tuple(
                pair for pair in headers if pair[0].lower() in carriers or is_secret(pair[0])
            )
            return Caller(name, shown, tuple(pair for pair in headers if pair not in shown))
    return None


def is_by_certificate(contract: Contract, operation: Operation) -> bool:
    """Tell whether a client certificate may be enough: every request shows it, or none."""
    schemes = contract.security_schemes
    return any(
        all(mapping(schemes.get(name)).get("type") == "mutualTLS" for name in names)
        for names in operation.security
    )


def is_by_bearer(contract: Contract, operation: Operation) -> bool:
    """Tell whether bearer tokens are all that an operation asks for."""
    schemes = contract.security_schemes
    asked = (mapping(schemes.get(name)) for names in operation.security for name in names)
    return all(_carrier(scheme) == _BEARER for scheme in asked)


def _carries(scheme: Mapping[str, Json], name: str, value: str) -> bool:
    """Tell whether a header is a credential of a scheme."""
    carrier, beginning = _carrier(scheme)
    is_there = str.__contains__ if carrier == "cookie" else str.startswith
    return name.lower() == carrier and is_there(value.lower(), beginning)


def _carrier(scheme: Mapping[str, Json]) -> tuple[str, str]:
    """Return the header of a scheme (OpenAPI 3.1, 4.8.27) and how its value begins.

    Both are in small letters; a scheme that no header carries has an empty one.
    """
    match scheme.get("type"), scheme.get("in"):
        case "http", _:
            return "authorization", f"{text(scheme.get('scheme')).lower()} "
        case (("oauth2" | "openIdConnect"), _):
            return _BEARER
        case "apiKey", "header":
            return text(scheme.get("name")).lower(), ""
        case "apiKey", "cookie":
            return "cookie", f"{text(scheme.get('name')).lower()}="
        case _:
            return "", ""


def _forged(credentials: Headers, forge: Callable[[str], str]) -> Headers:
    """Return credentials with each value forged; of a header of cookies each cookie's."""
    return tuple(
        (name, _COOKIE.sub(lambda one: one[1] + forge(one[2]), value))
        if name.lower() == "cookie"
        else (name, forge(value))
        for name, value in credentials
    )


def _longer(value: str) -> str:
    return value + _MORE


def _is_basic(value: str) -> bool:
    return value[:6].lower() == "basic "


def _changed(value: str) -> str:
    """Return a credential with each letter and digit of its last third exchanged for the next.

    Of a signed token that is in the signature, or before it. Of a name and a password the name
    changes: wrong passwords would lock the account of who calls.
    """
    if _is_basic(value):
        return f"{value[:6]}{base64.b64encode(b'nobody' + _decoded(value[6:])).decode('ascii')}"
    scheme, space, told = value.rpartition(" ")
    kept = len(told) * 2 // 3
    changed = told[:kept] + told[kept:].translate(_NEXT)
    return f"{scheme}{space}{changed if changed != told else told + _MORE}"


def _decoded(told: str) -> bytes:
    try:
        return base64.b64decode(told)
    except ValueError:
        return told.encode()
