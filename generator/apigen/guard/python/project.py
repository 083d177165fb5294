"""The files of a project as modules, each read once when something wants to know it."""

import ast
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TypeAlias

from apigen.guard.values import UNKNOWN, Arguments, Client, Text, Value

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that a piece of code sends."""

    method: Text
    url: Text
    node: ast.Call
    receiver: Value | None = None
    """What it is sent by, where that is not certain to send."""
    arguments: Arguments = field(default_factory=Arguments)


@dataclass(frozen=True, slots=True)
class Summary:
    """What calling a function comes to."""

    returns: Value = UNKNOWN
    sent: tuple[Sent, ...] = ()
    """What depends on its arguments."""


@dataclass(slots=True)
class Class:
    """A class of the project."""

    node: ast.ClassDef
    bases: tuple[Value, ...]
    attributes: dict[str, Value]
    frame: "Frame"
    client: Client | None = None
    """What it is, where it derives from a client of a library."""
    prepared: bool = False


@dataclass(slots=True)
class Module:
    """A file that was read."""

    file: str
    tree: ast.Module
    names: dict[str, Value] = field(default_factory=dict[str, Value])
    functions: dict[str, tuple[Function, "Frame"]] = field(
        default_factory=dict[str, tuple[Function, "Frame"]]
    )
    classes: dict[str, Class] = field(default_factory=dict[str, Class])
    summaries: dict[str, Summary] = field(default_factory=dict[str, Summary])
    sent: list[Sent] = field(default_factory=list[Sent])
    calls: list[tuple[ast.Call, Value]] = field(default_factory=list[tuple[ast.Call, Value]])
    """Calls of what is imported from elsewhere, with what is called."""
    answers: list[tuple[ast.Call, tuple[str, ...]]] = field(
        default_factory=list[tuple[ast.Call, tuple[str, ...]]]
    )
    """Calls that read the body of a contract's answer by hand, with its operations."""


@dataclass(slots=True)
class Frame:
    """A scope while it is run."""

    project: "Project"
    module: Module
    names: dict[str, Value]
    outer: "Frame | None" = None
    qualname: str = ""
    owner: str = ""
    """The class around a method."""
    returns: list[Value] = field(default_factory=list[Value])
    sent: list[Sent] = field(default_factory=list[Sent])

    def look_up(self, name: str) -> Value | None:
        """Return what a name stands for here."""
        frame: Frame | None = self
        while frame is not None:
            if name in frame.names:
                return frame.names[name]
            frame = frame.outer
        return None


@dataclass(slots=True)
class Project:
    """All files that may be read, and those that were."""

    sources: Callable[[str], str | None]
    """Gives the text of a file by its name."""
    files: Mapping[str, tuple[str, ...]]
    """The Python files by the last part of their dotted name."""
    foreign: frozenset[str]
    """First parts of modules that are not followed: generated packages."""
    matches: Callable[[Sent], tuple[str, ...]]
    """Tells which operations of a contract a request means."""
    run: Callable[["Project", Module], None]
    """Runs a module."""
    execute: Callable[[Function, Frame], None]
    """Runs the body of a function."""
    parameter: Callable[[ast.arg, Function, Frame], Value | None]
    """Tells what a parameter is, by its annotation or as a fixture."""
    modules: dict[str, Module | None] = field(default_factory=dict[str, "Module | None"])
    used: set[str] = field(default_factory=set[str])
    """Files that were asked for since this was last emptied."""
    reads: dict[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """What each file needed of others."""

    def module(self, file: str) -> Module | None:
        """Return a file as a module, run; None if it can't be read."""
        if file in self.modules:
            self.used |= {file, *self.reads.get(file, ())}
            return self.modules[file]
        before, self.used = self.used, set()
        self.modules[file] = None  # while it runs, whoever imports it sees nothing
        tree = parsed(self.sources(file) or "")
        if tree is not None:
            made = Module(file, tree)
            self.modules[file] = made
            self.run(self, made)
        self.reads[file] = frozenset(self.used)
        self.used |= before | {file}
        return self.modules[file]

    def find(self, dotted: str, importer: str, level: int = 0) -> str | None:
        """Return the file of a module as *importer* would import it."""
        parts = tuple(part for part in dotted.split(".") if part)
        if level == 0:
            return self._nearest(parts, importer) if parts else None
        folder = PurePosixPath(importer).parent
        for _ in range(level - 1):
            folder = folder.parent
        stem = folder.joinpath(*parts)
        known = self.files.get(stem.name, ())
        return next(
            (f for f in (f"{stem}.py", f"{stem}/__init__.py") if f.removeprefix("./") in known),
            None,
        )

    def _nearest(self, parts: tuple[str, ...], importer: str) -> str | None:
        """Return the file that ends like the module's name and stands nearest to *importer*."""
        endings = ("/".join(parts) + ".py", "/".join(parts) + "/__init__.py")
        found = [
            file
            for file in self.files.get(parts[-1], ())
            if file.endswith(endings)
            and (file in endings or ("/" + file).endswith(_rooted(endings)))
        ]
        here = PurePosixPath(importer).parts
        return max(
            found, key=lambda file: (_shared(PurePosixPath(file).parts, here), file), default=None
        )


def _rooted(endings: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"/{ending}" for ending in endings)


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


def index(files: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Return Python files by the last part of their module's name."""
    found: dict[str, list[str]] = {}
    for file in sorted(files):
        path = PurePosixPath(file)
        if path.suffix == ".py":
            name = path.parent.name if path.stem == "__init__" else path.stem
            found.setdefault(name, []).append(file)
    return {name: tuple(each) for name, each in found.items()}


def parsed(source: str) -> ast.Module | None:
    """Return a file's tree; None if Python can't read it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes are its author's affair
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
