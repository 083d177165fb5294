"""Starts a service in a folder and at a port of its own, and stops it whatever happens."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path

import httpx

from apigen.verify.configuration import Service

_PAUSE = 0.05
_LAST_LINES = 15


class ServiceFailed(Exception):  # noqa: N818 - it says what happened
    """The service did not start; the text says why, with the last lines that it wrote."""


@dataclass(slots=True)
class Running:
    """A service that runs, and how it ended."""

    url: str
    after: float
    """Seconds until it was ready."""
    exit: int | None = None
    """Its exit code; None if it had to be killed."""


@contextlib.contextmanager
def running(service: Service) -> Generator[Running]:
    """Start a service, give it once it is ready, and stop it with SIGTERM.

    Its folder, database and log included, is gone afterwards.

    Raises:
        ServiceFailed: it can't be started, ended by itself, or was not ready in time.

    """
    with tempfile.TemporaryDirectory(prefix="apigen-verify-") as folder:
        filled = _filled(service, free_port(), Path(folder))
        log = Path(folder) / "service.log"
        process = _started(filled, log)
        try:
            found = _until_ready(filled, process, log)
            try:
                yield found
            finally:
                found.exit = _stopped(process, filled.stop_timeout)
        finally:
            _killed(process)


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _filled(service: Service, port: int, folder: Path) -> Service:
    def fill(text: str) -> str:
        return text.replace("{port}", str(port)).replace("{folder}", str(folder))

    return replace(
        service,
        command=tuple(map(fill, service.command)),
        url=fill(service.url),
        environment={name: fill(value) for name, value in service.environment.items()},
    )


def _started(service: Service, log: Path) -> subprocess.Popen[bytes]:
    program = shutil.which(service.command[0])
    if program is None:
        raise ServiceFailed(f"there is no program {service.command[0]!r}")
    with log.open("wb") as written:
        try:
            return subprocess.Popen(  # noqa: S603 - the command that the project configured
                [program, *service.command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=written,
                stderr=subprocess.STDOUT,
                env={**os.environ, **service.environment},
                start_new_session=True,  # so that its children end with it
            )
        except OSError as error:
            raise ServiceFailed(f"{service.command[0]}: {error.strerror}") from error


def _until_ready(service: Service, process: subprocess.Popen[bytes], log: Path) -> Running:
    begun = time.monotonic()
    with httpx.Client(base_url=service.url, timeout=service.start_timeout, trust_env=False) as http:
        while time.monotonic() - begun < service.start_timeout:
            if process.poll() is not None:
                raise ServiceFailed(f"it ended with exit code {process.returncode}{_said(log)}")
            with contextlib.suppress(httpx.HTTPError):
                if http.get(service.ready).is_success:
                    return Running(service.url, time.monotonic() - begun)
            time.sleep(_PAUSE)
    waited = f"{service.ready} gave no success within {service.start_timeout:.0f} s"
    raise ServiceFailed(waited + _said(log))


def _said(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:]
    return "; its last lines:\n" + "\n".join(lines) if lines else "; it wrote nothing"


def _stopped(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    process.send_signal(signal.SIGTERM)
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None


def _killed(process: subprocess.Popen[bytes]) -> None:
    """Make sure that nothing of it is left."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
