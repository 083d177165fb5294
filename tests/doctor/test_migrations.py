"""The linter of migrations: each trap is named at its line, and sound files are quiet."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apigen.doctor.migrations.reading import read_folder
from apigen.doctor.migrations.replay import expected, left_by_psql
from apigen.doctor.migrations.sqltext import scan
from apigen.doctor.migrations.values import Folder, Tool

UP = "-- +goose Up\n"
DOWN = "-- +goose Down\n"
BEGIN, END = "-- +goose StatementBegin\n", "-- +goose StatementEnd\n"
BODY = "CREATE FUNCTION f() RETURNS int AS $$\nBEGIN\n  RETURN 1;\nEND;\n$$ LANGUAGE plpgsql;\n"

SOUND = {
    "a table": UP + "CREATE TABLE t (a int);\n" + DOWN + "SELECT 1;\n",
    "a marked body": UP + BEGIN + BODY + END,
    "a body of one statement": UP + "DO $$ BEGIN END $$;\n",
    "quotes": UP + "INSERT INTO t VALUES ('-- +x; $$', E'\\';', \"a;b\");\n",
    "comments": UP + "/* ; /* nested */ ; */ SELECT 1; -- DROP TABLE t;\n",
    "concurrently by itself": (
        "-- +goose NO TRANSACTION\n" + UP + "CREATE INDEX CONCURRENTLY i ON t (a);\n"
    ),
    "Windows' line ends": (UP + "CREATE TABLE t (a int);\n").replace("\n", "\r\n"),
    "a byte order mark": "\ufeff" + UP + "SELECT 1;\n",
}

TRAPS = {
    "a body that is cut": (UP + "SELECT 1;\n" + BODY, "AG641", 3),
    "a Down half that undoes it": (
        UP + "CREATE TABLE t (a int);\n" + DOWN + "DROP TABLE IF EXISTS t;\n", "AG642", 4,
    ),
    "no such clause": (UP + "SELECT 1;\n" + DOWN + "DROP TABLE IF NOT EXISTS t;\n", "AG643", 4),
    "an open block": (UP + BEGIN + "SELECT 1;\n", "AG644", 2),
    "a block that ends twice": (UP + BEGIN + "SELECT 1;\n" + END + END, "AG644", 5),
    "no marker at all": ("SELECT 1;\n", "AG647", 0),
    "nothing to do": (UP + "-- CREATE TABLE t (a int);\n", "AG648", 0),
    "a statement that is alone": (UP + "CREATE INDEX CONCURRENTLY i ON t (a);\n", "AG650", 2),
    "a transaction of its own": (UP + "BEGIN;\nSELECT 1;\nCOMMIT;\n", "AG651", 2),
    "an open quote": (UP + "SELECT 'a;\n", "AG652", 2),
    "a statement before the halves": ("SELECT 1;\n" + UP + "SELECT 2;\n", "AG655", 1),
}  # fmt: skip


def folder_of(tmp_path: Path, **files: str) -> Folder:
    for name, text in files.items():
        (tmp_path / f"{name.removeprefix('_')}.sql").write_bytes(text.encode())
    return read_folder(tmp_path)


@pytest.mark.parametrize("name", SOUND)
def test_sound_files_are_quiet(name: str, tmp_path: Path) -> None:
    found = folder_of(tmp_path, _001_first=SOUND[name])
    assert found.findings == ()
    assert found.tool is Tool.GOOSE


@pytest.mark.parametrize("name", TRAPS)
def test_traps_are_named_at_their_line(name: str, tmp_path: Path) -> None:
    text, code, line = TRAPS[name]
    found = folder_of(tmp_path, _001_first=SOUND["a table"], _002_second=text)
    at = [f.place for f in found.findings if f.code.id == code]
    assert at, found.findings
    assert at[0] is not None
    assert (Path(at[0].file).name, at[0].line) == ("002_second.sql", line)


def test_numbers_twice_gaps_and_none(tmp_path: Path) -> None:
    sound = SOUND["a table"].replace(" t ", " {} ")
    found = folder_of(
        tmp_path,
        _001_a=sound.format("a"), _002_b=sound.format("b"), _2_c=sound.format("c"),
        _005_d=sound.format("d"), fix=sound.format("e"),
    )  # fmt: skip
    told = sorted((f.code.id, f.message) for f in found.findings)
    assert told == [
        ("AG645", "2_c.sql and 002_b.sql both have the number 2"),
        ("AG646", "there is no migration 3 to 4"),
        ("AG649", "fix.sql has no number"),
    ]


def test_dates_as_numbers_have_no_gaps(tmp_path: Path) -> None:
    sound = SOUND["a table"]
    found = folder_of(tmp_path, _20251218191831_a=sound, _20260101000000_b=UP + "SELECT 1;\n")
    assert found.findings == ()


def test_a_change_before_its_table(tmp_path: Path) -> None:
    found = folder_of(
        tmp_path,
        _001_change=UP + "ALTER TABLE t ADD b int;\n",
        _002_make=UP + "CREATE TABLE t (a int);\n",
    )
    assert [(f.code.id, f.message) for f in found.findings] == [
        ("AG654", "the table t does not exist at this point")
    ]


def test_other_tools_are_known(tmp_path: Path) -> None:
    text = "-- migrate:up\nCREATE TABLE t (a int);\n-- migrate:down\nDROP TABLE t;\n"
    found = folder_of(tmp_path, _001_first=text)
    assert found.tool is Tool.DBMATE
    assert list(expected(found).tables) == ["t"]
    assert list(left_by_psql(found)[1]) == ["t"]


def test_a_pair_of_files_is_one_migration(tmp_path: Path) -> None:
    (tmp_path / "1_a.up.sql").write_text("CREATE TABLE t (a int);", encoding="utf-8")
    (tmp_path / "1_a.down.sql").write_text("DROP TABLE t;", encoding="utf-8")
    found = read_folder(tmp_path)
    assert found.findings == ()
    assert list(expected(found).tables) == ["t"]


def test_what_is_left_is_followed_through_changes(tmp_path: Path) -> None:
    script = (
        UP
        + """\
CREATE TABLE IF NOT EXISTS public."Odd, name" (id int, "b;c" text DEFAULT 'x, y', PRIMARY KEY (id));
ALTER TABLE public."Odd, name" ADD COLUMN d int, DROP COLUMN id;
ALTER TABLE "Odd, name" RENAME COLUMN d TO e;
CREATE TABLE part PARTITION OF "Odd, name" FOR VALUES IN (1);
CREATE TABLE gone (x int); DROP TABLE gone, missing CASCADE;
"""
    )
    found = expected(folder_of(tmp_path, _001_a=script))
    assert list(found.tables) == ["Odd, name"]
    assert set(found.columns) == {("Odd, name", "b;c"), ("Odd, name", "e")}
    assert found.partitions == {"part": "Odd, name"}


ALEMBIC = """\
from alembic import op
import sqlalchemy as sa
revision: str = "{0}"
down_revision: str | None = {1}
def upgrade() -> None:
    op.create_table("t{0}", sa.Column("a", sa.Text))
def downgrade() -> None:
    op.drop_table("t{0}")
"""


def test_alembic_is_read_without_being_run(tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    for name, before in (("b", "'a'"), ("a", "None"), ("c", "'a'"), ("d", "'gone'")):
        text = ALEMBIC.format(name, before) + "raise SystemExit('this was run')\n"
        (versions / f"{name}.py").write_text(text, encoding="utf-8")
    (versions / "broken.py").write_text("def (", encoding="utf-8")
    found = read_folder(tmp_path)
    assert found.migrations[0].version == "a"
    assert set(expected(found).tables) == {"ta", "tb", "tc", "td"}
    assert ("ta", "a") in expected(found).columns
    told = {f.code.id: f.message for f in found.findings}
    assert told["AG653"] == "there are 3 heads: b, c, d"
    assert "AG656" in told


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "001_a.sql").write_bytes(b"\xff\xfe")
    assert [f.code.id for f in read_folder(tmp_path).findings] == ["AG656"]


@given(st.text(alphabet="ab;'\"$-/*\n \\e0", max_size=60))
def test_any_text_is_cut_without_loss(text: str) -> None:
    found = scan(text)
    for piece in found.pieces:
        assert piece.text
        assert 1 <= piece.line <= text.count("\n") + 1
        assert not piece.text.startswith("--")


@given(
    st.lists(st.sampled_from(["SELECT 1", "'a;b'", "$$ ; $$", "$x$ ;\n $$ $x$", '";"']), max_size=6)
)
def test_statements_are_counted(statements: list[str]) -> None:
    found = scan(";\n".join(statements))
    assert [piece.text for piece in found.pieces] == [" ".join(s.split()) for s in statements]
