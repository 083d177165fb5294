"""D5 to D7: migrations applied, migrations sound, tables present; and why a table is missing."""

import re
from collections.abc import Sequence
from pathlib import Path

from apigen.diagnostics import Diagnostic, Place
from apigen.diagnostics.database import TABLE_MISSING
from apigen.diagnostics.migrations import BODY_CUT, UNDONE_BY_PSQL
from apigen.doctor.checks.verdicts import Verdict, judged, ok, session_of, skip
from apigen.doctor.evidence import Facts
from apigen.doctor.facts.database import Database
from apigen.doctor.migrations.replay import creators, expected, has_halves, left_by_psql
from apigen.doctor.migrations.values import Folder, Migration, Tool
from apigen.doctor.results import Status
from apigen.revisions import unapplied

_TABLES = {
    Tool.GOOSE: "goose_db_version",
    Tool.DBMATE: "schema_migrations",
    Tool.ALEMBIC: "alembic_version",
    Tool.PLAIN: "",
}
_MOST = 10


def applied(facts: Facts) -> Verdict:
    """Judge D5: whether the migrations of the folder are those that were applied."""
    found = session_of(facts)
    if isinstance(found, Verdict):
        return found
    folder = facts.folder
    if folder is None:
        return skip("no --migrations")
    if found.applied is None:
        return _unrecorded(folder, found)
    recorded = found.applied
    if recorded.dirty:
        return Verdict(
            Status.FAIL,
            f"half applied: {', '.join(recorded.dirty[:_MOST])}",
            (f"{recorded.table} marks them as failed",),
            "a migration failed in the middle",
            "mend the database by hand, then correct the record",
        )
    missing = _missing(folder, recorded.versions)
    if missing:
        names = tuple(each.path.name for each in missing)
        return Verdict(
            Status.FAIL,
            f"not applied: {', '.join(names[:_MOST])}",
            (f"{recorded.table} has {', '.join(recorded.versions[-3:]) or 'nothing'}",),
            "files were added after the last run, or the list that is applied leaves them out",
            command(folder),
            place=Place(str(missing[0].path)),
        )
    known = {_canonical(each.version) for each in folder.migrations}
    strange = [one for one in recorded.versions if _canonical(one) not in known]
    if strange:
        return Verdict(
            Status.WARN,
            f"{recorded.table} has {', '.join(strange[:_MOST])}, which the folder does not",
            (),
            "the database is of a newer version, or the folder is another one's",
            "use the folder of the version that is deployed",
        )
    return ok(f"all {len(folder.migrations)} migrations are applied ({recorded.table})")


def _unrecorded(folder: Folder, found: Database) -> Verdict:
    table = _TABLES[folder.tool]
    if not table or not folder.migrations:
        return skip("plain SQL files: no tool records what was applied (D7 looks at the tables)")
    present = set(found.schema.tables) if found.schema else set[str]()
    there = sorted(present & set(expected(folder).tables))
    how = "they were run with psql, which records nothing" if there else "no migration ever ran"
    return Verdict(
        Status.FAIL,
        f"{table} does not exist: {folder.tool} never ran against this database",
        (f"tables there: {', '.join(sorted(present)[:_MOST]) or 'none'}",),
        how if there else f"{how}, or the files were run with psql, which records nothing",
        command(folder),
        place=Place(str(folder.path)),
    )


def _missing(folder: Folder, versions: Sequence[str]) -> list[Migration]:
    if folder.tool is Tool.ALEMBIC:  # it records heads only: what they follow is applied too
        follows = {each.version: each.after for each in folder.migrations}
        left = set(unapplied(follows, versions))
        return [each for each in folder.migrations if each.version in left]
    done = {_canonical(each) for each in versions}
    return [
        each
        for each in folder.migrations
        if each.version
        and _canonical(each.version) not in done
        and not each.path.name.endswith(".down.sql")
    ]


def _canonical(version: str) -> str:
    match = re.match(r"\d+", version)
    return str(int(match[0])) if match and version.isascii() else version


def sound(facts: Facts) -> Verdict:
    """Judge D6: whether the files hold what makes a tool skip, cut or undo them."""
    folder = facts.folder
    if folder is None:
        return skip("no --migrations")
    if not folder.migrations:
        return Verdict(
            Status.FAIL,
            f"{folder.path} holds no migrations",
            place=Place(str(folder.path)),
            cause="another folder, or an image that was built without it",
            mend="name the folder that holds the .sql or .py files",
        )
    files = facts.environment
    psql = any("psql" in each.what for each in (files.remarks if files else ()))
    recorded = facts.database is None or not facts.database.connected or facts.database.applied
    # That a file has a Down half is no fault, as long as its tool runs it.
    findings = tuple(
        each for each in folder.findings if each.code is not UNDONE_BY_PSQL or psql or not recorded
    )
    count = f"{len(folder.migrations)} migrations ({folder.tool})"
    return judged(findings, "findings in the migrations") or ok(count, findings=findings)


def tables(facts: Facts) -> Verdict:
    """Judge D7: whether every table exists, and if not, what became of it."""
    schema = facts.schema
    found = facts.database
    if found is not None and not found.connected:
        return skip("no session with the database (D2 to D4 say why)")
    if schema is None:
        return skip("no --database-url and no snapshot")
    wanted = {each.table: f"the contract ({each.write or each.read})" for each in facts.mapped}
    if facts.folder is not None:
        made = expected(facts.folder)
        wanted |= {name: origin.migration.path.name for name, origin in made.tables.items()}
    if facts.snapshot is not None and found is not None:
        wanted |= {name: str(facts.given.snapshot) for name in facts.snapshot.tables}
    missing = sorted(set(wanted) - set(schema.tables))
    if not missing:
        if not wanted:
            return skip("nothing says which tables there should be: no mapping, no --migrations")
        return ok(f"{len(wanted)} tables, none missing")
    drifts = tuple(each for each in facts.drifts if each.code is TABLE_MISSING)
    return _diagnosed(facts, missing, wanted[missing[0]], drifts)


def _diagnosed(
    facts: Facts, missing: Sequence[str], wanted: str, drifts: tuple[Diagnostic, ...]
) -> Verdict:
    """Say what became of a table."""
    shown = ", ".join(missing[:_MOST])
    plural = "the tables" if len(missing) > 1 else "the table"
    verb = "do" if len(missing) > 1 else "does"
    message = f"{plural} {shown} {verb} not exist"
    evidence = [f"wanted by {wanted}"]
    found, folder = facts.database, facts.folder
    if found is not None:
        known = ", ".join(sorted(found.schema.tables if found.schema else ())[:_MOST]) or "none"
        evidence.append(f"tables there: {known}")
        away = [f"{found.elsewhere[one]}.{one}" for one in missing if one in found.elsewhere]
        if away:
            path = found.session.search_path if found.session else "?"
            return Verdict(
                Status.FAIL,
                f"{message} in the search path; {away[0]} does",
                (*evidence, f"search_path is {path}"),
                "the migrations ran with another role or search_path",
                f"ALTER ROLE ... SET search_path = {away[0].split('.')[0]}, public",
                drifts,
            )
    if folder is None:
        return Verdict(
            Status.FAIL,
            message,
            tuple(evidence),
            "the migrations were not applied, or were undone",
            "apply the migrations; give --migrations DIR to learn more",
            drifts,
        )
    return _by_files(folder, found, message, evidence, missing, drifts)


def _by_files(
    folder: Folder,
    found: Database | None,
    message: str,
    evidence: list[str],
    missing: Sequence[str],
    drifts: tuple[Diagnostic, ...],
) -> Verdict:
    _, lost = left_by_psql(folder)
    recorded = found.applied if found is not None else None
    undone = [name for name in missing if name in lost]
    if undone and recorded is None and folder.tool is not Tool.ALEMBIC:
        origin = lost[undone[0]]
        survivors = _survivors(folder, found)
        evidence += [
            f"{origin.place}: DROP TABLE {undone[0]}, in the Down half",
            *([f"{survivors}: the files did run"] if survivors else []),
            "no tool recorded anything",
        ]
        sure = "" if survivors else " (or they never ran at all)"
        return Verdict(
            Status.FAIL,
            f"{message}: {origin.migration.path.name} creates {undone[0]}, and its Down half "
            "drops it again",
            tuple(evidence),
            f"the files were run with psql, which runs both halves: '-- +goose Down' is only a "
            f"comment to it{sure}",
            command(folder),
            drifts,
            origin.place,
        )
    made = [each for name in missing for each in creators(folder, name)]
    place = Place(str(made[0].path)) if made else None
    evidence += [f"{each.path.name} creates it" for each in made[:3]]
    if recorded is not None and made and not set(made) & set(_missing(folder, recorded.versions)):
        cause = f"{recorded.table} says it was applied: it was dropped since, or its Down half ran"
    elif made:
        cause = f"{made[0].path.name} was not applied"
    else:
        cause = "no migration of the folder creates it: a file is missing, or it is misnamed"
    return Verdict(Status.FAIL, message, tuple(evidence), cause, command(folder), drifts, place)


def _survivors(folder: Folder, found: Database | None) -> str:
    """Return what only a run of the files can have left; empty if nothing of theirs is there."""
    if found is None or found.schema is None:
        return ""
    made = expected(folder)
    extensions = sorted(found.schema.extensions & set(made.extensions))
    functions = sorted(found.schema.functions & set(made.functions))
    left = sorted(set(found.schema.tables) & set(made.tables))
    listed = [
        *(f"extension {one}" for one in extensions),
        *(f"function {one}" for one in functions),
    ]
    listed += [f"table {one}" for one in left]
    return (
        ", ".join(listed[:_MOST]) + (" is there" if len(listed) == 1 else " are there")
        if listed
        else ""
    )


def command(folder: Folder) -> str:
    """Return the command that applies a folder."""
    path = _quoted(folder.path)
    cut = any(each.code is BODY_CUT for each in folder.findings)
    match folder.tool:
        case Tool.GOOSE if not cut:
            return f'goose -dir {path} postgres "$DATABASE_URL" up'
        case Tool.GOOSE | Tool.DBMATE if any(has_halves(each) for each in folder.migrations):
            marker = r"^-- \+goose Down" if folder.tool is Tool.GOOSE else "^-- migrate:down"
            return (
                f"for file in {path}/*.sql; do awk '/{marker}/ {{exit}} {{print}}' \"$file\" | "
                'psql -v ON_ERROR_STOP=1 "$DATABASE_URL"; done'
            )
        case Tool.ALEMBIC:
            return "alembic upgrade head"
        case _:
            return (
                f'for file in {path}/*.sql; do psql -v ON_ERROR_STOP=1 -f "$file" '
                '"$DATABASE_URL"; done'
            )


def _quoted(path: Path) -> str:
    text = str(path)
    return text if re.fullmatch(r"[\w./-]+", text) else "'" + text.replace("'", "'\\''") + "'"
