"""Generates from every document in APIGEN_SPECS_DIR, and writes ``documents.md`` beside itself.

    python benchmarks/documents.py [NAME ...]

With names, only those documents are run, and the table is printed instead of written.
"""

import json
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from measuring import SPECS, Ended, datamodel_codegen, python, say, table, tools

WITH_CLIENT = {"datastorage-2025-12.yaml", "datastorage-2026-08.yaml", "petstore-v3.yaml"}
SUMMARY = re.compile(
    r": (\d+) of (\d+) operations(?: \((\d+) whole(?:, (\d+) raw)?(?:, (\d+) left out)?\))?$", re.M
)
COLUMNS = (
    "document", "operations", "whole", "raw", "left out", "findings", "apigen, s",
    "models only, s", "ratio", "with client, s", "ratio",
)  # fmt: skip
INTRODUCTION = """\
# Every document, generated once

Written by `python benchmarks/documents.py`; README.md beside it says what the columns mean.
"""


@dataclass(frozen=True)
class Row:
    """One document."""

    cells: tuple[object, ...]
    operations: int
    whole: int
    raw: int
    left_out: int
    seconds: float


def measured(spec: Path) -> Row:
    """Run everything that is measured on one document."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        ours = python(
            "-m", "apigen", "generate", "--spec", spec, "--output", folder, "--package", "made",
            "--format", "json", "--output-file", folder / "findings.json",
        )  # fmt: skip
        theirs = datamodel_codegen(spec, folder / "models", client=False)
        client: Ended | None = None
        if spec.name in WITH_CLIENT:
            client = datamodel_codegen(spec, folder / "client", client=True)
        found = SUMMARY.search(ours.err)
        told = folder / "findings.json"
        findings = json.loads(told.read_text())["findings"] if told.is_file() else []
    counts = [int(each or 0) for each in found.groups()] if found else [0] * 5
    whole = counts[2] if found and found[3] else counts[0]
    cells = (
        spec.name, counts[1], whole, counts[3], counts[4], len(findings),
        f"{ours.seconds:.1f}" if not ours.code else f"exit {ours.code}",
        *compared(ours, theirs), *compared(ours, client),
    )  # fmt: skip
    return Row(cells, counts[1], whole, counts[3], counts[4], ours.seconds)


def compared(ours: Ended, other: Ended | None) -> tuple[str, str]:
    """Return the other's seconds, and ours over them."""
    if other is None:
        return "", ""
    if other.code:
        return "fails", ""
    return f"{other.seconds:.1f}", f"{ours.seconds / other.seconds:.2f}"


def main() -> None:
    """Run, and write or print."""
    chosen = set(sys.argv[1:])
    specs = [
        path
        for path in sorted(SPECS.glob("*"))
        if path.suffix in {".json", ".yaml"} and (not chosen or path.name in chosen)
    ]
    rows: list[Row] = []
    for spec in specs:
        rows.append(measured(spec))
        say(" ".join(str(cell) for cell in rows[-1].cells))
    total = (
        "**all**", sum(row.operations for row in rows), sum(row.whole for row in rows),
        sum(row.raw for row in rows), sum(row.left_out for row in rows), "",
        f"{sum(row.seconds for row in rows):.1f}", "", "", "", "",
    )  # fmt: skip
    text = "\n".join([INTRODUCTION, tools(), "", table(COLUMNS, [*(r.cells for r in rows), total])])
    if chosen:
        say(text)
    else:
        Path(__file__).with_suffix(".md").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
