"""Documents of one file and of many: what is read, what is not, and what references lead to."""

import errno
import os
import time
from pathlib import Path

import pytest

from apigen.bundle import bundle
from apigen.diagnostics import Report, Severity, Stop
from apigen.document import Document, Limits, load

HEAD = "openapi: 3.0.3\ninfo: {title: t, version: '1'}\npaths: {}\n"


def written(folder: Path, **files: str) -> Path:
    """Write files (two underscores make a folder) and return the path of ``api.yaml``."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".yaml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "api.yaml"


def schemas(**texts: str) -> str:
    lines = [f"    {name}: {text}\n" for name, text in texts.items()]
    return HEAD + "components:\n  schemas:\n" + "".join(lines)


def codes(report: Report) -> list[str]:
    return [finding.code.id for finding in report]


def stopped(path: Path, limits: Limits | None = None) -> str:
    """Load what can't be loaded and return the code of the reason."""
    report = Report()
    with pytest.raises(Stop) as stop:
        load(path, report, limits=limits or Limits())
    assert stop.value.diagnostic in report.errors
    return stop.value.diagnostic.code.id


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "AG013"),
        ("# nothing\n", "AG013"),
        ("[1]", "AG013"),
        ("a: b", "AG013"),
        ("swagger: '2.0'", "AG014"),
        ("openapi: 3.2.0", "AG014"),
        ("openapi: 4.0.0", "AG014"),
        ("openapi: [3]", "AG014"),
        ("openapi: 3.0.3\nopenapi: 3.0.3", "AG003"),
    ],
)
def test_what_is_no_openapi_3_0_or_3_1_is_refused(tmp_path: Path, text: str, code: str) -> None:
    assert stopped(written(tmp_path, api=text)) == code


@pytest.mark.parametrize(
    ("stated", "version"),
    [("3.0.3", "3.0"), ("3.1.0", "3.1"), ("3.1", "3.1"), ("'3.0'", "3.0"), ("3.1.0-rc1", "3.1")],
)
def test_the_version_is_read_however_it_is_written(
    tmp_path: Path, stated: str, version: str
) -> None:
    path = written(tmp_path, api=HEAD.replace("3.0.3", stated))
    assert load(path, Report()).version == version


def test_what_is_no_readable_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("none.yaml", "pipe", "loop", ".", "a/b"):
        assert stopped(tmp_path / name) == "AG001"


def test_a_file_that_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deny(*_: object) -> int:
        raise PermissionError(errno.EACCES, "denied")

    path = written(tmp_path, api=HEAD)
    monkeypatch.setattr("apigen.files.os.open", deny)
    assert stopped(path) == "AG001"


def test_json_is_known_by_its_content_and_yaml_may_begin_with_a_brace(tmp_path: Path) -> None:
    path = written(tmp_path, api='{"openapi": "3.0.3", "info": {}, "paths": {}}')
    assert load(path, Report()).version == "3.0"
    path = written(tmp_path, api="{openapi: 3.0.3, info: {}, paths: {}}")
    assert load(path, Report()).version == "3.0"
    (tmp_path / "api.json").write_text("{openapi: 3.0.3}")
    assert stopped(tmp_path / "api.json") == "AG002"


@pytest.mark.parametrize(
    "limits",
    [Limits(max_bytes=100), Limits(max_total_bytes=300), Limits(max_files=2)],
)
def test_bytes_and_files_are_bounded(tmp_path: Path, limits: Limits) -> None:
    others = dict.fromkeys("bcdef", f"type: string # {'x' * 80}\n")
    refs = {name.upper(): f"{{$ref: {name}.yaml}}" for name in others}
    assert stopped(written(tmp_path, api=schemas(**refs), **others), limits) == "AG006"


def tree(tmp_path: Path) -> Path:
    return (
        written(
            tmp_path,
            spec__api=schemas(A="{$ref: 'parts/a.yaml#/A'}"),
            spec__parts__a="A: {properties: {b: {$ref: 'b.yaml'}}}\n",
            spec__parts__b="type: string\n",
        ).parent
        / "spec/api.yaml"
    )


def test_every_file_that_is_reached_has_a_digest_and_a_place(tmp_path: Path) -> None:
    document = load(tree(tmp_path), Report())
    assert document.files == ("api.yaml", "parts/a.yaml", "parts/b.yaml")
    assert set(document.digests) == set(document.files)
    assert all(len(digest) == 64 for digest in document.digests.values())
    place = document.place("parts/a.yaml", "/A/properties/b")
    assert place.file == str(tmp_path / "spec/parts/a.yaml")
    assert (place.line, place.column) == (1, 18)


def test_places_name_files_as_the_user_named_the_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(tmp_path)
    monkeypatch.chdir(tmp_path)
    document = load(Path("spec/api.yaml"), Report())
    assert document.place("parts/b.yaml", "").file == "spec/parts/b.yaml"
    assert document.source("spec/parts/b.yaml") == "type: string\n"
    assert document.source("elsewhere.yaml") is None


def findings_of(path: Path, *allow: Path) -> tuple[Document, list[str]]:
    report = Report()
    document = load(path, report, allow=allow)
    assert not report.errors
    return document, codes(report)


@pytest.mark.parametrize(
    ("ref", "code"),
    [
        ("#/components/schemas/Z", "AG021"),
        ("#/info/title/x", "AG021"),
        ("#/components/schemas/A/allOf/01", "AG021"),
        ("none.yaml", "AG021"),
        (".", "AG021"),
        ("%00", "AG021"),
        ("#anchor", "AG021"),
        ("b.yaml#/none", "AG021"),
        ("x" * 5000, "AG021"),
        ("http://example.com/a.yaml", "AG023"),
        ("HTTPS://example.com/a.yaml#/A", "AG023"),
        ("//example.com/a.yaml", "AG023"),
        ("urn:example:a", "AG023"),
        ("file://host/etc/hosts", "AG023"),
        ("../outside.yaml", "AG024"),
        ("..%2Foutside.yaml", "AG024"),
        ("link.yaml", "AG024"),
        ("linked/outside.yaml", "AG024"),
        ("/etc/hosts", "AG024"),
        ("file:///etc/hosts", "AG024"),
    ],
)
def test_a_reference_to_nowhere_is_a_warning_at_its_place(
    tmp_path: Path, ref: str, code: str
) -> None:
    path = written(tmp_path, outside="type: string", spec__b="type: string")
    path = written(tmp_path / "spec", api=schemas(A="{allOf: [{$ref: '" + ref + "'}]}"))
    (tmp_path / "spec/link.yaml").symlink_to(tmp_path / "outside.yaml")
    (tmp_path / "spec/linked").symlink_to(tmp_path)
    report = Report()
    document = load(path, report)
    (finding,) = report
    assert (finding.code.id, finding.severity) == (code, Severity.WARNING)
    assert finding.hint
    assert finding.place is not None
    assert (finding.place.line, finding.place.column) == (6, 18)
    assert finding.place.pointer == "/components/schemas/A/allOf/0/$ref"
    assert len(finding.message) < 300
    bundled = bundle(document, report)
    marker = {"x-apigen-unresolved": ref}
    assert bundled.value["components"] == {"schemas": {"A": {"allOf": [marker]}}}


def test_a_folder_that_is_allowed_may_be_read(tmp_path: Path) -> None:
    written(tmp_path, shared__b="type: string")
    path = written(tmp_path / "spec", api=schemas(A="{$ref: ../shared/b.yaml}"))
    assert findings_of(path)[1] == ["AG024"]
    document, found = findings_of(path, tmp_path / "shared")
    assert found == []
    assert document.files == ("api.yaml", "../shared/b.yaml")


def test_a_misspelt_name_gets_a_suggestion(tmp_path: Path) -> None:
    path = written(tmp_path, api=schemas(A="{$ref: '#/components/schemas/Oder'}", Order="{}"))
    report = Report()
    load(path, report)
    (finding,) = report
    assert finding.hint == "did you mean 'Order'?"


def test_references_that_only_lead_to_each_other_are_circular(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        api=schemas(
            A="{$ref: '#/components/schemas/B'}",
            B="{$ref: 'b.yaml#/C'}",
            Self="{$ref: '#/components/schemas/Self'}",
            User="{$ref: '#/components/schemas/A'}",
        ),
        b="C: {$ref: 'api.yaml#/components/schemas/A'}",
    )
    document, found = findings_of(path)
    assert found == ["AG022"] * 4
    value = bundle(document, Report()).value["components"]
    assert value == {
        "schemas": {
            "A": {"x-apigen-unresolved": "#/components/schemas/B"},
            "B": {"x-apigen-unresolved": "b.yaml#/C"},
            "Self": {"x-apigen-unresolved": "#/components/schemas/Self"},
            "User": {"$ref": "#/components/schemas/A"},
        }
    }


def test_a_recursive_schema_is_not_circular(tmp_path: Path) -> None:
    node = "{properties: {next: {$ref: '#/components/schemas/A'}}}"
    assert findings_of(written(tmp_path, api=schemas(A=node)))[1] == []


def test_what_is_data_is_no_reference(tmp_path: Path) -> None:
    data = "{$ref: nowhere.yaml}"
    schema = (
        f"{{default: {data}, example: {data}, enum: [{data}], const: {data}, "
        f"x-mine: {data}, examples: [{data}], properties: {{default: {{type: string}}}}}}"
    )
    path = written(tmp_path, api=schemas(A=schema) + f"x-mine: {data}\n")
    assert findings_of(path)[1] == []


def test_a_property_may_be_named_like_a_keyword(tmp_path: Path) -> None:
    names = ("default", "example", "enum", "const", "x-a", "$ref", "examples", "properties")
    inner = ", ".join(f"{name}: {{allOf: [{{$ref: none.yaml}}]}}" for name in names)
    path = written(tmp_path, api=schemas(A=f"{{properties: {{{inner}}}}}"))
    assert findings_of(path)[1] == ["AG021"] * len(names)


def test_a_broken_file_stops_after_all_files_were_read(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        api=schemas(A="{$ref: b.yaml}", B="{$ref: c.yaml}"),
        b="a: 1\na: 2\n",
        c="a: [\n",
    )
    report = Report()
    with pytest.raises(Stop):
        load(path, report)
    assert codes(report) == ["AG003", "AG002"]


def test_many_references_to_nowhere_are_counted_not_listed(tmp_path: Path) -> None:
    names = {f"A{number}": "{$ref: '#/components/schemas/Zzz'}" for number in range(3000)}
    began = time.process_time()
    found = findings_of(written(tmp_path, api=schemas(**names)))[1]
    assert time.process_time() - began < 30
    assert sorted(found) == ["AG021"] * 100 + ["AG118"]


def test_nothing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a connection was opened")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)
    path = written(tmp_path, api=schemas(A="{$ref: 'http://example.com/a'}"))
    assert findings_of(path)[1] == ["AG023"]
