"""Reads the report of a run against a service."""

import json
from pathlib import Path
from typing import TypeGuard

from apigen.comply.facts import Drifted


def read_report(path: Path) -> Drifted:
    """Return what ``apigen fuzz --format json`` wrote; raise ValueError if it is something else."""
    found: object = json.loads(path.read_bytes())
    if not _is_table(found):
        raise ValueError("it is no object")
    reached, untested = found.get("reached"), found.get("untested")
    findings, ended = found.get("findings"), found.get("ended")
    if not (_is_list(reached) and _is_table(untested) and _is_list(findings) and _is_list(ended)):
        raise ValueError("it does not say what was reached, found and tried")
    return Drifted(
        file=str(path),
        reached=len(reached),
        operations=len(reached) + len(untested),
        oracles=frozenset(map(str, ended)),
        drifts=tuple(
            (str(each.get("slug", "")), f"{each.get('operation', '')}: {each.get('did', '')}")
            for each in findings
            if _is_table(each) and each.get("kind") != "suspicion"
        ),
    )


def _is_table(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)
