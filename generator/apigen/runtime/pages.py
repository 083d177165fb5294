"""Reading lists that a server hands out page by page.

A way of paging is a value that tells the calls to make; the clients make them. A server that would
never end is given up with a :class:`ContractError`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, TypeVar
from urllib.parse import urljoin, urlsplit

from .operations import Call
from .problems import ContractError
from .replies import Answer

Page = TypeVar("Page")
Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)
Cursor = TypeVar("Cursor", bound=Hashable)


class Pages(Protocol[Page, Item_co]):
    """A way of paging through a list."""

    @property
    def items(self) -> Callable[[Page], Sequence[Item_co] | None]:
        """Take the items out of a page."""
        ...

    def walk(self) -> Generator[Call[Page], Answer[Page], None]:
        """Yield the call for each page, given the answer to the one before.

        Raises:
            ContractError: The server would never end.

        """
        ...


@dataclass(frozen=True)
class Offsets(Generic[Page, Item]):
    """A list paged by offset or by page number.

    Attributes:
        call: The call for the page at an offset.
        items: The items of a page.
        has_more: Whether a page says that another follows. Without it, or where it answers None,
            the list ends with the first empty page.
        start: The first offset.
        step: What a page adds to the offset: None for the number of its items, 1 where pages
            are numbered.

    """

    call: Callable[[int], Call[Page]]
    items: Callable[[Page], Sequence[Item] | None]
    has_more: Callable[[Page], bool | None] | None = None
    start: int = 0
    step: int | None = None

    def walk(self) -> Generator[Call[Page], Answer[Page], None]:
        """Yield the call for each page."""
        offset = self.start
        while True:
            call = self.call(offset)
            page = (yield call).value
            count = len(self.items(page) or ())
            more = self.has_more(page) if self.has_more else None
            if more is False or (more is None and not count):
                return
            if not count:
                raise _endless(call, f"the page at {offset} is empty, yet more are promised")
            offset += count if self.step is None else self.step


@dataclass(frozen=True)
class Cursors(Generic[Page, Item, Cursor]):
    """A list paged by cursors, each page naming the next one.

    Attributes:
        call: The call for the page at a cursor, None for the first page.
        items: The items of a page.
        next_cursor: The cursor of the page after; None or empty after the last one.
        start: The cursor of the first page.

    """

    call: Callable[[Cursor | None], Call[Page]]
    items: Callable[[Page], Sequence[Item] | None]
    next_cursor: Callable[[Page], Cursor | None]
    start: Cursor | None = None

    def walk(self) -> Generator[Call[Page], Answer[Page], None]:
        """Yield the call for each page."""
        cursor = self.start
        seen = {cursor}
        while True:
            call = self.call(cursor)
            cursor = self.next_cursor((yield call).value)
            if cursor is None or cursor == "":
                return
            if cursor in seen:
                raise _endless(call, "the server gave the same cursor twice")
            seen.add(cursor)


@dataclass(frozen=True)
class Links(Generic[Page, Item]):
    """A list whose pages link to the next one in their header (RFC 8288, ``rel="next"``).

    A link is followed only within the client's base URL: credentials go nowhere else.

    Attributes:
        call: The call for the first page.
        items: The items of a page.

    """

    call: Call[Page]
    items: Callable[[Page], Sequence[Item] | None]

    def walk(self) -> Generator[Call[Page], Answer[Page], None]:
        """Yield the call for each page."""
        call = self.call
        seen = {call.target}
        while True:
            answer = yield call
            link = next_link(answer.headers.get("link", ""))
            if link is None:
                return
            base = answer.url.removesuffix(call.target)
            url = urljoin(answer.url, link)
            target = url.removeprefix(base)
            if target == url or not _within(url, base):
                raise _endless(call, "the link to the next page leads out of the base URL")
            if target in seen:
                raise _endless(call, "the server linked to the same page twice")
            seen.add(target)
            call = replace(call, target=target)


def _within(url: str, base: str) -> bool:
    """Return whether a URL lies below the base, at the same host."""
    return urlsplit(url).netloc == urlsplit(base).netloc and url[len(base) :][:1] in "/?"


def _endless(call: Call[object], detail: str) -> ContractError:
    return ContractError(detail).about(call.operation.id)


def next_link(header: str) -> str | None:
    """Return the target of the link with the relation ``next`` in a Link header."""
    rest = header
    while "<" in rest:
        target, _, rest = rest.partition("<")[2].partition(">")
        parameters, rest = _parameters(rest)
        if any(name == "rel" and "next" in value.lower().split() for name, value in parameters):
            return target.strip()
    return None


def _parameters(text: str) -> tuple[list[tuple[str, str]], str]:
    """Read the parameters of a link; return them, and what stands after the link."""
    words, quoted, escaped = [""], False, False
    for place, char in enumerate(text):
        if escaped or (quoted and char not in '"\\'):
            words[-1] += char
            escaped = False
        elif char == '"':
            quoted = not quoted
        elif char == "\\":
            escaped = True
        elif char == ",":
            return _pairs(words), text[place + 1 :]
        elif char == ";":
            words.append("")
        else:
            words[-1] += char
    return _pairs(words), ""


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    return [
        (name.strip().lower(), value.strip())
        for name, _, value in (word.partition("=") for word in words)
    ]
