"""A first configuration, where there is none: what ``apigen init`` writes."""

import os
import re
import tomllib
from pathlib import Path

from apigen import config
from apigen.diagnostics import Place, Report, Stop, configuration
from apigen.distribution import toml_string

_PLACES = (".", "spec", "specs", "api", "openapi", "docs")
_VERSION = re.compile(rb"""^\s*["']?openapi["']?\s*:\s*["']?3\.""", re.MULTILINE)
_HEAD_BYTES = 4096
_GENERAL = frozenset({"api", "openapi", "spec", "swagger"})

NEXT_STEPS = """\
Next:

    apigen generate          writes the package; commit it
    apigen check             says whether it is still what the contract says

In CI:

    - run: pip install apigen
    - run: apigen check --full --format github

In .pre-commit-config.yaml:

    - repo: local
      hooks:
        - id: apigen-check
          name: generated code is fresh
          entry: apigen check
          language: system
          pass_filenames: false"""


def begin(target: Path, spec: Path | None, output: Path | None, package: str | None) -> str:
    """Add ``[tool.apigen]`` to the file *target* and return what was added.

    Raise Stop if it is there already, or if no document is named and none, or several, are found.
    """
    present = _present(target)
    document = spec or _found(target)
    if not document.is_file():
        raise Stop(configuration.wrong_value(None, "spec", f"a file, and '{document}' is none"))
    name = package or package_name(document)
    report = Report()
    config.read(config.Flags(spec=document, output=output or Path(), package=name), report)
    if report.errors:
        raise Stop(report.errors[0])
    text = (
        "[tool.apigen]\n"
        f"spec = {toml_string(document.as_posix())}\n"
        f"output = {toml_string((output or Path('generated')).as_posix())}\n"
        f"package = {toml_string(name)}\n"
    )
    if present:
        text = "\n" * (1 if present.endswith(b"\n") else 2) + text
    end = "\r\n" if b"\r\n" in present else "\n"
    with target.open("ab") as file:
        file.write(text.replace("\n", end).encode())
        file.flush()
        os.fsync(file.fileno())
    return text


def package_name(document: Path) -> str:
    """Return a package's name after a document's: ``data-storage-v1.yaml``, ``data_storage_v1``."""
    words = re.findall(r"[a-z0-9]+", document.stem.lower())
    name = "_".join(words).lstrip("0123456789_")
    return "api_client" if not name or name in _GENERAL else name


def _present(target: Path) -> bytes:
    """Return what the file holds now; raise Stop if it can't be added to."""
    try:
        content = target.read_bytes() if target.exists() else b""
        value = tomllib.loads(content.decode("utf-8-sig"))
    except OSError as error:
        why = error.strerror or str(error)
        raise Stop(configuration.unreadable(Place(str(target)), why)) from error
    except ValueError as error:
        raise Stop(configuration.unreadable(Place(str(target)), str(error))) from error
    if "apigen" in value.get("tool", {}):
        raise Stop(configuration.already_there(Place(str(target))))
    return content


def _found(target: Path) -> Path:
    """Return the one OpenAPI document near *target*."""
    found = [
        path
        for place in _PLACES
        for path in sorted((target.parent / place).glob("*"))
        if path.suffix in (".yaml", ".yml", ".json") and path.is_file() and _is_openapi(path)
    ]
    if len(found) != 1:
        names = ", ".join(str(path) for path in found[:5])
        why = f"found {names}" if found else f"looked in {', '.join(_PLACES)}"
        hint = f"name it with --spec FILE ({why})"
        raise Stop(configuration.MISSING.at(None, "no single OpenAPI document found", hint=hint))
    return found[0]


def _is_openapi(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    return bool(_VERSION.search(head) or re.match(rb'\s*\{\s*"openapi"\s*:\s*"3\.', head))
