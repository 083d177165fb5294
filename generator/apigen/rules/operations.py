"""Rules about operations as a whole: that they have names, and say what credentials they take."""

from collections.abc import Iterator

from apigen.diagnostics import Diagnostic
from apigen.diagnostics.rules import OPERATION_UNNAMED, SECURITY_UNSTATED
from apigen.rules.subject import Subject


def unnamed_operations(subject: Subject) -> Iterator[Diagnostic]:
    """Find operations without an operationId."""
    for operation in subject.operations:
        if not operation.node.value.get("operationId"):
            message = f"{operation.name} has no operationId"
            yield OPERATION_UNNAMED.at(subject.place(*operation.node.tokens), message)


def security_unstated(subject: Subject) -> Iterator[Diagnostic]:
    """Find operations for which nobody says what credentials they take."""
    if "security" in subject.bundle.value or not subject.operations:
        return
    silent = [one for one in subject.operations if "security" not in one.node.value]
    if len(silent) == len(subject.operations):
        message = "the document says nowhere what credentials its operations take"
        hint = "write 'security' at the root; 'security: []' says that all is open"
        yield SECURITY_UNSTATED.at(subject.place(), message, hint=hint)
        return
    for operation in silent:
        message = f"{operation.name} does not say what credentials it takes"
        hint = "write 'security' on it, or 'security: []' if it is open"
        yield SECURITY_UNSTATED.at(subject.place(*operation.node.tokens), message, hint=hint)
