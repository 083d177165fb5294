"""The options that commands share."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from apigen.settings import TARGETS


class Format(StrEnum):
    """How findings are written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


class Color(StrEnum):
    """Whether text is coloured."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Findings:
    """How findings are told."""

    format: Format = Format.TEXT
    file: Path | None = None
    color: Color = Color.AUTO
    all: bool = False
    """Whether none is passed over for being many."""


Spec: TypeAlias = Annotated[
    Path | None,
    typer.Option("--spec", "-s", help="The OpenAPI document.", metavar="FILE"),
]
Output: TypeAlias = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="The folder that holds the package.", metavar="DIR"),
]
Package: TypeAlias = Annotated[
    str | None,
    typer.Option("--package", "-p", help="The package's import name.", metavar="NAME"),
]
Client: TypeAlias = Annotated[
    str | None,
    typer.Option("--client", help="The client's class name.", metavar="NAME"),
]
Target: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--target",
        "-t",
        help=f"What to generate: {', '.join(TARGETS)}. Repeat for several.",
        metavar="NAME",
    ),
]
Config: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="A TOML file with [tool.apigen], instead of the nearest pyproject.toml.",
        metavar="FILE",
    ),
]
Strict: TypeAlias = Annotated[
    bool, typer.Option("--strict", help="Exit with 1 if there is a warning.")
]
Diff: TypeAlias = Annotated[bool, typer.Option("--diff", help="Show what changes in each file.")]
FindingsFormat: TypeAlias = Annotated[
    Format, typer.Option("--format", "-f", help="How findings are written.")
]
OutputFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--output-file", help="Write findings to this file.", metavar="FILE"),
]
Quiet: TypeAlias = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print findings and nothing else.")
]
Verbose: TypeAlias = Annotated[
    bool, typer.Option("--verbose", "-v", help="Print every finding and every file.")
]
Colored: TypeAlias = Annotated[
    Color, typer.Option("--color", help="Colour text: on a terminal, always or never.")
]


def one_or_more(value: float | None) -> float | None:
    """Return a number that is at least 1; the framework's own bounds print riddles into the help.

    Raises:
        typer.BadParameter: it is less.

    """
    if value is not None and not value >= 1:
        raise typer.BadParameter(f"{value:g} is less than 1")
    return value
