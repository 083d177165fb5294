"""Every edit of an operation is told by its rule; equivalent documents are quiet; edits add up."""

import contextlib
import re

import pytest
from tests.diff.comparing import changes, verdict
from tests.diff.credentials import SECURITY
from tests.diff.edits import BODIES, CASES
from tests.diff.edits import PARAMETERS as EVERY_PARAMETER
from tests.diff.respellings import EQUIVALENT
from tests.diff.things import Case, Edit, both, leave, made

from apigen.compare.rules import all_rules
from apigen.compare.rules_fixed import FIXED

PARAMETERS = [case for case in EVERY_PARAMETER if case[1] is leave]
NAMES = [case[0] for case in CASES]


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_an_edit_has_its_verdict_and_its_rules(case: Case) -> None:
    _, before, after, want, rules = case
    old, new = made(before), made(after)
    found = {change.rule for change in changes(old, new)}
    assert verdict(old, new) == want
    assert rules <= found
    assert found <= set(all_rules())


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_an_edit_is_told_once(case: Case) -> None:
    _, before, after, _, rules = case
    told = [(change.rule, change.old, change.new) for change in changes(made(before), made(after))]
    assert len(told) == len(set(told))
    assert len(told) <= max(len(rules), 1)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_what_is_left_alone_is_quiet(case: Case) -> None:
    for edit in case[1:3]:
        assert changes(made(edit), made(edit)) == ()


@pytest.mark.parametrize("edit", EQUIVALENT.values(), ids=EQUIVALENT)
def test_equivalent_documents_are_quiet(edit: Edit) -> None:
    assert changes(made(leave), made(edit)) == ()
    assert changes(made(edit), made(leave)) == ()


@pytest.mark.parametrize("edit", EQUIVALENT.values(), ids=EQUIVALENT)
def test_respellings_may_be_combined(edit: Edit) -> None:
    servers = {EQUIVALENT[name] for name in EQUIVALENT if "server" in name}
    for other in EQUIVALENT.values():
        if other is edit or {other, edit} <= servers:
            continue
        # One may take away what another one wants to edit: they are combined where they can be.
        with contextlib.suppress(KeyError, TypeError, IndexError):
            assert changes(made(leave), made(both(other, edit))) == ()


@pytest.mark.parametrize("edit", [c[2] for c in PARAMETERS], ids=[c[0] for c in PARAMETERS])
def test_independent_edits_add_up(edit: Edit) -> None:
    for others in (BODIES, SECURITY):
        for _, before, after, *_ in others:
            alone = told(leave, edit) | told(before, after)
            assert told(before, both(after, edit)) == alone


def told(before: Edit, after: Edit) -> set[tuple[str, str]]:
    """Return rules and what they say."""
    return {(change.rule, change.message) for change in changes(made(before), made(after))}


def test_every_fixed_rule_is_told_by_some_edit() -> None:
    told = {change.rule for _, old, new, *_ in CASES for change in changes(made(old), made(new))}
    about = re.compile("property|version|^api-schema-removed$|^new-.*property")
    assert {rule for rule in FIXED if not about.search(rule)} - told == set()
