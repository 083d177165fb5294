"""The templates, wherever apigen is installed from, and what identifies this generator.

Nothing heavy is imported at the top: ``apigen check`` asks for the identity on its fast path.
"""

import contextlib
import hashlib
import tempfile
from collections.abc import Generator, Iterator, Mapping
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from apigen import __version__

if TYPE_CHECKING:
    from jinja2 import Environment

_TOOLS = ("datamodel-code-generator", "jinja2", "ruff")
"""What shapes the output beside apigen itself."""
_TEMPLATES = (".jinja", ".jinja2")
_TOLD = frozenset({"cli", "render", "diagnostics"})
"""Packages of apigen through which it speaks: they say what came of a run, and shape no file."""
OTHERS = frozenset({"compare", "comply", "doctor", "fuzz", "guard", "verify"})
"""Packages of apigen that generate nothing; a change of theirs leaves what is committed fresh."""
_SHAPELESS = frozenset(f"apigen/{name}" for name in (*_TOLD, *OTHERS, "templates"))
"""Folders of apigen that have no part in the output, or are counted on their own."""


def builtin_templates() -> Traversable:
    """Return the folder of templates.

    A wheel carries them inside the package; a checkout keeps them at its top level.
    """
    package = resources.files("apigen")
    packaged = package / "templates"
    return packaged if packaged.is_dir() else Path(str(package)).parents[1] / "templates"


@contextlib.contextmanager
def templates_folder() -> Generator[Path]:
    """Give the templates as a real folder, unpacked if apigen runs from an archive."""
    templates = builtin_templates()
    if isinstance(templates, Path):
        yield templates
        return
    with tempfile.TemporaryDirectory(prefix="apigen-") as folder:
        for path, template in _sources(templates, "", _TEMPLATES):
            target = Path(folder + path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(template.read_bytes())
        yield Path(folder)


def environment(folder: Path) -> "Environment":
    """Return the Jinja environment of the templates in *folder*: it fails on undefined names."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - see above

    return Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Python, not HTML; views escape for Python
    )


def identity() -> Mapping[str, str]:
    """Return the versions of apigen and its tools, and a digest of what shapes the output."""
    versions = {name: metadata.version(name) for name in _TOOLS}
    return {"apigen": __version__, "sources": _digest(), **versions}


def _digest() -> str:
    """Return the digest of apigen's modules and templates, line ends aside."""
    total = hashlib.sha256()
    for path, source in (
        *_sources(resources.files("apigen"), "apigen", ".py"),
        *_sources(builtin_templates(), "templates", _TEMPLATES),
    ):
        content = source.read_bytes().replace(b"\r\n", b"\n")
        total.update(f"{path}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def _sources(
    folder: Traversable, path: str, suffix: str | tuple[str, ...]
) -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        inner = f"{path}/{entry.name}"
        if entry.name.endswith(suffix):
            yield inner, entry
        elif entry.is_dir() and inner not in _SHAPELESS and entry.name != "__pycache__":
            yield from _sources(entry, inner, suffix)
