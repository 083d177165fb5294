"""The application that was given: found by its name, and served on this machine."""

import asyncio
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from importlib import import_module
from inspect import Parameter, signature
from pathlib import Path
from queue import Queue
from socket import socket
from typing import Any, TypeAlias

from apigen.diagnostics import Stop
from apigen.diagnostics.drifts import UNPREPARED

Application: TypeAlias = Any
"""An ASGI 3 application: of which framework, nobody knows."""


def load(name: str, folder: Path) -> Application:
    """Import ``package.module:object``, with *folder* among the places that are searched.

    An object that can be called without arguments is called: it makes the application.

    Raises:
        Stop: it can't be had. Whatever the import raises is told by its kind and text.

    """
    module, colon, path = name.partition(":")
    if not colon or not module or not path:
        raise _stop("--app is MODULE:OBJECT, such as service.main:app")
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    try:
        found: Application = import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
        return found() if _makes_one(found) else found
    except Exception as error:  # an import runs foreign code, which raises anything
        raise _stop(f"--app {name} can't be had: {type(error).__name__}: {error}") from error


def _makes_one(found: object) -> bool:
    """Tell whether it is a function that wants nothing: an application wants three arguments."""
    if hasattr(found, "routes") or not callable(found):
        return False
    try:
        wanted = signature(found).parameters.values()
    except (TypeError, ValueError):
        return False
    variable = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    return not any(
        each.default is Parameter.empty and each.kind not in variable for each in wanted
    ) and not any(each.kind in variable for each in wanted)


@contextmanager
def serving(application: Application) -> Generator[str]:
    """Serve an application in a thread, with its start and its end; give the base URL.

    Raises:
        Stop: uvicorn is missing, or the application did not start.

    """
    try:
        import uvicorn  # noqa: PLC0415 - wanted by --app alone
    except ImportError:
        raise _stop("--app needs uvicorn: pip install 'apigen[fuzz]'") from None
    with socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = int(listening.getsockname()[1])
        settings = uvicorn.Config(application, log_config=None, access_log=False, ws="none")
        server = uvicorn.Server(settings)
        started: Queue[bool] = Queue()
        thread = threading.Thread(
            target=asyncio.run, args=(_run(server, listening, started),), name="application"
        )
        thread.start()
        try:
            if not started.get():
                raise _stop("the application did not start: its own log says why")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()


async def _run(server: Any, listening: socket, started: "Queue[bool]") -> None:
    """Serve, and tell as soon as it answers, or that it never will."""

    async def watched() -> None:
        while not server.started:
            await asyncio.sleep(0.01)
        started.put(True)  # noqa: FBT003 - what the queue holds

    watching = asyncio.create_task(watched())
    try:
        with suppress(SystemExit):  # so uvicorn says that the application did not start
            await server.serve(sockets=[listening])
    finally:
        watching.cancel()
        started.put(False)  # noqa: FBT003 - nobody looks if it had started


def _stop(message: str) -> Stop:
    return Stop(UNPREPARED.at(None, message, hint="apigen fuzz --help"))
