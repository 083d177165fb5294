"""What a file in another language asks for: requests, with their place."""

from dataclasses import dataclass

from apigen.guard.values import Text, Value


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that a piece of text sends."""

    line: int
    """From 1."""
    column: int
    """In characters, from 1."""
    end: int
    """The last line."""
    method: str
    """Empty: not known."""
    urls: tuple[Text, ...]
    """What its address may be."""
    written: str
    """How the code calls it: ``curl``, ``axios.get``."""
    receiver: Value | None = None
    """What it is sent by, where that is not certain to send."""
