"""Column types of the store, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, Integer, String, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

Counting: Final = BigInteger().with_variant(Integer(), "sqlite")
"""A number that grows by one: SQLite's own row numbers are of 64 bits under the name INTEGER."""


class UtcTimestamp(TypeDecorator[datetime]):  # SQLAlchemy's way to add a type
    """An instant in UTC with microseconds.

    On PostgreSQL a ``timestamptz``; on SQLite a text that sorts as the time does.
    """

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the database's own type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        """Return what the driver takes for an instant."""
        if value is None or dialect.name == "postgresql":
            return value
        return stored_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the instant for what the driver gives."""
        if value is None:
            return None
        moment = value if dialect.name == "postgresql" else datetime.fromisoformat(value)
        return moment.astimezone(UTC)


def stored_text(moment: datetime) -> str:
    """Return an instant as SQLite keeps it: in UTC, with six digits after the point."""
    # Not strftime: it does not pad the year on every platform.
    plain = moment.astimezone(UTC).replace(tzinfo=None)
    return f"{plain.isoformat(timespec='microseconds')}Z"


class JsonText(TypeDecorator[str]):  # SQLAlchemy's way to add a type
    """A JSON text that reads back letter by letter.

    PostgreSQL's ``json`` keeps the text (``jsonb`` would reorder members, drop repeated ones and
    rewrite numbers) and still has the operators that look into it.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the database's own type."""
        return dialect.type_descriptor(_Json() if dialect.name == "postgresql" else Text())


class _Json(UserDefinedType[str]):  # SQLAlchemy's own JSON type would read and write the text anew
    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        """Return the name of the type."""
        del kw
        return "JSON"
