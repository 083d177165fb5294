"""A document: the file that the user named and every file that its references reach."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

from apigen import jsonsource, yamlsource
from apigen.diagnostics import Place, Report, Stop
from apigen.diagnostics.reading import (
    DANGLING,
    NO_DOCUMENT,
    OUTSIDE,
    REMOTE,
    SYNTAX,
    TOO_LARGE,
    UNREADABLE,
    VERSION,
)
from apigen.files import OutsideError, ReadError, Tree, read_bytes, tree
from apigen.pointers import split
from apigen.resolution import SCHEME, Key, Reference, Resolver, Unresolvable
from apigen.sourcetext import Bounds, Parsed, SourceText, decode, quoted, stop
from apigen.types import Json

Version = Literal["3.0", "3.1"]
_VERSION = re.compile(r"3\.([01])(\.\d+)?(-[\w.]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read before a document is refused."""

    max_bytes: int = 32 * 1024 * 1024
    """Of one file."""
    max_total_bytes: int = 128 * 1024 * 1024
    max_files: int = 1000
    max_depth: int = 200
    max_nodes: int = 5_000_000

    @property
    def bounds(self) -> Bounds:
        """Return what a reader needs of them."""
        return Bounds(self.max_depth, self.max_nodes)


@dataclass(frozen=True, slots=True)
class Document:
    """All that was read, file by file; a file's key is its path relative to the root's folder."""

    root: str
    """The root file as the user named it."""
    key: str
    """The key of the root file."""
    version: Version
    parsed: Mapping[str, Parsed]
    digests: Mapping[str, str]
    """SHA-256 of the bytes of each file, in hexadecimal."""
    references: Mapping[Key, Reference]
    """By file and place, in order of discovery."""

    @property
    def value(self) -> Json:
        """Return the value of the root file."""
        return self.parsed[self.key].value

    @property
    def files(self) -> tuple[str, ...]:
        """Return the keys of all files, the root's first."""
        return tuple(self.parsed)

    def source(self, name: str) -> str | None:
        """Return the text of a file, by the name that places carry."""
        for parsed in self.parsed.values():
            if parsed.source.name == name:
                return parsed.source.text
        return None

    def place(self, file: str, pointer: str) -> Place:
        """Return where a value stands: its key in a mapping, itself in a list.

        Of a value that does not exist it is the place of the innermost one above that does.
        """
        return self.parsed[file].place(split(pointer), pointer)


def load(
    path: Path,
    report: Report,
    *,
    allow: Sequence[Path] = (),
    limits: Limits = Limits(),
) -> Document:
    """Read a document and every file that it refers to.

    References that lead nowhere are warnings; see :class:`Reference`.

    Raises:
        Stop: there is no ground to stand on. The report says why.

    """
    loader = _Loader(tree(path, tuple(allow)), str(path), limits, report)
    key = loader.tree.name
    try:
        root = loader.read(key, loader.tree.root)
    except ReadError as fault:
        message = f"the document can't be read: {fault}"
        raise stop(report, UNREADABLE.at(Place(str(path)), message)) from None
    version = _version(root, report)
    references = Resolver(key, loader.parsed, loader.reach, report).all()
    if loader.broken:
        raise loader.broken[0]
    return Document(str(path), key, version, loader.parsed, loader.digests, references)


@dataclass(slots=True)
class _Loader:
    """Reads files once each, within the limits."""

    tree: Tree
    root: str
    limits: Limits
    report: Report
    parsed: dict[str, Parsed] = field(default_factory=dict[str, Parsed])
    digests: dict[str, str] = field(default_factory=dict[str, str])
    failed: dict[str, Unresolvable] = field(default_factory=dict[str, Unresolvable])
    broken: list[Stop] = field(default_factory=list[Stop])
    total: int = 0

    def reach(self, file: str, reference: str) -> str:
        """Read the file that a reference in a file names, and return its key.

        Raises:
            Unresolvable: there is none, or it may not be read.
            Stop: the document is larger than the limits.

        """
        reference = _path_of(reference)
        try:
            real = self.tree.locate((self.tree.folder / file).parent, reference)
        except OutsideError:
            message = f"{quoted(reference)} lies outside the folder of the document"
            hint = "move it below that folder, or name its folder in 'allow' of [tool.apigen]"
            raise Unresolvable(OUTSIDE, message, hint) from None
        except ReadError as fault:
            message = f"{quoted(reference)} can't be read: {fault}"
            raise Unresolvable(DANGLING, message, DANGLING.mend) from None
        key = self.tree.key(real)
        if key in self.failed:
            raise self.failed[key]
        if key not in self.parsed:
            try:
                self.read(key, real)
            except ReadError as fault:
                message = f"{quoted(reference)} can't be read: {fault}"
                hint = "a path starts from the folder of the file that it stands in"
                self.failed[key] = Unresolvable(DANGLING, message, hint)
                raise self.failed[key] from None
            except Stop as fault:
                if fault.diagnostic.code is TOO_LARGE:
                    raise
                self.broken.append(fault)
                self.failed[key] = Unresolvable(None)
                raise self.failed[key] from None
        return key

    def read(self, key: str, real: Path) -> Parsed:
        """Read a file.

        Raises:
            ReadError: there is none, or it may not be read.
            Stop: what it says can't be understood, or is too much.

        """
        name = self.root if key == self.tree.name else str(Path(self.root).parent / key)
        if len(self.parsed) >= self.limits.max_files:
            message = f"the document has more than {self.limits.max_files:,} files"
            raise stop(self.report, TOO_LARGE.at(Place(name), message))
        data = read_bytes(real, self.limits.max_bytes)
        self.total += len(data)
        self.check(name, len(data))
        source = decode(name, data, self.report)
        self.parsed[key] = _parse(source, self.limits.bounds, self.report)
        self.digests[key] = hashlib.sha256(data).hexdigest()
        return self.parsed[key]

    def check(self, name: str, size: int) -> None:
        """Hold what was read so far against the limits."""
        limits = self.limits
        if size > limits.max_bytes:
            message = f"the file has more than {limits.max_bytes:,} bytes"
        elif self.total > limits.max_total_bytes:
            message = f"the files have more than {limits.max_total_bytes:,} bytes together"
        else:
            return
        raise stop(self.report, TOO_LARGE.at(Place(name), message))


def _path_of(reference: str) -> str:
    """Return the path of a reference to a file.

    Raises:
        Unresolvable: it leads to the network.

    """
    scheme, _, rest = reference.partition(":")
    if scheme.lower() == "file" and rest.startswith("///"):
        return unquote(rest[2:])
    if reference.startswith("//") or SCHEME.match(reference):
        message = f"{quoted(reference)} leads to the network, from which nothing is fetched"
        hint = "save it beside the document and refer to the copy"
        raise Unresolvable(REMOTE, message, hint)
    return unquote(reference)


def _parse(source: SourceText, bounds: Bounds, report: Report) -> Parsed:
    """Read a text as what it looks like: JSON if it begins like JSON, else YAML."""
    if source.text.lstrip(" \t\r\n")[:1] not in {"{", "["}:
        return yamlsource.read(source, bounds, report)
    attempt = Report()
    try:
        parsed = jsonsource.read(source, bounds, attempt)
    except Stop as fault:
        if fault.diagnostic.code is SYNTAX and not source.name.lower().endswith(".json"):
            return yamlsource.read(source, bounds, report)  # YAML may begin with a brace, too
        report.extend(attempt)
        raise
    return parsed


def _version(root: Parsed, report: Report) -> Version:
    """Return the version of OpenAPI that a document states.

    Raises:
        Stop: it states none, or one that apigen does not read.

    """
    start = root.source.place(0)
    if root.value is None:
        raise stop(report, NO_DOCUMENT.at(start, "the file is empty"))
    if not isinstance(root.value, dict):
        message = "an OpenAPI document is a mapping, this is something else"
        raise stop(report, NO_DOCUMENT.at(start, message, hint=NO_DOCUMENT.mend))
    if "openapi" not in root.value:
        if "swagger" in root.value:
            place = root.place(("swagger",), "/swagger")
            message = f"this is Swagger {root.value['swagger']}, which apigen does not read"
            hint = "convert it to OpenAPI 3, for example with swagger2openapi"
            raise stop(report, VERSION.at(place, message, hint=hint))
        message = "the document has no member 'openapi'"
        raise stop(report, NO_DOCUMENT.at(start, message, hint=NO_DOCUMENT.mend))
    stated = root.value["openapi"]
    match = _VERSION.fullmatch(str(stated)) if isinstance(stated, (str, float)) else None
    if match is None:
        place = root.place(("openapi",), "/openapi")
        message = f"apigen reads OpenAPI 3.0 and 3.1, this is {str(stated)[:40]!r}"
        raise stop(report, VERSION.at(place, message, hint="convert it to 3.1 or 3.0"))
    return "3.0" if match[1] == "0" else "3.1"
