"""Lists read page by page, on both libraries, blocking and awaited."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from apigen.runtime.media import Json
from apigen.runtime.operations import Call, Operation, Parameter
from apigen.runtime.pages import Cursors, Links, Offsets, next_link
from apigen.runtime.problems import ContractError
from apigen.runtime.schema import Model

if TYPE_CHECKING:
    from .conftest import Driver


class Page(Model):
    data: list[int] | None = None
    has_more: bool | None = None
    after: str | None = None


LIST: Operation[Page] = Operation(
    id="list",
    method="GET",
    path="/items",
    parameters=(Parameter("offset", "offset", "query"), Parameter("after", "after", "query")),
    success={"200": (Json(Page),)},
)
JSON = {"content-type": "application/json"}


def at(offset: int) -> Call[Page]:
    return LIST.call(offset=offset)


def after(cursor: str | None) -> Call[Page]:
    return LIST.call(after=cursor)


def data(page: Page) -> Sequence[int] | None:
    return page.data


class Server:
    """Answers from a list, and remembers what it was asked."""

    def __init__(self, *, promise: Any = None, size: int = 3, total: int = 7) -> None:
        self.asked: list[str] = []
        self.promise, self.size, self.total = promise, size, total

    def __call__(self, request: Any) -> tuple[int, dict[str, str], bytes]:
        self.asked.append(urlsplit(str(request.url)).query)
        offset = int(parse_qs(self.asked[-1]).get("offset", ["0"])[0])
        items = list(range(offset, min(offset + self.size, self.total)))
        more = offset + len(items) < self.total if self.promise is None else self.promise
        return 200, JSON, json.dumps({"data": items, "has_more": more}).encode()


def test_offsets_go_on_as_long_as_the_page_says_so(driver: Driver) -> None:
    server = Server()
    pages = Offsets(at, data, lambda page: page.has_more)
    assert driver.iterate(pages, server) == list(range(7))
    assert server.asked == ["offset=0", "offset=3", "offset=6"]


def test_offsets_without_a_word_end_with_an_empty_page(driver: Driver) -> None:
    server = Server()
    assert driver.iterate(Offsets(at, data, start=2), server) == list(range(2, 7))
    assert server.asked == ["offset=2", "offset=5", "offset=7"]


def test_numbered_pages_go_in_steps_of_one(driver: Driver) -> None:
    server = Server(size=1, total=3)
    pages = Offsets(at, data, lambda page: page.has_more, step=1)
    assert driver.iterate(pages, server) == [0, 1, 2]


def test_an_empty_page_that_promises_more_ends_in_a_contract_error(driver: Driver) -> None:
    server = Server(promise=True)
    with pytest.raises(ContractError, match="empty") as caught:
        driver.iterate(Offsets(at, data, lambda page: page.has_more), server)
    assert caught.value.operation == "list"
    assert len(server.asked) == 4


def test_a_page_without_items_is_an_empty_page(driver: Driver) -> None:
    assert driver.iterate(Offsets(at, data), lambda request: (200, JSON, b"{}")) == []


def paged_by_cursor(cursors: dict[str, str | None]) -> Any:
    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        cursor = parse_qs(urlsplit(str(request.url)).query).get("after", [""])[0]
        items = [len(cursor)] if cursor != "aa" else []
        return 200, JSON, json.dumps({"data": items, "after": cursors[cursor]}).encode()

    return answer


@pytest.mark.parametrize("last", [None, ""])
def test_cursors_are_followed_to_the_last_even_over_empty_pages(
    driver: Driver, last: str | None
) -> None:
    server = paged_by_cursor({"": "a", "a": "aa", "aa": "aaa", "aaa": last})
    assert driver.iterate(Cursors(after, data, lambda page: page.after), server) == [0, 1, 3]


@pytest.mark.parametrize("cursors", [{"": "a", "a": "a"}, {"": "a", "a": "b", "b": "a"}])
def test_a_cursor_given_twice_ends_in_a_contract_error(
    driver: Driver, cursors: dict[str, str | None]
) -> None:
    with pytest.raises(ContractError, match="cursor twice"):
        driver.iterate(Cursors(after, data, lambda page: page.after), paged_by_cursor(cursors))


def linked(links: dict[str, str]) -> Any:
    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        url = str(request.url).removeprefix("http://service.test/base")
        found = {"link": links[url]} if url in links else {}
        return 200, {**JSON, **found}, json.dumps({"data": [len(url)]}).encode()

    return answer


@pytest.mark.parametrize(
    "link",
    [
        '<http://service.test/base/items?after=1>; rel="next"',
        '</base/items?after=1>; rel="next"',
        "<?after=1>; rel=next",
        '<https://x.test/>; rel="prev", <?after=1>; title="a, \\"b"; rel="last next"',
    ],
)
def test_links_are_followed_within_the_base_url(driver: Driver, link: str) -> None:
    server = linked({"/items": link})
    assert driver.iterate(Links(LIST.call(), data), server) == [6, 14]


@pytest.mark.parametrize(
    "link",
    [
        "<http://evil.test/base/items>; rel=next",
        "<https://service.test/base/items?after=1>; rel=next",
        "<//evil.test/base/items>; rel=next",
        "<http://service.test/other>; rel=next",
        "<http://service.test/base2/items>; rel=next",
        "<http://service.test.evil.test/base/items>; rel=next",
        "<http://service.test@evil.test/base/items>; rel=next",
    ],
)
def test_links_that_lead_elsewhere_end_in_a_contract_error(driver: Driver, link: str) -> None:
    with pytest.raises(ContractError, match="out of the base URL"):
        driver.iterate(Links(LIST.call(), data), linked({"/items": link}))


def test_a_link_in_a_circle_ends_in_a_contract_error(driver: Driver) -> None:
    server = linked({"/items": "<?after=1>; rel=next", "/items?after=1": "<items>; rel=next"})
    with pytest.raises(ContractError, match="twice"):
        driver.iterate(Links(LIST.call(), data), server)


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("", None),
        ("<a>", None),
        ("<a>; rel=prev", None),
        ("<a>; title=next", None),
        ("<a>; REL=Next", "a"),
        ('<a,b>; rel="next"', "a,b"),
        ('<a>; title="x, <b>; rel=next"; rel=prev, <c>; rel=next', "c"),
        ("<a", None),
        ("<a>; rel=next, <b>; rel=next", "a"),
    ],
)
def test_the_next_link_is_found_among_others(header: str, target: str | None) -> None:
    assert next_link(header) == target
