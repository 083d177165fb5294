"""What the benchmarks share: CPU seconds of a child, and tables."""

import os
import platform
import resource
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[1]
SPECS = Path(os.environ.get("APIGEN_SPECS_DIR", ROOT.parent / "shared" / "specs")).resolve()


@dataclass(frozen=True)
class Ended:
    """A child that has ended."""

    seconds: float
    """CPU, user and system, of the child and of those that it waited for."""
    code: int
    out: str
    err: str


def run(*command: str | Path, cwd: Path | None = None) -> Ended:
    """Run a command to its end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(  # noqa: S603 - the commands are the benchmarks' own
        [str(each) for each in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Ended(seconds, done.returncode, done.stdout, done.stderr)


def python(*arguments: str | Path, cwd: Path | None = None) -> Ended:
    """Run this Python."""
    return run(sys.executable, *arguments, cwd=cwd)


def datamodel_codegen(spec: Path, folder: Path, *, client: bool) -> Ended:
    """Run the rival: its models, with *client* also its client, formatted with ruff as ours is."""
    command = Path(sys.executable).with_name("datamodel-codegen")
    options = ["--input-file-type", "openapi", "--output-model-type", "pydantic_v2.BaseModel"]
    options += ["--target-python-version", "3.11", "--formatters", "ruff-format"]
    (folder / "rival").mkdir(parents=True)
    (folder / "rival" / "__init__.py").touch()
    output = folder / "rival" / "models.py"
    if client:
        options += ["--openapi-scopes", "schemas", "api", "--generate-client", "httpx2"]
        options += ["--client-output", str(folder / "rival" / "client")]
        options += ["--client-package", "rival.client", "--client-model-package", "rival.models"]
        return run(command, "--input", spec, "--output", output, *options, cwd=folder)
    ended = run(command, "--input", spec, "--output", output, *options, cwd=folder)
    if ended.code and "Modular references require an output directory" in ended.err:
        return run(command, "--input", spec, "--output", folder / "modules", *options, cwd=folder)
    return ended


def openapi_python_client(spec: Path, folder: Path) -> bool:
    """Run the other rival, and return whether it is installed."""
    command = Path(sys.executable).with_name("openapi-python-client")
    if not command.exists():
        return False
    options = ("--path", spec, "--output-path", folder / "opc", "--meta", "none")
    ended = run(command, "generate", *options, cwd=folder)
    if ended.code:
        raise SystemExit(ended.err or ended.out)
    return True


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table in Markdown: the first column to the left, all others to the right."""
    lines = [columns, ["---", *["--:"] * (len(columns) - 1)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def tools() -> str:
    """Return what took part, in one line."""
    names = ("apigen", "datamodel-code-generator", "pydantic", "ruff")
    told = ", ".join(f"{name} {version(name)}" for name in names)
    return f"Python {platform.python_version()}, {told}."


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
