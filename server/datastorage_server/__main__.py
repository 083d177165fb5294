"""The command ``datastorage-server``, also as ``python -m datastorage_server``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

_NEEDED: Final = frozenset(
    {
        *("aiosqlite", "alembic", "asyncpg", "cryptography", "greenlet"),
        *("jwt", "sqlalchemy", "starlette", "uvicorn"),
    }
)
"""What the extra ``server`` installs."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until it is told to stop, and return the exit code."""
    try:
        from . import command  # noqa: PLC0415 - so that what is missing can be told
    except ImportError as error:
        missing = error.name or "greenlet"  # SQLAlchemy does not name it
        if missing.partition(".")[0] not in _NEEDED:
            raise
        sys.stderr.write(
            f"datastorage-server: {missing} is not installed: pip install 'apigen[server]'\n"
        )
        return 2
    return command.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
