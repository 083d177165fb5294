"""What git says of a working tree: asked by its own command, which changes nothing."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 60


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
