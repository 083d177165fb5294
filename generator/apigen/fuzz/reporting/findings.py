"""A run as findings of the other commands: for SARIF and GitHub annotations."""

from apigen.diagnostics import Diagnostic, Report
from apigen.diagnostics.drifts import NOT_TESTED
from apigen.fuzz.campaign import Outcome
from apigen.fuzz.operations import Contract


def diagnostics(outcome: Outcome, contract: Contract) -> tuple[Diagnostic, ...]:
    """Return drifts and untested operations, each at its place in the contract."""
    report = Report()
    report.extend(each.diagnostic() for each in outcome.drifts)
    for label, reason in outcome.untested.items():
        operation = contract.by_label(label)
        place = None if operation is None else operation.place
        report.add(NOT_TESTED.at(place, f"{label} was not tested: {reason}"))
    return tuple(report)
