"""What a run did, in a few lines that a person likes to read."""

from apigen.contract import Contract
from apigen.diffs import unified
from apigen.pipeline import Outcome
from apigen.plan import Action, Plan

_PARTICIPLES = {
    Action.CREATE: "created",
    Action.UPDATE: "updated",
    Action.KEEP: "unchanged",
    Action.DELETE: "deleted",
}


def of(outcome: Outcome, seconds: float, *, dry_run: bool = False) -> str:
    """Return the summary of ``generate`` for one contract."""
    if outcome.contract is None or outcome.plan is None:
        return f"{outcome.settings.spec}: nothing was generated"
    lines = [operations(outcome.contract)]
    folder = outcome.plan.folder
    if outcome.plan.refusals:
        lines.append(f"{folder}: nothing was written")
    else:
        done = ", not written" if dry_run else f" ({seconds:.1f} s)"
        lines.append(f"{folder}: {files(outcome.plan)}{done}")
    return "\n".join(lines)


def operations(contract: Contract) -> str:
    """Return how much of a document is generated, in words."""
    left_out = len(contract.left_out)
    raw = sum(bool(operation.raw) for operation in contract.operations)
    made = len(contract.operations)
    parts = [f"{made - raw} whole"] if raw or left_out else []
    parts += [f"{raw} raw"] if raw else []
    parts += [f"{left_out} left out"] if left_out else []
    details = f" ({', '.join(parts)})" if parts else ""
    title = " ".join(f"{contract.title} {contract.version}".split())
    return f"{_printable(title)}: {made} of {made + left_out} operations{details}"


def files(plan: Plan) -> str:
    """Return what becomes of how many files."""
    counts = [(len(plan.of(action)), word) for action, word in _PARTICIPLES.items()]
    total = len(plan.changes)
    told = [f"{count} {word}" for count, word in counts if count]
    return f"{total} file{'' if total == 1 else 's'}: {', '.join(told)}"


def details(plan: Plan, *, listed: bool, diff: bool) -> list[str]:
    """Return a line for each file that is not kept, and its diff, as far as asked for."""
    lines: list[str] = []
    if listed:
        lines += [
            f"  {change.action} {change.path} ({change.why})"
            for change in plan.changes
            if change.action is not Action.KEEP
        ]
    if diff:
        lines += unified(str(plan.folder), plan.changes)
    return lines


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else " " for character in text)
