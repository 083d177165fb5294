"""A pytest plugin: the fixture ``apigen_doctor`` fails a test with the doctor's whole report."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from apigen.doctor.results import Examination

_PATHS = frozenset({"spec", "migrations", "package", "snapshot"})
_LISTS = frozenset({"logs", "environment", "allow"})


@pytest.fixture(scope="session")
def apigen_doctor() -> "Callable[..., Examination]":
    """Return a function that examines what it is given, as :class:`apigen.doctor.Given` is.

    Paths may be texts. The test fails if a check fails, or if what was given cannot be used.
    """
    return _examine


def _examine(**given: Any) -> "Examination":
    from apigen.doctor import Given, examine  # noqa: PLC0415 - paid for by those who use it
    from apigen.doctor.rendering import text  # noqa: PLC0415 - the same

    named: dict[str, Any] = {
        name: Path(value)
        if name in _PATHS
        else tuple(map(Path, value))
        if name in _LISTS
        else value
        for name, value in given.items()
    }
    found = examine(Given(**named))
    if not found.healthy or found.trouble:
        pytest.fail(text(found, lambda _: None), pytrace=False)
    return found
