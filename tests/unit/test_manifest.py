"""The record of a generated package."""

import json

import pytest

from apigen.manifest import (
    Intent,
    Manifest,
    Unreadable,
    digest,
    dump,
    dump_intent,
    is_plain,
    load,
    load_intent,
)

RECORD = Manifest(
    {"apigen": "1"}, {"package": "p"}, {"api.yaml": "d"}, {"a/b.py": "x", "a.py": "y"}
)


def test_a_record_survives_its_text() -> None:
    assert load(dump(RECORD)) == RECORD


def test_its_text_has_an_entry_a_line_in_order() -> None:
    lines = dump(RECORD).decode().splitlines()
    assert lines.index('    "a.py": "y",') < lines.index('    "a/b.py": "x"')
    assert dump(RECORD).endswith(b"}\n")


def test_an_intent_survives_its_text() -> None:
    intent = Intent({"a": "1"}, {"b": "2"})
    assert load_intent(dump_intent(intent)) == intent


def test_line_ends_do_not_change_a_digest() -> None:
    assert digest(b"a\r\nb\r\n") == digest(b"a\nb\n")
    assert digest(b"a\nb\n") != digest(b"a\nb")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<<<<<<< HEAD\n",
        b"[]",
        b"{}",
        b'{"format": 2}',
        b'{"format": 1}',
        b"[" * 100_000,
        b"\xff",
        dump(RECORD).replace(b'"y"', b"1"),
    ],
)
def test_what_is_no_record_is_refused(text: bytes) -> None:
    with pytest.raises(Unreadable):
        load(text)


@pytest.mark.parametrize(
    "path",
    ["../x", "/x", "a/../../x", "a//b", "", ".", "a\\b", "C:x", "a\0", "a/./b", "a ", "a\nb"],
)
def test_a_path_that_leaves_the_folder_is_refused(path: str) -> None:
    value = json.loads(dump(RECORD))
    value["outputs"] = {path: "x"}
    assert not is_plain(path)
    with pytest.raises(Unreadable, match="outside"):
        load(json.dumps(value).encode())
    with pytest.raises(Unreadable, match="outside"):
        load_intent(dump_intent(Intent({path: "x"}, {})))


def test_usual_paths_are_plain() -> None:
    assert all(
        is_plain(path) for path in ("a.py", "_runtime/x.py", "py.typed", ".x", "models/é.py")
    )
