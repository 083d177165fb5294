"""How requests leave: the seam between what is decided and the HTTP library that carries it.

A client that was passed in sends as it likes. One of our own is gone around: its transport is given
requests that are ready, which costs a third less than to have the library put each together.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.request import getproxies

from .headers import Headers
from .libraries import AsyncHttp, Library, SyncHttp, failures_of
from .problems import ApiError, TimedOut
from .replies import Reply
from .transport import Send, failure

CLOCK = time.monotonic


class Requests:
    """Makes requests of a library out of effects, without going through its client.

    Args:
        library: httpx or httpx2.
        http: The client whose header fields go with every request.

    """

    def __init__(self, library: Library, http: Any) -> None:
        self._library: Any = library
        self._fields: dict[str, str] = {name.lower(): text for name, text in http.headers.items()}
        self._url = lru_cache(maxsize=256)(library.URL)

    def made(self, send: Send) -> Any:
        """Return the request; its header fields are held by nothing else."""
        url: Any = self._url(send.url)
        return self._library.Request(
            send.method,
            url,
            headers=self._library.Headers(list(self._raw(send, url))),
            stream=self._library.ByteStream(send.content or b""),
            extensions=send.extensions,
        )

    def _raw(self, send: Send, url: Any) -> Iterator[tuple[bytes, bytes]]:
        if "host" not in send.headers:
            yield b"host", url.netloc
        for name, text in {**self._fields, **send.headers}.items():
            yield name.encode("ascii"), text.encode("latin-1")
        if send.content is not None or send.method in {"POST", "PUT", "PATCH"}:
            yield b"content-length", b"%d" % len(send.content or b"")


def is_plain(base_url: str, auth: object) -> bool:
    """Return whether requests need nothing of the library's client: credentials or proxies."""
    return auth is None and "@" not in base_url and not getproxies()


class SyncSender:
    """Performs :class:`Send` effects and waits for the answer.

    Args:
        http: The client to send with.
        fixed: Arguments of every request.
        direct: The transport of *http* and what makes requests for it, to go around *http*.

    """

    def __init__(
        self, http: SyncHttp, fixed: dict[str, Any], direct: tuple[Any, Requests] | None = None
    ) -> None:
        self._http, self._fixed, self._direct = http, fixed, direct
        self._failures = failures_of(http)

    def send(self, send: Send) -> Reply | ApiError:
        """Return what the server answered, or why it did not."""
        try:
            if self._direct is None:
                response = self._http.request(
                    send.method,
                    send.url,
                    content=send.content,
                    headers=send.headers,
                    extensions=send.extensions,
                    **self._fixed,
                )
                return _reply(response, response.content)
            transport, requests = self._direct
            return _read(transport.handle_request(requests.made(send)), send)
        except self._failures as error:
            return failure(error, send)


class AsyncSender:
    """Performs :class:`Send` effects and is awaited; else as :class:`SyncSender`."""

    def __init__(
        self, http: AsyncHttp, fixed: dict[str, Any], direct: tuple[Any, Requests] | None = None
    ) -> None:
        self._http, self._fixed, self._direct = http, fixed, direct
        self._failures = failures_of(http)

    async def send(self, send: Send) -> Reply | ApiError:
        """Return what the server answered, or why it did not."""
        try:
            if self._direct is None:
                response = await self._http.request(
                    send.method,
                    send.url,
                    content=send.content,
                    headers=send.headers,
                    extensions=send.extensions,
                    **self._fixed,
                )
                return _reply(response, response.content)
            transport, requests = self._direct
            return await _aread(await transport.handle_async_request(requests.made(send)), send)
        except self._failures as error:
            return failure(error, send)


def _read(response: Any, send: Send) -> Reply | ApiError:
    """Read an answer whole; one that drips ends with the deadline."""
    try:
        chunks: list[bytes] = []
        for chunk in response.iter_bytes():
            chunks.append(chunk)
            if CLOCK() > send.until:
                return _late()
    finally:
        response.close()
    return _reply(response, b"".join(chunks))


async def _aread(response: Any, send: Send) -> Reply | ApiError:
    try:
        chunks: list[bytes] = []
        async for chunk in response.aiter_bytes():
            chunks.append(chunk)
            if CLOCK() > send.until:
                return _late()
    finally:
        await response.aclose()
    return _reply(response, b"".join(chunks))


def _late() -> TimedOut:
    return TimedOut("the answer was not whole when the deadline of the call passed", sent=True)


def _reply(response: Any, content: bytes) -> Reply:
    return Reply(response.status_code, Headers(response.headers.items()), content)
