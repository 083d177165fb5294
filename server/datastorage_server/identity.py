"""Identity: who sends the request that is being answered."""

from __future__ import annotations

from typing import Final

ANONYMOUS: Final = "anonymous"
"""Who sends requests to a server without authentication."""


def current_user() -> str:
    """Return the name of whoever sent the request that is being answered."""
    return ANONYMOUS
