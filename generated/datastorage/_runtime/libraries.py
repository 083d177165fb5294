"""The HTTP library beneath a client: httpx or httpx2, whichever is there or made the client.

Only what is needed of them is described here, so that code is checked alike with either of them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias, cast
from urllib.parse import SplitResult, urlsplit

from .details import one_line
from .problems import InvalidArgument, InvalidBaseUrl

if TYPE_CHECKING:
    from ssl import SSLContext

Verify: TypeAlias = "bool | str | PathLike[str] | SSLContext"
AnyPath: TypeAlias = "str | PathLike[str]"
Cert: TypeAlias = "AnyPath | tuple[AnyPath, AnyPath] | tuple[AnyPath, AnyPath, str]"
"""A file with certificate and key, or one of each, and perhaps the password of the key."""


class HttpResponse(Protocol):
    """A response whose content has been read."""

    @property
    def status_code(self) -> int:
        """The status."""
        ...

    @property
    def headers(self) -> Mapping[str, str]:
        """The header fields; fields of one name are joined by commas."""
        ...

    @property
    def content(self) -> bytes:
        """The body, without its content coding."""
        ...


class SyncHttp(Protocol):
    """What is needed of ``httpx.Client`` or ``httpx2.Client``."""

    def request(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        auth: Any = ...,
        follow_redirects: bool = ...,
        extensions: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Send a request and read the response whole."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


class AsyncHttp(Protocol):
    """What is needed of ``httpx.AsyncClient`` or ``httpx2.AsyncClient``."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        auth: Any = ...,
        follow_redirects: bool = ...,
        extensions: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Send a request and read the response whole."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


class Library(Protocol):
    """What is needed of the modules ``httpx`` and ``httpx2``."""

    Client: Callable[..., SyncHttp]
    AsyncClient: Callable[..., AsyncHttp]
    HTTPTransport: Callable[..., Any]
    AsyncHTTPTransport: Callable[..., Any]
    Limits: Callable[..., Any]
    create_ssl_context: Callable[..., SSLContext]
    URL: Callable[[str], object]
    RequestError: type[Exception]
    InvalidURL: type[Exception]


_NAMES: Final = ("httpx", "httpx2")


def installed() -> Library:
    """Return httpx, or httpx2 where only that is installed.

    Raises:
        ImportError: Neither is.

    """
    for name in _NAMES:
        try:
            return cast("Library", import_module(name))
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
    raise ImportError("an HTTP library is missing: install httpx or httpx2")


def libraries_of(http: object) -> tuple[Library, ...]:
    """Return the library that made a client; both, as far as loaded, if neither did."""
    roots = [kind.__module__.partition(".")[0] for kind in type(http).__mro__]
    names = [name for name in roots if name in _NAMES][:1] or _NAMES
    return tuple(cast("Library", sys.modules[name]) for name in names if name in sys.modules)


def failures_of(http: object) -> tuple[type[Exception], ...]:
    """Return the exceptions that a client may raise: those of its own library, and TLS's.

    Awaited libraries let an alert through that comes after the handshake, as TLS 1.3 has it for
    client certificates (RFC 8446, section 4.4.2).
    """
    from ssl import SSLError  # noqa: PLC0415 - costs much, and the library has it by now

    libraries = libraries_of(http)
    kinds = tuple(kind for one in libraries for kind in (one.RequestError, one.InvalidURL))
    return (*kinds, SSLError)


def trust(verify: Verify, cert: Cert | None, library: Library) -> bool | SSLContext:
    """Return how to verify the server's certificate, and which one to show to it.

    Args:
        verify: A path names trusted certificates.
        cert: The client's own certificate.
        library: What makes the usual context.

    Raises:
        InvalidArgument: There are no certificates at a path.

    """
    trusted = _trusted(verify)
    if cert is None:
        return trusted
    if not isinstance(verify, bool | str | PathLike):
        raise InvalidArgument("cert: give it to the SSLContext that is passed as verify")
    context = library.create_ssl_context(verify=trusted) if isinstance(trusted, bool) else trusted
    chain: tuple[Any, ...] = (cert,) if isinstance(cert, str | PathLike) else cert
    try:
        context.load_cert_chain(*chain)
    except (OSError, TypeError) as error:  # ssl.SSLError is an OSError
        raise InvalidArgument(
            f"cert: no certificate with its key in {chain[0]!s}: {error}"
        ) from None
    return context


def _trusted(verify: Verify) -> bool | SSLContext:
    if not isinstance(verify, str | PathLike):
        return verify
    from ssl import create_default_context  # noqa: PLC0415 - costs much, is needed seldom

    path = Path(verify)
    try:
        if path.is_dir():
            return create_default_context(capath=path)
        return create_default_context(cafile=path)
    except OSError as error:  # ssl.SSLError is one
        raise InvalidArgument(f"verify: no certificates in {str(path)!r}: {error}") from error


def split_base_url(base_url: object, libraries: Iterable[Library] = ()) -> tuple[str, str]:
    """Return a base URL without its last slash: in full, and fit for logs.

    Raises:
        InvalidBaseUrl: Nothing can be sent to it, or one of the libraries does not take it.

    """
    if not isinstance(base_url, str):
        raise InvalidBaseUrl(f"the base URL must be text, not {type(base_url).__name__}")
    try:
        parts = urlsplit(base_url)
        fault = _fault(base_url, parts) or _refused(base_url, libraries)
    except ValueError as error:
        parts, fault = None, str(error)
    if parts is None or fault:
        told = base_url.partition("?")[0].partition("#")[0].rpartition("@")[2]
        raise InvalidBaseUrl(f"the base URL {one_line(told, 200)!r} cannot be used: {fault}")
    host = parts.netloc.rpartition("@")[2]
    path = parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}", f"{parts.scheme}://{host}{path}"


def _refused(base_url: str, libraries: Iterable[Library]) -> str:
    """Say what an HTTP library has against a URL."""
    for library in libraries:
        try:
            library.URL(base_url)
        except library.InvalidURL as error:
            return str(error)
    return ""


def _fault(base_url: str, parts: SplitResult) -> str:
    """Say what is wrong with a base URL; nothing, if it can be used."""
    if not base_url:
        return "it is empty"
    if not base_url.isprintable() or " " in base_url or "\\" in base_url:
        return "it holds white space, control characters or a backslash"
    if parts.scheme not in {"http", "https"} or "://" not in base_url:
        return "it must start with http:// or https://"
    host = parts.netloc.rpartition("@")[2]
    if not parts.hostname or host.endswith(":") or parts.port == 0:
        return "it has no host" if not parts.hostname else "its port is no number from 1 to 65535"
    if "?" in base_url or "#" in base_url:
        return "it must have no query and no fragment"
    if not {".", ".."}.isdisjoint(parts.path.split("/")):
        return "its path must have no steps such as '..'"
    return ""
