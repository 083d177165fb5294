"""The record of a generated package: what it was made of, and what was made.

It stands in the package's folder as ``.apigen.json`` and is committed with it. It is written last
of all files, so that it only ever speaks of a run that came to its end. A run that is about to
change files says so first, in ``.apigen.json.next``: with both in hand, the files of a run that was
killed halfway are known from files that somebody edited.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeGuard

RECORD = ".apigen.json"
INTENT = ".apigen.json.next"
_FORMAT = 1
_PARTS = ("generator", "settings", "inputs", "outputs")


class Unreadable(ValueError):  # noqa: N818 - it describes the record, and is told as a finding
    """A record is damaged, or of another format."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a package was made of, and the digests of what was made."""

    generator: Mapping[str, str]
    """Versions of apigen and of the tools that shape the output, and apigen's own digest."""
    settings: Mapping[str, str]
    inputs: Mapping[str, str]
    """Digests of the document's files, by their paths from the root document's folder."""
    outputs: Mapping[str, str]
    """Digests of the generated files, by their paths from the package's folder."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What a run is about to do: the digests of files that it found, and of those to come."""

    before: Mapping[str, str]
    after: Mapping[str, str]

    def knows(self, path: str, found: str) -> bool:
        """Return whether a file is one that the run found, or one that it wrote."""
        return found in (self.before.get(path), self.after.get(path))


def digest(content: bytes) -> str:
    r"""Return the SHA-256 of text, with ``\r\n`` read as ``\n``.

    Git may check files out with other line ends than they were committed with.
    """
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()


def is_plain(path: str) -> bool:
    """Return whether a path, with ``/`` between its parts, stays inside the folder it starts in."""
    parts = path.split("/")
    return (
        not any(part in ("", ".", "..") or part.endswith((" ", ".")) for part in parts)
        and not any(character in path for character in '\\:*?"<>|')
        and path.isprintable()
    )


def dump(manifest: Manifest) -> bytes:
    """Return the record's text: sorted, an entry a line, so that merges stay readable."""
    return _text({part: dict(getattr(manifest, part)) for part in _PARTS})


def load(text: bytes) -> Manifest:
    """Return the record that *text* holds; raise :class:`Unreadable` if it holds none."""
    value = _object(text)
    generator, settings, inputs, outputs = (_strings(value.get(part)) for part in _PARTS)
    if not all(is_plain(path) for path in outputs):
        raise Unreadable("it names a file outside the package")
    return Manifest(generator, settings, inputs, outputs)


def dump_intent(intent: Intent) -> bytes:
    """Return the text of an intent."""
    return _text({"after": dict(intent.after), "before": dict(intent.before)})


def load_intent(text: bytes) -> Intent:
    """Return the intent that *text* holds; raise :class:`Unreadable` if it holds none."""
    value = _object(text)
    before, after = _strings(value.get("before")), _strings(value.get("after"))
    if not all(is_plain(path) for path in (*before, *after)):
        raise Unreadable("it names a file outside the package")
    return Intent(before, after)


def _text(parts: Mapping[str, Mapping[str, str]]) -> bytes:
    value = {"format": _FORMAT, **parts}
    return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()


def _object(text: bytes) -> dict[str, object]:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable("it is not JSON") from error
    if not _is_object(value) or not isinstance(value.get("format"), int):
        raise Unreadable("it is not a record of apigen")
    if value["format"] != _FORMAT:
        raise Unreadable(f"its format is {value['format']}, and this apigen reads {_FORMAT}")
    return value


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    """Return whether a JSON value is an object; its keys are strings by JSON's grammar."""
    return isinstance(value, dict)


def _strings(value: object) -> dict[str, str]:
    if not _is_object(value):
        raise Unreadable("a part of it is missing")
    strings = {key: item for key, item in value.items() if isinstance(item, str)}
    if len(strings) != len(value):
        raise Unreadable("a part of it is of the wrong kind")
    return strings
