"""The oracle sees what it is there for: a planted loss, a planted duplicate, a planted reorder."""

from __future__ import annotations

from tests.chaos.oracle import judge

TAKEN = [("a", n) for n in range(100)] + [("b", n) for n in range(100)]


def test_all_is_well() -> None:
    interleaved = [each for n in range(100) for each in (("b", n), ("a", n))]
    assert judge(TAKEN, interleaved)


def test_a_loss_is_seen() -> None:
    found = judge(TAKEN, [each for each in TAKEN if each != ("a", 42)])
    assert not found
    assert found.lost == (("a", 42),)


def test_a_duplicate_is_seen() -> None:
    found = judge(TAKEN, [*TAKEN, ("b", 99)])
    assert not found
    assert found.twice == (("b", 99),)


def test_a_reorder_is_seen() -> None:
    swapped = list(TAKEN)
    swapped[10], swapped[11] = swapped[11], swapped[10]
    found = judge(TAKEN, swapped)
    assert not found
    assert found.disordered == (("a", 10),)


def test_what_nobody_appended_is_seen_unless_it_is_uncertain() -> None:
    stored = [*TAKEN, ("a", 100)]
    assert judge(TAKEN, stored).strangers == (("a", 100),)
    assert judge(TAKEN, stored, uncertain=[("a", 100)])
    assert judge(TAKEN, TAKEN, uncertain=[("a", 100)])
