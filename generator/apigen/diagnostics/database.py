"""Findings of the contract against a database: what one allows and the other refuses."""

from apigen.diagnostics.core import Code, Severity

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE
_WIDEN = "Widen the column in a migration, or narrow the contract."

TABLE_MISSING = Code(
    "AG601",
    "table-missing",
    _ERROR,
    "A schema of the contract is kept in a table that the database does not have. Every write "
    "fails with 42P01.",
    "Apply the migrations; 'apigen doctor --migrations DIR' says which and what undid them.",
)
COLUMN_MISSING = Code(
    "AG602",
    "column-missing",
    _ERROR,
    "A member of the contract has no column. It is lost, or the write fails with 42703.",
    "Add the column, or map the member to another one: x-apigen-column, or 'columns' in "
    "[tool.apigen.doctor.tables.NAME]; 'rest' names a JSON column that keeps what has none.",
)
COLUMN_UNFILLED = Code(
    "AG603",
    "column-unfilled",
    _WARNING,
    "A column must have a value, has no default, and no member of the contract gives one. Unless "
    "the service fills it, every write fails with 23502.",
    "Give it a default, add the member, or list it under 'filled' in the mapping.",
)
MAY_BE_ABSENT = Code(
    "AG604",
    "absent-refused",
    _WARNING,
    "The contract lets a member be absent or null; its column is NOT NULL without a default. "
    "Unless the service fills it, a request that leaves it out fails with 23502.",
    "Require the member, let the column be NULL, or list it under 'filled' in the mapping.",
)
TOO_NARROW = Code(
    "AG605",
    "length-refused",
    _ERROR,
    "The contract allows a longer text than the column takes: 22001, or 23514 for a CHECK.",
    _WIDEN,
)
TOO_SHORT = Code(
    "AG606",
    "shortness-refused",
    _ERROR,
    "The contract allows a shorter text than the column's CHECK: 23514.",
    "Set minLength in the contract, or drop the CHECK.",
)
VALUE_REFUSED = Code(
    "AG607",
    "value-refused",
    _ERROR,
    "The contract's enum has a value that the column's CHECK or type does not: 23514 or 22P02.",
    "Add the value to the CHECK in a migration, or remove it from the contract.",
)
VALUE_UNKNOWN = Code(
    "AG608",
    "value-unknown",
    _WARNING,
    "The column may hold a value that the contract's enum does not have. A row that holds it "
    "cannot be answered within the contract.",
    "Add the value to the contract, or remove it from the CHECK.",
)
ENUM_OPEN = Code(
    "AG609",
    "enum-open",
    _ERROR,
    "The contract allows any text where the column takes only a few values: 23514 or 22P02.",
    "Give the member the column's values as an enum.",
)
TYPE_MISMATCH = Code(
    "AG610",
    "type-mismatch",
    _ERROR,
    "The contract allows values that the column's type cannot hold, such as any text for a UUID or "
    "an address: 22P02, 22007 or 42804.",
    "Give the member the format of the column's type, or change the column to text.",
)
RANGE_REFUSED = Code(
    "AG611",
    "range-refused",
    _ERROR,
    "The contract allows numbers outside of the column's range: 22003, or 23514 for a CHECK.",
    "Set minimum and maximum (or format: int32) in the contract, or widen the column.",
)
PRECISION_LOST = Code(
    "AG612",
    "precision-lost",
    _WARNING,
    "The column keeps less than the contract allows: a time's zone or fraction, a number's digits. "
    "What is read back is not what was written.",
    "Use timestamptz, numeric or double precision, or say in the contract what is kept.",
)
CONFLICT_UNDOCUMENTED = Code(
    "AG613",
    "conflict-undocumented",
    _WARNING,
    "Columns that callers give are unique, and the operation documents no 409. The second request "
    "fails with 23505, which comes out as a 500.",
    "Document 409, or drop the constraint.",
)
PARENT_UNDOCUMENTED = Code(
    "AG614",
    "parent-undocumented",
    _WARNING,
    "A member refers to another table, and the operation documents no 404, 409 or 422 for a "
    "parent that does not exist: 23503, which comes out as a 500.",
    "Document the answer, or say x-apigen-exists on the member.",
)
JSON_MISMATCH = Code(
    "AG615",
    "json-mismatch",
    _ERROR,
    "The contract has an object or a list where the column holds neither JSON nor an array.",
    "Use jsonb (or json), or list the column under 'json' in the mapping if the service writes "
    "JSON text into it.",
)
NUL_REFUSED = Code(
    "AG616",
    "nul-refused",
    _NOTE,
    "JSON texts may hold U+0000, which PostgreSQL's text and jsonb cannot: 22021 or 22P05.",
    "Refuse it at the service's border, or with a pattern in the contract.",
)
COLUMN_UNREAD = Code(
    "AG617",
    "column-unknown",
    _NOTE,
    "A column has no member in the contract. Nothing fails; nobody can see it either.",
    "Add the member, list it under 'filled' in the mapping, or drop the column.",
)
ANSWER_NULLABLE = Code(
    "AG618",
    "answer-nullable",
    _WARNING,
    "The contract promises a member in every answer, and its column may be NULL.",
    "Make the column NOT NULL, or the member optional or nullable.",
)
CHECK_UNREAD = Code(
    "AG619",
    "check-unread",
    _NOTE,
    "A CHECK says more than apigen understands; it is not compared with the contract.",
    "Compare it by hand.",
)
MAPPING_DANGLING = Code(
    "AG620",
    "mapping-dangling",
    _ERROR,
    "The mapping between contract and database names a schema, member, table or column that there "
    "is not. A check that silently compares nothing is worse than none.",
    "Correct the name or remove the entry.",
)
DEFAULT_DIFFERS = Code(
    "AG621",
    "default-differs",
    _WARNING,
    "The contract's default and the column's are not the same; which one holds depends on who "
    "leaves the value out.",
    "Make them the same, or remove one.",
)
FORM_REFUSED = Code(
    "AG622",
    "form-refused",
    _WARNING,
    "The column's CHECK wants a form (a regular expression) that the contract does not state.",
    "Give the member the pattern.",
)
LAYERS_DIFFER = Code(
    "AG623",
    "layers-differ",
    _ERROR,
    "Contract, code and database do not agree on what a member may be. Tests that use only what "
    "all of them take pass; callers who believe the contract fail.",
    "Decide which of the three is right, and bring the others to it.",
)
SNAPSHOT_UNREADABLE = Code(
    "AG624",
    "snapshot-unreadable",
    _ERROR,
    "The snapshot of the database's schema cannot be read.",
    "Make it anew: apigen doctor --database-url URL --write-snapshot FILE.",
)
SCHEMA_MOVED = Code(
    "AG625",
    "schema-moved",
    _WARNING,
    "The database is not what its snapshot says: it was changed, or the snapshot is old.",
    "Apply the missing migrations, or make the snapshot anew with --write-snapshot.",
)
UNPREPARED = Code(
    "AG626",
    "doctor-unprepared",
    _ERROR,
    "What the doctor was given cannot be used: a URL, a file, a library that is not installed.",
    "Mend what the message names; nothing that depends on it was checked.",
    "pip install 'apigen[doctor]'   # SQLAlchemy and a driver, for --database-url",
)

CODES = (
    TABLE_MISSING, COLUMN_MISSING, COLUMN_UNFILLED, MAY_BE_ABSENT, TOO_NARROW, TOO_SHORT,
    VALUE_REFUSED, VALUE_UNKNOWN, ENUM_OPEN, TYPE_MISMATCH, RANGE_REFUSED, PRECISION_LOST,
    CONFLICT_UNDOCUMENTED, PARENT_UNDOCUMENTED, JSON_MISMATCH, NUL_REFUSED, COLUMN_UNREAD,
    ANSWER_NULLABLE, CHECK_UNREAD, MAPPING_DANGLING, DEFAULT_DIFFERS, FORM_REFUSED, LAYERS_DIFFER,
    SNAPSHOT_UNREADABLE, SCHEMA_MOVED, UNPREPARED,
)  # fmt: skip
