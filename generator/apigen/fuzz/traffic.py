"""What went over the wire: calls, answers, and the recording that all oracles share."""

import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from apigen.types import Json

REDACTED = "[redacted]"
"""Stands where a secret stood."""

Headers = tuple[tuple[str, str], ...]
"""In the order of the wire; a name may come several times."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request, before anything secret is added to it."""

    method: str
    url: str
    """Absolute, or a path with its query: then the sender puts the base URL before it."""
    template: str | None = None
    """The path template of the operation that is meant; None if none is."""
    headers: Headers = ()
    body: bytes | None = None
    identity: str | None = None
    """The name of the identity that it was sent as; None for the default one."""
    is_valid: bool | None = None
    """Whether whoever made it holds it to follow the contract; None if nobody can say."""
    is_beyond: bool = False
    """Whether it has something that the contract is silent about, such as a parameter that it does
    not name: any 4xx may refuse that."""

    @property
    def label(self) -> str:
        """Return ``METHOD /path`` of the operation, or of the URL where none is meant."""
        return f"{self.method} {self.template or self.path}"

    @property
    def path(self) -> str:
        """Return the path of the URL, without the query."""
        rest = self.url.partition("://")[2] if "://" in self.url else self.url
        path = rest[rest.find("/") :] if "/" in rest else "/"
        return path.partition("?")[0].partition("#")[0]

    def header(self, name: str) -> str | None:
        """Return the first header of a name, in any case of letters."""
        return _first(self.headers, name)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, or why there was none."""

    status: int
    """0 if there was none."""
    headers: Headers = ()
    body: bytes = b""
    seconds: float = 0.0
    """From sending to the last byte."""
    failure: str = ""
    """What became of the transport, if there was no answer; empty if there was one."""
    is_cut: bool = False
    """Whether the body was longer than is read; what was read is here."""

    @property
    def media_type(self) -> str:
        """Return the media type without parameters, in small letters; empty if none is given."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @property
    def is_json(self) -> bool:
        """Return whether the media type is one of JSON (RFC 6839 for ``+json``)."""
        return self.media_type == "application/json" or self.media_type.endswith("+json")

    @property
    def is_success(self) -> bool:
        """Return whether the status is one of success."""
        return 200 <= self.status < 300

    def header(self, name: str) -> str | None:
        """Return the first header of a name, in any case of letters."""
        return _first(self.headers, name)

    def json(self) -> Json:
        """Return the body as JSON.

        Raises:
            ValueError: it is none (RFC 8259), or it is nested beyond all measure.

        """
        try:
            return _loads(self.body)
        except RecursionError:
            raise ValueError("the JSON is nested too deep") from None


@dataclass(frozen=True, slots=True)
class Exchange:
    """A call and what came of it."""

    call: Call
    answer: Answer
    number: int = 0
    """Its place in the recording, from 1."""
    source: str = ""
    """Which oracle, or which phase of the engine, sent it."""


@dataclass(slots=True)
class Recording:
    """Every exchange of a run, in order; safe to use from several threads.

    To bound the memory, the bodies of answers beyond *most_bytes* are not kept: such exchanges are
    cut. Oracles that judge single answers are run often enough to see them before.
    """

    most_bytes: int = 512 * 1024 * 1024
    _exchanges: list[Exchange] = field(default_factory=list[Exchange])
    _size: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, call: Call, answer: Answer, source: str = "") -> Exchange:
        """Write down an exchange and return it with its number."""
        with self._lock:
            size = len(answer.body) + len(call.body or b"")
            if self._size + size > self.most_bytes:
                answer = Answer(answer.status, answer.headers, b"", answer.seconds, is_cut=True)
            else:
                self._size += size
            exchange = Exchange(call, answer, len(self._exchanges) + 1, source)
            self._exchanges.append(exchange)
            return exchange

    def since(self, number: int) -> tuple[Exchange, ...]:
        """Return the exchanges after the one of this number."""
        with self._lock:
            return tuple(self._exchanges[number:])

    def of(self, label: str) -> tuple[Exchange, ...]:
        """Return the exchanges of an operation, by its ``METHOD /path``."""
        return tuple(each for each in self if each.call.label == label)

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.since(0))

    def __len__(self) -> int:
        with self._lock:
            return len(self._exchanges)


def header_items(headers: Mapping[str, str]) -> Headers:
    """Return headers as they are kept."""
    return tuple(headers.items())


def _first(headers: Headers, name: str) -> str | None:
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)


def _loads(body: bytes) -> Json:
    found: Json = json.loads(body.decode("utf-8"), parse_constant=_refuse)
    return found


def _refuse(constant: str) -> Json:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(f"{constant} is no JSON")
