"""Imports a generated package and builds everything in it that is built lazily.

    python -W error probe.py FOLDER PACKAGE

Prints the numbers of models, other named types and operations.
"""

import importlib
import inspect
import sys
import typing
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import BaseModel, TypeAdapter


def models(module: ModuleType) -> tuple[int, int]:
    """Build the validators of all models and named types."""
    counts = [0, 0]
    for name in module.__all__:
        form: Any = getattr(module, name)
        if inspect.isclass(form) and issubclass(form, BaseModel):
            form.model_rebuild()
            if not form.__pydantic_complete__:
                raise TypeError(f"{name} can't be built")
            counts[0] += 1
        else:
            TypeAdapter(form)
            counts[1] += 1
    return counts[0], counts[1]


def operations(module: ModuleType) -> int:
    """Build the validators of every body and answer."""
    table = [value for value in vars(module).values() if type(value).__name__ == "Operation"]
    for operation in table:
        media = list(operation.body.media) if operation.body else []
        for answers in (operation.success, operation.errors):
            media += [each for several in answers.values() for each in several]
        for each in media:
            getattr(each, "adapter", None)
    return len(table)


def annotations(module: ModuleType) -> None:
    """Resolve every annotation of a module's functions and classes' methods."""
    for value in vars(module).values():
        if getattr(value, "__module__", "") != module.__name__:
            continue
        for each in vars(value).values() if isinstance(value, type) else [value]:
            if callable(each):
                typing.get_type_hints(each)


def main() -> None:
    """Do all of that."""
    folder, package = sys.argv[1:]
    sys.path.insert(0, folder)
    modules = {
        path.stem: importlib.import_module(f"{package}.{path.stem}")
        for path in sorted((Path(folder) / package).glob("*.py"))
    }
    built = models(modules["models"])
    called = operations(modules["operations"]) if "operations" in modules else 0
    for name in ("calls", "client", "server"):
        if name in modules:
            annotations(modules[name])
    print(*built, called)  # noqa: T201 - this is its result


if __name__ == "__main__":
    main()
