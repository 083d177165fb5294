"""A run told to people at a terminal."""

from collections.abc import Iterator

from apigen.fuzz.campaign import Outcome
from apigen.fuzz.drifts import Drift
from apigen.fuzz.operations import Contract
from apigen.fuzz.reporting.reproducing import curl, python
from apigen.render.text import visible

_MOST_LETTERS = 2000
_MOST_LABELS = 3
_COLOURS = {"violation": "31", "undocumented": "33", "suspicion": "36"}


def render(outcome: Outcome, contract: Contract, *, colour: bool = False) -> str:
    """Return the verdict, each finding with its proof, and what was not tested."""
    return "\n".join(_lines(outcome, contract, colour=colour)) + "\n"


def _lines(outcome: Outcome, contract: Contract, *, colour: bool) -> Iterator[str]:
    for drift in outcome.drifts:
        yield from told(drift, contract, colour=colour)
        yield ""
    if outcome.drifted:
        failing, drifted = len(outcome.failing), len(outcome.drifted)
        yield f"{_counted(failing, 'finding')} in {_counted(drifted, 'operation')}:"
        yield from (f"  {visible(label)}" for label in outcome.drifted)
    elif outcome.reached:
        yield f"no drift found in {_counted(len(outcome.reached), 'operation')}"
    if outcome.accepted:
        yield f"accepted by the baseline: {_counted(len(outcome.accepted), 'finding')}"
    if outcome.untested:
        untested = _counted(len(outcome.untested), "operation")
        yield f"not tested: {untested} never answered with success"
        for label, reason in outcome.untested.items():
            yield f"  {visible(label)}: {visible(reason)}"
    yield from _unjudged(outcome)
    for oracle, reason in outcome.left_out.items():
        how = "cut short" if oracle in outcome.cut_short else "left out"
        yield f"{how}: {oracle}: {visible(reason)}"
    answered = ", ".join(f"{count} of {status}" for status, count in outcome.statuses.items())
    yield (
        f"{_counted(outcome.requests, 'request')} in {outcome.seconds:.1f} s ({answered}); "
        f"--seed {outcome.seed} --namespace {visible(outcome.namespace)}"
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _unjudged(outcome: Outcome) -> Iterator[str]:
    """Give what oracles could not judge; operations with the same reason on one line."""
    for oracle, reasons in outcome.unjudged.items():
        together: dict[str, list[str]] = {}
        for label, reason in reasons.items():
            together.setdefault(reason, []).append(label)
        for reason, labels in together.items():
            more = f" and {len(labels) - _MOST_LABELS} more" if len(labels) > _MOST_LABELS else ""
            shown = ", ".join(labels[:_MOST_LABELS])
            yield f"not judged: {oracle}: {visible(shown)}{more}: {visible(reason)}"


def told(drift: Drift, contract: Contract, *, colour: bool = False) -> Iterator[str]:
    """Give the lines of one finding: what the contract says and where, what happened, the proof."""
    kind = f"\x1b[{_COLOURS[drift.kind]}m{drift.kind}\x1b[0m" if colour else drift.kind.value
    yield f"{drift.code.id} {drift.code.slug}  {kind}  {visible(drift.operation)}"
    yield f"  contract  {visible(drift.says)}"
    yield f"            {visible(str(drift.place))} {visible(drift.place.pointer)}".rstrip()
    yield f"  server    {visible(drift.did)}"
    for exchange in drift.exchanges:
        yield f"  again     {_cut(visible(curl(exchange.call)))}"
        yield f"            -> {exchange.answer.status or visible(exchange.answer.failure)}"
    if drift.exchanges and (call := python(contract, drift.exchanges[-1].call)):
        yield f"  client    {_cut(visible(call))}"
    yield f"  accept    {visible(drift.fingerprint)}"


def _cut(line: str) -> str:
    return line if len(line) <= _MOST_LETTERS else f"{line[:_MOST_LETTERS]}… (--report-dir has it)"
