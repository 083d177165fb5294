"""The search: what is found in the texts of files, by their language."""

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from apigen.diagnostics import consumers
from apigen.guard import connected, kept, libraries, source
from apigen.guard import files as tree
from apigen.guard.finding import Found
from apigen.guard.kept import Known
from apigen.guard.languages import notebook, reading
from apigen.guard.policy import Policy
from apigen.guard.python.project import Project, Sent, index
from apigen.guard.python.statements import execute, parameter, run_module
from apigen.guard.running import Linted, Searched, run
from apigen.guard.surface import Surface
from apigen.guard.verdict import judge

_WORD = re.compile(r"[A-Za-z_]\w*")
_FEW = 4
"""Members that two models share, at the least."""
_DEFINING = frozenset(
    {"BaseModel", "TypedDict", "NamedTuple", "dataclass", "Struct", "SQLModel", "define", "attrs"}
)


def lint(
    root: Path,
    paths: Sequence[Path],
    surfaces: Sequence[Surface],
    rules: Policy,
    *,
    today: datetime.date,
) -> Linted:
    """Return what is found in the files at *paths*; *root* is what their names start from."""
    return run(
        root, paths, rules, lambda texts, _: Searched(looked(texts, surfaces, rules)), today=today
    )


def looked(
    texts: Mapping[str, str],
    surfaces: Sequence[Surface],
    rules: Policy,
    before: Known | None = None,
) -> Known:
    """Return what is found in each file; *before*: what was, under the same contract and rules."""
    surfaces = [replace(each, servers=(*each.servers, *rules.hosts)) for each in surfaces]
    python = {name: text for name, text in texts.items() if tree.is_python(name)}
    books = {
        name: book
        for name in python
        if name.endswith(".ipynb") and (book := notebook.read(python[name])) is not None
    }
    python |= {name: book.python for name, book in books.items()}
    digests = kept.digests(texts)
    interest = _of_interest(python, surfaces)
    stale = connected.stale(digests, interest, before)
    told, reads = _found(python, [name for name in interest if name in stale], surfaces)
    if not connected.within(reads, stale):  # what it means for the others, only a whole run tells
        before, stale = None, set(texts)
        told, reads = _found(python, interest, surfaces)
    for name, book in books.items():
        if name in stale:
            told[name] = [*told.get(name, ()), *reading.told(name, book.asked, surfaces)]
    for name in (texts.keys() - python.keys()) & stale:
        told[name] = reading.findings(name, texts[name], surfaces)
    if before is not None:
        told |= {name: each for name, each in before.found.items() if name not in stale}
        reads |= {name: each for name, each in before.reads.items() if name not in stale}
    found = {name: told[name] for name in sorted(told) if told[name]}
    return Known(digests, tuple(interest), reads, found)


def _found(
    python: Mapping[str, str], interest: Sequence[str], surfaces: Sequence[Surface]
) -> tuple[dict[str, list[Found]], dict[str, tuple[str, ...]]]:
    """Return what is found in the files of interest, and what each file that was run needed."""

    def matches(sent: Sent) -> tuple[str, ...]:
        return tuple(
            endpoint
            for hit in judge(surfaces, sent, test=False)
            for endpoint in ([each.id for each in hit.endpoints] or ["?"])
        )

    foreign = frozenset(each.package for each in surfaces)
    project = Project(python.get, index(python), foreign, matches, run_module, execute, parameter)
    found: dict[str, list[Found]] = {}
    for name in interest:
        why = "this Python can't read it"
        try:
            module = project.module(name)
        except RecursionError:
            module, why = None, "what it imports leads too deep to be followed"
        if module is None:
            found[name] = [Found(consumers.UNREAD.id, 1, 1, 1, why)]
        else:
            found[name] = source.findings(module, surfaces)
    return found, {name: tuple(sorted(each)) for name, each in project.reads.items()}


def _of_interest(python: Mapping[str, str], surfaces: Sequence[Surface]) -> list[str]:
    """Return the files that can hold a finding, to judge by their words.

    A file must speak of the service and be able to send, itself or through what it imports.
    """
    words = {name: frozenset(_WORD.findall(text)) for name, text in python.items()}
    about = frozenset(word for each in surfaces for word in each.markers)
    packages = frozenset(each.package for each in surfaces)
    models = frozenset(model.name for each in surfaces for model in each.models)
    members = frozenset(name for each in surfaces for m in each.models for name in m.members)
    services = frozenset(name for each in surfaces for name in each.service)
    speaks = {
        name
        for name, found in words.items()
        if found & about
        or any(s in python[name].lower().replace("_", "").replace("-", "") for s in services)
    }
    sends = {name for name, found in words.items() if found & libraries.ROOTS or "curl" in found}
    speaks, sends = _reached(words, speaks), _reached(words, sends)
    unclear = frozenset({"client", "session", "http", "writer"})
    return sorted(
        name
        for name, found in words.items()
        if (name in speaks and (name in sends or found & unclear))
        or found & packages
        or (found & _DEFINING and (found & models or len(found & members) >= _FEW))
    )


def _reached(words: Mapping[str, frozenset[str]], start: set[str]) -> set[str]:
    """Return files that have something, or name a file that has it."""
    reached = set(start)
    for _ in range(4):
        stems = {_stem(name) for name in reached}
        more = {name for name, found in words.items() if name not in reached and found & stems}
        if not more:
            break
        reached |= more
    return reached


def _stem(name: str) -> str:
    parts = name.removesuffix(".py").split("/")
    return parts[-2] if parts[-1] == "__init__" and len(parts) > 1 else parts[-1]
