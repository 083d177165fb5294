"""All codes, for ``apigen explain`` and the reference in the docs."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from apigen import diagnostics
from apigen.diagnostics.core import Code


def all_codes() -> tuple[Code, ...]:
    """Return every code that a family module beside this one lists, in order of id."""
    codes: list[Code] = []
    for module in iter_modules(diagnostics.__path__):
        if module.name not in {"core", "registry"}:
            codes += import_module(f"{diagnostics.__name__}.{module.name}").CODES
    return tuple(sorted(codes, key=_order))


def _order(code: Code) -> tuple[str, int]:
    """Order by family and number: D9 stands before D10."""
    letters = code.id.rstrip("0123456789")
    return letters, int(code.id.removeprefix(letters))


def by_name() -> Mapping[str, Code]:
    """Return the codes by id and by slug."""
    return {name: code for code in all_codes() for name in (code.id, code.slug)}
