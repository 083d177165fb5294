"""CPU of a call: the generated client, its rivals, and HTTP by hand, against canned answers.

python benchmarks/calls.py [--rounds N] [--calls N]

Prints the tables of calls.md. openapi-python-client is left out unless it is installed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from measuring import SPECS, datamodel_codegen, openapi_python_client, python, say, table, tools

HERE = Path(__file__).parent
SPEC = SPECS / "datastorage-2026-08.yaml"
KINDS = ("single write", "batch of 100", "page of 100")
BASES = ("httpx and json", "httpx and pydantic, by hand", "openapi-python-client")
BASES += ("datamodel-code-generator",)


@contextmanager
def server() -> Generator[str]:
    """Run the server, and give its URL."""
    command = [sys.executable, str(HERE / "calls_server.py")]
    with subprocess.Popen(  # noqa: S603 - our own
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None  # noqa: S101 - for the type checker
        assert process.stdout is not None  # noqa: S101 - the same
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        process.stdin.close()


def generate(folder: Path) -> None:
    """Generate all clients."""
    ended = python(
        "-m", "apigen", "generate", "--spec", SPEC, "--output", folder, "--package", "ours"
    )
    for each in (ended, datamodel_codegen(SPEC, folder, client=True)):
        if each.code:
            raise SystemExit(each.err)
    if not openapi_python_client(SPEC, folder):
        say("openapi-python-client is not installed, and left out.\n")


def measured(folder: Path, rounds: int, calls: int) -> dict[str, list[float]]:
    """Return the CPU microseconds of a call by client and kind: the least of all rounds."""
    with server() as url:
        done = subprocess.run(  # noqa: S603 - our own
            [sys.executable, HERE / "calls_clients.py", url, str(rounds), str(calls)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join((str(folder), str(HERE)))},
            stdout=subprocess.PIPE,
            check=True,
        )
    figures = json.loads(done.stdout)
    return {name: [min(each) for each in kinds] for name, kinds in figures.items()}


def peers() -> str:
    """Return what else took part."""
    told: list[str] = []
    for name in ("httpx", "httpx2", "openapi-python-client", "pyreqwest"):
        try:
            told.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(told)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--calls", type=int, default=60, help="a round: of single writes")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        generate(folder)
        figures = measured(folder, given.rounds, given.calls)
    say(f"{tools()} {peers()}.")
    say(f"The least of {given.rounds} rounds: what other work on the machine did not lengthen.\n")
    rows = [(name, *(f"{each:.0f}" for each in kinds)) for name, kinds in figures.items()]
    say(table(("CPU microseconds of a call", *KINDS), rows) + "\n")
    for mine in (name for name in figures if name.startswith("apigen")):
        ratios = [
            (
                base,
                *(
                    f"{own / its:.2f}"
                    for own, its in zip(figures[mine], figures[base], strict=True)
                ),
            )
            for base in BASES
            if base in figures
        ]
        say(table((f"{mine}, as a share of", *KINDS), ratios) + "\n")


if __name__ == "__main__":
    main()
