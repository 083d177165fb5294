"""A service is started, waited for, and stopped with all that it started."""

import os
import sys
from pathlib import Path

import httpx
import pytest

from apigen.verify.configuration import Service
from apigen.verify.service import ServiceFailed, running

SERVER = """
import http.server, os, signal, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/ready" else 404)
        self.send_header("content-length", "0")
        self.end_headers()
    def log_message(self, *_): pass
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    signal.signal(signal.SIGTERM, lambda *_: os._exit(int(os.environ.get("ENDS_WITH", "0"))))
print(os.getpid(), flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def service(*more: str, ready: str = "/ready", start: float = 60, **env: str) -> Service:
    return Service(
        (sys.executable, "-c", SERVER, "{port}", *more),
        ready=ready,
        environment=env,
        start_timeout=start,
        stop_timeout=1 if more else 60,
    )


def test_it_is_ready_when_it_says_so_and_gone_afterwards() -> None:
    with running(service()) as found:
        assert httpx.get(f"{found.url}/ready").status_code == 200
    assert found.exit == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{found.url}/ready")


def test_how_it_ends_is_told() -> None:
    with running(service(ENDS_WITH="3")) as found:
        pass
    assert found.exit == 3


def test_what_does_not_stop_is_killed() -> None:
    with running(service("stubborn")) as found:
        pass
    assert found.exit is None
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{found.url}/ready")


def test_it_is_stopped_when_the_search_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), running(service()) as found:
        raise ZeroDivisionError
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{found.url}/ready")


def fails(given: Service) -> str:
    with pytest.raises(ServiceFailed) as raised, running(given):
        pass
    return str(raised.value)


def test_a_service_that_is_not_there() -> None:
    assert fails(Service(("no-such-program-anywhere",))).startswith("there is no program")


def test_a_service_that_ends_by_itself_shows_what_it_wrote() -> None:
    script = "import sys; print('relation audit_events does not exist'); sys.exit(7)"
    said = fails(Service((sys.executable, "-c", script), start_timeout=60))
    assert said.startswith("it ended with exit code 7")
    assert "relation audit_events does not exist" in said


def test_a_service_that_never_gets_ready() -> None:
    said = fails(service(ready="/never", start=3))
    assert said.startswith("/never gave no success within 3 s")


def test_it_has_a_folder_of_its_own() -> None:
    script = "import pathlib, sys; print(pathlib.Path(sys.argv[1]).is_dir(), sys.argv[1])"
    said = fails(Service((sys.executable, "-c", script, "{folder}"), start_timeout=60))
    shown, folder = said.splitlines()[-1].split(" ", 1)
    assert shown == "True"
    assert not os.path.exists(folder)  # noqa: PTH110 - a text
