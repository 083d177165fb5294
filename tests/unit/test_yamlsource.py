"""YAML 1.2 into JSON values: what is read, what is refused, and where."""

import time

import pytest

from apigen import yamlsource
from apigen.diagnostics import Report, Stop
from apigen.sourcetext import Bounds, decode, source_text
from apigen.types import Json

SMALL = Bounds(max_depth=50, max_nodes=10_000)


def value_of(text: str) -> Json:
    return yamlsource.read(source_text("a.yaml", text), SMALL, Report()).value


def refused(text: str) -> tuple[str, int, int]:
    """Return the code and the place of the first fault."""
    with pytest.raises(Stop) as stop:
        yamlsource.read(source_text("a.yaml", text), SMALL, Report())
    place = stop.value.diagnostic.place
    assert place is not None
    return stop.value.diagnostic.code.id, place.line, place.column


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("012", 12),
        ("0o14", 12),
        ("0x1F", 31),
        ("1e3", 1000.0),
        ("+.5", 0.5),
        ("1_000", "1_000"),
        ("0b1", "0b1"),
        ("12:30:45", "12:30:45"),
        ("2025-12-18", "2025-12-18"),
        ("2025-12-18T10:00:00Z", "2025-12-18T10:00:00Z"),
        ("~", None),
        ("null", None),
        ("", None),
        ("True", True),
        ("tRue", "tRue"),
        ("'1'", "1"),
        ("!!str 1", "1"),
        ("!!float 1", 1.0),
        ("! 1", "1"),
        ("99999999999999999999", 99999999999999999999),
        ("=", "="),
        ("|\n  a\n  b\n", "a\nb\n"),
    ],
)
def test_scalars_follow_the_core_schema(text: str, value: Json) -> None:
    read = value_of(f"a: {text}\n")
    assert read == {"a": value}
    assert isinstance(read, dict)
    assert type(read["a"]) is type(value)


def test_keys_are_texts_as_written() -> None:
    read = value_of("200: a\n012: b\nnull: c\n'on': d\n1.0: e\n")
    assert read == {"200": "a", "012": "b", "null": "c", "on": "d", "1.0": "e"}


def test_an_alias_is_what_it_stands_for() -> None:
    assert value_of("a: &x {b: [1]}\nc: *x\n") == {"a": {"b": [1]}, "c": {"b": [1]}}


def test_an_alias_may_be_a_key() -> None:
    assert value_of("&k a: 1\nb: {*k : 2}\n") == {"a": 1, "b": {"a": 2}}


def test_merge_keys_are_applied_with_a_note_and_own_members_win() -> None:
    report = Report()
    text = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz: {<<: [*x, *y], c: 5}\n"
    read = yamlsource.read(source_text("a.yaml", text), SMALL, report).value
    assert isinstance(read, dict)
    assert read["z"] == {"a": 1, "b": 2, "c": 5}
    assert [finding.code.id for finding in report] == ["AG012"]


def test_a_quoted_merge_key_is_a_key() -> None:
    assert value_of("'<<': {a: 1}\n") == {"<<": {"a": 1}}


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ("a: 1\nb: 2\na: 3\n", "AG003", 3, 1),
        ("r:\n  200: a\n  '200': b\n", "AG003", 3, 3),
        ("a: .inf\n", "AG011", 1, 4),
        ("a: .NaN\n", "AG011", 1, 4),
        ("a: 1e999\n", "AG011", 1, 4),
        ("a: " + "9" * 5000 + "\n", "AG011", 1, 4),
        ("a: {[b]: c}\n", "AG011", 1, 5),
        ("a: {<<: 1}\n", "AG011", 1, 5),
        ("a: !!python/object/apply:os.system [x]\n", "AG009", 1, 4),
        ("a: !mine b\n", "AG009", 1, 4),
        ("a: !!timestamp 2025-01-01\n", "AG009", 1, 4),
        ("a: !!int x\n", "AG009", 1, 4),
        ("a: !!set {b}\n", "AG009", 1, 4),
        ("a: b\n---\nc: d\n", "AG010", 2, 1),
        ("a: *b\n", "AG008", 1, 4),
        ("a: &a [*a]\n", "AG008", 1, 8),
        ("a:\n\tb: c\n", "AG002", 2, 1),
        ("a: b: c\n", "AG002", 1, 5),
        ("a: [1, 2\n", "AG002", 2, 1),
        ('a: "\\ud800"\n', "AG002", 1, 7),
    ],
)
def test_what_is_no_json_is_refused_at_its_place(
    text: str, code: str, line: int, column: int
) -> None:
    assert refused(text) == (code, line, column)


def test_a_tab_gets_a_hint() -> None:
    with pytest.raises(Stop) as stop:
        value_of("a:\n\tb: c\n")
    assert "blanks" in stop.value.diagnostic.hint


def test_every_duplicate_of_a_file_is_reported_with_its_first() -> None:
    report = Report()
    with pytest.raises(Stop):
        yamlsource.read(source_text("a.yaml", "a: 1\na: 2\nb: {c: 1, c: 2}\n"), SMALL, report)
    assert [(f.place and f.place.line, f.related[0].line) for f in report] == [(2, 1), (3, 3)]


def test_a_file_full_of_faults_is_given_up_after_a_hundred() -> None:
    report = Report()
    with pytest.raises(Stop):
        yamlsource.read(source_text("a.yaml", "a: 1\n" * 1000), SMALL, report)
    assert len(report) == 100


def grown(line: str) -> str:
    """Return a text in which every line refers to the one before."""
    lines = [line.format(i=i, next=i + 1) for i in range(60)]
    return "\n".join(["a0: &a0 {b: 1, c: 2}", *lines, ""])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[" * 1_000_000, "AG007"),
        ("- " * 100_000 + "a", "AG007"),
        ("{a: " * 100_000, "AG007"),
        (grown("a{next}: &a{next} [*a{i}, *a{i}]"), "AG006"),
        (grown("a{next}: &a{next} [*a{i}]"), "AG007"),
        (grown("a{next}: &a{next} {{<<: [*a{i}, *a{i}]}}"), "AG006"),
        ("a: [" + "x," * 20_000 + "]", "AG006"),
    ],
)
def test_depth_and_size_are_bounded_in_no_time(text: str, code: str) -> None:
    began = time.process_time()
    assert refused(text)[0] == code
    assert time.process_time() - began < 20


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r"])
def test_places_count_lines_however_they_end(break_: str) -> None:
    text = break_.join(["a: 1", "b:", "  - é", "  - c: x", ""])
    parsed = yamlsource.read(source_text("a.yaml", text), SMALL, Report())
    assert str(parsed.place(("b",), "/b")) == "a.yaml:2:1"
    assert str(parsed.place(("b", "0"), "")) == "a.yaml:3:5"
    assert str(parsed.place(("b", "1", "c"), "")) == "a.yaml:4:5"


def test_columns_count_characters() -> None:
    parsed = yamlsource.read(source_text("a.yaml", "{'日本😀': 1, b: 2}"), SMALL, Report())
    assert str(parsed.place(("b",), "")) == "a.yaml:1:12"


def test_what_does_not_exist_has_the_place_of_what_should_hold_it() -> None:
    parsed = yamlsource.read(source_text("a.yaml", "a:\n  b: [1]\n"), SMALL, Report())
    assert str(parsed.place(("a", "b", "7", "c"), "")) == "a.yaml:2:3"
    assert str(parsed.place(("a", "x"), "")) == "a.yaml:1:1"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"a: \xff", "AG004"),
        ("a: b".encode("utf-16"), "AG004"),
        ("a: b".encode("utf-32"), "AG004"),
        (b"a: \0", "AG005"),
        (b"a: \x1b[31m", "AG005"),
    ],
)
def test_only_utf_8_without_control_characters_is_text(data: bytes, code: str) -> None:
    with pytest.raises(Stop) as stop:
        decode("a.yaml", data, Report())
    assert stop.value.diagnostic.code.id == code


def test_a_byte_order_mark_of_utf_8_is_no_part_of_the_text() -> None:
    assert decode("a.yaml", b"\xef\xbb\xbfa: b", Report()).text == "a: b"
