"""Bearer tokens (RFC 6750): a value, what a function returns, or the content of a file.

Nothing here is ever shown: neither in ``repr`` nor in errors, logs and tracebacks.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from inspect import iscoroutinefunction
from pathlib import Path
from typing import TypeAlias

from .headers import check_value
from .problems import CredentialsUnavailable, InvalidArgument

Source: TypeAlias = "str | Callable[[], str] | Callable[[], Awaitable[str]]"


class Secret:
    """Text that does not show itself."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text."""
        return self._text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "Secret(…)"


class Bearer:
    """A token that goes with every call, in the Authorization header.

    Args:
        token: The token, or a function that returns it. The function is called for each call and,
            once more, after a 401: let it keep what is still valid. An awaited client takes a
            coroutine function as well.

    Raises:
        InvalidArgument: The token cannot stand in a header.

    """

    def __init__(self, token: Source) -> None:
        self._token = _checked(token) if isinstance(token, str) else None
        self._function = None if isinstance(token, str) else token
        if self._function is not None and not callable(self._function):
            raise InvalidArgument("a bearer token is text, or a function that returns it")

    @property
    def is_awaited(self) -> bool:
        """Whether the token comes from a coroutine function."""
        function = self._function
        return iscoroutinefunction(function) or iscoroutinefunction(
            getattr(function, "__call__", None)  # noqa: B004 - an object with an async __call__
        )

    @property
    def is_fixed(self) -> bool:
        """Whether there is but one token, so that a 401 is final."""
        return self._token is not None

    def current(self, *, renew: bool = False) -> Secret | Awaitable[str]:  # noqa: ARG002 - a function is asked anyway
        """Return the token to send, or what is to be awaited for it.

        Args:
            renew: Whether the one before was not accepted.

        Raises:
            CredentialsUnavailable: There is none.

        """
        if self._token is not None:
            return self._token
        assert self._function is not None  # noqa: S101 - as the constructor sees to it
        try:
            given = self._function()
        except Exception as error:
            raise unavailable(error) from error
        return given if isinstance(given, Awaitable) else accepted(given)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class BearerFile(Bearer):
    """A token from a file that is replaced from time to time, such as a service account's.

    Args:
        path: Where it is. It is read again when the file has changed, and once after a 401.

    Raises:
        CredentialsUnavailable: It cannot be read, or holds no token.

    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._seen: tuple[tuple[int, int, int], Secret] | None = None
        super().__init__(self._read)
        self._read()

    def current(self, *, renew: bool = False) -> Secret:
        """Return the token; after a 401, what the file holds now."""
        if renew:
            self._seen = None
        return self._secret()

    def _read(self) -> str:
        return self._secret().reveal()

    def _secret(self) -> Secret:
        try:
            state = self._path.stat()
            mark = (state.st_mtime_ns, state.st_ino, state.st_size)
            seen = self._seen  # one read: another thread may replace it
            if seen and seen[0] == mark:
                return seen[1]
            token = accepted(self._path.read_text("utf-8").strip())
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise CredentialsUnavailable(f"no token in {str(self._path)!r}: {why}") from None
        except CredentialsUnavailable as error:
            raise CredentialsUnavailable(
                f"no token in {str(self._path)!r}: {error.detail}"
            ) from None
        self._seen = (mark, token)
        return token

    def __repr__(self) -> str:
        return f"BearerFile({str(self._path)!r})"


def accepted(token: object) -> Secret:
    """Return what a function or a file gave, as a token.

    Raises:
        CredentialsUnavailable: It is none.

    """
    if not isinstance(token, str):
        raise CredentialsUnavailable(f"the token is no text, but {type(token).__name__}")
    try:
        return _checked(token)
    except InvalidArgument as error:
        raise CredentialsUnavailable(error.detail) from None


async def awaited(token: Awaitable[str]) -> Secret:
    """Return the token that a coroutine function gives.

    Raises:
        CredentialsUnavailable: It gives none.

    """
    try:
        given = await token
    except Exception as error:
        raise unavailable(error) from error
    return accepted(given)


def unavailable(error: Exception) -> CredentialsUnavailable:
    """Return what it means that a function failed to give a token; its words may hold secrets."""
    return CredentialsUnavailable(f"no token: its function raised {type(error).__name__}")


def _checked(token: str) -> Secret:
    try:
        check_value(token)
    except ValueError as error:
        raise InvalidArgument(f"the bearer token: {error}") from None
    if not token:
        raise InvalidArgument("the bearer token is empty")
    return Secret(token)
