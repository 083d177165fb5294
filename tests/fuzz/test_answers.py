"""What is right is not reported; what is wrong is, under its code and its operation."""

from __future__ import annotations

import json

import pytest
from tests.fuzz.running import codes, found
from tests.fuzz.shop import SPEC

from apigen.diagnostics import Report
from apigen.fuzz.drifts import Kind
from apigen.fuzz.operations import read
from apigen.fuzz.oracles import members, valid
from apigen.fuzz.oracles.answers import Judge
from apigen.fuzz.schemas import Schemas
from apigen.fuzz.traffic import Answer, Call, Exchange
from apigen.pointers import split
from apigen.types import Json

LIST, CREATE = "GET /things", "POST /things"
READ, REMOVE = "GET /things/{thing_id}", "DELETE /things/{thing_id}"
PLANTED = {
    "status": ("undocumented-status", REMOVE),
    "type": ("answer-breaks-schema", READ),
    "crash": ("server-fails", CREATE),
    "member": ("undocumented-member", CREATE),
    "no-total": ("header-missing", LIST),
    "odd-total": ("header-breaks-schema", LIST),
    "header": ("undocumented-header", READ),
    "refuses-blue": ("valid-request-refused", CREATE),
    "always-refuses": ("valid-request-refused", CREATE),
}


@pytest.mark.parametrize("seed", range(3))
def test_a_shop_that_follows_its_contract_has_no_finding(seed: int) -> None:
    outcome = found(seed=seed, oracles=(valid.ORACLE,))
    assert outcome.drifts == ()
    assert outcome.untested == {}
    assert outcome.is_complete


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault: str) -> None:
    assert PLANTED[fault] in codes(found(fault, oracles=(valid.ORACLE,)))


@pytest.mark.parametrize(
    ("fault", "slug"),
    [
        ("problem-status", "problem-status-differs"),
        ("problem-type", "problem-type-unregistered"),
        ("media", "undocumented-media-type"),
    ],
)
def test_problems_that_are_none_are_found(fault: str, slug: str) -> None:
    outcome = found(fault, "always-refuses", oracles=(valid.ORACLE,))
    assert (slug, CREATE) in codes(outcome)


def test_a_made_request_that_is_refused_is_a_suspicion_and_an_example_is_none() -> None:
    blue = found("refuses-blue", oracles=(valid.ORACLE,))
    assert {each.kind for each in blue.drifts} == {Kind.SUSPICION}
    assert blue.failing == ()
    every = found("always-refuses", oracles=(valid.ORACLE,))
    assert Kind.VIOLATION in {each.kind for each in every.drifts if each.operation == CREATE}


def test_without_writes_nothing_is_written_and_what_was_not_tested_is_said() -> None:
    outcome = found(writes=False, oracles=(valid.ORACLE,))
    assert outcome.statuses == {200: outcome.requests}
    assert "--allow-writes" in outcome.untested[CREATE]
    assert "nothing exists" in outcome.untested[READ]
    assert not outcome.is_complete


@pytest.mark.parametrize("name", ["a/b", "a~b", "7", "/", "~1", ""])
def test_a_members_name_survives_its_pointer(name: str) -> None:
    """Or a server that gives back what it was sent is said to have made it up."""
    schemas = Schemas(read(SPEC, Report()))
    schema: Json = {"type": "object", "properties": {"thing": {"type": "object"}}}
    found = [*members.undocumented(schemas, schema, {name: 1, "thing": {}})]
    assert [split(pointer) for pointer in found] == [(name,)]


@pytest.mark.parametrize(
    "name", ["apigenfuzz1a2b3c4d7", "apigenFuzz", "apigen-fuzz-1a2b-3", "note"]
)
def test_what_a_run_before_has_left_in_open_objects_is_no_finding(name: str) -> None:
    """A service that keeps what it does not know gives it to the next run, too."""
    contract = read(SPEC, Report())
    thing: Json = {"thing_id": "t-1", "colour": "blue", "number": 1, name: 1}
    answer = Answer(200, (("content-type", "application/json"),), json.dumps(thing).encode())
    exchange = Exchange(Call("GET", "/things/t-1", template="/things/{thing_id}"), answer)
    told = {each.code.slug for each in Judge(contract, Schemas(contract)).judged(exchange)}
    assert told == ({"undocumented-member"} if name == "note" else set())


@pytest.mark.parametrize("name", ["1", "colour/1", "thing"])
def test_what_was_sent_is_not_the_servers_own_whatever_its_name(name: str) -> None:
    contract = read(SPEC, Report())
    thing: Json = {"thing_id": "t-1", "colour": "blue", "number": 1, name: 1}
    answer = Answer(201, (("content-type", "application/json"),), json.dumps(thing).encode())
    headers = (("content-type", "application/json"),)
    call = Call("POST", "/things", "/things", headers, json.dumps(thing).encode())
    drifts = Judge(contract, Schemas(contract)).judged(Exchange(call, answer))
    assert "undocumented-member" not in {each.code.slug for each in drifts}
