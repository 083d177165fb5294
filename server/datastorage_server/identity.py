"""Identity: who sends the request that is being answered."""

from __future__ import annotations

from typing import Final

from datastorage._runtime.serving import current_request

from .auth.callers import Caller

ANONYMOUS: Final = "anonymous"
"""Who sends requests to a server without authentication."""

CALLER: Final = "caller"
"""Under which name a request's state has its caller."""


def current_caller() -> Caller | None:
    """Return whoever sent the request that is being answered; None without authentication."""
    found: object = getattr(current_request().state, CALLER, None)
    return found if isinstance(found, Caller) else None


def current_user() -> str:
    """Return the name of whoever sent the request that is being answered."""
    caller = current_caller()
    return ANONYMOUS if caller is None else caller.name


def current_person() -> str | None:
    """Return the name of the person who sent it; None if it was a service, or if nobody knows."""
    caller = current_caller()
    return caller.name if caller is not None and caller.is_person else None
