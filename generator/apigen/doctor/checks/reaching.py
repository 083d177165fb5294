"""D1 to D4: the right database, reached, entered, ready."""

from apigen.diagnostics import Place
from apigen.doctor.checks.verdicts import Verdict, ok, session_of, skip
from apigen.doctor.evidence import Facts
from apigen.doctor.facts.database import Database, Reach
from apigen.doctor.facts.environment import Environment, Said
from apigen.doctor.results import Status
from apigen.meanings import lookup

_STARTING = {"57P03"}
_REFUSED = {"08001", "08006", "ConnectionRefusedError", "gaierror"}
_LOCAL = {"localhost", "127.0.0.1", "::1"}


def right_database(facts: Facts) -> Verdict:
    """Judge D1: whether this is the database that the containers use."""
    database, files = facts.database, facts.environment
    if files is not None and files.errors:
        return Verdict(Status.WARN, f"{files.errors[0]} cannot be read", files.errors)
    if database is None:
        return _undone(files) or skip("no --database-url")
    target = database.target
    shown = (f"looking at {target.shown}",)
    if files is None:
        return ok(f"the database is {target.shown}")
    wanted = {"database": target.database, "role": target.role}
    if target.host in _LOCAL:
        wanted["port"] = str(target.port)
    for what, value in wanted.items():
        said = [each for each in files.said if each.what == what]
        if target.dialect == "postgresql" and said and value not in {e.value for e in said}:
            return _other(what, value, said[0], shown)
    return _undone(files) or ok(f"{target.shown}, as the files say", *shown)


def _other(what: str, value: str, said: Said, shown: tuple[str, ...]) -> Verdict:
    return Verdict(
        Status.FAIL,
        f"the {what} is {value}, and {said.file} says {said.value}",
        shown,
        "you are looking at another database than the containers use",
        f"use the {what} {said.value} in --database-url",
        place=Place(said.file, said.line, 1 if said.line else 0),
    )


def _undone(files: Environment | None) -> Verdict | None:
    """Tell of a file that leaves the migrations out, or runs them with psql."""
    told = [each for each in (files.remarks if files else ()) if "starts together" not in each.what]
    if not told:
        return None
    first = told[0]
    return Verdict(
        Status.WARN,
        first.what,
        tuple(f"{each.file}:{each.line}: {each.what}" for each in told),
        "the database stays without tables, or loses them again",
        "let the migrations run with their own tool, before the service starts",
        place=Place(first.file, first.line, 1),
    )


def reachable(facts: Facts) -> Verdict:
    """Judge D2: whether the hosts answer by TCP, each address by itself."""
    hosts: list[tuple[str, tuple[Reach, ...]]] = []
    if facts.database is not None and facts.database.reached:
        target = facts.database.target
        hosts.append((f"the database {target.host}:{target.port}", facts.database.reached))
    if facts.service is not None:
        hosts.append((f"the service {facts.service.url}", facts.service.reached))
    if not hosts:
        if facts.database is not None and facts.database.target.dialect == "sqlite":
            return skip("SQLite is a file: nothing is reached by TCP")
        return skip("no --database-url and no --url")
    evidence = tuple(
        f"{name} at {each.address} ({each.family or 'name'}): {each.error or 'answers'}"
        for name, tried in hosts
        for each in tried
    )
    for name, tried in hosts:
        if all(each.error for each in tried):
            unknown = all(not each.family for each in tried)
            return Verdict(
                Status.FAIL,
                f"{name} {'is an unknown host' if unknown else 'does not answer'}",
                evidence,
                "the name is known only inside of the containers' network"
                if unknown
                else "it is not started, or listens on another port",
                "start it, or correct host and port; 'ss -ltn' shows what listens",
            )
    for name, tried in hosts:
        if refused := [each for each in tried if each.error]:
            family = refused[0].family
            other = next(each.address for each in tried if not each.error)
            return Verdict(
                Status.WARN,
                f"{name} does not answer by {family}",
                evidence,
                f"the name has an {family} address on which nothing listens; clients that try it "
                "first fail or wait",
                f"write {other} in place of the name",
            )
    return ok("every address answers", *evidence)


def entered(facts: Facts) -> Verdict:
    """Judge D3: whether the role is let in and the database exists."""
    database = facts.database
    if database is None:
        return skip("no --database-url")
    failure = database.failures.get("connect")
    if failure is not None:
        if failure.code in _STARTING:
            return skip("the server is not ready (D4)")
        return _refused(database)
    session = database.session
    if session is None:
        return ok("a session was opened")
    who = f" as {session.role}" if session.role else ""
    return ok(f"{session.database}{who}, {session.version}")


def _refused(database: Database) -> Verdict:
    failure = database.failures["connect"]
    meaning = lookup(failure.code)
    if failure.code in _REFUSED and any(each.error for each in database.reached):
        return skip("not reached (D2)")
    target = database.target
    mends = {
        "3D000": f"createdb {target.database}, then apply the migrations; or correct the URL",
        "28P01": f"correct the password of {target.role} in the URL",
        "28000": f"create the role {target.role}, or correct the URL",
        "53300": "end sessions, make pools smaller, or raise max_connections",
        "SQLITE_CANTOPEN": "correct the path: sqlite:////absolute/file.db has four slashes",
    }
    return Verdict(
        Status.FAIL,
        f"no session with {target.shown}: {failure.words}",
        (f"{failure.code}: {failure.words}",),
        meaning.causes[0] if meaning and meaning.causes else "",
        mends.get(failure.code) or (meaning.next if meaning else ""),
    )


def ready(facts: Facts) -> Verdict:
    """Judge D4: whether the server is ready."""
    database = facts.database
    if database is None:
        return skip("no --database-url")
    failure = database.failures.get("connect")
    if failure is not None and failure.code in _STARTING:
        return Verdict(
            Status.FAIL,
            f"the server is not ready: {failure.words}",
            (f"{failure.code}: {failure.words}",),
            "it is still starting: the service was started together with it, or a crash is "
            "being repaired",
            "wait for pg_isready, then start the service",
        )
    found = session_of(facts)
    if isinstance(found, Verdict):
        return found
    if found.session is not None and found.session.recovering:
        return Verdict(
            Status.FAIL,
            "the server is a standby, which only reads: all writes fail",
            ("pg_is_in_recovery() is true",),
            "the URL points at a standby",
            "use the primary's address, or target_session_attrs=read-write",
        )
    races = [
        each
        for each in (facts.environment.remarks if facts.environment else ())
        if "starts together" in each.what
    ]
    if races:
        return Verdict(
            Status.WARN,
            races[0].what,
            tuple(f"{each.file}:{each.line}: {each.what}" for each in races),
            "the service meets a server that is not ready, and dies or stays without tables",
            "add a healthcheck with pg_isready, and 'condition: service_healthy'",
            place=Place(races[0].file, races[0].line, 1 if races[0].line else 0),
        )
    return ok("ready, and no standby")
