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

from .databases import DATABASE_URL, DEFAULT_DATABASE_URL, MEMORY, Address, database_from
from .errors import StartError
from .keys import CHAIN_KEY, EXPORT_CERTIFICATE, EXPORT_KEY, keys_from
from .listening import base_url, listen, serve
from .queueing.place import QUEUE, queue_from
from .settings import Settings, is_loopback
from .sql.opening import migrate_at

_EPILOG: Final = f"""\
environment:
  {DATABASE_URL}   where the events are kept: sqlite:///file.db (in the
                            working folder), sqlite:////absolute/file.db,
                            {MEMORY}, or
                            postgresql://user:password@host:5432/database;
                            {DEFAULT_DATABASE_URL} if it is not set
  {QUEUE}          the file in which writes wait while the database cannot
                            be written; each server process needs its own;
                            'off' refuses such writes instead. If it is not set:
                            the SQLite file's name with .queue after it, or
                            datastorage.queue in the working folder
  {CHAIN_KEY}
                            the file with the secret of the hash chain; without
                            it the chain is plain: openssl rand -hex 32 > FILE
  {EXPORT_KEY}
                            the file with the key that signs exports, RSA or
                            Ed25519 as PEM; without it one is made for the run:
                            openssl genpkey -algorithm ed25519 -out FILE
  {EXPORT_CERTIFICATE}
                            the file with its certificate as PEM, if it has one

examples:
  datastorage-server --port 8080
  {DATABASE_URL}=postgresql://audit@db/audit datastorage-server migrate
  {DATABASE_URL}={MEMORY} datastorage-server --port 0
  curl http://127.0.0.1:8080/health/ready

exit codes:
  0  stopped by SIGINT or SIGTERM, after all requests were answered
  2  could not start: a wrong argument or URL, an unusable database, a taken port
"""

CANNOT_START: Final = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server until it is told to stop, and return the exit code."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        database = database_from(os.environ)
        settings = Settings(
            database=database,
            host=given.host,
            port=given.port,
            strict=given.strict,
            migrate=given.migrate,
            keys=keys_from(os.environ),
            queue=queue_from(os.environ, database),
        )
        if given.command == "migrate":
            _migrate(settings.database)
        else:
            _run(settings)
    except StartError as error:
        sys.stderr.write(f"datastorage-server: {error}\n")
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
        choices=["serve", "migrate"],
        default="serve",
        help="serve (the default), or bring the schema of the database up to date and end",
    )
    parser.add_argument(
        "--migrate",
        action=argparse.BooleanOptionalAction,
        help="bring the schema up to date before serving (default: only that of a SQLite database"
        " that is missing or empty)",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        help="address to listen on (default: %(default)s, which only this machine reaches)",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=8080,
        help="port to listen on; 0 takes a free one (default: %(default)s)",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="check each answer against the contract before it is sent",
    )
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: give a number from 0 to 65535")
    return int(text)


def _migrate(database: Address) -> None:
    applied = asyncio.run(migrate_at(database))
    told = f"applied {', '.join(applied)}" if applied else "there was nothing to apply"
    sys.stdout.write(f"{told}: {database}\n")


def _run(settings: Settings) -> None:
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
    open_to = "this machine" if is_loopback(settings.host) else "ANYBODY WHO REACHES THIS ADDRESS"
    sys.stderr.write(
        "datastorage-server: warning: there is no authentication: events can be written and read"
        f" by {open_to}\n"
    )
    sys.stdout.write(f"datastorage-server listens on {url}, events are in {settings.database}\n")
    sys.stdout.flush()
