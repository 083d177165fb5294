"""Judges ``apigen diff`` on pairs of documents, beside other tools, and measures its CPU.

    python benchmarks/diff.py [FOLDER]

The pairs are those of ``tests/diff``, each with its verdict. FOLDER is where the other tools were
installed (``npm install openapi-diff api-smart-diff``); without it there is only ours. Writes
``diff.md`` beside itself.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuring import ROOT, SPECS, python, run, say, table, tools

sys.path.insert(0, str(ROOT))

from tests.diff.comparing import changes
from tests.diff.edits import CASES
from tests.diff.pairs import CHANGES, RECEIVED, SAME, SENT, document
from tests.diff.respellings import EQUIVALENT
from tests.diff.things import leave, made

INTRODUCTION = """\
# What breaks, and whether it is said

Written by `python benchmarks/diff.py`. Each pair of documents has a known verdict. *Breaks* are
pairs that break somebody on the wire; *harmless* pairs are compatible; *respelled* pairs say the
same in other words. Pairs on which one may differ (a warning of ours) are left out. A pair is right
if a tool says of it that something breaks just where it does; nothing else is asked of it, though
a finding on a respelled pair is one too many.

The pairs were built beside apigen and mended with it, from the rules that `apigen diff` documents:
that it is right on all of them is no surprise. The other tools get each pair as OpenAPI 3.0.3,
which they read; where a pair uses a keyword of 3.1, openapi-diff refuses it and counts as failed.
"""


@dataclass(frozen=True)
class Pair:
    """Two documents, and whether something breaks between them."""

    kind: str
    old: dict[str, Any]
    new: dict[str, Any]

    @property
    def breaks(self) -> bool:
        """Whether something breaks."""
        return self.kind == "breaks"


@dataclass(frozen=True)
class Judgement:
    """What a tool said of each pair; None where it failed."""

    name: str
    breaks: list[bool | None]
    seconds: float


def pairs() -> Iterator[Pair]:
    """Return every pair whose verdict is beyond doubt."""
    kinds = {"E": "breaks", "N": "harmless"}
    for side, places in enumerate((RECEIVED, SENT)):
        for place in places:
            for _, old, new, verdict in CHANGES:
                if verdict[side] in kinds:
                    before, after = (document(each, place, "3.0.3") for each in (old, new))
                    yield Pair(kinds[verdict[side]], before, after)
            for _, old, new in SAME:
                before, after = (document(each, place, "3.0.3") for each in (old, new))
                yield Pair("respelled", before, after)
    for _, old, new, verdict, _ in CASES:
        if verdict in kinds:
            yield Pair(kinds[verdict], older(made(old)), older(made(new)))
    for edit in EQUIVALENT.values():
        yield Pair("respelled", older(made(leave)), older(made(edit)))


def older(value: dict[str, Any]) -> dict[str, Any]:
    """Return a document as one of OpenAPI 3.0, which the other tools read."""
    return {**value, "openapi": "3.0.3"}


def ours(judged: list[Pair]) -> Judgement:
    """Judge the pairs in this process."""
    started = time.process_time()
    found: list[bool | None] = []
    for pair in judged:
        told = changes(newer(pair.old), newer(pair.new))
        found.append(any(change.severity.value == "error" for change in told))
    return Judgement("apigen", found, time.process_time() - started)


def newer(value: dict[str, Any]) -> dict[str, Any]:
    """Return a document as one of OpenAPI 3.1, whose keywords the pairs use."""
    return {**value, "openapi": "3.1.0"}


def others(judged: list[Pair], folder: Path) -> list[Judgement]:
    """Judge the pairs by the tools that are installed in a folder."""
    with tempfile.TemporaryDirectory() as made_:
        file = Path(made_) / "pairs.json"
        file.write_text(json.dumps([(pair.old, pair.new) for pair in judged]))
        script = Path(__file__).with_name("diff_peers.mjs")
        done = run("node", script, file, cwd=folder)
    if done.code:
        raise SystemExit(done.err)
    verdicts = json.loads(done.out.splitlines()[-1])
    return [
        Judgement(f"{name} {version(folder, name)}", one["breaks"], one["seconds"])
        for name, one in verdicts.items()
    ]


def version(folder: Path, name: str) -> str:
    """Return the version of an installed package of npm."""
    about = folder / "node_modules" / name / "package.json"
    return str(json.loads(about.read_text(encoding="utf-8"))["version"])


def scored(judged: list[Pair], judgement: Judgement) -> tuple[object, ...]:
    """Return a row: how many pairs of each kind are right."""
    cells: list[object] = [judgement.name]
    right = 0
    for kind in ("breaks", "harmless", "respelled"):
        told = [
            breaks is pair.breaks
            for pair, breaks in zip(judged, judgement.breaks, strict=True)
            if pair.kind == kind
        ]
        right += sum(told)
        cells.append(f"{sum(told)} of {len(told)}")
    failed = judgement.breaks.count(None)
    return (*cells, f"{100 * right / len(judged):.1f} %", failed, f"{judgement.seconds:.1f}")


def edited(spec: Path, folder: Path, edit: Callable[[str], str]) -> Path:
    """Write an edited copy of a document."""
    copy = folder / f"edited{spec.suffix}"
    copy.write_text(edit(spec.read_text(encoding="utf-8")), encoding="utf-8")
    return copy


def costs() -> Iterator[tuple[object, ...]]:
    """Return rows of what the command costs, with and without its start."""
    start = python("-m", "apigen", "diff", "--help").seconds
    with tempfile.TemporaryDirectory() as made_:
        folder = Path(made_)
        stripe = SPECS / "stripe.yaml"
        narrowed = edited(
            stripe, folder, lambda text: text.replace("maxLength: 5000", "maxLength: 4999")
        )
        real = SPECS / "datastorage-2025-12.yaml", SPECS / "datastorage-2026-08.yaml"
        for name, old, new in (
            ("the real DataStorage, December to August", *real),
            ("the largest document against itself", stripe, stripe),
            ("the largest document, every long text shortened", stripe, narrowed),
        ):
            done = python("-m", "apigen", "diff", old, new, "--quiet", "--format", "json")
            told = len(json.loads(done.out)["findings"])
            yield name, told, f"{done.seconds:.1f}", f"{done.seconds - start:.1f}"


def main() -> None:
    """Run, and write the page."""
    judged = list(pairs())
    judgements = [ours(judged)]
    if len(sys.argv) > 1:
        judgements += others(judged, Path(sys.argv[1]))
    heads = ("tool", "breaks", "harmless", "respelled", "right", "failed", "CPU, s")
    accuracy = table(heads, [scored(judged, each) for each in judgements])
    spent = table(("documents", "findings", "CPU, s", "beyond start-up, s"), list(costs()))
    page = f"{INTRODUCTION}\n{tools()}\n\n{accuracy}\n\n## What it costs\n\n{spent}\n"
    Path(__file__).with_suffix(".md").write_text(page, encoding="utf-8")
    say(page)


if __name__ == "__main__":
    main()
