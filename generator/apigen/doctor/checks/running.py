"""D13 to D17, D21, D24 and D25: connections, locks, rights, disk, writes, queues, clocks, zones."""

from apigen.diagnostics.database import PRECISION_LOST
from apigen.doctor.checks.verdicts import Verdict, ok, session_of, skip, unasked
from apigen.doctor.evidence import Facts
from apigen.doctor.facts.database import Activity, Database, Failure
from apigen.doctor.facts.schema import ColumnKind, Table
from apigen.doctor.results import Status
from apigen.meanings import lookup

_SLOW_SECONDS = 1.0
_FULL = 0.9
_SKEW_SECONDS = 5.0
_MUCH_SECONDS = 60.0
_UTC = {"utc", "etc/utc", "gmt", "etc/gmt", "zulu", "etc/zulu", "uct", "etc/uct", "universal"}


def _server(facts: Facts, section: str, what: str) -> Database | Verdict:
    """Return the database if it is a server that could be asked."""
    found = session_of(facts)
    if isinstance(found, Verdict):
        return found
    if found.target.dialect == "sqlite":
        return skip(f"SQLite has no {what}")
    if failure := found.failures.get(section):
        return unasked(failure, what)
    return found


def _exhausted(failure: Failure) -> Verdict:
    return Verdict(
        Status.FAIL,
        "no connection is left",
        (f"{failure.code}: {failure.words}",),
        "pool size times replicas is more than max_connections, or sessions are not closed",
        "SELECT usename, state, count(*) FROM pg_stat_activity GROUP BY 1, 2; make the pools "
        "smaller",
    )


def connections(facts: Facts) -> Verdict:
    """Judge D13: whether connections are left."""
    failure = facts.database.failures.get("connect") if facts.database else None
    if failure is not None and failure.code == "53300":
        return _exhausted(failure)
    found = _server(facts, "activity", "sessions")
    if isinstance(found, Verdict):
        return found
    if found.activity is None:
        return skip("the sessions were not asked for")
    activity = found.activity
    used = sum(activity.states.values())
    evidence = (
        f"{used} of {activity.most} connections: "
        + (", ".join(f"{n} {state}" for state, n in sorted(activity.states.items())) or "none"),
        f"a new one took {activity.checkout:.2f} s",
        *activity.idle,
    )
    wanted = facts.given.pool * facts.given.replicas
    if used >= activity.most * _FULL or wanted > activity.most:
        asked = f"; {facts.given.replicas} replicas of {facts.given.pool} want {wanted}"
        return Verdict(
            Status.FAIL,
            f"{used} of {activity.most} connections are taken" + (asked if wanted else ""),
            evidence,
            "pool size times replicas is more than max_connections",
            "make the pools smaller, raise max_connections, or put a pooler in front",
        )
    if activity.idle:
        return Verdict(
            Status.WARN,
            f"{len(activity.idle)} sessions are idle in a transaction",
            evidence,
            "the application waits for something else inside of a transaction, and holds its "
            "connection and its locks",
            "set idle_in_transaction_session_timeout; SELECT pg_terminate_backend(pid)",
        )
    return _opened(activity) or ok(f"{used} of {activity.most} connections are taken", *evidence)


def _opened(activity: Activity) -> Verdict | None:
    if activity.checkout <= _SLOW_SECONDS:
        return None
    return Verdict(
        Status.WARN,
        f"opening a connection took {activity.checkout:.1f} s",
        (),
        "the server is overloaded, or a name is resolved slowly",
        "look at the server's load",
    )


def locks(facts: Facts) -> Verdict:
    """Judge D14: whether anything waits."""
    found = _server(facts, "locks", "lock table")
    if isinstance(found, Verdict):
        return found
    if found.blocked:
        return Verdict(
            Status.WARN,
            found.blocked[0],
            found.blocked,
            "a migration, a backup or a forgotten session holds what writers need",
            "let it end, or SELECT pg_terminate_backend(pid)",
        )
    return ok("nothing waits, nothing is held for long")


def privileges(facts: Facts) -> Verdict:
    """Judge D15: whether the role may read and write its tables."""
    found = _server(facts, "privileges", "roles")
    if isinstance(found, Verdict):
        return found
    role = facts.given.role or (found.session.role if found.session else "")
    if found.missing_privileges:
        table, rights = next(iter(sorted(found.missing_privileges.items())))
        return Verdict(
            Status.FAIL,
            f"{role} has no {' and no '.join(rights)} on {table}",
            tuple(f"{name}: no {', '.join(one)}" for name, one in found.missing_privileges.items()),
            "the tables belong to the role that migrated, and nothing was granted",
            f"GRANT {', '.join(rights)} ON TABLE {table} TO {role}",
        )
    if failure := found.failures.get("schema"):
        return unasked(failure, "the privileges")
    return ok(f"{role} may read and write its tables")


def writable(facts: Facts) -> Verdict:
    """Judge D16: whether the database can be written."""
    found = session_of(facts)
    if isinstance(found, Verdict):
        return found
    if found.damage:
        return Verdict(
            Status.FAIL,
            "the database file is damaged",
            (found.damage,),
            "it was copied while in use, or lies on a network file system",
            "stop writing; sqlite3 FILE .recover, or restore from a backup",
        )
    if failure := found.failures.get("damage"):
        return Verdict(
            Status.FAIL,
            f"the database file cannot be read: {failure.words}",
            (f"{failure.code}: {failure.words}",),
            "it is damaged, encrypted, or no SQLite database",
            "file FILE; restore from a backup",
        )
    if found.disk:
        return Verdict(
            Status.FAIL,
            found.disk,
            (),
            "file permissions, or a read-only volume",
            "chown or chmod the file and its folder",
        )
    if found.session is not None and found.session.recovering:
        return Verdict(Status.FAIL, "the server is a standby, which only reads (D4)")
    if found.session is not None and found.session.read_only:
        return Verdict(
            Status.FAIL,
            "sessions only read: default_transaction_read_only is on",
            (),
            "a disk that ran full made somebody switch it on, or it is a replica's setting",
            "ALTER DATABASE ... RESET default_transaction_read_only (or the role, or the server)",
        )
    return ok("it can be written")


def direct_write(facts: Facts) -> Verdict:
    """Judge D17: whether a row can be written past the service."""
    found = session_of(facts)
    if isinstance(found, Verdict):
        return found
    if not facts.given.probe:
        return skip("writes nothing without --probe")
    if facts.written is None:
        return skip(facts.skipped or "no table of the contract is known")
    failed = facts.refused
    if failed:
        table, failure = failed[0]
        meaning = lookup(failure.code)
        return Verdict(
            Status.FAIL,
            f"{table} does not take a row: {failure.words}",
            tuple(f"{name}: {one.code}: {one.words}" for name, one in failed),
            meaning.causes[0] if meaning and meaning.causes else "",
            meaning.next if meaning else "",
        )
    tables = ", ".join(table for table, failure in facts.written if failure is None)
    if not tables:
        return skip("the tables that are referred to are empty: no row can be tried")
    return ok(f"{tables}: a row was written and rolled back")


def queues(facts: Facts) -> Verdict:
    """Judge D21: whether events wait where nobody looks."""
    found = session_of(facts)
    if isinstance(found, Verdict):
        return found
    if failure := found.failures.get("queues"):
        return unasked(failure, "the queues")
    full = {name: rows for name, rows in found.queues.items() if rows}
    if full:
        return Verdict(
            Status.WARN,
            ", ".join(f"{name} holds {rows} rows" for name, rows in sorted(full.items())),
            (),
            "writes failed, and were kept for later; the health check does not say so",
            "mend the cause that the other checks name, then replay the queue",
        )
    if not found.queues:
        return skip("no table looks like a queue of what could not be delivered")
    return ok(f"{', '.join(sorted(found.queues))}: empty")


def clocks(facts: Facts) -> Verdict:
    """Judge D24: whether the clocks agree."""
    now = facts.given.now
    skews: dict[str, float] = {}
    session = facts.database.session if facts.database else None
    if session is not None and facts.database and facts.database.target.dialect != "sqlite":
        skews["the database"] = (session.clock - session.local).total_seconds()
        # A clock that was given is compared too: the caller may know the time better.
        skews["this machine"] = (now() - session.local).total_seconds()
    if facts.service is not None and facts.service.clock is not None:
        theirs, ours = facts.service.clock
        skews["the service"] = (theirs - ours).total_seconds()
    if not skews:
        return skip("no clock but this machine's")
    evidence = tuple(f"{who}: {skew:+.1f} s" for who, skew in skews.items())
    who, worst = max(skews.items(), key=lambda pair: abs(pair[1]))
    if abs(worst) > _SKEW_SECONDS:
        side = "ahead" if worst > 0 else "behind"
        return Verdict(
            Status.FAIL if abs(worst) > _MUCH_SECONDS else Status.WARN,
            f"the clock of {who} is {abs(worst):.0f} s {side}",
            evidence,
            "it is not synchronised, or a virtual machine slept",
            "chronyc tracking; synchronise it",
        )
    return ok("the clocks agree", *evidence)


def time_zone(facts: Facts) -> Verdict:
    """Judge D25: whether sessions run in UTC."""
    found = session_of(facts)
    if isinstance(found, Verdict):
        return found
    if found.target.dialect == "sqlite":
        return skip("SQLite has no time zone")
    if found.session is None:
        failure = found.failures.get("session")
        return unasked(failure, "the time zone") if failure else skip("it was not asked for")
    zone = found.session.time_zone
    if zone.lower() in _UTC:
        return ok(f"sessions run in {zone}")
    tables = found.schema.tables.values() if found.schema else ()
    derived = [table.name for table in tables if _derives_a_date(table)]
    partitioned = [
        one for one in derived if found.schema and found.schema.tables[one].partitioned_by
    ]
    if not derived and not any(each.code is PRECISION_LOST for each in facts.drifts):
        return Verdict(
            Status.WARN,
            f"sessions run in {zone}",
            (),
            "dates that are derived from times are those of that zone",
            _mend(found),
        )
    risk = "rows near a month's border fail with 0A000" if partitioned else "dates are off by a day"
    return Verdict(
        Status.FAIL if derived else Status.WARN,
        f"sessions run in {zone}, and {(derived or ['a table'])[0]} may derive dates: {risk}",
        tuple(f"{one} has a trigger that fills a date" for one in derived),
        "the database's or the role's default is not UTC",
        _mend(found),
    )


def _derives_a_date(table: Table) -> bool:
    dates = {each.name for each in table.columns if each.kind is ColumnKind.DATE}
    return any(dates & set(trigger.derives) for trigger in table.triggers)


def _mend(found: Database) -> str:
    name = found.session.database if found.session else "..."
    return f"ALTER DATABASE \"{name}\" SET timezone = 'UTC', and derive dates AT TIME ZONE 'UTC'"
