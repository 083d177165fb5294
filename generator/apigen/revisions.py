"""Which migrations a database lacks: for ``apigen doctor`` and for a service's readiness.

Pure and without dependencies, so that a probe may ask it every second.
"""

from collections.abc import Iterable, Mapping, Sequence


def unapplied(follows: Mapping[str, Sequence[str]], recorded: Iterable[str]) -> list[str]:
    """Return the migrations that are not applied, in the order of *follows*.

    Args:
        follows: Each migration, and those that it follows.
        recorded: What the database records, as Alembic does it: the newest migrations only.
            What they follow is applied too. A migration that is not in *follows* says nothing.

    """
    waiting = [each for each in recorded if each in follows]
    done = set(waiting)
    while waiting:
        before = [each for each in follows[waiting.pop()] if each not in done]
        done.update(before)
        waiting += [each for each in before if each in follows]
    return [each for each in follows if each not in done]
