"""Grouping: what many ask for at once is done in one go, and each gets its own answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Grouped(Generic[T, R]):
    """Work that costs as much for many as for one, such as a sync of the disk.

    While one group is worked on, the next gathers. What one caller is told does not depend on
    whether another has gone.
    """

    def __init__(
        self, work: Callable[[Sequence[T]], Awaitable[Sequence[R | Exception]]], most: int
    ) -> None:
        """Work on *most* at a time; *work* returns a result or an error for each, in their order.

        What it raises is raised to all of the group.
        """
        self._work = work
        self._most = most
        self._waiting: list[tuple[T, asyncio.Future[R]]] = []
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, item: T) -> R:
        """Return what the work returned for this item; it goes on if the caller is cancelled."""
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None:
            self._task = asyncio.create_task(
                self._run(), context=Context()
            )  # it is of no one request
        return await future

    async def settle(self) -> None:
        """Wait for the work that has begun."""
        while self._task is not None:
            await self._task

    async def _run(self) -> None:
        try:
            while self._waiting:
                group = self._waiting[: self._most]
                del self._waiting[: self._most]
                results = await self._results([item for item, _ in group])
                for (_, future), result in zip(group, results, strict=True):
                    _settle(future, result)
        finally:
            self._task = None

    async def _results(self, items: Sequence[T]) -> Sequence[R | Exception]:
        try:
            return await self._work(items)
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            return [error] * len(items)


def _settle(future: asyncio.Future[R], result: R | Exception) -> None:
    if future.done():  # its caller has gone
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
