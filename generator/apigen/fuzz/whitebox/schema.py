"""What FastAPI declares about inputs, held against the contract as two documents are."""

import datetime
import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from apigen.bundle import Bundle, bundle
from apigen.compare.changes import Change
from apigen.compare.comparison import Circumstances, compare
from apigen.diagnostics import Report, Severity, Stop
from apigen.diagnostics.whitebox import DECLARED_OTHERWISE
from apigen.document import load
from apigen.fuzz.drifts import Drift
from apigen.fuzz.operations import Contract
from apigen.fuzz.session import Finding, Untested
from apigen.fuzz.whitebox.matching import Matched
from apigen.types import Json

_INPUTS = ("request-", "new-required-request-")
_TOLD_ELSEWHERE = frozenset({"request-parameter-removed", "request-property-removed"})
"""What is not read at all is another finding."""


def declared(contract: Contract, application: Any, found: Matched) -> Iterator[Finding]:
    """Give the inputs that the application declares more narrowly than the contract does.

    Answers are left alone: what a handler returns is not what it declares, and the requests of a
    run see it.
    """
    try:
        document = _document(application, found)
    except Exception as error:  # noqa: BLE001 - foreign code, which raises anything
        for operation, _ in found.pairs:
            yield Untested(operation.label, f"the application's own schema: {error}")
        return
    if document is None:
        return
    labels = {each.label for each, _ in found.pairs}
    changes = compare(contract.bundle, document, Circumstances(datetime.date.min)).changes
    for change in changes:
        if change.severity is Severity.ERROR and _is_input(change):
            for label in labels & set(change.operations):
                yield _drift(contract, change, label)


def _is_input(change: Change) -> bool:
    return change.rule.startswith(_INPUTS) and change.rule not in _TOLD_ELSEWHERE


def _drift(contract: Contract, change: Change, label: str) -> Drift:
    operation = contract.by_label(label)
    pointer = change.old or (operation.pointer if operation else "")
    return Drift(
        DECLARED_OTHERWISE,
        label,
        contract.place(pointer),
        says="this is what may be sent",
        did=f"the application declares it otherwise: {change.message}",
        subject=f"{change.rule} {pointer.rpartition('/')[2]}",
    )


def _document(application: Any, found: Matched) -> Bundle | None:
    """Return the application's own document, its paths as the contract writes them."""
    make: Callable[[], dict[str, Json]] | None = getattr(application, "openapi", None)
    if make is None:
        return None
    value = dict(make())
    paths = value.get("paths")
    written = {
        (route.method.lower(), route.path): operation.path for operation, route in found.pairs
    }
    renamed: dict[str, Json] = {}
    for path, item in (paths if isinstance(paths, dict) else {}).items():
        for method, one in (item if isinstance(item, dict) else {}).items():
            target = written.get((method, path))
            if target is not None:
                entry = renamed.setdefault(target, {})
                if isinstance(entry, dict):
                    entry[method] = one
    value["paths"] = renamed
    return _read(value)


def _read(value: dict[str, Json]) -> Bundle | None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "openapi.json"
        file.write_text(json.dumps(value), encoding="utf-8")
        try:
            report = Report()
            return bundle(load(file, report), report)
        except Stop:
            return None
