"""Documents as a commit has them: read by git itself, never checked out."""

from pathlib import Path, PurePosixPath

from apigen.git import GitError, Repository

_MOST_FILES = 2000
_MOST_BYTES = 128 * 1024 * 1024
_SUFFIXES = (".yaml", ".yml", ".json")
_PLAIN = (b"100644", b"100755")
"""Modes of regular files; links are not followed."""


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
