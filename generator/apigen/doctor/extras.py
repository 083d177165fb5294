"""The extra that database checks need: SQLAlchemy and a driver, imported only when asked for."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from apigen.diagnostics import Stop
from apigen.diagnostics.database import UNPREPARED

if TYPE_CHECKING:
    from apigen.doctor.database.gathering import Gatherer

_INSTALL = "pip install 'apigen[doctor]'"


def gatherer(url: str) -> "Gatherer":
    """Return what asks a database.

    Raises:
        Stop: SQLAlchemy or the driver is not installed, or the URL is none of a database.

    """
    if find_spec("sqlalchemy") is None:
        raise Stop(UNPREPARED.at(None, "--database-url needs SQLAlchemy", hint=_INSTALL))
    postgresql = url.startswith(("postgres:", "postgresql:", "postgres+", "postgresql+"))
    if postgresql and find_spec("psycopg") is None:
        raise Stop(UNPREPARED.at(None, "PostgreSQL needs the driver psycopg", hint=_INSTALL))
    from apigen.doctor.database.gathering import Gatherer  # noqa: PLC0415 - heavy, and optional

    return Gatherer(url)
