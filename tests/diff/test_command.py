"""``apigen diff`` as people call it: files, folders, commits, formats, agreements."""

import json
import subprocess
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest
from tests.cli.conftest import Ended
from tests.diff.comparing import written
from tests.diff.things import at, both, get, leave, made, parameter
from typer.testing import CliRunner

Diff = Callable[..., Ended]
BREAKS = at(parameter, required=True)
IN_A_YEAR = "2100-01-01"


@pytest.fixture
def diff(tmp_path: Path) -> Diff:
    """Run the command in an empty folder."""
    from apigen.cli.main import app

    def run(*arguments: str, cwd: Path = tmp_path) -> Ended:
        with chdir(cwd):
            ended = CliRunner().invoke(app, ["diff", *arguments], env={"COLUMNS": "200"})
        assert ended.exception is None or isinstance(ended.exception, SystemExit)
        return Ended(ended.exit_code, ended.stdout, ended.stderr)

    return run


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return written(tmp_path, "old.json", made(leave))


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """Return a repository: a contract of two files on main, a breaking edit of it on a branch."""
    folder = tmp_path / "repository"
    (folder / "spec" / "parts").mkdir(parents=True)
    root = made(leave)
    things = root["paths"].pop("/things")
    root["paths"]["/things"] = {"$ref": "parts/things.json"}
    text = json.dumps(things).replace("#/components", "../api.json#/components")
    (folder / "spec" / "parts" / "things.json").write_text(text)
    written(folder / "spec", "api.json", root)
    (folder / "pyproject.toml").write_text('[tool.apigen]\nspec = "spec/api.json"\n')
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "one")
    git(folder, "checkout", "-q", "-b", "work")
    broken = json.loads(text)
    broken["get"]["parameters"][0]["required"] = True
    (folder / "spec" / "parts" / "things.json").write_text(json.dumps(broken, indent=1))
    git(folder, "commit", "-q", "-a", "-m", "two")
    return folder


def test_equal_documents_are_fine(diff: Diff, old: Path) -> None:
    ended = diff(str(old), str(old))
    assert ended.code == 0
    assert "nothing has changed" in ended.out


def test_a_break_names_rule_operation_both_places_and_the_version(
    diff: Diff, old: Path, tmp_path: Path
) -> None:
    new = written(tmp_path, "new.json", made(BREAKS))
    ended = diff(str(old), str(new))
    assert ended.code == 1
    assert "request-parameter-became-required" in ended.out
    assert "GET /things" in ended.out
    assert "api-major-version-not-bumped" in ended.out
    line = 1 + new.read_text().splitlines().index('      "name": "q",')
    assert f"new.json:{line - 2}:" in ended.out
    assert "old.json:" in ended.out


@pytest.mark.parametrize(
    ("version", "code"), [("1.0.1", 1), ("1.1.0", 1), ("2.0.0", 1), ("0.9.0", 1)]
)
def test_a_break_is_one_whatever_the_version(
    diff: Diff, old: Path, tmp_path: Path, version: str, code: int
) -> None:
    edit = both(BREAKS, lambda document: document["info"].update(version=version))
    ended = diff(str(old), str(written(tmp_path, "new.json", made(edit))))
    assert ended.code == code
    assert ("api-major-version-not-bumped" in ended.out) is (version in {"1.0.1", "1.1.0"})
    assert ("api-version-decreased" in ended.out) is (version == "0.9.0")


def test_what_is_compatible_asks_for_a_minor_version(diff: Diff, old: Path, tmp_path: Path) -> None:
    deprecated = at(get, deprecated=True)
    ended = diff(str(old), str(written(tmp_path, "new.json", made(deprecated))))
    assert ended.code == 1
    assert "api-version-not-bumped" in ended.out
    followed = both(deprecated, lambda document: document["info"].update(version="1.1.0"))
    assert diff(str(old), str(written(tmp_path, "new.json", made(followed)))).code == 0


def test_without_arguments_the_merge_base_is_compared(diff: Diff, history: Path) -> None:
    ended = diff(cwd=history)
    assert ended.code == 1
    assert "request-parameter-became-required" in ended.out
    assert "spec/parts/things.json:" in ended.out
    assert "git:" in ended.out


def test_the_working_tree_counts_not_the_last_commit(diff: Diff, history: Path) -> None:
    git(history, "checkout", "-q", "main", "--", "spec")
    assert diff(cwd=history).code == 0


def test_a_commit_is_named(diff: Diff, history: Path) -> None:
    git(history, "tag", "v1", "main")
    assert diff("git:v1", cwd=history).code == 1
    assert diff("git:work", cwd=history).code == 0
    assert diff("git:v1:spec/api.json", "git:work:spec/api.json", cwd=history).code == 1


@pytest.mark.parametrize("ref", ["nowhere", "--upload-pack=x", "main..work", "main:../x", ""])
def test_a_commit_that_is_none_is_said(diff: Diff, history: Path, ref: str) -> None:
    ended = diff(f"git:{ref}:none.json", "git:work:spec/api.json", cwd=history)
    assert ended.code == 2
    assert "Traceback" not in ended.out + ended.err


def test_a_shallow_clone_names_the_command_that_fetches(
    diff: Diff, history: Path, tmp_path: Path
) -> None:
    git(history, "checkout", "-q", "main")  # the default branch of whoever clones
    clone = tmp_path / "shallow"
    command = ("clone", "-q", "--depth", "1", "--branch", "work", history.as_uri(), str(clone))
    git(tmp_path, *command)
    ended = diff(cwd=clone)
    assert ended.code == 2
    assert "git fetch --unshallow origin" in ended.out + ended.err


def test_outside_of_git_it_is_said(diff: Diff, old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(old.parent.parent))
    ended = diff("git:main:old.json", str(old))
    assert ended.code == 2


def test_folders_are_compared_document_by_document(diff: Diff, tmp_path: Path) -> None:
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
        written(tmp_path / name, "same.json", made(leave))
    written(tmp_path / "before", "gone.json", made(leave))
    written(tmp_path / "after", "new.json", made(leave))
    ended = diff("before", "after")
    assert ended.code == 1
    assert "gone.json is gone" in ended.out


def test_the_changelog_is_markdown(diff: Diff, old: Path, tmp_path: Path) -> None:
    hostile = both(BREAKS, lambda document: get(document).update(operationId="<b>|`x`"))
    new = written(tmp_path, "new.json", made(hostile))
    ended = diff(str(old), str(new), "--format", "markdown")
    assert ended.code == 1
    assert ended.out.startswith("#")
    assert "<b>" not in ended.out.replace("`", "")


@pytest.mark.parametrize("form", ["json", "sarif", "github"])
def test_machines_read_it(diff: Diff, old: Path, tmp_path: Path, form: str) -> None:
    new = written(tmp_path, "new.json", made(BREAKS))
    ended = diff(str(old), str(new), "--format", form)
    assert ended.code == 1
    assert "request-parameter-became-required" in ended.out
    if form != "github":
        json.loads(ended.out)


ENTRY = '[[accept]]\nrule = "{}"\noperation = "GET /things"\nreason = "{}"\nuntil = {}\n'


@pytest.mark.parametrize(
    ("entry", "code", "says"),
    [
        (ENTRY.format("request-parameter-became-required", "agreed", IN_A_YEAR), 0, "1 accepted"),
        (
            ENTRY.format("request-parameter-became-required", "agreed", "2020-01-01"),
            1,
            "until 2020",
        ),
        (ENTRY.format("api-path-renamed", "agreed", IN_A_YEAR), 1, "api-path-renamed"),
        (ENTRY.format("request-parameter-became-required", "", IN_A_YEAR), 1, "reason"),
        ("[[accept]\n", 1, "accepted changes can't be read"),
    ],
)
def test_what_was_agreed_on(
    diff: Diff, old: Path, tmp_path: Path, entry: str, code: int, says: str
) -> None:
    edit = both(BREAKS, lambda document: document["info"].update(version="2.0.0"))
    new = written(tmp_path, "new.json", made(edit))
    (tmp_path / "accepted.toml").write_text(entry)
    ended = diff(str(old), str(new), "--accepted", "accepted.toml")
    assert says in ended.out + ended.err
    assert ended.code == code


@pytest.mark.parametrize("text", ["", "{", "[]", '{"openapi": 3}', "openapi: 3.1.0\n\tx: y"])
def test_what_is_no_document_could_not_be_compared(
    diff: Diff, old: Path, tmp_path: Path, text: str
) -> None:
    (tmp_path / "new.yaml").write_text(text)
    ended = diff(str(old), "new.yaml")
    assert ended.code == 2
    assert "Traceback" not in ended.out + ended.err
