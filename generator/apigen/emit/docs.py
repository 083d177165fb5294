"""Docstrings of calls: what an operation does, takes, returns and raises, in Google's style."""

from collections.abc import Iterable
from textwrap import indent

from apigen.contract import ABSENT, Operation, Parameter, Response
from apigen.emit.naming import Names
from apigen.emit.python import Spelling
from apigen.emit.text import docstring, one_line, plain, wrapped
from apigen.runtime.problems import error_class
from apigen.types import Bounds, Const, Named, Nullable, Scalar, TypeExpr

_INDENT = 8
_PLAIN = Spelling(constrained=False)


def headline(operation: Operation) -> str:
    """Return an operation's summary as a sentence."""
    said = one_line(operation.summary) or one_line(operation.description.partition("\n")[0])
    said = said or f"{operation.method} {one_line(operation.path)}"
    return said if said.endswith((".", "!", "?")) else f"{said}."


def short_doc(operation: Operation, pointer: str) -> str:
    """Return the docstring that sends the reader to the full one."""
    return docstring(f"{headline(operation)} {pointer}", _INDENT)


def server_doc(operation: Operation, success: Iterable[Response]) -> str:
    """Return the docstring of a handler: what it does, and which status its result is."""
    statuses = " or ".join(f"{each.status} ({_answer(each)})" for each in success)
    return docstring(f"{headline(operation)} Answers {statuses or 'nothing'}.", _INDENT)


def method_doc(
    operation: Operation,
    names: Names,
    success: Iterable[Response],
    errors: Iterable[Response],
) -> str:
    """Return the full docstring of a call."""
    parts = [headline(operation)]
    said = plain(operation.description)
    if said and one_line(said) != one_line(operation.summary):
        parts.append(wrapped(said, _INDENT))
    if operation.deprecated:
        parts.append("Deprecated.")
    arguments = _arguments(operation, names)
    if arguments:
        parts.append("Args:\n" + "\n".join(arguments))
    returns = [_entry(f"{_answer(each)} ({each.status})", each.description) for each in success]
    if returns:
        parts.append("Returns:\n" + "\n".join(returns))
    raises = [_entry(_error(each), each.description or each.status) for each in errors]
    raises.append(_entry("ApiError", "Any other failure; its layer says where."))
    parts.append("Raises:\n" + "\n".join(dict.fromkeys(raises)))
    return docstring("\n\n".join(parts), _INDENT)


def _arguments(operation: Operation, names: Names) -> list[str]:
    said = [
        _entry(names.keyword(operation, each), _parameter(each)) for each in operation.parameters
    ]
    if operation.body:
        at = sum(each.location == "path" for each in operation.parameters)
        said.insert(at, _entry("body", operation.body.description or "The request body."))
    return [*said, _entry("options", "Time-out and headers of this call alone.")]


def _entry(name: str, text: str) -> str:
    first = one_line(text.partition("\n\n")[0])
    return indent(wrapped(f"{name}: {first}", _INDENT + 4, hanging=4), " " * 4)


def _parameter(each: Parameter) -> str:
    said = one_line(each.description) or f"The {each.location} parameter '{one_line(each.name)}'."
    if said[-1] not in ".!?)":
        said += "."
    if bounds := _bounds(each.type):
        said += f" {bounds}."
    if each.default is not ABSENT:
        said += f" The service takes {one_line(str(each.default))!r} if it is left out."
    if each.deprecated:
        said += " Deprecated."
    return said


def _bounds(type_: TypeExpr) -> str:
    """Return the limits of a parameter in words."""
    match type_:
        case Nullable(inner):
            return _bounds(inner)
        case Scalar(bounds=bounds):
            return _limits(bounds)
        case Const() | Named() | _:
            return ""


def _limits(bounds: Bounds) -> str:
    if bounds.minimum is not None and bounds.maximum is not None:
        return f"From {bounds.minimum} to {bounds.maximum}"
    if bounds.minimum is not None:
        return f"At least {bounds.minimum}"
    if bounds.maximum is not None:
        return f"At most {bounds.maximum}"
    if bounds.max_length is not None:
        return f"At most {bounds.max_length} characters"
    return ""


def _answer(response: Response) -> str:
    spelled = dict.fromkeys(_PLAIN.of(media.type) for media in response.content)
    return " | ".join(spelled) or "None"


def _error(response: Response) -> str:
    if response.status.isdigit():
        return error_class(int(response.status)).__name__
    return "ApiError" if response.status == "default" else f"ApiError ({response.status})"
