"""Options: every setting of the server, under one name in a file, in the environment, as a flag."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from ..auth.callers import ROLE_NAMES
from ..auth.settings import DEFAULT_ALGORITHMS, DEFAULT_LEEWAY, LONGEST_LEEWAY
from ..databases import DEFAULT_DATABASE_URL
from ..queueing.queue import DEFAULT_BYTES
from ..settings import Limits
from . import reading
from .reading import Read

PREFIX: Final = "DATASTORAGE_"
CONFIG: Final = f"{PREFIX}CONFIG"
"""Name of the environment variable that says which file has settings."""

_NUMBER: Final = (int, float)
_DAY: Final = 86_400
_MOST_BYTES: Final = 2**40


@dataclass(frozen=True, slots=True)
class Option:
    """A setting.

    Attributes:
        name: What it is called in a file: ``max_body_bytes``.
        group: Under which heading it is told.
        read: Reads its value from a text.
        default: Its value where nothing is said, as text; empty where there is none.
        help: What it does, in one sentence.
        types: What a file may say it with; the text of that is read.

    """

    name: str
    group: str
    read: Read
    default: str
    help: str
    types: tuple[type, ...] = (str,)

    @property
    def variable(self) -> str:
        """Its name in the environment."""
        return f"{PREFIX}{self.name.upper()}"

    @property
    def flag(self) -> str:
        """Its name on the command line."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def is_switch(self) -> bool:
        """Whether it is either on or off."""
        return self.types == (bool,)


def _limit(name: str, read: Read, told: str, types: tuple[type, ...] = (int,)) -> Option:
    default = next(one.default for one in fields(Limits) if one.name == name)
    return Option(name, "Limits", read, f"{default}".removesuffix(".0"), told, types)


def _bytes(least: int) -> Read:
    return reading.whole(least, _MOST_BYTES, "number of bytes")


OPTIONS: Final = (
    Option(
        *("host", "Listening", reading.anything, "127.0.0.1"),
        "Address to listen on; the default is reached from this machine only.",
    ),
    Option(
        *("port", "Listening", reading.whole(0, 65535, "port"), "8080"),
        "Port to listen on; 0 takes a free one.",
        (int,),
    ),
    Option(
        *("strict", "Listening", reading.switch, "false"),
        "Check each answer against the contract before it is sent.",
        (bool,),
    ),
    Option(
        *("database_url", "Database", reading.anything, DEFAULT_DATABASE_URL),
        "Where the events are kept: sqlite:///file.db, sqlite:////absolute/file.db,"
        " sqlite:///:memory: or postgresql://user:password@host:5432/database.",
    ),
    Option(
        *("database_connections", "Database", reading.whole(1, 1000), "25"),
        "Connections to PostgreSQL that the process opens at most.",
        (int,),
    ),
    Option(
        *("migrate", "Database", reading.switch, ""),
        "Bring the schema up to date before serving; by default only that of a SQLite database"
        " that is missing or empty.",
        (bool,),
    ),
    Option(
        *("queue", "Queue", reading.anything, ""),
        "File in which writes wait while the database cannot be written, one for each process;"
        " 'off' refuses such writes. By default the SQLite file's name with .queue after it, or"
        " datastorage.queue in the working folder.",
    ),
    Option(
        *("queue_bytes", "Queue", _bytes(1), f"{DEFAULT_BYTES}"),
        "Bytes that wait in the queue at most; a write that finds no room is answered 503.",
        (int,),
    ),
    Option(
        *("chain_key_file", "Keys", reading.path, ""),
        "File with the secret of the hash chain, which is plain without it:"
        " openssl rand -hex 32 > FILE.",
    ),
    Option(
        *("export_key_file", "Keys", reading.path, ""),
        "File with the key that signs exports, RSA or Ed25519 as PEM; without it one is made for"
        " the run: openssl genpkey -algorithm ed25519 -out FILE.",
    ),
    Option(
        *("export_certificate_file", "Keys", reading.path, ""),
        "File with the certificate of that key as PEM, if it has one.",
    ),
    Option(
        *("tokens_file", "Authentication", reading.path, ""),
        "File of static tokens, read again when it changes: lines TOKEN NAME ROLE[,ROLE], with"
        f" sha256:HEX for a token if you like; the roles are {ROLE_NAMES}.",
    ),
    Option(
        *("jwt_issuer", "Authentication", reading.anything, ""),
        "What the claim iss of JSON Web Tokens must be.",
    ),
    Option(
        *("jwt_audience", "Authentication", reading.anything, ""),
        "What must be among the claim aud of JSON Web Tokens.",
    ),
    Option(
        *("jwt_jwks", "Authentication", reading.anything, ""),
        "Where the issuer's keys are: an https URL or a file.",
    ),
    Option(
        *("jwt_jwks_ca_file", "Authentication", reading.path, ""),
        "File with the authorities of that URL's certificate, as PEM.",
    ),
    Option(
        *("jwt_jwks_token_file", "Authentication", reading.path, ""),
        "File with the token that this URL asks for, if it does.",
    ),
    Option(
        *("jwt_algorithms", "Authentication", reading.anything, ""),
        f"Signatures that are taken; {', '.join(DEFAULT_ALGORITHMS)} by default.",
    ),
    Option(
        *("jwt_leeway_seconds", "Authentication", reading.whole(0, LONGEST_LEEWAY), ""),
        f"By how many seconds clocks may differ; {DEFAULT_LEEWAY} by default.",
        (int,),
    ),
    Option(
        *("jwt_roles_claim", "Authentication", reading.anything, ""),
        "Claim with the roles of the caller, such as realm_access.roles.",
    ),
    Option(
        *("roles_file", "Authentication", reading.path, ""),
        "File that gives roles to names: lines NAME ROLE[,ROLE];"
        " system:serviceaccount:NAMESPACE:* is a whole namespace.",
    ),
    _limit(
        *("max_body_bytes", _bytes(1024)),
        "Bytes of the largest body; a larger one is answered 413.",
    ),
    _limit(
        *("max_batch_items", reading.whole(1, 100_000)),
        "Events in the largest batch; a larger one is answered 400.",
    ),
    _limit(
        *("max_depth", reading.whole(12, 500)),
        "Levels to which JSON may be nested; deeper is answered 400.",
    ),
    _limit(
        *("max_header_bytes", reading.whole(1024, 2**24, "number of bytes")),
        "Bytes of the largest request line with its header; a larger one is answered 431.",
    ),
    _limit(
        *("max_connections", reading.whole(1, 1_000_000)),
        "Connections of clients; one more is answered 503 and closed.",
    ),
    _limit(
        *("header_timeout", reading.seconds(0.1, _DAY)),
        "Seconds that a request's header may take to arrive; a slower one is answered 408.",
        _NUMBER,
    ),
    _limit(
        *("body_timeout", reading.seconds(0.1, _DAY)),
        "Seconds that a body may take to arrive; a slower one is answered 408.",
        _NUMBER,
    ),
    _limit(
        *("request_timeout", reading.seconds(0.1, _DAY)),
        "Seconds from a request's header to its answer; a slower one is answered 503.",
        _NUMBER,
    ),
    _limit(
        *("idle_timeout", reading.seconds(0.1, _DAY)),
        "Seconds that a connection is kept open between two requests.",
        _NUMBER,
    ),
    Option(
        *("shutdown_delay", "Shutdown", reading.seconds(0, 3600), "0"),
        "Seconds between the end of readiness and the end of accepting connections, for load"
        " balancers that look rarely.",
        _NUMBER,
    ),
    Option(
        *("shutdown_timeout", "Shutdown", reading.seconds(0.1, 3600), "30"),
        "Seconds in which requests that have begun may end when the server stops.",
        _NUMBER,
    ),
    Option(
        *("log_format", "Logs and traces", reading.choice("auto", "text", "json"), "auto"),
        "text, json, or auto: text on a terminal, else a JSON object a line.",
    ),
    Option(
        *("log_level", "Logs and traces"),
        *(reading.choice("debug", "info", "warning", "error"), "info"),
        "The least level that is logged; requests for health and metrics are of level debug.",
    ),
    Option(
        *("traces", "Logs and traces", reading.switch, "false"),
        "Send a span for each request, by OpenTelemetry and its OTEL_ variables; needs the extra"
        " otel.",
        (bool,),
    ),
)

BY_NAME: Final = {option.name: option for option in OPTIONS}
