"""Findings of the migrations linter: what makes a tool skip, cut or undo a migration."""

from apigen.diagnostics.core import Code, Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

BODY_CUT = Code(
    "AG641",
    "body-cut",
    _ERROR,
    "A function body or DO block stands outside of StatementBegin and StatementEnd. The tool cuts "
    "it at the first line that ends with a semicolon; the file fails and is rolled back.",
    "Put '-- +goose StatementBegin' before it and '-- +goose StatementEnd' after it.",
    "-- +goose Up\nDO $$ BEGIN\n  PERFORM 1;   -- cut here\nEND $$;",
)
UNDONE_BY_PSQL = Code(
    "AG642",
    "undone-by-psql",
    _WARNING,
    "The file's Down half drops what its Up half makes. To psql the marker is only a comment: run "
    "with psql, the file does both, reports no error, and leaves nothing.",
    "Run it with its tool, or pipe only the Up half into psql.",
    "awk '/^-- \\+goose Down/ {exit} {print}' FILE.sql | psql \"$DATABASE_URL\"",
)
NO_SUCH_CLAUSE = Code(
    "AG643",
    "no-such-clause",
    _ERROR,
    "DROP ... IF NOT EXISTS, or CREATE ... IF EXISTS: no SQL. That half of the file never ran.",
    "Write DROP ... IF EXISTS, CREATE ... IF NOT EXISTS.",
)
MARKERS_UNPAIRED = Code(
    "AG644",
    "markers-unpaired",
    _ERROR,
    "StatementBegin and StatementEnd do not pair. The tool refuses the file, or runs all of it as "
    "one statement.",
    "Close what is open.",
)
NUMBER_TWICE = Code(
    "AG645",
    "number-twice",
    _ERROR,
    "Two migrations have one number. Which one runs depends on the tool; the other is skipped.",
    "Give the newer one the next free number.",
)
NUMBER_GAP = Code(
    "AG646",
    "number-gap",
    _NOTE,
    "A number is missing between migrations. Gaps are normal where branches were merged; a lost "
    "file looks the same.",
    "Look whether a file was left out of the image or of the list that is applied.",
)
NO_UP = Code(
    "AG647",
    "no-up-half",
    _ERROR,
    "A file among goose's or dbmate's has no Up marker. The tool refuses it.",
    "Begin it with '-- +goose Up' (goose) or '-- migrate:up' (dbmate).",
)
DOES_NOTHING = Code(
    "AG648",
    "does-nothing",
    _WARNING,
    "The Up half has no statement: it is empty, or commented out. It will be recorded as applied.",
    "Restore the statements, or remove the file.",
)
UNNUMBERED = Code(
    "AG649",
    "unnumbered",
    _WARNING,
    "The file's name has no number in front. Migration tools pass over it without a word.",
    "Name it NUMBER_what_it_does.sql.",
)
NOT_IN_TRANSACTION = Code(
    "AG650",
    "not-in-transaction",
    _ERROR,
    "A statement that cannot run inside of a transaction (CREATE INDEX CONCURRENTLY, VACUUM, "
    "CREATE DATABASE) stands in a file that the tool wraps into one: 25001.",
    "Write '-- +goose NO TRANSACTION' at the top, and give the statement a file of its own.",
)
OWN_TRANSACTION = Code(
    "AG651",
    "own-transaction",
    _WARNING,
    "BEGIN or COMMIT in a file that the tool wraps into a transaction: what follows COMMIT is no "
    "longer rolled back together with the record of the migration.",
    "Remove BEGIN and COMMIT.",
)
UNTERMINATED = Code(
    "AG652",
    "unterminated",
    _ERROR,
    "A string, a comment or a dollar quote is opened and not closed; all that follows is in it.",
    "Close it.",
)
CHAIN_BROKEN = Code(
    "AG653",
    "chain-broken",
    _ERROR,
    "Alembic's revisions are no single chain: two heads, two of one name, or one that follows a "
    "revision that does not exist. 'upgrade head' refuses.",
    "Correct down_revision, or merge the heads: alembic merge heads.",
)
BEFORE_CREATED = Code(
    "AG654",
    "before-created",
    _WARNING,
    "A migration changes a table that only a later one creates, or that an earlier one dropped. On "
    "an empty database it fails with 42P01.",
    "Correct the order of the numbers.",
)
OUTSIDE_OF_HALVES = Code(
    "AG655",
    "outside-of-halves",
    _ERROR,
    "A statement stands before the Up marker. The tool refuses or ignores it; psql runs it.",
    "Move it below '-- +goose Up'.",
)
UNREADABLE_MIGRATION = Code(
    "AG656",
    "unreadable-migration",
    _ERROR,
    "A migration cannot be read as UTF-8 text, or is no Python that can be parsed.",
    "Save it as UTF-8, or mend it.",
)

CODES = (
    BODY_CUT, UNDONE_BY_PSQL, NO_SUCH_CLAUSE, MARKERS_UNPAIRED, NUMBER_TWICE, NUMBER_GAP, NO_UP,
    DOES_NOTHING, UNNUMBERED, NOT_IN_TRANSACTION, OWN_TRANSACTION, UNTERMINATED, CHAIN_BROKEN,
    BEFORE_CREATED, OUTSIDE_OF_HALVES, UNREADABLE_MIGRATION,
)  # fmt: skip
