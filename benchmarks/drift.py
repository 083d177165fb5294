"""Runs schemathesis and ``apigen fuzz`` against servers with one planted fault each.

    python benchmarks/drift.py --results FILE [--kind KIND ...] [--name NAME ...] [--each N]
                               [--tool TOOL ...] [--seconds 60] [--seed 1] [--table]

What was run is kept in FILE as lines of JSON, and not run again; ``--table`` writes ``drift.md``
beside this script from them. A finding counts if the same tool does not report it of the server
without a fault. Both tools get the strict contract, the same seed and the same seconds.
"""

import argparse
import json
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from measuring import say  # noqa: E402 - beside this script
from tests.drift.fault import KINDS, Fault  # noqa: E402 - found by the line above
from tests.drift.faults.catalogue import FAULTS  # noqa: E402
from tests.drift.guard import WRITER  # noqa: E402

TOOLS = ("schemathesis", "apigen")
LINE = re.compile(r"\b(AG9\d\d)\b.*?((?:GET|PUT|POST|DELETE|PATCH|HEAD|OPTIONS) /\S*?)(?=[:\s]|$)")
GRACE = 60


@dataclass(frozen=True)
class Run:
    """What one tool found on one server: pairs of a code and an operation."""

    name: str
    tool: str
    seconds: float
    found: tuple[tuple[str, str], ...]
    ended: str


@contextmanager
def served(name: str) -> Iterator[str]:
    """Run a server with a fault; give its URL."""
    command = [sys.executable, "-m", "tests.drift.serve", name]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            yield next(iter(server.stdout or ())).strip()
        finally:
            server.terminate()


def contract(folder: Path, *, asks_for_tokens: bool) -> Path:
    """Write the strict contract; without security where the server asks for no tokens."""
    document = json.loads(files("datastorage").joinpath("openapi.json").read_bytes())
    if not asks_for_tokens:
        document.pop("security")
    target = folder / "openapi.json"
    target.write_text(json.dumps(document))
    return target


def commanded(
    tool: str, spec: Path, url: str, asked: argparse.Namespace, *, tokens: bool
) -> list[str]:
    """Return the command of a tool."""
    if tool == "apigen":
        more = shlex.split(asked.fuzz) + (shlex.split(asked.fuzz_token) if tokens else [])
        command = [sys.executable, "-m", "apigen", "fuzz", "--spec", str(spec), "--url", url]
        return [*command, "--seed", str(asked.seed), *more]
    told = ["--header", f"Authorization: Bearer {WRITER}"] if tokens else []
    reports = ["--report", "json", "--report-json-path", str(spec.parent / "report.json")]
    bound = ["--seed", str(asked.seed), "--max-time", str(asked.seconds), "--no-color"]
    return ["schemathesis", "run", str(spec), "--url", url, *bound, *reports, *told]


def of_schemathesis(report: Path) -> set[tuple[str, str]]:
    """Return what schemathesis reports."""
    if not report.exists():
        return set()
    failures = json.loads(report.read_bytes())["failures"]
    return {(str(one["code"]), label(place)) for one in failures for place in one["operations"]}


def label(place: Any) -> str:
    """Return an operation as text, however a report tells it."""
    return (
        str(place.get("label", place.get("operation", place)))
        if isinstance(place, dict)
        else str(place)
    )


def of_apigen(text: str) -> set[tuple[str, str]]:
    """Return what ``apigen fuzz`` reports, as JSON or as lines."""
    try:
        return {(one["code"], one["operation"]) for one in objects(json.loads(text))}
    except ValueError:
        return {(found[1], found[2]) for found in LINE.finditer(text)}


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Return all objects that tell a finding."""
    if isinstance(value, dict) and isinstance(value.get("operation"), str) and "code" in value:
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from objects(one)


def ran(name: str, tool: str, asked: argparse.Namespace, *, tokens: bool) -> Run:
    """Run one tool on one server."""
    with tempfile.TemporaryDirectory() as folder, served(name) as url:
        spec = contract(Path(folder), asks_for_tokens=tokens)
        command = commanded(tool, spec, url, asked, tokens=tokens)
        began = time.perf_counter()
        try:
            done = subprocess.run(  # noqa: S603 - our own command
                command, capture_output=True, text=True, timeout=asked.seconds + GRACE, check=False
            )
            ended, text = f"exit {done.returncode}", done.stdout
        except subprocess.TimeoutExpired as stopped:
            ended, text = "stopped", (stopped.stdout or b"").decode()
        took = time.perf_counter() - began
        report = Path(folder) / "report.json"
        found = of_apigen(text) if tool == "apigen" else of_schemathesis(report)
    return Run(name, tool, round(took, 1), tuple(sorted(found)), ended)


def known(results: Path) -> dict[tuple[str, str], Run]:
    """Return what was run before."""
    if not results.exists():
        return {}
    runs = (json.loads(line) for line in results.read_text().splitlines())
    return {
        (one["name"], one["tool"]): Run(**{**one, "found": tuple(map(tuple, one["found"]))})
        for one in runs
    }


def chosen(asked: argparse.Namespace) -> list[Fault]:
    """Return the faults that are asked for; of each class the first N with ``--each``."""
    faults = [one for one in FAULTS if not asked.kind or one.kind in asked.kind]
    if asked.name:
        return [one for one in faults if one.name in asked.name]
    if not asked.each:
        return faults
    kinds = [[one for one in faults if one.kind == kind] for kind in KINDS]
    return [one for some in kinds for one in some[:: max(1, len(some) // asked.each)][: asked.each]]


def rows(runs: dict[tuple[str, str], Run]) -> Iterator[list[str]]:
    """Return the table: one row for each fault and tool."""
    for fault in FAULTS:
        clean = "clean-guarded" if fault.guarded else "clean"
        for tool in TOOLS:
            run, control = runs.get((fault.name, tool)), runs.get((clean, tool))
            if run is None or control is None:
                continue
            new = set(run.found) - set(control.found)
            named = any(operation == fault.operation for _, operation in new)
            told = [("yes" if new else "no"), ("yes" if named else "no")]
            yield [
                fault.kind,
                fault.name,
                fault.operation,
                tool,
                *told,
                str(run.seconds),
                run.ended,
            ]


def summary(table: Sequence[Sequence[str]]) -> Iterator[list[str]]:
    """Return one row for each class and tool."""
    for kind in KINDS:
        for tool in TOOLS:
            some = [row for row in table if row[0] == kind and row[3] == tool]
            if some:
                seen, named = (sum(row[at] == "yes" for row in some) for at in (4, 5))
                mean = sum(float(row[6]) for row in some) / len(some)
                yield [kind, tool, str(len(some)), str(seen), str(named), f"{mean:.0f}"]


def markdown(names: Sequence[str], table: Sequence[Sequence[str]]) -> str:
    """Return a table as Markdown."""
    lines = [names, ["---"] * len(names), *table]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def page(runs: dict[tuple[str, str], Run]) -> str:
    """Return what ``drift.md`` says."""
    table = list(rows(runs))
    count = len({row[1] for row in table})
    whole = (
        "every fault" if count == len(FAULTS) else f"a sample of {count} faults of {len(FAULTS)}"
    )
    controls = [
        [n, t, str(len(r.found)), r.ended] for (n, t), r in runs.items() if n[:5] == "clean"
    ]
    return (
        f"# Planted faults found\n\nWritten by `python benchmarks/drift.py --table`: {whole}. "
        "What a tool reports of the server without a fault, too, does not count; a finding at "
        "another operation than the fault's may be chance.\n\n"
        + markdown(
            ["class", "tool", "faults", "found", "operation named", "mean s"], list(summary(table))
        )
        + "\nOf the server without a fault:\n\n"
        + markdown(["server", "tool", "findings", "ended"], controls)
        + "\nFault by fault:\n\n"
        + markdown(["class", "fault", "operation", "tool", "found", "named", "s", "ended"], table)
    )


def arguments() -> argparse.Namespace:
    """Return what is asked."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("--kind", action="append", choices=KINDS)
    parser.add_argument("--name", action="append")
    parser.add_argument("--each", type=int, default=0)
    parser.add_argument("--tool", action="append", choices=TOOLS)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--fuzz", default="--time-budget 60 --format json", help="more for fuzz")
    parser.add_argument("--fuzz-token", default="", help="how fuzz is told the token of a writer")
    parser.add_argument("--table", action="store_true")
    return parser.parse_args()


def main() -> None:
    """Run what was not run before."""
    asked = arguments()
    runs = known(asked.results)
    faults = [] if asked.table else chosen(asked)
    todo = {("clean-guarded" if one.guarded else "clean"): one.guarded for one in faults}
    todo |= {one.name: one.guarded for one in faults}
    for name, tokens in todo.items():
        for tool in asked.tool or TOOLS:
            if (name, tool) in runs:
                continue
            run = runs[name, tool] = ran(name, tool, asked, tokens=tokens)
            with asked.results.open("a") as stream:
                stream.write(json.dumps(asdict(run)) + "\n")
            say(f"{name}: {tool}: {len(run.found)} findings, {run.seconds} s, {run.ended}")
    if asked.table:
        Path(__file__).with_suffix(".md").write_text(page(runs))


if __name__ == "__main__":
    main()
