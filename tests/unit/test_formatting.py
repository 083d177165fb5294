"""Generated modules are formatted by ruff, with settings of apigen's own."""

import shutil
from pathlib import Path

import pytest

from apigen.diagnostics import Stop
from apigen.formatting import formatted


def test_modules_are_formatted_and_imports_sorted() -> None:
    files = {"p/a.py": b"import os\nfrom . import b\nimport json\nx = ( os,json,b )\n"}
    assert formatted(files) == {
        "p/a.py": b"import json\nimport os\n\nfrom . import b\n\nx = (os, json, b)\n"
    }


def test_imports_that_nothing_uses_are_left_out() -> None:
    files = {"p/a.py": b"from typing import Any, Final\n\nX: Final = 1\n"}
    assert formatted(files) == {"p/a.py": b"from typing import Final\n\nX: Final = 1\n"}


def test_the_runtime_is_left_as_it_was_written() -> None:
    files = {"p/_runtime/a.py": b"import os\nx = ( 1,2 )\n"}
    assert formatted(files) == files


def test_the_result_is_a_fixed_point() -> None:
    once = formatted({"p/a.py": b"def f(a,b):\n  return {'a':a}\nfrom x import (c, b)\n"})
    assert formatted(once) == once


def test_other_files_and_the_order_of_files_stay() -> None:
    files = {"p/z.json": b"{ }", "p/a.py": b"x=1", "p/py.typed": b""}
    assert list(formatted(files).items()) == [
        ("p/z.json", b"{ }"),
        ("p/a.py", b"x = 1\n"),
        ("p/py.typed", b""),
    ]


def test_nothing_to_format_starts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subprocess.run", None)
    assert formatted({"a.json": b"{}"}) == {"a.json": b"{}"}


def test_code_that_does_not_parse_is_kept_and_named() -> None:
    with pytest.raises(Stop) as stopped:
        formatted({"p/bad.py": b"def (:\n", "p/good.py": b"x = 1\n"})
    finding = stopped.value.diagnostic
    assert finding.code.id == "AG309"
    assert finding.place is not None
    assert finding.place.file == "p/bad.py"
    kept = Path(finding.hint.split("'")[1])
    assert (kept / "p/bad.py").read_bytes() == b"def (:\n"
    shutil.rmtree(kept)


def test_settings_around_us_do_not_matter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "ruff.toml").write_text("line-length = 20\n", encoding="utf-8")
    monkeypatch.setenv("RUFF_CONFIG", str(tmp_path / "ruff.toml"))
    monkeypatch.setenv("RUFF_OUTPUT_FORMAT", "nonsense")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    line = b"value = function(argument, argument, argument)\n"
    assert formatted({"a.py": line}) == {"a.py": line}


def test_a_ruff_that_is_gone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ruff.find_ruff_bin", lambda: "no-such-command-anywhere")
    with pytest.raises(Stop, match="ruff can't be started") as stopped:
        formatted({"a.py": b""})
    assert stopped.value.diagnostic.code.id == "AG314"
