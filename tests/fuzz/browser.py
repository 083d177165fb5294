"""A real browser for tests of pages: what a page is once its own script has run."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def browser() -> str:
    """Return the path of a browser; skip without one, unless one is said to be there."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        if os.environ.get("APIGEN_BROWSER") == "required":
            pytest.fail("there is no browser: none of " + ", ".join(_NAMES))
        pytest.skip("there is no browser: none of " + ", ".join(_NAMES))
    return found


@contextmanager
def serving(pages: Mapping[str, str]) -> Generator[tuple[str, list[str]]]:
    """Serve pages by path; give the URL and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            page = pages.get(self.path)
            content = (page or "").encode("utf-8", "backslashreplace")
            self.send_response(404 if page is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is there
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def opened(url: str, folder: Path) -> str:
    """Open a page and return its elements as they are when it has come to rest."""
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--no-proxy-server"]
    own = [f"--user-data-dir={folder / 'browser'}", "--virtual-time-budget=20000"]
    done = subprocess.run(
        [browser(), *quiet, *own, "--dump-dom", url],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout
