"""Every edit of a schema has its verdict, wherever the schema stands."""

import pytest
from tests.diff.comparing import changes, verdict
from tests.diff.pairs import CHANGES, RECEIVED, SAME, SENT, document

from apigen.compare.rules import all_rules
from apigen.types import Json


@pytest.mark.parametrize("place", RECEIVED)
@pytest.mark.parametrize(
    ("old", "new", "want"), [e[1:] for e in CHANGES], ids=[e[0] for e in CHANGES]
)
def test_what_is_received_may_only_grow(old: Json, new: Json, want: str, place: str) -> None:
    assert verdict(document(old, place), document(new, place)) == want[0]


@pytest.mark.parametrize("place", SENT)
@pytest.mark.parametrize(
    ("old", "new", "want"), [e[1:] for e in CHANGES], ids=[e[0] for e in CHANGES]
)
def test_what_is_sent_may_only_shrink(old: Json, new: Json, want: str, place: str) -> None:
    assert verdict(document(old, place), document(new, place)) == want[1]


@pytest.mark.parametrize("place", [*RECEIVED, *SENT])
@pytest.mark.parametrize(("old", "new"), [e[1:] for e in SAME], ids=[e[0] for e in SAME])
def test_spelling_is_no_change(old: Json, new: Json, place: str) -> None:
    before, after = document(old, place), document(new, place)
    assert changes(before, after) == ()
    assert changes(after, before) == ()
    assert changes(before, before) == ()


@pytest.mark.parametrize(
    ("old", "new", "want"), [e[1:] for e in CHANGES], ids=[e[0] for e in CHANGES]
)
def test_every_change_has_a_rule_and_places(old: Json, new: Json, want: str) -> None:
    for place in ("deep in request", "shared in response"):
        for change in changes(document(old, place), document(new, place)):
            assert change.rule in all_rules()
            assert change.old is not None
            assert change.new is not None
            assert change.operations == ("POST /a",)
