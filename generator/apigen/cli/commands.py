"""The commands by name. Each is imported when it is asked for: none pays for what another needs."""

import importlib
from typing import cast

import typer
import typer.core

from apigen.cli.exits import command

_NAMES = (
    "generate",
    "check",
    "validate",
    "diff",
    "lint",
    "doctor",
    "fuzz",
    "comply",
    "verify",
    "explain",
    "init",
)
"""In the order of the help; ``apigen x`` is ``run`` of the module ``apigen.cli.x``."""

CONTEXT = {"help_option_names": ["-h", "--help"]}


class Commands(typer.core.TyperGroup):
    """The group of all commands."""

    def list_commands(self, ctx: object) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names, in the order of the help."""
        return list(_NAMES)

    def get_command(self, ctx: object, cmd_name: str) -> typer.core.TyperCommand | None:  # noqa: ARG002 - the same
        """Return a command, or None if there is none of that name."""
        if cmd_name not in _NAMES:
            return None
        run = importlib.import_module(f"apigen.cli.{cmd_name}").run
        alone = typer.Typer(rich_markup_mode=None, add_completion=False, context_settings=CONTEXT)
        alone.command(cmd_name)(command(run))
        return cast("typer.core.TyperCommand", typer.main.get_command(alone))
