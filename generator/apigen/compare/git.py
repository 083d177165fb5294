"""Documents as a commit has them: read by git itself, never checked out."""

import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_MOST_FILES = 2000
_MOST_BYTES = 128 * 1024 * 1024
_SECONDS = 60
_SUFFIXES = (".yaml", ".yml", ".json")
_PLAIN = (b"100644", b"100755")
"""Modes of regular files; links are not followed."""


class GitError(Exception):
    """Git can't give what was asked for; ``fetch`` is the command that would help, or empty."""

    def __init__(self, message: str, fetch: str = "") -> None:
        super().__init__(message)
        self.fetch = fetch


@dataclass(frozen=True, slots=True)
class Repository:
    """A working tree."""

    folder: Path

    def ask(self, *words: str) -> str:
        """Return what git says, as text.

        Raises:
            GitError: it refuses.

        """
        return self.bytes(*words).decode("utf-8", "surrogateescape").strip()

    def bytes(self, *words: str, given: bytes = b"") -> bytes:
        """Return what git says.

        Raises:
            GitError: it refuses, is not there, or takes too long.

        """
        command = ["git", "-C", str(self.folder), *words]
        try:
            done = subprocess.run(  # noqa: S603 - fixed words; references are verified first
                command, input=given, capture_output=True, timeout=_SECONDS, check=False
            )
        except FileNotFoundError:
            message = "git is not installed"
            raise GitError(message) from None
        except subprocess.TimeoutExpired:
            message = f"git took more than {_SECONDS} seconds"
            raise GitError(message) from None
        if done.returncode:
            told = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise GitError(told[-1] if told else "git failed")
        return done.stdout

    @property
    def is_shallow(self) -> bool:
        """Tell whether the clone lacks history."""
        return self.ask("rev-parse", "--is-shallow-repository") == "true"

    def commit(self, ref: str) -> str:
        """Return the id of a commit.

        Raises:
            GitError: there is none of that name here.

        """
        try:
            return self.ask(
                "rev-parse", "--verify", "--quiet", "--end-of-options", ref + "^{commit}"
            )
        except GitError:
            fetch = "git fetch --unshallow origin" if self.is_shallow else ""
            message = f"there is no commit '{ref}' here"
            raise GitError(message, fetch) from None

    def merge_base(self) -> str:
        """Return where the current branch left the default branch.

        Raises:
            GitError: there is no default branch, or no common commit here.

        """
        for branch in ("origin/HEAD", "origin/main", "origin/master", "main", "master"):
            try:
                tip = self.commit(branch)
            except GitError:
                continue
            try:
                return self.ask("merge-base", "HEAD", tip)
            except GitError:
                fetch = "git fetch --unshallow origin" if self.is_shallow else ""
                message = f"HEAD and {branch} have no commit in common here"
                raise GitError(message, fetch) from None
        fetch = "git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'"
        message = "there is no default branch here (origin/HEAD, main, master)"
        raise GitError(message, fetch if self.is_shallow else "")


def repository(folder: Path) -> Repository:
    """Return the working tree that a folder lies in.

    Raises:
        GitError: it lies in none.

    """
    return Repository(Path(Repository(folder).ask("rev-parse", "--show-toplevel")))


def save(repo: Repository, commit: str, path: str, target: Path) -> None:
    """Write the documents of a commit's folder below *target*, with their paths.

    Raises:
        GitError: there is no such file, or it is too much.

    """
    folder = PurePosixPath(path).parent.as_posix()
    listed = repo.bytes("ls-tree", "-r", "-l", "-z", "--full-tree", commit)
    wanted: list[tuple[str, str]] = []
    total = 0
    for line in listed.split(b"\0"):
        head, _, raw = line.partition(b"\t")
        name = raw.decode("utf-8", "surrogateescape")
        inside = folder == "." or name.startswith(f"{folder}/")
        parts = head.split()
        if not inside or len(parts) < 4 or parts[0] not in _PLAIN:
            continue
        if name != path and not name.lower().endswith(_SUFFIXES):
            continue
        total += int(parts[3])
        wanted.append((parts[2].decode(), name))
    if len(wanted) > _MOST_FILES or total > _MOST_BYTES:
        message = f"the folder of {path} has too many documents, or too large ones"
        raise GitError(message)
    if all(name != path for _, name in wanted):
        message = f"the commit {commit[:12]} has no file '{path}'"
        raise GitError(message)
    _write(repo, wanted, target)


def _write(repo: Repository, wanted: list[tuple[str, str]], target: Path) -> None:
    asked = "".join(f"{blob}\n" for blob, _ in wanted).encode()
    given = repo.bytes("cat-file", "--batch", given=asked)
    at = 0
    for _, name in wanted:
        end = given.index(b"\n", at)
        size = int(given[at:end].split()[2])
        file = target / name
        if ".." in PurePosixPath(name).parts or not file.resolve().is_relative_to(target.resolve()):
            message = f"the commit has a file of the name '{name}'"
            raise GitError(message)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(given[end + 1 : end + 1 + size])
        at = end + size + 2
