"""The naming policy: from names of a contract to names of Python.

A document may call a thing anything. What comes out of here is a valid identifier, no keyword, and
no name that generated code needs for itself; two things in one scope never share a name.
"""

import builtins
import keyword
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import count

_SYMBOLS = {
    "*": "any",
    "+": "plus",
    "-": "minus",
    "<": "less",
    ">": "greater",
    "=": "equal",
    "!": "not",
    "%": "percent",
    "&": "and",
    "|": "or",
    "/": "slash",
    ".": "dot",
    ",": "comma",
    ":": "colon",
    ";": "semicolon",
    "?": "question",
    "@": "at",
    "#": "hash",
    "$": "dollar",
    "~": "tilde",
    "^": "caret",
    " ": "space",
    "_": "underscore",
}

_UPPER_THEN_PLURAL = re.compile(r"([A-Z]{2,})s(?=[A-Z]|_|\b)")

CLASS_NAMES_TAKEN = frozenset(
    {
        "Annotated",
        "Any",
        "Base64",
        "ClosedModel",
        "Date",
        "Exactly",
        "Field",
        "Literal",
        "Matches",
        "Model",
        "Omissible",
        "OpenEnum",
        "OpenIntEnum",
        "Problem",
        "Time",
        "Timestamp",
        "TypeAlias",
        "TypeAliasType",
        "Union",
        "UniqueItems",
        "UnknownVariant",
        "Variants",
        "Written",
        "UUID",
        "Uuid",
        "None",
        "True",
        "False",
    }
)
"""Names that a models module imports or that Python keeps for itself."""

_BUILTIN_TYPES = frozenset({"str", "int", "float", "bool", "bytes", "list", "dict", "set", "tuple"})

FIELDS_TAKEN = frozenset(
    {
        "construct",
        "copy",
        "dict",
        "from_orm",
        "json",
        "model_computed_fields",
        "model_config",
        "model_construct",
        "model_copy",
        "model_dump",
        "model_dump_json",
        "model_extra",
        "model_fields",
        "model_fields_set",
        "model_json_schema",
        "model_parametrized_name",
        "model_post_init",
        "model_rebuild",
        "model_validate",
        "model_validate_json",
        "model_validate_strings",
        "mro",
        "parse_file",
        "parse_obj",
        "parse_raw",
        "register",
        "schema",
        "schema_json",
        "self",
        "update_forward_refs",
        "validate",
    }
    | _BUILTIN_TYPES
)
"""What a model has already; a builtin type as field would hide the type from later fields."""

_MODULES = frozenset({"calls", "clients", "m", "ops"})
"""What generated modules call each other."""

KEYWORDS_TAKEN = frozenset({"body", "cls", "media_type", "options", "self"}) | _MODULES
"""Keywords that every generated call has for itself."""

METHODS_TAKEN = (
    frozenset(
        {
            "aiterate",
            "breaker",
            "close",
            "exchange",
            "iterate",
            "origin",
            "problem_layers",
            "send",
            "user_agent",
        }
    )
    | frozenset(name for name in dir(builtins) if name.islower())
    | _MODULES
    | {"annotations"}  # what `from __future__` brings into each module
)
"""Methods of the runtime's clients; a builtin as method would hide it from annotations."""

CONSTANTS_TAKEN = frozenset({"CONTRACT_SHA256", "ERROR", "PROBLEM", "PROBLEM_LAYERS", "UUID"})
"""Constants that the table of operations imports or has for itself."""


def words(text: str) -> list[str]:
    """Return the words of a name in any of the usual cases, in lower case.

    Digits belong to the letters around them, so ``k8s`` and ``rfc7807`` are words.

    >>> words("HTTPServerIDs-2xx_k8sCall")
    ['http', 'server', 'ids', '2xx', 'k8s', 'call']
    """
    plain = unicodedata.normalize("NFKC", text)
    plain = _UPPER_THEN_PLURAL.sub(lambda match: match[1].title() + "s", plain)
    found = [word for chunk in re.split(r"[\W_]+", plain) for word in _humps(chunk)]
    if not found:
        found = [_SYMBOLS.get(char, f"u{ord(char):04x}") for char in text[:8]]
    return [word for word in found if f"a{word}".isidentifier()]


def _humps(chunk: str) -> Iterator[str]:
    """Yield the words of a name in camel case."""
    start = 0
    for index in range(1, len(chunk)):
        before, here, after = chunk[index - 1], chunk[index], chunk[index + 1 : index + 2]
        if here.isupper() and (not before.isupper() or after.islower()):
            yield chunk[start:index].lower()
            start = index
    if chunk:
        yield chunk[start:].lower()


def snake(text: str, taken: Collection[str] = (), *, empty: str = "value") -> str:
    """Return a variable, parameter or function name; a taken one gets an underscore."""
    name = _normal("_".join(words(text))) or empty
    if not name[0].isidentifier():
        name = f"{empty}_{name}"
    while keyword.iskeyword(name) or name in taken:
        name += "_"
    return name


def constant(text: str) -> str:
    """Return the name of a module constant."""
    return _normal(snake(text, empty="operation").upper()).rstrip("_")


def pascal(text: str, *, empty: str = "Schema") -> str:
    """Return a name in capitals; one that is in capitals already stays as it is.

    It is the start of a class name at least: ``None``, ``True`` and ``False`` come out as they are.
    """
    if not text:
        return empty
    plain = unicodedata.normalize("NFKC", text)
    if re.fullmatch(r"[A-Z][A-Za-z0-9]*", plain) and any(char.islower() for char in plain):
        return plain
    if re.fullmatch(r"[A-Z][A-Z0-9]*", plain):
        return plain
    name = _normal("".join(_title(part) for part in re.split(r"[\W_]+", plain) if part))
    if not name:
        name = "".join(word.title() for word in words(text)) or empty
    if name and not name[0].isidentifier():
        name = (empty or "Schema") + name
    return name if name.isidentifier() else empty


def _normal(name: str) -> str:
    """Return a name as Python's parser reads it (PEP 3131), so that equal ones are seen."""
    return unicodedata.normalize("NFKC", name)


def _title(part: str) -> str:
    return part[0].upper() + part[1:]


def class_name(text: str) -> str:
    """Return a class name that hides nothing a models module needs."""
    name = pascal(text)
    return f"{name}Schema" if name in CLASS_NAMES_TAKEN or keyword.iskeyword(name) else name


def member_name(value: str | int) -> str:
    """Return the name of an enumeration's member."""
    if isinstance(value, int):
        return f"VALUE_{value}".replace("-", "MINUS_")
    if not value:
        return "EMPTY"
    name = _normal(snake(value, empty="value").upper()).rstrip("_")
    return name if name not in {"MRO", "NAME", "VALUE"} else f"{name}_"


@dataclass(slots=True)
class Scope:
    """Names that are in use somewhere, given out once each."""

    taken: set[str] = field(default_factory=set[str])

    def claim(self, *candidates: str) -> str:
        """Take the first candidate that is free; the last one with a number if none is."""
        for name in _with_numbers(candidates):
            if name not in self.taken:
                self.taken.add(name)
                return name
        raise AssertionError  # pragma: no cover - the numbers do not end


def _with_numbers(candidates: tuple[str, ...]) -> Iterator[str]:
    yield from candidates
    for number in count(2):
        yield f"{candidates[-1]}{number}"
