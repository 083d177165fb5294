"""Files of a document: found, bounded, and never outside of what the user allowed."""

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class ReadError(Exception):
    """A file can't be read; the text says why."""


class OutsideError(Exception):
    """A file lies where the document may not read."""


@dataclass(frozen=True, slots=True)
class Tree:
    """The folder of a document, and the folders beside it that the user allows."""

    folder: Path
    root: Path
    """The document itself, links followed."""
    name: str
    """The name of the document in the folder, which is its key."""
    allowed: tuple[Path, ...]

    def locate(self, base: Path, reference: str) -> Path:
        """Return the real file that a relative reference in a file of folder ``base`` means.

        Raises:
            OutsideError: it lies outside the tree, perhaps over a link.
            ReadError: no file can have that name.

        """
        try:
            real = (base / reference).resolve()
        except (OSError, ValueError, RuntimeError):  # NUL, too long, links in a circle
            message = "no file can have that name"
            raise ReadError(message) from None
        folders = (self.folder, *self.allowed)
        if real != self.root and not any(real.is_relative_to(folder) for folder in folders):
            raise OutsideError
        return real

    def key(self, real: Path) -> str:
        """Return the path of a file relative to the folder, with slashes."""
        if real == self.root:
            return self.name
        return Path(os.path.relpath(real, self.folder)).as_posix()


def tree(path: Path, allowed: tuple[Path, ...]) -> Tree:
    """Return the tree of a document that stands at this path."""
    folders = tuple(folder.resolve() for folder in allowed)
    try:
        root = path.resolve()
    except (OSError, RuntimeError):  # links in a circle: reading it will say so
        root = path.absolute()
    return Tree(path.parent.resolve(), root, path.name, folders)


def read_bytes(path: Path, most: int) -> bytes:
    """Return what a regular file holds, at most one byte more than ``most``.

    Raises:
        ReadError: it can't be read; a pipe or a device is not waited for.

    """
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as fault:
        raise ReadError(_reason(fault)) from None
    except ValueError:
        message = "no file can have that name"
        raise ReadError(message) from None
    try:
        mode = os.fstat(descriptor).st_mode
        if not stat.S_ISREG(mode):
            raise ReadError("it is a folder" if stat.S_ISDIR(mode) else "it is no regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(most + 1)
    except OSError as fault:
        raise ReadError(_reason(fault)) from None
    finally:
        os.close(descriptor)


def _reason(fault: OSError) -> str:
    reasons = {
        errno.ENOENT: "there is no such file",
        errno.ENOTDIR: "there is no such file",
        errno.EACCES: "you may not read it",
        errno.EPERM: "you may not read it",
        errno.EISDIR: "it is a folder",
        errno.ENXIO: "it is no regular file",
        errno.ENAMETOOLONG: "its name is too long",
        errno.ELOOP: "its links lead in a circle",
    }
    return reasons.get(fault.errno or 0, fault.strerror or "it can't be read")
