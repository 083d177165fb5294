"""Which parameters are read while requests are answered, whoever reads them.

What the syntax tree can't follow, such as a name that is computed, is seen here, as far as requests
get there. Starlette's own collections tell it: while a run lasts, reading a name in one of them is
written down with the request that is being answered and the line that read it.
"""

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from inspect import currentframe
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from apigen.fuzz.whitebox.applications import Application
from apigen.fuzz.whitebox.reading import Read

_NAMED = ("__getitem__", "__contains__", "getlist")
_FRAMEWORKS = ("starlette", "fastapi", "uvicorn", "apigen.fuzz")


@dataclass(slots=True)
class Trace:
    """What was read, by the request's method and path."""

    found: dict[tuple[str, str], set[Read]] = field(
        default_factory=dict[tuple[str, str], set[Read]]
    )


@dataclass(frozen=True, slots=True)
class Traced:
    """An application whose requests are told apart."""

    application: Application
    trace: Trace
    current: ContextVar[tuple[str, str] | None]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer as the application does (ASGI 3)."""
        request = (scope["method"], scope["path"]) if scope["type"] == "http" else None
        token = self.current.set(request)
        try:
            await self.application(scope, receive, send)
        finally:
            self.current.reset(token)

    def note(self, location: str, name: object) -> None:
        """Write down a read, unless it was the framework's own."""
        request = self.current.get()
        if request is None or not isinstance(name, str):
            return
        frame = _reader()
        if frame is not None:
            read = Read(location, name, frame.f_code.co_filename, frame.f_lineno)
            self.trace.found.setdefault(request, set()).add(read)


@contextmanager
def tracing(application: Application) -> Generator[Traced]:
    """Give the application with a trace, which is kept as long as this lasts."""
    traced = Traced(application, Trace(), ContextVar("request", default=None))
    try:
        from starlette import datastructures  # noqa: PLC0415 - an application need not have it
    except ImportError:
        yield traced
        return
    with ExitStack() as stack:
        for owner in (datastructures.ImmutableMultiDict, datastructures.Headers):
            for name in _NAMED:
                stack.enter_context(_told(owner, name, datastructures, traced))
        yield traced


@contextmanager
def _told(owner: type, name: str, kinds: ModuleType, traced: Traced) -> Generator[None]:
    """Replace a method by one that does the same and tells it."""
    original: Callable[..., Any] = owner.__dict__[name]

    def telling(self: Any, key: Any) -> Any:
        if isinstance(self, kinds.QueryParams):
            traced.note("query", key)
        elif isinstance(self, kinds.FormData):
            traced.note("body", key)
        elif isinstance(self, kinds.Headers) and not isinstance(self, kinds.MutableHeaders):
            traced.note("header", key)
        return original(self, key)

    setattr(owner, name, telling)
    try:
        yield
    finally:
        setattr(owner, name, original)


def _reader() -> FrameType | None:
    """Return the frame that reads; None if a framework reads for itself."""
    frame = currentframe()
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module in {"collections.abc", "_collections_abc", __name__}:  # Mapping.get
            frame = frame.f_back
            continue
        known = any(module == each or module.startswith(f"{each}.") for each in _FRAMEWORKS)
        return None if known or not Path(frame.f_code.co_filename).exists() else frame
    return None
