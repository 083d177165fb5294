"""Which migrations are not applied, when a database records only the newest."""

from __future__ import annotations

import pytest

from apigen.revisions import unapplied

FORKED = {"a": (), "b": ("a",), "c": ("a",), "d": ("b", "c"), "e": ("d",)}


@pytest.mark.parametrize(
    ("recorded", "left"),
    [
        ((), ["a", "b", "c", "d", "e"]),
        (("b",), ["c", "d", "e"]),
        (("b", "c"), ["d", "e"]),
        (("d",), ["e"]),
        (("e",), []),
        (("of another branch",), ["a", "b", "c", "d", "e"]),
    ],
)
def test_what_the_newest_follow_is_applied_too(recorded: tuple[str, ...], left: list[str]) -> None:
    assert unapplied(FORKED, recorded) == left


def test_migrations_that_follow_each_other_in_a_circle_end() -> None:
    assert unapplied({"a": ("b",), "b": ("a",), "c": ("gone",)}, ("b", "c")) == []
