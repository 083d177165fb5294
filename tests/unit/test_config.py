"""Settings from [tool.apigen] and from flags."""

from pathlib import Path

import pytest

from apigen.config import Flags, read
from apigen.diagnostics import Report
from apigen.settings import Settings

NO_FLAGS = Flags()
WHOLE = """\
[project]
name = "x"

[tool.apigen]
spec = "spec/api.yaml"
output = "generated"
package = "petstore"
"""


@pytest.fixture(autouse=True)
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def configured(text: str, flags: Flags = NO_FLAGS) -> tuple[tuple[Settings, ...], list[str]]:
    Path("pyproject.toml").write_text(text, encoding="utf-8")
    return attempted(flags)


def attempted(flags: Flags) -> tuple[tuple[Settings, ...], list[str]]:
    report = Report()
    settings = read(flags, report)
    return settings, [f"{d.place} {d.code.id} {d.message} [{d.hint}]" for d in report]


def refused(text: str, flags: Flags = NO_FLAGS) -> list[str]:
    settings, findings = configured(text, flags)
    assert settings == ()
    return findings


def test_a_table_gives_settings() -> None:
    (settings,), findings = configured(WHOLE)
    assert findings == []
    assert settings == Settings(Path("spec/api.yaml"), Path("generated"), "petstore", "Petstore")


def test_paths_are_relative_to_the_file_that_names_them(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("pyproject.toml").write_text(WHOLE, encoding="utf-8")
    inner = Path("a/b")
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    (settings,), _ = attempted(Flags())
    assert settings.spec == Path("../../spec/api.yaml")
    assert settings.output == Path("../../generated")


def test_a_pyproject_without_our_table_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("pyproject.toml").write_text(WHOLE, encoding="utf-8")
    Path("inner").mkdir()
    Path("inner/pyproject.toml").write_text("[project]\nname = 'y'\n", encoding="utf-8")
    monkeypatch.chdir("inner")
    (settings,), _ = attempted(Flags())
    assert settings.package == "petstore"


def test_three_flags_are_enough() -> None:
    Path("pyproject.toml").write_text("this is no TOML", encoding="utf-8")
    (settings,), findings = attempted(
        Flags(spec=Path("a.yaml"), output=Path("out"), package="data_storage")
    )
    assert findings == []
    assert settings.client == "DataStorage"


def test_flags_win_over_the_table() -> None:
    (settings,), _ = configured(WHOLE, Flags(spec=Path("b.yaml"), client="Pets", strict=True))
    assert (settings.spec, settings.client, settings.strict) == (Path("b.yaml"), "Pets", True)
    assert settings.package == "petstore"


def test_another_package_does_not_inherit_the_clients_name() -> None:
    (settings,), _ = configured(WHOLE + 'client = "Pets"\n', Flags(package="other"))
    assert settings.client == "Other"


def test_what_is_missing_is_named() -> None:
    _, findings = attempted(Flags(spec=Path("a.yaml")))
    assert [f.split(" [")[0] for f in findings] == [
        "None AG904 no output is given",
        "None AG904 no package is given",
    ]


def test_an_unknown_key_has_a_place_and_a_suggestion() -> None:
    assert refused(WHOLE + 'specs = "x"\n') == [
        "pyproject.toml:8:1 AG902 unknown setting 'specs' [did you mean 'spec'?]"
    ]


def test_an_unknown_key_that_resembles_none_gets_the_list() -> None:
    (finding,) = refused(WHOLE + "zzz = 1\n")
    assert "known settings: spec, output, package" in finding


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("client = 3", "'client' must be a name"),
        ('client = ""', "'client' must be a name"),
        ('client = "a b"', "'client' must be a public class name, and 'a b' is none"),
        ('client = "class"', "'client' must be a public class name, and 'class' is none"),
        ('strict = "yes"', "'strict' must be true or false"),
        ('targets = "client"', "'targets' must be an array of names"),
        ("allow = [1]", "'allow' must be an array of paths"),
        ("contract = 1", "'contract' must be [[tables]]"),
        ("contract = [1]", "'contract' must be [[tables]]"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_at_its_place(line: str, message: str) -> None:
    assert refused(f"{WHOLE}{line}\n") == [f"pyproject.toml:8:1 AG903 {message} []"]


def test_an_unknown_target_is_refused_with_a_suggestion() -> None:
    (finding,) = refused(WHOLE + 'targets = ["clients"]\n')
    assert finding.endswith("'clients' is none of them [did you mean 'client'?]")


@pytest.mark.parametrize("name", ["a-b", "1a", "class", "../up", "a.b", "é", "_a", "a_"])
def test_a_package_that_python_cannot_import_is_refused(name: str) -> None:
    _, findings = attempted(Flags(spec=Path("s"), output=Path("o"), package=name))
    assert ["AG903" in finding for finding in findings] == [True]


def test_all_faults_are_told_at_once() -> None:
    findings = refused(WHOLE + "strict = 1\nzzz = 1\n")
    assert [finding.split()[:2] for finding in findings] == [
        ["pyproject.toml:8:1", "AG903"],
        ["pyproject.toml:9:1", "AG902"],
    ]


def test_broken_toml_has_its_place() -> None:
    (finding,) = refused("[tool.apigen]\nspec = \n")
    assert finding.startswith("pyproject.toml:2:8 AG901")


def test_a_file_in_another_encoding_is_refused() -> None:
    Path("pyproject.toml").write_bytes(b"\xff\xfe[\x00")
    _, findings = attempted(Flags())
    assert findings[0].startswith("pyproject.toml AG901 the configuration can't be read: not UTF-8")


def test_a_named_file_that_is_missing_is_told() -> None:
    _, findings = attempted(Flags(config=Path("nowhere.toml")))
    assert findings[0].startswith("nowhere.toml AG901")


def test_carriage_returns_and_a_byte_order_mark_are_fine() -> None:
    Path("pyproject.toml").write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    (settings,), _ = attempted(Flags())
    assert settings.package == "petstore"


SEVERAL = """\
[tool.apigen]
output = "generated"
strict = true

[[tool.apigen.contract]]
spec = "a.yaml"
package = "a"

[[tool.apigen.contract]]
spec = "b.yaml"
package = "b"
strict = false
"""


def test_several_contracts_share_what_stands_above_them() -> None:
    settings, _ = configured(SEVERAL)
    assert [(s.package, s.output, s.strict) for s in settings] == [
        ("a", Path("generated"), True),
        ("b", Path("generated"), False),
    ]


def test_a_package_flag_chooses_one_of_several() -> None:
    (settings,), _ = configured(SEVERAL, Flags(package="b"))
    assert settings.spec == Path("b.yaml")


def test_flags_that_fit_no_single_contract_are_refused() -> None:
    assert "AG906" in refused(SEVERAL, Flags(spec=Path("c.yaml")))[0]


def test_a_fault_in_the_second_contract_stands_at_its_line() -> None:
    assert refused(SEVERAL + "nope = 1\n")[0].startswith("pyproject.toml:13:1 AG902")


def test_two_contracts_may_not_share_a_package() -> None:
    assert "AG907" in refused(SEVERAL.replace('"b"', '"a"'))[0]


def test_positions_survive_strings_and_arrays_over_several_lines() -> None:
    text = (
        '[tool.other]\nx = """\n[tool.apigen]\nzzz = 1\n"""\ny = [\n  "[", # ]\n]\n'
        + WHOLE
        + "  zzz = 1\n"
    )
    assert refused(text)[0].startswith("pyproject.toml:16:3 AG902")


def test_outboxes_are_asked_for_by_operation() -> None:
    text = WHOLE + '[tool.apigen.outbox]\nnotes = false\nentries = {order_by = "account"}\n'
    (settings,), findings = configured(text)
    assert findings == []
    assert settings.outbox == {"notes": False, "entries": {"order_by": "account"}}
    assert settings.shape["outbox"] == '{"entries": {"order_by": "account"}, "notes": false}'


def test_an_outbox_is_asked_for_by_a_table() -> None:
    (finding,) = refused(WHOLE + "[tool.apigen.outbox]\nnotes = true\n")
    assert "a table of operations, each with a table of what x-apigen-outbox says" in finding
