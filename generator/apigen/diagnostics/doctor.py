"""The checks of ``apigen doctor``: D1 to D26, in order of the layers."""

from apigen.diagnostics.core import Code, Severity


def _check(number: int, slug: str, meaning: str, mend: str) -> Code:
    return Code(f"D{number}", slug, Severity.ERROR, meaning, mend)


D1 = _check(
    1,
    "right-database",
    "Whether the database that is looked at is the one that the containers use: the same port, "
    "database and role as in the compose and environment files. Looking at another one explains "
    "everything and proves nothing.",
    "Use the URL that the service itself is given.",
)
D2 = _check(
    2,
    "reachable",
    "Whether the host answers by TCP, each address by itself: 'localhost' is ::1 and 127.0.0.1, "
    "and containers often listen on one of them only.",
    "Start what is not started; write 127.0.0.1 where only IPv4 answers.",
)
D3 = _check(
    3,
    "session",
    "Whether the role is let in and the database exists.",
    "Correct role, password or database in the URL, or create what is missing.",
)
D4 = _check(
    4,
    "ready",
    "Whether the server is ready: not starting, not recovering, no standby. A service that starts "
    "together with its database meets one that is not.",
    "Wait for pg_isready before the service starts ('condition: service_healthy' in compose).",
)
D5 = _check(
    5,
    "migrations-applied",
    "Whether the migrations of the folder are those that the database says were applied, none of "
    "them half done, no number twice.",
    "Apply what is missing with the tool that the files are written for.",
)
D6 = _check(
    6,
    "migrations-sound",
    "Whether the migration files hold what makes a tool skip, cut or undo them.",
    "Mend the files; 'apigen explain AG641' and on say how.",
)
D7 = _check(
    7,
    "tables-present",
    "Whether every table exists that the contract, the migrations and the snapshot speak of.",
    "Apply the migrations; if psql ran both halves of the files, run only the Up halves.",
)
D8 = _check(
    8,
    "columns-present",
    "Whether every column exists, and every column that must be filled is filled by somebody.",
    "Add what is missing in a migration, or correct the mapping.",
)
D9 = _check(
    9,
    "types-fit",
    "Whether types, lengths, ranges, NOT NULL and defaults take what the contract allows.",
    "Widen the column or narrow the contract.",
)
D10 = _check(
    10,
    "constraints-fit",
    "Whether CHECKs, enum types, unique and foreign keys agree with the contract's enums and "
    "documented answers.",
    "Bring the constraint or the contract to what is right.",
)
D11 = _check(
    11,
    "triggers-present",
    "Whether triggers, functions and extensions are there, and no trigger is disabled.",
    "Apply the missing migration; ALTER TABLE ... ENABLE TRIGGER.",
)
D12 = _check(
    12,
    "partitions-cover",
    "Whether the partitions take what arrives now: the last seven days, this month, and the months "
    "to come; and no row lies in a default partition.",
    "Create the missing partitions.",
)
D13 = _check(
    13,
    "connections-left",
    "Whether the server has connections left for the pools of all replicas, and none is idle in a "
    "transaction.",
    "Make the pools smaller or max_connections larger; end idle transactions.",
)
D14 = _check(
    14,
    "nothing-blocked",
    "Whether sessions wait for locks, or hold transactions or advisory locks for long.",
    "Let the holder end, or pg_terminate_backend(pid).",
)
D15 = _check(
    15,
    "privileges",
    "Whether the service's role may read and write its tables.",
    "GRANT SELECT, INSERT ON TABLE ... TO role.",
)
D16 = _check(
    16,
    "writable",
    "Whether the database can be written: no read-only default, no read-only file, no full disk, "
    "no damage.",
    "Use the primary; make room; restore from a backup.",
)
D17 = _check(
    17,
    "direct-write",
    "Whether one row can be written past the service (--probe): it is rolled back at once. It "
    "tells a fault of the database from one of the service.",
    "Mend what the database says.",
)
D18 = _check(
    18,
    "single-write",
    "Whether the service takes the smallest request that the contract allows, and finds it again "
    "(--probe). 202 where 201 is usual means that the database fails behind the service.",
    "Look at D7 to D17: one of them says why.",
)
D19 = _check(
    19,
    "batch-write",
    "Whether the service takes a batch of two (--probe). A service may keep single writes in a "
    "queue when its database fails, and lose batches.",
    "Look at D7 to D17: one of them says why.",
)
D20 = _check(
    20,
    "health-honest",
    "Whether the health check says what is the case: a ping answers also where no table exists.",
    "Let readiness look at what the service needs: tables, migrations, partitions.",
)
D21 = _check(
    21,
    "queues-empty",
    "Whether events wait in a dead-letter table. A growing queue beside a green health check is a "
    "failure that nobody sees.",
    "Mend the cause, then replay the queue.",
)
D22 = _check(
    22,
    "logs-quiet",
    "Whether the logs speak of known errors, crashes, skipped validation or failed migrations.",
    "Follow the deepest error: 'apigen explain CODE'.",
)
D23 = _check(
    23,
    "one-contract",
    "Whether the service, the generated package and the file know the same contract.",
    "Generate, build and deploy anew.",
)
D24 = _check(
    24,
    "clocks-agree",
    "Whether the clocks of this machine, the service and the database agree. Events from the "
    "future or from last week are refused.",
    "Synchronise the clocks (NTP).",
)
D25 = _check(
    25,
    "time-zone",
    "Whether sessions run in UTC. A trigger that derives a date in the session's zone moves rows "
    "near midnight to another day, and at a month's border to another partition: 0A000.",
    "ALTER ROLE or DATABASE ... SET timezone = 'UTC'; derive dates AT TIME ZONE 'UTC'.",
)
D26 = _check(
    26,
    "probes-removed",
    "Whether what the probes wrote through the service is gone again. Where rows may not be "
    "deleted they stay, marked by their correlation or text: 'apigen-doctor-'.",
    "Delete the marked rows.",
)

CODES = (
    D1, D2, D3, D4, D5, D6, D7, D8, D9, D10, D11, D12, D13,
    D14, D15, D16, D17, D18, D19, D20, D21, D22, D23, D24, D25, D26,
)  # fmt: skip
