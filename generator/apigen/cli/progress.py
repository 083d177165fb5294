"""Says on stderr what takes long."""

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Generator
from types import FrameType

_PATIENCE = 1.0
"""Seconds before anything is said."""


@contextlib.contextmanager
def progress(subject: str, *, quiet: bool = False) -> Generator[Callable[[str], None]]:
    """Give a function that is told each stage; a stage of a long run is shown.

    On a terminal one line is rewritten and goes at the end; elsewhere each stage is a line.
    """
    stages: list[str] = []
    late = threading.Event()
    interrupted = threading.Event()
    shows_line = sys.stderr.isatty()

    def show() -> None:
        text = f"apigen: {stages[-1]} {subject} ..."
        sys.stderr.write(f"\r\x1b[K{text}" if shows_line else f"{text}\n")
        sys.stderr.flush()

    def begin(stage: str) -> None:
        if interrupted.is_set():
            raise KeyboardInterrupt
        stages.append(stage)
        if late.is_set():
            show()

    def wake() -> None:
        late.set()
        if stages:
            show()

    timer = threading.Timer(_PATIENCE, wake)
    timer.daemon = True
    if not quiet:
        timer.start()
    try:
        with _remembered(interrupted):
            yield begin
    finally:
        timer.cancel()
        if shows_line and late.is_set():
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


@contextlib.contextmanager
def _remembered(interrupted: threading.Event) -> Generator[None]:
    """Remember Ctrl-C, which Python raises once: a finaliser that it meets swallows it."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        interrupted.set()
        signal.default_int_handler(number, frame)

    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.default_int_handler)
