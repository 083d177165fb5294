"""Rules about errors: documented, each by its status, as problems (RFC 9457)."""

from collections.abc import Iterator

from apigen.diagnostics import Diagnostic
from apigen.diagnostics.rules import (
    DEFAULT_HIDES_STATUSES,
    ERROR_NOT_A_PROBLEM,
    ERRORS_UNDOCUMENTED,
)
from apigen.rules.subject import Operation, Subject

_PROBLEM = ("application/problem+json", "application/problem+xml")


def errors_not_problems(subject: Subject) -> Iterator[Diagnostic]:
    """Find errors that carry something else than a problem, or nothing; HEAD carries nothing."""
    seen: set[tuple[str, ...]] = set()
    for operation in subject.operations:
        for status, response in operation.responses.items():
            if status[:1] not in {"4", "5"} or operation.method == "head":
                continue
            if status == "503" and _asks_how_it_is(operation):
                continue
            if response.tokens in seen:
                continue  # one shared response is one finding
            seen.add(response.tokens)
            content = response.value.get("content")
            types = list(content) if isinstance(content, dict) else []
            if not any(name.partition(";")[0].strip().lower() in _PROBLEM for name in types):
                told = f"is documented as {', '.join(types)}" if types else "has no content"
                yield ERROR_NOT_A_PROBLEM.at(
                    subject.place(*response.tokens),
                    f"the {status} of {operation.name} {told}, not as application/problem+json",
                )


def _asks_how_it_is(operation: Operation) -> bool:
    """Return whether an operation takes nothing, as probes of health do: 503 is their answer."""
    return operation.method == "get" and not operation.parameters


def errors_undocumented(subject: Subject) -> Iterator[Diagnostic]:
    """Find operations that take something and document no client error."""
    for operation in subject.operations:
        takes = operation.parameters or "requestBody" in operation.node.value
        if takes and not any(status[:1] == "4" for status in operation.responses):
            message = f"{operation.name} takes input and documents no 4xx answer"
            yield ERRORS_UNDOCUMENTED.at(
                subject.place(*operation.node.tokens, "responses"), message
            )


def defaults(subject: Subject) -> Iterator[Diagnostic]:
    """Find answers that stand for all statuses."""
    for operation in subject.operations:
        if "default" in operation.responses:
            message = f"{operation.name} documents 'default', which hides every status not named"
            yield DEFAULT_HIDES_STATUSES.at(
                subject.place(*operation.node.tokens, "responses", "default"), message
            )
