"""PostgreSQL's error codes that people meet (PostgreSQL manual, appendix A)."""

from apigen.meanings.core import Layer, Meaning


def _known(
    code: str, name: str, meaning: str, causes: tuple[str, ...], after: str, *, later: bool = False
) -> Meaning:
    layer = Layer.NETWORK if code.startswith("08") else Layer.DATABASE
    return Meaning(code, name, layer, meaning, causes, after, later)


CONNECTING: tuple[Meaning, ...] = (
    _known(
        "08001",
        "sqlclient_unable_to_establish_sqlconnection",
        "No connection could be made.",
        ("the server is not started", "wrong host or port", "'localhost' means ::1 here"),
        "pg_isready -h HOST -p PORT",
        later=True,
    ),
    _known(
        "08006",
        "connection_failure",
        "The connection broke while it was in use; a write in flight may or may not have happened.",
        ("the server was restarted or killed", "a proxy or firewall dropped an idle connection"),
        "look into the server's log at that moment",
        later=True,
    ),
    _known(
        "08P01",
        "protocol_violation",
        "The two sides do not speak the same protocol.",
        ("the port belongs to something else", "a pooler in transaction mode"),
        "pg_isready -h HOST -p PORT",
    ),
    _known(
        "28000",
        "invalid_authorization_specification",
        "The role may not come in this way.",
        ("the role does not exist", "no line of pg_hba.conf lets it in", "TLS is wanted"),
        "psql -c '\\du' as an administrator, then look at pg_hba.conf",
    ),
    _known(
        "28P01",
        "invalid_password",
        "The password is not the role's.",
        ("another database answers at this port", "the volume was made with another password"),
        "compare the URL with the variables that the container was first started with",
    ),
    _known(
        "3D000",
        "invalid_catalog_name",
        "There is no such database on this server.",
        ("a misspelt name", "another server answers at this port", "it was never created"),
        "psql -l",
    ),
    _known(
        "3F000",
        "invalid_schema_name",
        "There is no such schema.",
        ("search_path names one that does not exist", "migrations ran in another database"),
        "psql -c '\\dn' -c 'SHOW search_path'",
    ),
    _known(
        "57P03",
        "cannot_connect_now",
        "The server is starting, stopping or recovering.",
        ("the service was started together with its database, without waiting",),
        "pg_isready, and start the service only after it says yes",
        later=True,
    ),
    _known(
        "57P01",
        "admin_shutdown",
        "The server ended the connection: it is stopping, or somebody ended this session.",
        ("a restart", "pg_terminate_backend"),
        "try again; look into the server's log",
        later=True,
    ),
    _known(
        "53300",
        "too_many_connections",
        "Every connection that the server allows is taken.",
        ("pool size times replicas is more than max_connections", "sessions idle in transaction"),
        "psql -c 'SELECT usename, state, count(*) FROM pg_stat_activity GROUP BY 1, 2'",
        later=True,
    ),
)

SCHEMA: tuple[Meaning, ...] = (
    _known(
        "42P01",
        "undefined_table",
        "A statement names a table that does not exist where the session looks.",
        (
            "the migrations were never applied to this database",
            "they were piped through psql, which ran the Down halves too: '-- +goose Down' is "
            "only a comment to it",
            "another database, role or search_path than the one that was migrated",
        ),
        "apigen doctor --database-url URL --migrations DIR",
    ),
    _known(
        "42703",
        "undefined_column",
        "A statement names a column that the table does not have.",
        ("a migration is missing", "the code is newer or older than the schema", "a misspelling"),
        "apigen doctor --database-url URL --migrations DIR",
    ),
    _known(
        "42883",
        "undefined_function",
        "No function or operator takes these arguments.",
        ("a migration or an extension is missing", "types differ: compare text with uuid"),
        "psql -c '\\df NAME' -c '\\dx'",
    ),
    _known(
        "42704",
        "undefined_object",
        "A type, role, index or other object does not exist.",
        ("a migration is missing", "an extension is not installed"),
        "psql -c '\\dT' -c '\\dx'",
    ),
    _known(
        "42P07",
        "duplicate_table",
        "The table exists already.",
        ("a migration ran twice", "two migrations with one number", "applied by hand before"),
        "compare the migration tool's version table with the folder",
    ),
    _known(
        "42701",
        "duplicate_column",
        "The column exists already.",
        ("a migration ran twice", "applied by hand before"),
        "compare the migration tool's version table with the folder",
    ),
    _known(
        "42501",
        "insufficient_privilege",
        "The role may not do this.",
        ("tables belong to the role that migrated, and nothing was granted", "wrong role in URL"),
        "GRANT SELECT, INSERT ON TABLE NAME TO ROLE",
    ),
    _known(
        "42601",
        "syntax_error",
        "The statement is no SQL that this server knows.",
        ("a migration tool cut a function body at its first semicolon", "SQL of another product"),
        "apigen doctor --migrations DIR",
    ),
    _known(
        "42804",
        "datatype_mismatch",
        "A value's type is not the column's.",
        ("the column's type was changed", "a parameter is sent as text"),
        "psql -c '\\d TABLE'",
    ),
    _known(
        "0A000",
        "feature_not_supported",
        "The server cannot do this. On a write to a partitioned table: a BEFORE trigger changed "
        "the column that the table is partitioned by, so the row would move.",
        ("a trigger derives the date in the session's time zone, near a month's border",),
        "SHOW timezone; derive dates with AT TIME ZONE 'UTC'",
    ),
)

VALUES: tuple[Meaning, ...] = (
    _known(
        "22001",
        "string_data_right_truncation",
        "A text is longer than its column.",
        ("maxLength in the contract is larger than VARCHAR(n), or is missing",),
        "apigen doctor --database-url URL",
    ),
    _known(
        "22003",
        "numeric_value_out_of_range",
        "A number does not fit its column.",
        ("SMALLINT or INTEGER where the contract sets no maximum",),
        "apigen doctor --database-url URL",
    ),
    _known(
        "22007",
        "invalid_datetime_format",
        "A text is no date or time.",
        ("a free text in the contract, a date in the table",),
        "apigen doctor --database-url URL",
    ),
    _known(
        "22008",
        "datetime_field_overflow",
        "A date or time lies outside of what can be stored.",
        ("a year beyond 294276, a leap second, a month 13",),
        "give the member bounds in the contract",
    ),
    _known(
        "22021",
        "character_not_in_repertoire",
        "A text holds a character that cannot be stored: U+0000, or bytes that are no UTF-8.",
        ("JSON allows \\u0000 in strings, PostgreSQL's text does not",),
        "refuse U+0000 at the service's border",
    ),
    _known(
        "22P02",
        "invalid_text_representation",
        "A text is not of the column's type: no UUID, no address, no number.",
        ("string in the contract, uuid or inet in the table",),
        "apigen doctor --database-url URL",
    ),
    _known(
        "22P05",
        "untranslatable_character",
        "JSON text holds \\u0000, which jsonb cannot keep.",
        ("JSON allows U+0000 in strings",),
        "refuse U+0000 at the service's border",
    ),
    _known(
        "23502",
        "not_null_violation",
        "A column that must have a value got none.",
        (
            "the member is optional or nullable in the contract",
            "a column was added without a default",
        ),
        "apigen doctor --database-url URL",
    ),
    _known(
        "23503",
        "foreign_key_violation",
        "What the row refers to does not exist, or what is to be deleted is referred to.",
        ("the parent was not written yet", "a rule such as a legal hold forbids the delete"),
        "query the parent table by the value in the message",
    ),
    _known(
        "23505",
        "unique_violation",
        "A row with this key exists already.",
        ("a request was sent again after a time-out", "the contract documents no 409 for it"),
        "look the row up by the key in the message: a replay is usually no error",
    ),
    _known(
        "23514",
        "check_violation",
        "A CHECK does not take the row, or no partition does.",
        (
            "an enum in the contract has values that the CHECK does not know",
            "no partition of the table covers the row's date",
            "a trigger protects rows that must not change",
        ),
        "apigen doctor --database-url URL",
    ),
    _known(
        "23P01",
        "exclusion_violation",
        "An exclusion constraint does not take the row beside the others.",
        ("two ranges overlap",),
        "psql -c '\\d TABLE'",
    ),
)

RUNNING: tuple[Meaning, ...] = (
    _known(
        "25006",
        "read_only_sql_transaction",
        "The session may only read.",
        ("the URL points at a replica", "default_transaction_read_only is on"),
        "SELECT pg_is_in_recovery(); SHOW default_transaction_read_only",
    ),
    _known(
        "25P02",
        "in_failed_sql_transaction",
        "An earlier statement of this transaction failed; this is its echo.",
        ("the first error was swallowed",),
        "look for the error before this one",
    ),
    _known(
        "25P03",
        "idle_in_transaction_session_timeout",
        "The server ended a session that did nothing within a transaction for too long.",
        ("the application waits for something else inside of a transaction",),
        "keep transactions short; then try again",
        later=True,
    ),
    _known(
        "40001",
        "serialization_failure",
        "Two transactions excluded each other.",
        ("concurrent writers under SERIALIZABLE or REPEATABLE READ",),
        "run the transaction again",
        later=True,
    ),
    _known(
        "40P01",
        "deadlock_detected",
        "Two transactions waited for each other.",
        ("rows are locked in different orders",),
        "run the transaction again; lock in one order",
        later=True,
    ),
    _known(
        "53100",
        "disk_full",
        "The disk is full.",
        ("WAL kept by an unused replication slot", "a volume that is too small"),
        "df -h; SELECT slot_name, active FROM pg_replication_slots",
        later=True,
    ),
    _known(
        "53200",
        "out_of_memory",
        "The server is out of memory.",
        ("work_mem times sessions",),
        "look into the server's log",
        later=True,
    ),
    _known(
        "55P03",
        "lock_not_available",
        "A lock could not be had in time.",
        ("a migration or a long transaction holds the table",),
        "SELECT pid, pg_blocking_pids(pid), query FROM pg_stat_activity",
        later=True,
    ),
    _known(
        "57014",
        "query_canceled",
        "The statement was stopped: statement_timeout, or somebody cancelled it.",
        ("a missing index", "it waited for a lock", "a timeout that is too short"),
        "EXPLAIN (ANALYZE, BUFFERS) the statement",
        later=True,
    ),
    _known(
        "58P01",
        "undefined_file",
        "A file that the server needs is gone.",
        ("an extension's library is not installed", "the data folder was touched"),
        "look into the server's log",
    ),
    _known(
        "P0001",
        "raise_exception",
        "A trigger or function refused this with RAISE.",
        ("a rule of the schema, in its own words",),
        "psql -c '\\d+ TABLE' shows the triggers",
    ),
    _known(
        "XX000",
        "internal_error",
        "The server met what it holds for impossible.",
        ("a damaged index or page", "an extension's fault"),
        "look into the server's log; REINDEX; restore from a backup",
    ),
    _known(
        "XX001",
        "data_corrupted",
        "The data on disk is damaged.",
        ("a disk or file system fault", "fsync was off during a crash"),
        "stop writing, and restore from a backup",
    ),
)

CODES: tuple[Meaning, ...] = (*CONNECTING, *SCHEMA, *VALUES, *RUNNING)
