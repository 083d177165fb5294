"""``apigen``: one command a file, gathered in ``commands``."""

import os
from typing import Annotated

import typer

from apigen import __version__
from apigen.cli import printing
from apigen.cli.commands import CONTEXT, Commands
from apigen.cli.exits import DEBUG

app = typer.Typer(
    name="apigen",
    cls=Commands,
    help="From one OpenAPI document to typed models, a client and a server stub, and checks "
    "that keep them true.",
    epilog="Exit codes: 0 fine, 1 findings, 2 could not be done, 3 a bug of apigen.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings=CONTEXT,
)


def _version(asked: bool) -> None:  # noqa: FBT001 - typer calls it so
    if asked:
        printing.say(f"apigen {__version__}")
        raise typer.Exit


@app.callback()
def options(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of a bug of apigen.")
    ] = False,
) -> None:
    """Take what stands before the command."""
    del version
    if debug:
        os.environ[DEBUG] = "1"


def main() -> None:
    """Run the command line."""
    printing.prepare()
    try:
        app()
    except KeyboardInterrupt:
        raise SystemExit(130) from None
