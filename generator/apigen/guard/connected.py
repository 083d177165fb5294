"""Which files must be looked at again once some have changed.

Modules are run in the order of their names, and one that is being run is not seen by those that it
imports. So a file's findings hang on all that it is connected with, in either direction: a group of
connected files is looked at as a whole or not at all.
"""

from collections.abc import Mapping, Sequence

from apigen.guard.kept import Known


def stale(digests: Mapping[str, str], interest: Sequence[str], before: Known | None) -> set[str]:
    """Return the files of which *before* says nothing any more."""
    if before is None or before.digests.keys() != digests.keys():  # imports may lead elsewhere
        return set(digests)
    found = {name for name, seen in digests.items() if before.digests[name] != seen}
    found |= set(interest) ^ set(before.looked)
    groups = [{name, *others} for name, others in before.reads.items()]
    while True:
        touched = [group for group in groups if group & found]
        more = set[str]().union(*touched) - found
        if not more:
            return found
        found |= more


def within(reads: Mapping[str, Sequence[str]], files: set[str]) -> bool:
    """Return whether all that was run, and what it needed, is among *files*."""
    return all(name in files and files.issuperset(others) for name, others in reads.items())
