"""Findings in every format, whatever the document says."""

import json
from typing import Any

import pytest

from apigen.diagnostics import Code, Diagnostic, Place, Severity
from apigen.render import COLOURED_TEXT, RENDERERS

CODE = Code("AG900", "odd-thing", Severity.WARNING, "It is odd.", "Make it even.")
TEXT = "a: 1\n\tb: 日本x\nlong: " + "z" * 300 + "\n"


def source(name: str) -> str | None:
    return TEXT if name == "api.yaml" else None


def rendered(form: str, *findings: Diagnostic) -> str:
    return RENDERERS[form](findings, source)


def at(line: int, column: int, message: str = "this is odd", hint: str = "") -> Diagnostic:
    return CODE.at(Place("api.yaml", line, column, "/a~1b"), message, hint=hint)


def test_text_shows_the_line_an_arrow_and_the_hint() -> None:
    assert rendered("text", at(1, 4, hint="make it even")) == (
        "api.yaml:1:4  warning AG900  this is odd\n"
        "    1 | a: 1\n"
        "      |    ^\n"
        "      = hint: make it even\n"
    )


def test_the_arrow_counts_tabs_and_wide_characters_as_a_terminal_does() -> None:
    lines = rendered("text", at(2, 7)).splitlines()
    assert lines[1:] == ["    2 |     b: 日本x", "      |            ^"]


def test_a_long_line_is_shown_around_its_place() -> None:
    lines = rendered("text", at(3, 250)).splitlines()
    assert lines[1].startswith("    3 | …zzz")
    assert lines[1].endswith("z…") is False
    assert lines[2].index("^") - lines[2].index("|") == 43
    first = rendered("text", at(3, 1)).splitlines()[1]
    assert first.endswith("z…")
    assert len(first) < 120


def test_text_without_a_source_or_a_place_is_one_line() -> None:
    assert rendered("text", CODE.at(Place("other.yaml", 3, 1), "odd")) == (
        "other.yaml:3:1  warning AG900  odd\n"
    )
    assert rendered("text", CODE.at(None, "odd")) == "warning AG900  odd\n"
    assert rendered("text", at(99, 1)) == "api.yaml:99:1  warning AG900  this is odd\n"


def test_related_places_are_named() -> None:
    finding = CODE.at(Place("api.yaml", 1, 1), "odd", related=(Place("b.yaml", 2, 3),))
    assert "= see b.yaml:2:3\n" in rendered("text", finding)


def test_colour_is_only_there_if_asked_for() -> None:
    assert "\x1b" not in rendered("text", at(1, 1, hint="h"))
    assert "\x1b[33mwarning\x1b[0m" in COLOURED_TEXT([at(1, 1)], source)


@pytest.mark.parametrize("form", ["text", "github"])
@pytest.mark.parametrize(
    "bad", ["\x1b[31m", "\r", "\n::error::", "\u202e", "\u2028", "\x9b", "\ud800"]
)
def test_no_character_of_a_document_acts_on_the_terminal(form: str, bad: str) -> None:
    finding = CODE.at(Place(f"a{bad}b", 1, 1), f"odd {bad}", hint=f"hint {bad}")
    text = RENDERERS[form]([finding], lambda _: f"x{bad}y")
    assert bad not in text
    assert not any(line.startswith("::error") for line in text.splitlines())
    text.encode()


def test_json_has_stable_keys() -> None:
    value = json.loads(rendered("json", at(1, 4, hint="h"), CODE.at(None, "odd")))
    assert value["version"] == 1
    assert value["summary"] == {"error": 0, "warning": 2, "note": 0}
    assert value["findings"][0] == {
        "code": "AG900",
        "slug": "odd-thing",
        "severity": "warning",
        "message": "this is odd",
        "hint": "h",
        "place": {"file": "api.yaml", "line": 1, "column": 4, "pointer": "/a~1b"},
        "related": [],
    }
    assert value["findings"][1]["place"] is None


def sarif(*findings: Diagnostic) -> Any:
    return json.loads(rendered("sarif", *findings))["runs"][0]


def test_sarif_names_rules_results_and_places() -> None:
    run = sarif(at(1, 4, hint="h"), CODE.at(None, "odd"))
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["AG900"]
    first, second = run["results"]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("AG900", 0, "warning")
    location = first["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": "api.yaml"}
    assert location["region"] == {"startLine": 1, "startColumn": 4}
    assert "locations" not in second


def test_a_fingerprint_survives_moved_lines_and_tells_findings_apart() -> None:
    def prints(*findings: Diagnostic) -> list[str]:
        return [
            result["partialFingerprints"]["apigen/v1"] for result in sarif(*findings)["results"]
        ]

    assert prints(at(1, 4)) == prints(at(7, 2, "other words"))
    assert len(set(prints(at(1, 4), at(2, 4)))) == 2
    other = CODE.at(Place("api.yaml", 1, 1, "/other"), "this is odd")
    assert prints(other) != prints(at(1, 4))


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("spec/a b.yaml", "spec/a%20b.yaml"),
        ("/x/é.yaml", "file:///x/%C3%A9.yaml"),
        ("../a#b.yaml", "../a%23b.yaml"),
    ],
)
def test_sarif_files_are_uris_and_relative_where_the_name_is(file: str, uri: str) -> None:
    (result,) = sarif(CODE.at(Place(file, 1, 1), "odd"))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_github_annotations_escape_what_would_end_them() -> None:
    finding = CODE.at(Place("a,b:c%.yaml", 2, 3), "50%: odd", hint="so")
    assert rendered("github", finding) == (
        "::warning file=a%2Cb%3Ac%25.yaml,line=2,col=3,title=AG900 odd-thing::50%25: odd%0Aso\n"
    )
    note = CODE.at(None, "odd", severity=Severity.NOTE)
    assert rendered("github", note) == "::notice title=AG900 odd-thing::odd\n"


def test_no_findings_are_no_text() -> None:
    assert rendered("text") == rendered("github") == ""
    assert json.loads(rendered("json"))["findings"] == []
    assert sarif()["results"] == []
