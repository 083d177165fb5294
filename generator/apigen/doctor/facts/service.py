"""What a service answers: its health, its clock, its contract; bounded in time and size."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from apigen.contract import Contract
from apigen.diagnostics import Stop
from apigen.diagnostics.database import UNPREPARED
from apigen.doctor.facts.database import Reach
from apigen.doctor.facts.reaching import reach

_SECONDS = 3.0
_MOST_BYTES = 8 * 1024 * 1024
_EXCERPT = 500
_HEALTH = ("health", "healthz", "ready", "readyz", "readiness", "live", "livez", "liveness", "ping")
_DOCUMENTS = ("/openapi.json", "/openapi.yaml")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or why there was none."""

    method: str
    path: str
    status: int
    """0 if there was no answer."""
    text: str
    error: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    received: datetime = field(default_factory=lambda: datetime.now(UTC))
    value: Any = None
    """The body, if it is JSON."""

    @property
    def fine(self) -> bool:
        """Return whether it is a success."""
        return 200 <= self.status < 300

    def __str__(self) -> str:
        """Return the answer in one line."""
        said = self.error or f"{self.status} {self.text}".strip()
        return f"{self.method} {self.path}: {said}"[:300]


@dataclass(frozen=True, slots=True)
class Service:
    """Everything that was found."""

    url: str
    reached: tuple[Reach, ...]
    health: tuple[Answer, ...] = ()
    document: Answer | None = None
    """The contract that the service serves itself, if it does."""

    @property
    def clock(self) -> tuple[datetime, datetime] | None:
        """Return the service's time and ours; None if no answer has a Date."""
        for answer in self.health:
            if date := answer.headers.get("date"):
                try:
                    return parsedate_to_datetime(date), answer.received
                except ValueError:
                    continue
        return None


class Caller:
    """Sends requests, none of which raises."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url = url.rstrip("/")
        self._client = httpx.Client(timeout=_SECONDS, headers=dict(headers), trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def send(self, method: str, path: str, **given: Any) -> Answer:
        """Return the answer, or why there was none."""
        try:
            with self._client.stream(method, self._url + path, **given) as response:
                body = b""
                ends = time.monotonic() + _SECONDS
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > _MOST_BYTES or time.monotonic() > ends:
                        break
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            name = type(error).__name__
            return Answer(method, path, 0, "", error=f"{name}: {error}"[:_EXCERPT])
        text = body.decode("utf-8", "replace")
        try:
            value = httpx.Response(200, content=body).json()
        except (ValueError, RecursionError):
            value = None
        return Answer(
            method,
            path,
            response.status_code,
            " ".join(text[:_EXCERPT].split()),
            headers={name.lower(): one for name, one in response.headers.items()},
            value=value,
        )


def checked(url: str) -> str:
    """Return a base URL that requests can be sent to.

    Raises:
        Stop: It is none.

    """
    try:
        parts = urlsplit(url)
        fine = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        fine = False
    if not fine or not url.isprintable() or " " in url:
        hint = "write http://host:port, such as http://127.0.0.1:8080"
        raise Stop(UNPREPARED.at(None, f"{url!r} is no URL of a service", hint=hint))
    return url


def gather(url: str, contract: Contract | None, headers: Mapping[str, str]) -> Service:
    """Ask a service how it is."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    reached = tuple(reach(parts.hostname or "", port))
    if not any(each.error == "" for each in reached):
        return Service(url, reached)
    caller = Caller(url, headers)
    try:
        health = tuple(caller.send("GET", path) for path in _health_paths(contract))
        served = [caller.send("GET", path) for path in _DOCUMENTS[:1]]
    finally:
        caller.close()
    document = next((each for each in served if each.fine and isinstance(each.value, dict)), None)
    return Service(url, reached, health, document)


def _health_paths(contract: Contract | None) -> tuple[str, ...]:
    """Return the paths that the contract has for it; the usual ones without a contract."""
    if contract is None:
        return ("/health",)
    found = [
        operation.path
        for operation in contract.operations
        if operation.method == "GET" and operation.path.rsplit("/", 1)[-1].lower() in _HEALTH
    ]
    return tuple(found[:5])
