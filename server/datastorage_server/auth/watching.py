"""Watching: files that are read again when they change."""

from __future__ import annotations

import logging
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final, Generic, TypeVar

from ..errors import StartError

T = TypeVar("T")

_LOG: Final = logging.getLogger(__name__)

LARGEST: Final = 1024 * 1024
"""Bytes that such a file has at most."""

_Mark = tuple[int, int, int, int] | None


class Watched(Generic[T]):
    """What a file says; of a change that cannot be read, what it said before stays in force.

    A file is looked at whenever it is asked, which costs microseconds; so a change counts from
    the next request on, whether it was written in place or put there as another file.
    """

    def __init__(
        self, name: str, file: Path, read: Callable[[Path, str], T], *, secret: bool = False
    ) -> None:
        """Read *file*, which the setting *name* names, for the first time.

        *read* makes sense of its text and raises a StartError where there is none.

        Raises:
            StartError: The file cannot be read, or says nothing of use.

        """
        self._name = name
        self._file = file
        self._read = read
        self._secret = secret
        self._mark = _mark(file)
        self._value = self._content()

    @property
    def value(self) -> T:
        """What the file says now."""
        mark = _mark(self._file)
        if mark != self._mark:
            self._mark = mark
            try:
                self._value = self._content()
            except StartError as error:
                _LOG.error("%s; what it said before stays in force", error)
            else:
                _LOG.warning("%s: %s has changed and was read again", self._name, self._file)
        return self._value

    def _content(self) -> T:
        try:
            with self._file.open("rb") as stream:
                content = stream.read(LARGEST + 1)
            if self._secret:
                self._warn_if_open()
        except OSError as error:
            told = f"{self._name}: {self._file} cannot be read: {error.strerror}"
            raise StartError(told) from None
        if len(content) > LARGEST:
            raise StartError(f"{self._name}: {self._file} is larger than {LARGEST} bytes")
        try:
            return self._read(self._file, content.decode())
        except UnicodeDecodeError:
            raise StartError(f"{self._name}: {self._file} is no UTF-8 text") from None

    def _warn_if_open(self) -> None:
        mode = self._file.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            told = f"chmod 600 {self._file}"
            _LOG.warning(
                "%s: others than its owner may read or change %s (mode %03o): %s",
                *(self._name, self._file, stat.S_IMODE(mode), told),
            )


def _mark(file: Path) -> _Mark:
    """Return what differs once a file has changed, None if there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
