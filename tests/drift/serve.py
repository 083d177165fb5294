"""Run a server with one planted fault: ``python -m tests.drift.serve NAME [PORT]``.

``clean`` and ``clean-guarded`` are servers without one, behind the same wrapping.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
import threading
from pathlib import Path

from tests.drift.faults.catalogue import fault_of
from tests.drift.messages import Ask, Request, Response, changed
from tests.drift.serving import Switch, switchable, without_fault

CLEAN = ("clean", "clean-guarded")


async def _unchanged(request: Request, ask: Ask) -> Response:
    return await ask(request)


def plant(switch: Switch, name: str) -> None:
    """Switch to a fault by its name, or to none.

    Raises:
        KeyError: There is no such fault.

    """
    if name in CLEAN:
        whole = without_fault(switch.parts, asks_for_tokens=name == "clean-guarded")
        switch.app = changed(whole, _unchanged)
    else:
        switch.plant(fault_of(name))


def main(name: str, port: int = 0) -> None:
    """Serve until interrupted."""
    with (
        tempfile.TemporaryDirectory(prefix="drift-") as folder,
        switchable(Path(folder), port) as (url, switch),
    ):
        plant(switch, name)
        print(url, flush=True)  # noqa: T201 - this is a command
        threading.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(sys.argv[1], *(int(port) for port in sys.argv[2:3]))
