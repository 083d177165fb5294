"""What the code of an application does beside its contract is named; what keeps to it is quiet."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route
from tests.whitebox import fastapis, starlettes

from apigen.diagnostics import Report
from apigen.fuzz import session
from apigen.fuzz.drifts import Drift, Kind
from apigen.fuzz.operations import Contract, read
from apigen.fuzz.schemas import Schemas
from apigen.fuzz.whitebox.comparing import Code, judged
from datastorage import server

SPEC = Path(__file__).parent / "notes.yaml"
HERE = Path(__file__).parent
LIST, ADD = "GET /notes", "POST /notes"
LINE = "GET /notes/{note_id}/lines/{line}"


@pytest.fixture(scope="module")
def contract() -> Contract:
    return read(SPEC, Report())


def drifts(contract: Contract, application: Any) -> list[Drift]:
    code = Code(application, None, HERE)
    return [each for each in judged(contract, Schemas(contract), code) if isinstance(each, Drift)]


def told(contract: Contract, application: Any) -> set[tuple[str, str, str]]:
    return {
        (each.code.slug, each.operation, each.subject)
        for each in drifts(contract, application)
        if each.kind is not Kind.SUSPICION
    }


@pytest.mark.parametrize("make", [starlettes.application, fastapis.application])
def test_an_application_that_keeps_to_its_contract_is_quiet(contract: Contract, make: Any) -> None:
    found = list(judged(contract, Schemas(contract), Code(make())))
    assert {each.operation for each in found} == {LIST, ADD, LINE}
    assert all(isinstance(each, session.Tested) for each in found)


@pytest.mark.parametrize(
    "handler",
    [
        starlettes.subscripted,
        starlettes.aliased,
        starlettes.looped,
        starlettes.modelled,
        starlettes.helped,
        starlettes.Listing().handle,
    ],
    ids=["subscripted", "aliased", "looped", "modelled", "helped", "method"],
)
def test_starlette_a_query_parameter_that_is_read(contract: Contract, handler: Any) -> None:
    found = told(contract, starlettes.application(handler))
    assert ("code-reads-undocumented", LIST, "query hidden") in found
    assert {(slug, operation) for slug, operation, _ in found} == {
        ("code-reads-undocumented", LIST)
    }
    assert {subject for _, _, subject in found} <= {"query hidden", "query secret"}


@pytest.mark.parametrize("drift", ["parameter", "dependency", "request", "model", "alias"], ids=str)
def test_fastapi_a_query_parameter_that_is_read(contract: Contract, drift: str) -> None:
    assert told(contract, fastapis.application(drift)) == {
        ("code-reads-undocumented", LIST, "query hidden")
    }


def test_the_line_that_reads_is_named(contract: Contract) -> None:
    (found,) = drifts(contract, starlettes.application(starlettes.helped))
    source = (HERE / "starlettes.py").read_text().splitlines()
    line = 1 + source.index('    return str(query.get("hidden"))')
    assert found.did == f"the code reads it at starlettes.py:{line}"
    assert found.place.file.endswith("notes.yaml")


def test_headers_cookies_and_members_that_are_read(contract: Contract) -> None:
    reads = "code-reads-undocumented"
    odd = told(contract, starlettes.application(starlettes.odd_header))
    assert odd == {(reads, LIST, "header x-hidden"), (reads, LIST, "cookie hidden")}
    members = told(contract, starlettes.application(adding=starlettes.more_members))
    assert (reads, ADD, "body hidden") in members
    assert told(contract, fastapis.application("header")) == {(reads, LIST, "header x-hidden")}
    for drift in ("member", "whole"):
        assert told(contract, fastapis.application(drift)) == {(reads, ADD, "body hidden")}
    assert (reads, ADD, "body hidden") in told(contract, fastapis.application("several"))


def test_parameters_that_nothing_reads(contract: Contract) -> None:
    unread = "code-parameter-not-read"
    found = told(contract, starlettes.application(starlettes.no_topic))
    assert found == {(unread, LIST, "query topic")}
    assert told(contract, fastapis.application("unread")) == {(unread, LIST, "query topic")}
    (header,) = drifts(contract, starlettes.application(line=starlettes.untraced))
    assert (header.code.slug, header.subject) == (unread, "header X-Trace")
    assert header.kind is Kind.SUSPICION, "something before the handler may read a header"


def test_routes_that_the_contract_does_not_name(contract: Contract) -> None:
    undocumented = "code-route-undocumented"
    assert told(contract, fastapis.application("more")) == {
        (undocumented, "GET /notes/export", ""),
        (undocumented, "DELETE /notes", ""),
    }
    more = (Route("/debug", starlettes.list_notes),)
    assert told(contract, starlettes.application(more=more)) == {(undocumented, "GET /debug", "")}


def test_operations_that_no_route_serves(contract: Contract) -> None:
    assert told(contract, fastapis.application("no-line")) == {
        ("code-operation-not-routed", LINE, "")
    }


def test_names_of_path_parameters(contract: Contract) -> None:
    (renamed,) = drifts(contract, fastapis.application("renamed"))
    assert renamed.code.slug == "code-path-names-differ"
    assert renamed.kind is Kind.SUSPICION
    swapped = [
        each
        for each in drifts(contract, fastapis.application("swapped"))
        if each.code.slug == "code-path-names-differ"
    ]
    assert [each.kind for each in swapped] == [Kind.VIOLATION]


@pytest.mark.parametrize(
    ("drift", "words"), [("narrow", "50"), ("required", "required")], ids=["narrow", "required"]
)
def test_fastapi_declares_less_than_the_contract_allows(
    contract: Contract, drift: str, words: str
) -> None:
    found = drifts(contract, fastapis.application(drift))
    assert {(each.code.slug, each.operation) for each in found} == {
        ("code-declared-otherwise", LIST)
    }
    assert any(words in each.did for each in found)


def test_a_generated_stub_serves_what_it_was_made_for() -> None:
    class Anything:
        def __getattr__(self, name: str) -> Any:
            async def method(*_: Any, **__: Any) -> None: ...

            return method

    own = read(HERE.parents[1] / "spec" / "data-storage-v1.yaml", Report())
    application = server.service(cast("Any", Anything())).app()
    found = list(judged(own, Schemas(own), Code(application)))
    assert {each.operation for each in found} == {each.label for each in own.operations}
    assert [each for each in found if not isinstance(each, session.Tested)] == []
    application.router.routes.append(Route("/debug", starlettes.list_notes))
    assert told(own, application) == {("code-route-undocumented", "GET /debug", "")}


def test_wrappers_are_looked_through_and_what_shows_no_routes_is_said(contract: Contract) -> None:
    class Wrapper:
        def __init__(self, app: Any) -> None:
            self.app = app

    assert told(contract, Wrapper(Wrapper(starlettes.application(starlettes.helped))))
    bare = Starlette(routes=[Mount("/api", app=JSONResponse("it serves something"))])
    for application in (JSONResponse("no routes"), bare):
        found = list(judged(contract, Schemas(contract), Code(application)))
        assert {each.operation for each in found if isinstance(each, session.Untested)} == {
            LIST,
            ADD,
            LINE,
        }
        assert len(found) == 3
