"""A pytest plugin: the fixtures ``apigen_doctor`` and ``apigen_strict``.

The first fails a test with the doctor's whole report, the second with what the test's requests and
their answers show of the service that the contract does not say.
"""

import functools
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from apigen.doctor.results import Examination
    from apigen.fuzz.operations import Contract
    from apigen.fuzz.strict import Application, Strict

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


@pytest.fixture(scope="session")
def apigen_contract() -> "Callable[[Path, tuple[Path, ...]], Contract]":
    """Return what reads a contract, each one once."""
    from apigen.diagnostics import Report  # noqa: PLC0415 - paid for by those who use it
    from apigen.fuzz.operations import read  # noqa: PLC0415 - the same

    @functools.cache
    def once(spec: Path, allow: tuple[Path, ...]) -> "Contract":
        return read(spec, Report(), allow)

    return once


@pytest.fixture
def apigen_strict(
    apigen_contract: "Callable[[Path, tuple[Path, ...]], Contract]",
) -> "Generator[Callable[..., Strict]]":
    """Return a function that wraps an ASGI application: ``apigen_strict(app, "openapi.yaml")``.

    At the end of the test it is failed with everything that was found: so what the test itself
    asserts comes first, and no server or client turns the failure into a 500.
    """
    from apigen.fuzz.reporting.text import told  # noqa: PLC0415 - paid for by those who use it
    from apigen.fuzz.strict import Strict  # noqa: PLC0415 - the same

    made: list[Strict] = []

    def wrap(app: "Application", spec: str | Path, allow: tuple[Path, ...] = ()) -> Strict:
        made.append(Strict(app, apigen_contract(Path(spec), allow)))
        return made[-1]

    yield wrap
    lines = [
        line for each in made for one in each.failing for line in (*told(one, each.contract), "")
    ]
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)
