"""Is the document what OpenAPI says? Asked of openapi-spec-validator, answered with places."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from apigen.bundle import UNRESOLVED, Bundle
from apigen.diagnostics import Code, Diagnostic, Place, Report
from apigen.diagnostics.contract import (
    BAD_PATH,
    BAD_SCHEMA,
    DEFAULT_MISMATCH,
    DUPLICATE_OPERATION_ID,
    DUPLICATE_PARAMETER,
    DUPLICATE_TAG,
    MORE_FINDINGS,
    NOT_VALIDATED,
    PATH_PARAMETER_MISSING,
    PATH_PARAMETER_UNUSED,
    REQUIRED_UNDEFINED,
)
from apigen.explaining import Cause, causes, shorten, show
from apigen.judging import Verdict, Violation, judge
from apigen.pointers import Tokens, at, exists, from_fragment, join, step
from apigen.types import Json

MOST_OF_A_CODE = 100
_MOST_NODES = 1_000_000
_MOST_MIXED = 2_000
"""Items of a list that is not all texts: the validator compares each with each."""
_MOST_HOPS = 100


def validate(bundle: Bundle, report: Report) -> None:
    """Report, as warnings, where the document breaks the specification."""
    if reason := _too_much(bundle.value):
        place = bundle.place("")
        report.add(NOT_VALIDATED.at(place, f"the document is not validated: {reason}"))
        return
    shown: Counter[str] = Counter()
    kept: dict[Diagnostic, None] = {}
    for diagnostic in _findings(bundle):
        if diagnostic in kept:
            continue
        shown[diagnostic.code.id] += 1
        if shown[diagnostic.code.id] <= MOST_OF_A_CODE:
            kept[diagnostic] = None
    report.extend(kept)
    for code, count in shown.items():
        if count > MOST_OF_A_CODE:
            message = f"{count - MOST_OF_A_CODE} more findings of {code} are not shown"
            report.add(MORE_FINDINGS.at(Place(bundle.document.root), message))


def _findings(bundle: Bundle) -> Iterator[Diagnostic]:
    found: list[Tokens] = []
    said: set[tuple[str, Tokens]] = set()
    for verdict in judge(bundle.value, bundle.document.version):
        if isinstance(verdict.error, Violation):
            found.append(verdict.tokens)
        elif any(tokens[: len(verdict.tokens)] == verdict.tokens for tokens in found):
            continue  # what stopped the validator there has been reported
        for cause in _causes(verdict, bundle.value):
            tokens = _real(bundle.value, cause.tokens)
            key = (cause.code.id, tokens)
            if verdict.part == "document":
                said.add(key)
            elif verdict.part == "schema" and key in said:
                continue  # schemas are held against the specification twice
            if not _is_marked(bundle.value, tokens):
                related = tuple(bundle.place(join(other)) for other in cause.related)
                place = bundle.place(join(tokens))
                yield cause.code.at(place, cause.message, hint=cause.hint, related=related)


def _causes(verdict: Verdict, root: Json) -> list[Cause]:
    """Return what a verdict comes from."""
    error, tokens = verdict.error, verdict.tokens
    if not isinstance(error, Violation):
        return [_stopped(verdict)]
    match error.kind, verdict.part:
        case "DuplicateOperationIDError", _:
            return [_duplicate_operation(tokens, root)]
        case "UnresolvableParameterError", _:
            return [_path_parameter(error, tokens, root)]
        case "ParameterDuplicateError", _:
            return [_duplicate(DUPLICATE_PARAMETER, error, tokens, root)]
        case "ExtraParametersError", _:
            return _undefined(error, tokens, root)
        case _, "tags":
            return [_duplicate(DUPLICATE_TAG, error, tokens, root)]
        case _ if not error.keyword:
            return [Cause(BAD_SCHEMA, tokens, _no_schema(error))]
        case _:
            pass
    base = tokens[: len(tokens) - len(error.tokens)]
    if verdict.part == "default":
        message = "the default breaks its own schema: "
        return [Cause(DEFAULT_MISMATCH, tokens, message + cause.message) for cause in causes(error)]
    return [replace(cause, tokens=base + cause.tokens) for cause in causes(error)]


def _no_schema(error: Violation) -> str:
    if "is not of type 'object', 'boolean'" in error.message:
        return "what stands here is no schema"
    return shorten(error.message)


def _stopped(verdict: Verdict) -> Cause:
    """Say what stopped the validator."""
    fault = verdict.error
    if isinstance(fault, ValueError) and verdict.part == "operation":
        path = verdict.tokens[1] if len(verdict.tokens) > 1 else ""
        return Cause(BAD_PATH, verdict.tokens[:2], f"the braces of {show(path)} do not match")
    if isinstance(fault, RecursionError):
        message = "this is not validated: it is nested too deeply, or never ends"
        return Cause(NOT_VALIDATED, verdict.tokens, message)
    text = shorten(f"{type(fault).__name__}: {fault}")
    return Cause(NOT_VALIDATED, verdict.tokens, f"this stops the validator ({text})")


def _duplicate_operation(tokens: Tokens, root: Json) -> Cause:
    """Name the operation that has the id already."""
    name = _at(root, (*tokens, "operationId"))
    for path, item in _members(_at(root, ("paths",))):
        for method in item if isinstance(item, dict) else ():
            first = ("paths", path, method)
            if first != tokens and _at(root, (*first, "operationId")) == name:
                message = f"the operationId {show(name)} is taken by {method.upper()} {path}"
                there = (*first, "operationId")
                hint = "rename one of the two"
                return Cause(
                    DUPLICATE_OPERATION_ID, (*tokens, "operationId"), message, hint, (there,)
                )
    message = f"the operationId {show(name)} is not unique"
    return Cause(DUPLICATE_OPERATION_ID, (*tokens, "operationId"), message)


_PARAMETER = re.compile(r"Path parameter '(.*?)' for '[a-z]+' operation in", re.DOTALL)


def _path_parameter(error: Violation, tokens: Tokens, root: Json) -> Cause:
    """Tell a variable without a parameter from a parameter without a variable."""
    match = _PARAMETER.match(error.message)
    name = match[1] if match else ""
    for owner in (tokens, tokens[:2]):
        listed = _at(root, (*owner, "parameters"))
        for index in range(len(listed) if isinstance(listed, list) else 0):
            here = (*owner, "parameters", str(index))
            if _at(root, (*here, "name")) == name and _at(root, (*here, "in")) == "path":
                message = f"the path has no {{{name}}} for the path parameter {show(name)}"
                hint = "correct the name, put it in the path, or remove the parameter"
                return Cause(PATH_PARAMETER_UNUSED, here, message, hint)
    message = f"{{{name}}} is in the path, and no parameter with 'in: path' declares it"
    hint = f"add '- {{name: {name}, in: path, required: true, schema: {{type: string}}}}'"
    return Cause(PATH_PARAMETER_MISSING, tokens, message, hint)


def _duplicate(code: Code, error: Violation, tokens: Tokens, root: Json) -> Cause:
    """Find the second of two things with the same name in a list."""
    first: dict[str, Tokens] = {}
    listed = _at(root, tokens)
    for index in range(len(listed) if isinstance(listed, list) else 0):
        here = (*tokens, str(index))
        name = _at(root, (*here, "name"))
        key = repr((name, _at(root, (*here, "in"))))
        if key in first and f"'{name}'" in error.message:
            message = f"{show(name)} stands in this list for the second time"
            return Cause(code, here, message, "remove one of the two", (first[key],))
        first.setdefault(key, here)
    return Cause(code, tokens, shorten(error.message))


def _undefined(error: Violation, tokens: Tokens, root: Json) -> list[Cause]:
    """Return one cause for each required name that is no property."""
    required = _at(root, (*tokens, "required"))
    names = required if isinstance(required, list) else []
    return [
        Cause(
            REQUIRED_UNDEFINED,
            (*tokens, "required", str(index)),
            f"the schema requires {show(name)}, and does not define it",
            "define the property, or correct the name",
        )
        for index, name in enumerate(names)
        if repr(name) in error.message
    ]


def _members(node: Json) -> list[tuple[str, Json]]:
    return list(node.items()) if isinstance(node, dict) else []


def _at(root: Json, tokens: Tokens) -> Json:
    """Return what stands at a place, through references; None if nothing does."""
    tokens = _real(root, tokens)
    return at(root, tokens) if exists(root, tokens) else None


def _real(root: Json, tokens: Tokens) -> Tokens:
    """Return the place without references on the way."""
    for _ in range(_MOST_HOPS):
        node = root
        for index, token in enumerate(tokens):
            try:
                node = step(node, token)
            except LookupError:
                ref = node.get("$ref") if isinstance(node, dict) else None
                target = from_fragment(ref[1:]) if isinstance(ref, str) and ref[:1] == "#" else None
                if target is None:
                    return tokens
                tokens = target + tokens[index:]
                break
        else:
            return tokens
    return tokens


def _is_marked(root: Json, tokens: Tokens) -> bool:
    """Tell whether this is, or is within, what stands for a reference that leads nowhere."""
    node = root
    for token in (*tokens, ""):
        if isinstance(node, dict) and UNRESOLVED in node:
            return True
        try:
            node = step(node, token)
        except LookupError:
            return False
    return False


def _too_much(root: Json) -> str:
    """Say why the document would take too long, if it would."""
    nodes, waiting = 0, [root]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, (dict, list)):
            continue
        members = list(node.values()) if isinstance(node, dict) else node
        nodes += len(members)
        if nodes > _MOST_NODES:
            return f"it has more than {_MOST_NODES:,} values"
        long = isinstance(node, list) and len(node) > _MOST_MIXED
        if long and not all(isinstance(item, str) for item in node):
            return f"it has a list of {len(node):,} that are not all texts"
        waiting += [member for member in members if isinstance(member, (dict, list))]
    return ""
