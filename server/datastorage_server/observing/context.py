"""Context: which request is being answered, for whatever logs a line meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 255
"""Characters of an identifier that are told; the contract allows no longer correlation."""


@dataclass(slots=True)
class RequestContext:
    """What is known of a request.

    Attributes:
        request_id: Its identity: the caller's, or one made up here.
        operation: The operation's id, or one of a few words for what is none.
        correlation_id: The correlation it is about, if it is about one.
        trace_id: The trace it belongs to, if it is traced.

    """

    request_id: str
    operation: str
    correlation_id: str = ""
    trace_id: str = ""

    def fields(self) -> Mapping[str, str]:
        """Return what is known, by name."""
        told = {
            "request_id": self.request_id,
            "operation": self.operation,
            "correlation_id": self.correlation_id,
            "trace_id": self.trace_id,
        }
        return {name: text for name, text in told.items() if text}


CURRENT: Final[ContextVar[RequestContext | None]] = ContextVar("datastorage_request", default=None)


def correlate(*correlation_ids: str) -> None:
    """Tell which correlation the request is about; several are none."""
    current = CURRENT.get()
    if current is not None and len(set(correlation_ids)) == 1:
        current.correlation_id = correlation_ids[0][:LONGEST]
