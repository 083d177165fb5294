"""The oracle ``lists``: filters restrict, pages are parts, counts and defaults hold."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from apigen.diagnostics import Code
from apigen.diagnostics.relations import DEFAULT, FILTER, ORDER, PAGES
from apigen.fuzz.drifts import Drift
from apigen.fuzz.jsonvalues import compact, count, is_equal, mapping, sequence, text
from apigen.fuzz.operations import Operation, Parameter
from apigen.fuzz.oracles.probing import changes
from apigen.fuzz.oracles.roles import filters, item_of, told, writers
from apigen.fuzz.oracles.stored import create, read_json
from apigen.fuzz.session import Finding, Oracle, Session, Tested, Untested
from apigen.fuzz.traffic import Exchange
from apigen.fuzz.values import NoValueError, written
from apigen.fuzz.values.pool import items
from apigen.types import Json

_THINGS = 5
_FEWEST = 3
_VALUES = 4
_MOST = 1_000
_PAGE = 2
_FROM = frozenset({"since", "from", "after", "start", "start_time", "start_date"})
_TO = frozenset({"until", "to", "before", "end", "end_time", "end_date"})


@dataclass(frozen=True, slots=True)
class _Page:
    """What was listed."""

    exchange: Exchange
    value: Json
    items: list[Json]
    is_cut: bool = False
    """Whether it holds as many items as were asked for: more may follow."""

    @property
    def keys(self) -> list[str]:
        return [_key(each) for each in self.items]


@dataclass(frozen=True, slots=True)
class _List:
    """A listing, narrowed to things that only this run touches if that can be."""

    session: Session
    operation: Operation
    item: Json
    base: Mapping[str, Json]

    def page(self, **query: Json) -> _Page | None:
        """Return a page; None if the request met with no success."""
        given = {("query", name): one for name, one in {**self.base, **query}.items()}
        parameters = {**self.session.values.parameters(self.operation), **given}
        exchange = self.session.send(written(self.operation, parameters, is_valid=True))
        value = read_json(exchange) if exchange.answer.is_success else None
        return None if value is None else _Page(exchange, value, items(self.operation, value))

    def parameter(self, name: str) -> Parameter | None:
        return next(
            (
                each
                for each in self.operation.parameters
                if (each.location, each.name) == ("query", name)
            ),
            None,
        )

    def schema(self, parameter: Parameter) -> Mapping[str, Json]:
        return self.session.values.schemas.flat(parameter.schema)

    def whole(self, **query: Json) -> _Page | None:
        """Return all items that match, as far as one page can hold them."""
        limit = self.parameter(self.named("limit"))
        if limit is None:
            return self.page(**query)
        most = min(count(self.schema(limit).get("maximum")) or _MOST, _MOST)
        page = self.page(**{limit.name: most, **query})
        return page and replace(page, is_cut=len(page.items) >= most)

    def named(self, role: str) -> str:
        """Return the name of the parameter that is the limit or the offset."""
        return text(mapping(self.operation.extensions.get("x-apigen-pagination")).get(role), role)

    def drift(self, code: Code, subject: str, says: str, did: str, *proof: _Page) -> Drift:
        parameter = self.parameter(subject)
        place = parameter.place if parameter is not None else self.operation.place
        exchanges = tuple(each.exchange for each in proof)
        return Drift(code, self.operation.label, place, says, did, exchanges, subject)


def _run(session: Session) -> Iterator[Finding]:
    marks = _made(session)
    for operation in session.usable():
        item = item_of(session.values.schemas, operation) if operation.method == "GET" else None
        if item is None:
            continue
        known = filters(session.values.schemas, operation, item)
        base: dict[str, Json] = {name: one for name, one in marks.items() if name in known}
        try:
            yield from _judged(_List(session, operation, item, base))
        except NoValueError as why:
            yield Untested(operation.label, str(why))


def _made(session: Session) -> dict[str, str]:
    """Create some things that differ, under one mark; return the marks by their filters."""
    marks: dict[str, str] = {}
    for writer in writers(session):
        if writer.is_batch or writer.listing is None or writer.apart in marks:
            continue
        own, stranger = session.values.identifier(), session.values.identifier()
        for turn in range(_THINGS + 1):
            mark = own if turn < _THINGS else stranger  # one that a filter has to leave out
            body = mapping(session.values.body(writer.operation, writer.media, turn))
            held = (writer.identity, writer.apart)
            wanted = changes(session.values.schemas, writer.thing, body, turn, held)
            made = create(session, writer, {**body, **wanted}, mark)
            if made.exchange.answer.status != 201:
                made = create(session, writer, body, mark)
            if writer.apart and mark == own and made.exchange.answer.status == 201:
                marks[writer.apart] = mark
    return marks


def _judged(listed: _List) -> Iterator[Finding]:
    """Hold everything that a listing says against its whole, if that stays the same meanwhile."""
    label = listed.operation.label
    whole = listed.whole()
    if whole is None or len(whole.items) < _FEWEST:
        yield Untested(label, f"it lists fewer than {_FEWEST} things")
        return
    found = [
        *_of_base(listed, whole),
        *_of_filters(listed, whole),
        *_of_times(listed, whole),
        *_of_pages(listed, whole),
        *_of_defaults(listed),
    ]
    again, last = listed.whole(), listed.whole()  # two: every other answer may be turned around
    if again is None or last is None or sorted(again.keys) != sorted(whole.keys):
        yield Untested(label, "what it lists changes by itself")
        return
    yield Tested(label)
    if not again.keys == last.keys == whole.keys:
        says, did = "the same request has the same answer", "the order is another one"
        yield listed.drift(ORDER, "", says, did, whole, again, last)
        found = [each for each in found if each.code not in {PAGES, DEFAULT}]
    yield from found


def _of_base(listed: _List, whole: _Page) -> Iterator[Drift]:
    for name, value in listed.base.items():
        strangers = [each for each in whole.items if not is_equal(mapping(each).get(name), value)]
        if strangers:
            yield _ignored(listed, name, value, mapping(strangers[0]).get(name), whole)


def _ignored(listed: _List, name: str, value: Json, other: Json, *proof: _Page) -> Drift:
    did = f"asked for {_shown(value)}, it gives an item with {_shown(other)}"
    return listed.drift(FILTER, name, f"the filter {name} restricts", did, *proof)


def _of_filters(listed: _List, whole: _Page) -> Iterator[Drift]:
    known = filters(listed.session.values.schemas, listed.operation, listed.item)
    for name in sorted(known - listed.base.keys()):
        for value in _values(listed, whole, name):
            page = listed.whole(**{name: value})
            if page is None:
                continue
            strangers = [one for one in page.items if mapping(one).get(name) != value]
            matching = {_key(one) for one in whole.items if mapping(one).get(name) == value}
            if strangers:
                yield _ignored(listed, name, value, mapping(strangers[0]).get(name), whole, page)
            elif matching - set(page.keys):
                did = f"asked for {_shown(value)}, it leaves out an item that has it"
                says = f"the filter {name} gives what matches"
                yield listed.drift(FILTER, name, says, did, whole, page)
            elif not whole.is_cut and set(page.keys) - set(whole.keys):
                did = f"without {name} items are missing that it gives with {_shown(value)}"
                says = f"without the filter {name} nothing is left out"
                yield listed.drift(FILTER, name, says, did, whole, page)


def _values(listed: _List, whole: _Page, name: str) -> list[Json]:
    """Return values for a filter: those that items have, and those that its schema lists."""
    parameter = listed.parameter(name)
    if parameter is None:
        return []
    node = listed.schema(parameter)
    seen = [mapping(each).get(name) for each in whole.items]
    known = [
        each for each in (*seen, *sequence(node.get("enum"))) if isinstance(each, str) and each
    ]
    pointer = parameter.schema_pointer
    schemas = listed.session.values.schemas
    usable = [each for each in dict.fromkeys(known) if schemas.is_valid(pointer, each, "write")]
    return [*usable[:_VALUES]]


def _of_times(listed: _List, whole: _Page) -> Iterator[Drift]:
    """Ask for what is after, or before, a time between two items."""
    for parameter in listed.operation.parameters:
        fits = _bound(parameter.name)
        if parameter.location != "query" or fits is None:
            continue
        members = [name for name in _times(listed) if len(_moments(whole, name)) >= _FEWEST]
        told_apart = [name for name in members if len(set(_moments(whole, name).values())) > 1]
        if len(told_apart) != 1:
            continue
        moments = _moments(whole, told_apart[0])
        ordered = sorted(set(moments.values()))
        middle = ordered[0] + (ordered[1] - ordered[0]) / 2
        value = middle.isoformat().replace("+00:00", "Z")
        page = listed.whole(**{parameter.name: value})
        expected = {key for key, one in moments.items() if fits(one, middle)}
        if page is not None and set(page.keys) & set(moments) != expected:
            did = f"asked for {value}, it gives {len(page.items)} items; {len(expected)} match"
            says = f"the filter {parameter.name} restricts {told_apart[0]}"
            yield listed.drift(FILTER, parameter.name, says, did, whole, page)


def _bound(name: str) -> Callable[[datetime, datetime], bool] | None:
    if name in _FROM:
        return lambda one, bound: one >= bound
    return (lambda one, bound: one <= bound) if name in _TO else None


def _times(listed: _List) -> list[str]:
    """Return the members of items that are points in time and must be there."""
    schemas = listed.session.values.schemas
    node = schemas.flat(listed.item)
    return [
        name
        for name, one in mapping(node.get("properties")).items()
        if schemas.flat(one).get("format") == "date-time" and name in sequence(node.get("required"))
    ]


def _moments(page: _Page, name: str) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for each in page.items:
        try:
            then = datetime.fromisoformat(text(mapping(each).get(name)))
        except ValueError:
            continue
        if then.tzinfo is not None:
            found[_key(each)] = then
    return found


def _of_pages(listed: _List, whole: _Page) -> Iterator[Drift]:
    limit, offset = listed.named("limit"), listed.named("offset")
    if listed.parameter(limit) is None or listed.parameter(offset) is None:
        return
    for start in (0, _PAGE):
        page = listed.page(**{limit: _PAGE, offset: start})
        if page is None:
            continue
        expected = whole.keys[start : start + _PAGE]
        if len(page.items) > _PAGE:
            did = f"with {limit} {_PAGE} there are {len(page.items)} items"
            yield listed.drift(PAGES, limit, f"a page holds at most {limit} items", did, page)
        elif page.keys != expected:
            did = f"with {limit} {_PAGE} and {offset} {start} there are other items"
            says = "a page is a part of the whole"
            yield listed.drift(PAGES, offset, says, did, whole, page)
        else:
            yield from _of_counts(listed, whole, page, start + _PAGE)
    full = listed.page(**{limit: len(whole.items), offset: 0})
    if full is not None:
        yield from _of_counts(listed, whole, full, len(whole.items))


def _of_counts(listed: _List, whole: _Page, page: _Page, end: int) -> Iterator[Drift]:
    """Hold what a page says of the whole against it; the whole must be known to be all."""
    if whole.is_cut:
        return
    there = len(whole.items)
    more = told(listed.operation, page.value, "has_more")
    if isinstance(more, bool) and more != (end < there):
        did = f"after item {end} of {there} it says {_shown(more)}"
        says = "has_more says whether items follow"
        yield listed.drift(PAGES, "has_more", says, did, whole, page)
    total = told(listed.operation, page.value, "total")
    if total is None:
        total = next((one["total"] for one in _around(page.value) if "total" in one), None)
    if count(total) is not None and total != there:
        did = f"it says {_shown(total)}, and there are {there}"
        says = "total counts the items of all pages"
        yield listed.drift(PAGES, "total", says, did, whole, page)


def _of_defaults(listed: _List) -> Iterator[Drift]:
    plain = listed.page()
    if plain is None:
        return
    for parameter in listed.operation.parameters:
        default = listed.schema(parameter).get("default")
        if parameter.location != "query" or default is None:
            continue
        name = parameter.name
        stated = [one[name] for one in _around(plain.value) if name in one]
        explicit = listed.page(**{name: default})
        differs = explicit is not None and explicit.keys != plain.keys
        if differs or any(not is_equal(one, default) for one in stated):
            says = f"{name} is {_shown(default)} when it is left out"
            did = f"it is taken as {_shown(stated[0])}" if stated else "the items are others"
            yield listed.drift(DEFAULT, name, says, did, plain)


def _around(value: Json) -> Iterator[Mapping[str, Json]]:
    """Give an answer and the objects directly in it: where listings speak of their pages."""
    yield mapping(value)
    yield from (one for one in mapping(value).values() if isinstance(one, dict))


def _key(item: Json) -> str:
    return compact(item).decode("utf-8", "replace")


def _shown(value: Json) -> str:
    return compact(value).decode("utf-8", "replace")[:60]


ORACLE = Oracle("lists", "filters, pages, counts and defaults agree", _run, requests=12)
