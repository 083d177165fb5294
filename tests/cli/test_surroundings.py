"""What ``apigen check`` says of copies, of git, and of the version that a project asks for."""

import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import SPEC, Apigen

CONFIGURED = """\
[tool.apigen]
spec = "api/pets.yaml"
output = "made"
package = "pets"
"""


@pytest.fixture
def project(apigen: Apigen, tmp_path: Path) -> Path:
    """Return a project with a generated package, in git."""
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "pets.yaml").write_text(SPEC)
    configured(tmp_path)
    assert apigen("generate").code == 0
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    return tmp_path


def configured(project: Path, *lines: str) -> None:
    (project / "pyproject.toml").write_text("\n".join([CONFIGURED, *lines, ""]))


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def test_a_project_in_order_is_fine(apigen: Apigen, project: Path) -> None:
    copy = project / "server" / "copy of pets.yaml"
    copy.parent.mkdir()
    copy.write_bytes(SPEC.replace("\n", "\r\n").encode())
    configured(project, 'copies = ["server/copy of pets.yaml"]', 'requires = ">=0.0.1,<99"')
    assert apigen("check").code == 0


def test_a_copy_that_differs_is_named_by_line_with_the_command(
    apigen: Apigen, project: Path
) -> None:
    copy = project / "copy of pets.yaml"
    copy.write_text(SPEC.replace("maxLength: 20", "maxLength: 30"))
    configured(project, 'copies = ["copy of pets.yaml"]')
    ended = apigen("check")
    line = 1 + SPEC[: SPEC.index("maxLength")].count("\n")
    assert ended.code == 1
    assert f"copy of pets.yaml:{line}:1" in ended.out
    assert "AG315" in ended.out
    assert "cp api/pets.yaml 'copy of pets.yaml'" in ended.out


@pytest.mark.parametrize("change", [SPEC + "# more\n", SPEC.rstrip("\n").rpartition("\n")[0], None])
def test_a_copy_that_is_longer_shorter_or_gone_differs(
    apigen: Apigen, project: Path, change: str | None
) -> None:
    if change is not None:
        (project / "copy.yaml").write_text(change)
    configured(project, 'copies = ["copy.yaml"]')
    ended = apigen("check")
    assert ended.code == 1
    assert "AG315" in ended.out


def test_a_folder_is_a_copy_of_every_file_of_the_document(apigen: Apigen, project: Path) -> None:
    root = SPEC.replace("#/components/schemas/Pet", "parts.yaml#/Pet")
    (project / "api" / "pets.yaml").write_text(root)
    (project / "api" / "parts.yaml").write_text("Pet: {type: object}\n")
    configured(project, 'copies = ["copies"]')
    (project / "copies").mkdir()
    (project / "copies" / "pets.yaml").write_text(root)
    (project / "copies" / "parts.yaml").write_text("Pet: {type: object}\n")
    assert apigen("generate").code == 0
    assert apigen("check").code == 0
    (project / "copies" / "parts.yaml").write_text("Pet: {type: array}\n")
    ended = apigen("check")
    assert ended.code == 1
    assert "copies/parts.yaml:1:1" in ended.out


def test_a_generated_file_that_git_does_not_track_is_named(apigen: Apigen, project: Path) -> None:
    git(project, "rm", "-q", "--cached", "made/pets/__init__.py")
    ended = apigen("check")
    assert ended.code == 1
    assert "AG316" in ended.out
    assert "git add made/pets/__init__.py" in ended.out


def test_a_file_that_is_gone_and_still_tracked_is_named(apigen: Apigen, project: Path) -> None:
    old = project / "made" / "pets" / "old.py"
    old.write_text("# a module of an earlier contract\n")
    git(project, "add", ".")
    old.unlink()
    ended = apigen("check")
    assert ended.code == 1
    assert "AG317" in ended.out
    assert "git rm --cached made/pets/old.py" in ended.out


def test_a_package_that_nobody_commits_is_left_in_peace(apigen: Apigen, project: Path) -> None:
    git(project, "rm", "-q", "-r", "--cached", "made")
    assert apigen("check").code == 0


@pytest.mark.parametrize("command", ["check", "generate"])
def test_another_version_is_refused_before_anything_is_done(
    apigen: Apigen, project: Path, command: str
) -> None:
    configured(project, 'requires = "==99.*"')
    (project / "api" / "pets.yaml").write_text(SPEC.replace("maxLength: 20", "maxLength: 30"))
    before = (project / "made" / "pets" / ".apigen.json").read_bytes()
    ended = apigen(command)
    assert ended.code == 2
    assert "AG908" in ended.out + ended.err
    assert "pyproject.toml:6:" in ended.out + ended.err
    assert (project / "made" / "pets" / ".apigen.json").read_bytes() == before


def test_what_is_no_version_is_a_wrong_setting(apigen: Apigen, project: Path) -> None:
    configured(project, 'requires = "newest"')
    ended = apigen("check")
    assert ended.code == 2
    assert "AG903" in ended.out
