"""The command ``datastorage-server``: its arguments, its messages, its exit codes."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import sys
from collections.abc import Sequence
from typing import Final

import uvicorn

from .auth.settings import JWKS, TOKENS
from .configuration.effective import settings_of, shown
from .configuration.options import CONFIG, OPTIONS, Option
from .configuration.sources import configured, file_from
from .databases import DATABASE_URL, MEMORY, Address
from .errors import StartError
from .listening import base_url, listen, serve
from .observing.logs import logged
from .parking import USAGE, parked
from .settings import Settings, is_loopback
from .sql.opening import migrate_at

_EPILOG: Final = f"""\
settings:
  Each has one name in three spellings: port = 8080 in the file, DATASTORAGE_PORT
  in the environment, --port on the command line. Flags win over the environment,
  that wins over the file. 'datastorage-server settings' shows them all, and where
  each came from.

examples:
  datastorage-server --port 8080
  datastorage-server --config datastorage.toml
  {DATABASE_URL}=postgresql://audit@db/audit datastorage-server migrate
  {DATABASE_URL}={MEMORY} datastorage-server --port 0
  datastorage-server settings --config datastorage.toml
  datastorage-server parked
  datastorage-server parked export --queue datastorage.queue > parked.jsonl
  curl http://127.0.0.1:8080/health/ready
  {TOKENS}=tokens datastorage-server --host 0.0.0.0

exit codes:
  0  stopped by SIGINT or SIGTERM, after all requests were answered
  2  could not start: a wrong setting, an unusable database, a taken port, or an
     address that others reach without authentication
"""

CANNOT_START: Final = 2
_LOG: Final = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until it is told to stop, and return the exit code."""
    parser = _parser()
    given = vars(parser.parse_intermixed_args(arguments))
    if given["arguments"] and given["command"] != "parked":
        parser.error(f"unrecognized arguments: {' '.join(given['arguments'])}")
    try:
        flags = {one.name: text for one in OPTIONS if (text := given[one.name]) is not None}
        values = configured(flags, os.environ, file_from(given["config"], os.environ))
        settings = settings_of(values)
        if given["command"] == "settings":
            sys.stdout.write(shown(values, settings))
            return 0
        if given["command"] == "parked":
            sys.stdout.write(parked(settings.queue, given["arguments"]))
            return 0
        with logged(settings.log_format, settings.log_level):
            if given["command"] == "migrate":
                _migrate(settings.database)
            else:
                _run(settings)
    except StartError as error:
        for line in str(error).split("\n"):
            sys.stderr.write(f"datastorage-server: {line}\n")
        return CANNOT_START
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="datastorage-server",
        description="Keeps audit events by the DataStorage contract, in SQLite or PostgreSQL.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "command",
        nargs="?",
        choices=["serve", "migrate", "settings", "parked"],
        default="serve",
        help="serve (the default); bring the schema of the database up to date and end; show"
        " the effective settings and end; or look after queued writes that were set aside",
    )
    parser.add_argument("arguments", nargs="*", metavar="...", help=f"for parked: {USAGE}")
    parser.add_argument(
        "--config", metavar="FILE", help=f"TOML file with settings (default: that of {CONFIG})"
    )
    for option in OPTIONS:
        _add(parser, option)
    return parser


def _add(parser: argparse.ArgumentParser, option: Option) -> None:
    """Add the flag of a setting; its text is read with those of the other sources."""
    default = f" (default: {option.default})" if option.default else ""
    told = f"{option.help}{default}".replace("%", "%%")
    if not option.is_switch:
        parser.add_argument(option.flag, dest=option.name, metavar="VALUE", help=told)
        return
    parser.add_argument(
        option.flag, dest=option.name, action="store_const", const="true", help=told
    )
    off = option.flag.replace("--", "--no-", 1)
    parser.add_argument(
        off, dest=option.name, action="store_const", const="false", help=argparse.SUPPRESS
    )


def _migrate(database: Address) -> None:
    applied = asyncio.run(migrate_at(database))
    told = f"applied {', '.join(applied)}" if applied else "there was nothing to apply"
    sys.stdout.write(f"{told}: {database}\n")


def _check_reach(settings: Settings) -> None:
    """Raise unless a server that lets everybody in is reached from this machine alone."""
    if settings.auth or is_loopback(settings.host):
        return
    raise StartError(
        f"--host {settings.host} can be reached from other machines, and without authentication"
        f" anybody there could write and read events: set {TOKENS} or {JWKS} (see --help), or"
        " leave --host at 127.0.0.1"
    )


def _run(settings: Settings) -> None:
    _check_reach(settings)
    with listen(settings.host, settings.port) as listening:

        def on_open(server: uvicorn.Server) -> None:
            def stop(number: int, frame: object) -> None:
                # uvicorn handles signals while it serves. Those that come before reach this
                # function, and once more those that have stopped it: by then all is done.
                del number, frame
                server.should_exit = True

            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, stop)
            _greet(settings, base_url(listening))

        # Interrupted before it serves, it has nothing to finish.
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve(settings, listening, on_open))


def _greet(settings: Settings, url: str) -> None:
    if not settings.auth:
        _LOG.warning(
            "there is no authentication: events can be written and read by everybody on this"
            " machine; set %s or %s",
            TOKENS,
            JWKS,
        )
    sys.stdout.write(f"datastorage-server listens on {url}, events are in {settings.database}\n")
    sys.stdout.flush()
