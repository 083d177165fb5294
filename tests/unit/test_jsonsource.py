"""JSON into values: what is read, what is refused, and where."""

import time

import pytest

from apigen import jsonsource
from apigen.diagnostics import Report, Stop
from apigen.sourcetext import Bounds, source_text

SMALL = Bounds(max_depth=50, max_nodes=10_000)


@pytest.mark.parametrize(
    ("text", "code", "line", "column"),
    [
        ('{"a": 1,\n "a": 2}', "AG003", 2, 2),
        ('{"a": 1,\n "\\u0061": 2}', "AG003", 2, 2),
        ('{"a": 1,}', "AG002", 1, 8),
        ('{"a": [1,\n]}', "AG002", 1, 9),
        ("[,]", "AG002", 1, 2),
        ("{'a': 1}", "AG002", 1, 2),
        ('{"a": NaN}', "AG011", 1, 7),
        ('{"a": [1, -Infinity]}', "AG011", 1, 11),
        ('{"a": 1e999}', "AG011", 1, 7),
        ('{"a": ' + "9" * 5000 + "}", "AG011", 1, 7),
        ('{"a": "\\ud800"}', "AG005", 1, 7),
        ('{"a": "x\ty"}', "AG002", 1, 9),
        ('{"a": 1} x', "AG002", 1, 10),
        ("[" * 1_000_000, "AG007", 1, 1),
        ('{"a":' * 60 + "1" + "}" * 60, "AG007", 1, 1),
        ("[" + "1," * 20_000 + "1]", "AG006", 1, 1),
    ],
)
def test_what_is_no_json_is_refused_at_its_place(
    text: str, code: str, line: int, column: int
) -> None:
    began = time.process_time()
    with pytest.raises(Stop) as stop:
        jsonsource.read(source_text("a.json", text), SMALL, Report())
    place = stop.value.diagnostic.place
    assert place is not None
    assert (stop.value.diagnostic.code.id, place.line, place.column) == (code, line, column)
    assert time.process_time() - began < 20


def test_values_and_places() -> None:
    text = '{\n\t"a": {"b": [true, "x, {y", 1.5]},\n\t"c~/": "\\ud83d\\ude00"\n}'
    parsed = jsonsource.read(source_text("a.json", text), SMALL, Report())
    assert parsed.value == {"a": {"b": [True, "x, {y", 1.5]}, "c~/": "😀"}
    assert str(parsed.place(("a", "b"), "")) == "a.json:2:8"
    assert str(parsed.place(("a", "b", "2"), "")) == "a.json:2:29"
    assert str(parsed.place(("c~/",), "")) == "a.json:3:2"


def test_a_key_with_escapes_has_a_place() -> None:
    parsed = jsonsource.read(source_text("a.json", '{"\\u0061\\"": 1}'), SMALL, Report())
    assert parsed.value == {'a"': 1}
    assert str(parsed.place(('a"',), "")) == "a.json:1:2"


def test_large_integers_are_exact() -> None:
    parsed = jsonsource.read(source_text("a.json", "[123456789012345678901]"), SMALL, Report())
    assert parsed.value == [123456789012345678901]
