"""The value that every known error is told in."""

from dataclasses import dataclass
from enum import StrEnum


class Layer(StrEnum):
    """Where a fault lies, from the caller down; the names are those of ``ApiError.layer``."""

    CALLER = "caller"
    NETWORK = "network"
    CONTRACT = "contract"
    SERVICE = "service"
    DATABASE = "database"

    @property
    def depth(self) -> int:
        """Return how far below the caller it is; the deepest fault is the likeliest cause."""
        return list(Layer).index(self)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an error says."""

    code: str
    """As it is written in logs: ``42P01``, ``SQLITE_BUSY``, ``httpx.ConnectError``, ``503``."""
    name: str
    """In words of the source: PostgreSQL's condition name, a status phrase."""
    layer: Layer
    meaning: str
    causes: tuple[str, ...]
    """The usual ones, the likeliest first."""
    next: str
    """The command or the step that comes next."""
    transient: bool = False
    """Whether the same request may succeed later, unchanged."""
