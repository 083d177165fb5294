"""Format generated Python with ruff: one folder, two runs, settings of our own."""

import importlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from apigen.diagnostics import Stop, output

_STYLE = ("--isolated", "--no-cache", "--line-length=100", "--target-version=py311")
_WHERE = re.compile(r"^(?P<file>[^:\n]+\.py):(?P<why>\d+:\d+: [^\n]*)", re.MULTILINE)


def formatted(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return *files* with their Python modules formatted, and their imports sorted and used.

    Templates import whatever a module may need; what it does not need goes here. The runtime is
    left as it is: it was formatted where it was written. The result is a fixed point: formatting
    it again changes nothing. Raise Stop if a module does not parse, which is a fault of ours, or if
    ruff can't be started.
    """
    modules = {
        path: content
        for path, content in files.items()
        if path.endswith(".py") and "_runtime" not in path.split("/")
    }
    if not modules:
        return dict(files)
    folder = Path(tempfile.mkdtemp(prefix="apigen-"))
    try:
        for path, content in modules.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        _ruff(folder, "check", "--select=F401,I", "--fix", "--quiet", "--output-format=concise")
        _ruff(folder, "format", "--quiet")
        done = {path: (folder / path).read_bytes() for path in modules}
    except Stop as stop:
        if stop.diagnostic.code is not output.UNFORMATTABLE:
            shutil.rmtree(folder)
        raise
    except BaseException:
        shutil.rmtree(folder)
        raise
    shutil.rmtree(folder)
    return {path: done.get(path, content) for path, content in files.items()}


def _ruff(folder: Path, command: str, *flags: str) -> None:
    """Run ruff over *folder*; its own settings in files and variables are shut out."""
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("RUFF_")}
    try:
        find_ruff_bin: Callable[[], str] = importlib.import_module("ruff").find_ruff_bin
        ended = subprocess.run(  # noqa: S603 - our own tool, on our own files
            [find_ruff_bin(), command, *_STYLE, *flags, "."],
            cwd=folder,
            env=surroundings,
            capture_output=True,
            check=False,
            encoding="utf-8",
            errors="replace",
        )
    except (ImportError, OSError) as error:
        raise Stop(output.no_formatter(str(error))) from error
    if ended.returncode == 0:
        return
    told = f"{ended.stdout}\n{ended.stderr}".strip()
    where = _WHERE.search(told)
    if where is None:
        raise Stop(output.no_formatter(told or f"it ended with {ended.returncode}"))
    file = where["file"].replace(os.sep, "/")
    raise Stop(output.unformattable(file, where["why"], str(folder)))
