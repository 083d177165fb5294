"""The two clients: they perform the effects of an exchange, and do nothing else."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from types import MappingProxyType, TracebackType
from typing import ClassVar, Final, Literal, Self, TypeVar

from .auth import Secret, accepted, awaited
from .breaker import Breaker, Circuits
from .construction import (
    circuit_of,
    conduct_of,
    fitting,
    no_cookies,
    origin_of,
    sent_with,
    settings_of,
)
from .exchange import Effect, Outcome, Pause, exchange
from .libraries import (
    AsyncHttp,
    Cert,
    SyncHttp,
    Verify,
    installed,
)
from .operations import Call
from .pages import Pages
from .problems import ApiError
from .replies import Answer
from .retrying import RETRY, Retried, Retry
from .sending import AsyncSender, Requests, SyncSender, is_plain
from .transport import (
    NO_OPTIONS,
    CallOptions,
    Limits,
    Origin,
    Send,
    Timeout,
    checked,
)

LOG: Final = logging.getLogger((__package__ or "apigen").removesuffix("._runtime"))
"""Named after the generated package."""

T = TypeVar("T")
Page = TypeVar("Page")
Item = TypeVar("Item")


class SyncClient:
    """A client whose methods return when the server has answered.

    Args:
        base_url: Where the service is: ``http://`` or ``https://``, host, port, path.
        timeout: Seconds for each phase of a request, or a :class:`Timeout` that tells the phases
            apart. If not given: 5 s, or what the client passed as *http* says.
        headers: Header fields that go with every request, such as Authorization.
        auth: A :class:`Bearer` or :class:`BearerFile`, a user name and a password, or an ``Auth``
            of the HTTP library.
        verify: How the server's certificate is verified: against the usual authorities, against
            those at a path or of an ``SSLContext``, or (False) not at all.
        cert: The client's own certificate (mutual TLS): a file with its key, or a tuple of two.
        limits: How many connections it has, and how long idle ones are kept.
        retry: How often a call that failed is made again, where that can do no harm.
        deadline: Seconds for each call with all of its attempts; None for no end.
        breaker: When calls fail at once since the server does not answer; False for never. Give
            one :class:`Circuits` to several clients that are to know of each other's failures.
        on_retry: Called before a call is made again.
        http: An ``httpx.Client`` or ``httpx2.Client`` to use instead of one of its own. It is
            not closed with this client.

    One client may be shared by threads. Redirects are not followed.

    Raises:
        InvalidBaseUrl: Nothing can be sent to *base_url*.
        InvalidArgument: Another argument cannot be used.

    """

    problem_layers: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """The layer (``"database"``) of each problem type that the contract registers."""

    breaker: ClassVar[Breaker] = Breaker()
    """When calls fail at once, if the client is not told."""

    user_agent: ClassVar[str] = "apigen-client"
    """What a client of its own names itself; a client passed in keeps its own name."""

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float | Timeout | None = None,
        headers: Mapping[str, str] | None = None,
        auth: object = None,
        verify: Verify = True,
        cert: Cert | None = None,
        limits: Limits | None = None,
        retry: Retry = RETRY,
        deadline: float | None = None,
        breaker: Breaker | Circuits | Literal[False] | None = None,
        on_retry: Callable[[Retried], object] | None = None,
        http: SyncHttp | None = None,
    ) -> None:
        self._owned = http is None
        self._origin = origin_of(base_url, timeout, headers, self.problem_layers, http)
        circuit = circuit_of(breaker, self.breaker, self._origin)
        conduct = conduct_of(auth, retry, deadline, circuit, awaited=False)
        self._conduct, self._on_retry = conduct, on_retry
        basic = None if conduct.bearer else auth
        if http is not None:
            self._http = fitting(http, verify, cert, limits, awaited=False)
            self._sender = SyncSender(self._http, sent_with(basic))
            return
        library = installed()
        settings = settings_of(verify, cert, limits, library)
        named = checked({"user-agent": self.user_agent})
        if is_plain(base_url, basic):
            transport = library.HTTPTransport(**settings)
            self._http = library.Client(transport=transport, headers=named)
            direct = (transport, Requests(library, self._http))
            self._sender = SyncSender(self._http, sent_with(None), direct)
        else:
            self._http = library.Client(**settings, headers=named, cookies=no_cookies())
            self._sender = SyncSender(self._http, sent_with(basic))

    @property
    def origin(self) -> Origin:
        """Where calls go, and what goes with each."""
        return self._origin

    def send(self, call: Call[T], options: CallOptions | None = None) -> T:
        """Carry out *call* and return its value.

        Raises:
            ApiError: There is no value; the class says why, and ``layer`` where it failed.

        """
        return self.exchange(call, options).value

    def exchange(self, call: Call[T], options: CallOptions | None = None) -> Answer[T]:
        """Carry out *call* and return its value with the status and headers of the answer.

        Raises:
            ApiError: There is no value; the class says why, and ``layer`` where it failed.

        """
        flow = exchange(self._origin, self._conduct, call, options or NO_OPTIONS)
        try:
            effect = next(flow)
            while True:
                effect = flow.send(self._perform(effect))
        except StopIteration as done:
            answer: Answer[T] = done.value
            return answer
        finally:
            flow.close()  # whatever ended the call, it holds nothing any more

    def iterate(
        self, pages: Pages[Page, Item], options: CallOptions | None = None
    ) -> Iterator[Item]:
        """Yield every item of a list, fetching its pages as they are needed.

        Raises:
            ApiError: A page could not be had, or the server would never end.

        """
        walk = pages.walk()
        call = next(walk)
        while True:
            answer = self.exchange(call, options)
            yield from pages.items(answer.value) or ()
            try:
                call = walk.send(answer)
            except StopIteration:
                return

    def _perform(self, effect: Effect) -> Outcome:
        if isinstance(effect, Send):
            return self._sender.send(effect)
        if isinstance(effect, Pause):
            log(effect.retried)
            if self._on_retry:
                self._on_retry(effect.retried)
            time.sleep(effect.retried.pause)
            return None
        try:
            given = effect.bearer.current(renew=effect.renew)
        except ApiError as error:
            return error
        return given if isinstance(given, Secret) else accepted(given)

    def close(self) -> None:
        """Close the connections, unless they are those of a client passed in."""
        if self._owned:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._origin.shown_url!r})"


class AsyncClient:
    """A client whose methods are awaited; else as :class:`SyncClient`.

    Args:
        base_url: Where the service is: ``http://`` or ``https://``, host, port, path.
        timeout: Seconds for each phase of a request, or a :class:`Timeout` that tells the phases
            apart. If not given: 5 s, or what the client passed as *http* says.
        headers: Header fields that go with every request, such as Authorization.
        auth: A :class:`Bearer` or :class:`BearerFile`, a user name and a password, or an ``Auth``
            of the HTTP library.
        verify: How the server's certificate is verified: against the usual authorities, against
            those at a path or of an ``SSLContext``, or (False) not at all.
        cert: The client's own certificate (mutual TLS): a file with its key, or a tuple of two.
        limits: How many connections it has, and how long idle ones are kept.
        retry: How often a call that failed is made again, where that can do no harm.
        deadline: Seconds for each call with all of its attempts; None for no end.
        breaker: When calls fail at once since the server does not answer; False for never. Give
            one :class:`Circuits` to several clients that are to know of each other's failures.
        on_retry: Called before a call is made again; it may be a coroutine function.
        http: An ``httpx.AsyncClient`` or ``httpx2.AsyncClient`` to use instead of one of its own.
            It is not closed with this client.

    Raises:
        InvalidBaseUrl: Nothing can be sent to *base_url*.
        InvalidArgument: Another argument cannot be used.

    """

    problem_layers: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """The layer (``"database"``) of each problem type that the contract registers."""

    breaker: ClassVar[Breaker] = Breaker()
    """When calls fail at once, if the client is not told."""

    user_agent: ClassVar[str] = "apigen-client"
    """What a client of its own names itself; a client passed in keeps its own name."""

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float | Timeout | None = None,
        headers: Mapping[str, str] | None = None,
        auth: object = None,
        verify: Verify = True,
        cert: Cert | None = None,
        limits: Limits | None = None,
        retry: Retry = RETRY,
        deadline: float | None = None,
        breaker: Breaker | Circuits | Literal[False] | None = None,
        on_retry: Callable[[Retried], object] | None = None,
        http: AsyncHttp | None = None,
    ) -> None:
        self._owned = http is None
        self._origin = origin_of(base_url, timeout, headers, self.problem_layers, http)
        circuit = circuit_of(breaker, self.breaker, self._origin)
        conduct = conduct_of(auth, retry, deadline, circuit, awaited=True)
        self._conduct, self._on_retry = conduct, on_retry
        basic = None if conduct.bearer else auth
        if http is not None:
            self._http = fitting(http, verify, cert, limits, awaited=True)
            self._sender = AsyncSender(self._http, sent_with(basic))
            return
        library = installed()
        settings = settings_of(verify, cert, limits, library)
        named = checked({"user-agent": self.user_agent})
        if is_plain(base_url, basic):
            transport = library.AsyncHTTPTransport(**settings)
            self._http = library.AsyncClient(transport=transport, headers=named)
            direct = (transport, Requests(library, self._http))
            self._sender = AsyncSender(self._http, sent_with(None), direct)
        else:
            self._http = library.AsyncClient(**settings, headers=named, cookies=no_cookies())
            self._sender = AsyncSender(self._http, sent_with(basic))

    async def send(self, call: Call[T], options: CallOptions | None = None) -> T:
        """Carry out *call* and return its value. See :meth:`SyncClient.send`."""
        return (await self.exchange(call, options)).value

    async def exchange(self, call: Call[T], options: CallOptions | None = None) -> Answer[T]:
        """Carry out *call* and return its answer. See :meth:`SyncClient.exchange`."""
        flow = exchange(self._origin, self._conduct, call, options or NO_OPTIONS)
        try:
            effect = next(flow)
            while True:
                effect = flow.send(await self._perform(effect))
        except StopIteration as done:
            answer: Answer[T] = done.value
            return answer
        finally:
            flow.close()  # a cancelled call holds nothing any more

    async def aiterate(
        self, pages: Pages[Page, Item], options: CallOptions | None = None
    ) -> AsyncIterator[Item]:
        """Yield every item of a list. See :meth:`SyncClient.iterate`."""
        walk = pages.walk()
        call = next(walk)
        while True:
            answer = await self.exchange(call, options)
            for item in pages.items(answer.value) or ():
                yield item
            try:
                call = walk.send(answer)
            except StopIteration:
                return

    async def _perform(self, effect: Effect) -> Outcome:
        if isinstance(effect, Send):
            return await self._sender.send(effect)
        if isinstance(effect, Pause):
            log(effect.retried)
            told = self._on_retry(effect.retried) if self._on_retry else None
            if isinstance(told, Awaitable):
                await told
            await sleep(effect.retried.pause)
            return None
        try:
            given = effect.bearer.current(renew=effect.renew)
            return given if isinstance(given, Secret) else await awaited(given)
        except ApiError as error:
            return error

    async def close(self) -> None:
        """Close the connections, unless they are those of a client passed in."""
        if self._owned:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._origin.shown_url!r})"


def log(retried: Retried) -> None:
    """Say that a call failed and is made again; nothing secret is in it."""
    LOG.warning("%s", retried)


async def sleep(seconds: float) -> None:
    """Wait, under asyncio or trio alike."""
    from anyio import sleep as wait  # noqa: PLC0415 - the HTTP libraries bring it; needed seldom

    await wait(seconds)
