"""What must not be shown: which headers are secret, and texts with the secrets taken out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from apigen.fuzz.traffic import REDACTED, Answer, Call, Headers

_SECRET_HEADER = re.compile(
    r"authorization|cookie|set-cookie|.*(token|secret|password|api[-_]?key|credential).*", re.I
)
_SHORTEST = 6
"""Letters of a value that is searched for in bodies: a shorter one would be found by chance."""
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls: headers that are added to each of its requests."""

    name: str
    headers: Headers = field(default=(), repr=False)
    token_file: Path | None = None
    """A file with a bearer token, read anew for each request: tokens rotate."""

    def credentials(self) -> Headers:
        """Return the headers as they are now.

        Raises:
            OSError: the file of the token can't be read.

        """
        if self.token_file is None:
            return self.headers
        with self.token_file.open("rb") as file:
            token = file.read(_MOST_BYTES).decode("utf-8", "replace").strip()
        return (*self.headers, ("Authorization", f"Bearer {token}"))


@dataclass(slots=True)
class Redactor:
    """Takes secrets out of what is kept; it learns them from the headers that it is shown."""

    known: set[str] = field(default_factory=set[str], repr=False)

    def learn(self, headers: Iterable[tuple[str, str]]) -> None:
        """Remember the values of headers, and of a bearer token what follows its scheme."""
        for _, value in headers:
            for part in (value, value.partition(" ")[2]):
                if len(part) >= _SHORTEST:
                    self.known.add(part)

    def text(self, text: str) -> str:
        """Return a text without the secrets."""
        for secret in self._longest_first():
            text = text.replace(secret, REDACTED)
        return text

    def bytes(self, body: bytes) -> bytes:
        """Return a body without the secrets."""
        for secret in self._longest_first():
            body = body.replace(secret.encode(), REDACTED.encode())
        return body

    def headers(self, headers: Headers) -> Headers:
        """Return headers without secret values."""
        return tuple(
            (name, REDACTED if is_secret(name) else self.text(value)) for name, value in headers
        )

    def call(self, call: Call, added: Headers = ()) -> Call:
        """Return a call as it is kept; of the headers *added* only the names show."""
        hidden = tuple((name, REDACTED) for name, _ in added)
        return Call(
            call.method,
            self.text(call.url),
            call.template,
            (*self.headers(call.headers), *hidden),
            None if call.body is None else self.bytes(call.body),
            call.identity,
            call.is_valid,
            call.is_beyond,
        )

    def answer(self, answer: Answer) -> Answer:
        """Return an answer as it is kept."""
        return Answer(
            answer.status,
            self.headers(answer.headers),
            self.bytes(answer.body),
            answer.seconds,
            self.text(answer.failure),
            answer.is_cut,
        )

    def _longest_first(self) -> list[str]:
        return sorted(self.known, key=len, reverse=True)


def is_secret(name: str) -> bool:
    """Tell whether a header's value is never shown."""
    return _SECRET_HEADER.fullmatch(name) is not None
