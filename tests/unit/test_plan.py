"""Files, a folder and its record make a plan; a plan is brought to the disk."""

import contextlib
import os
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from apigen import apply as applying
from apigen.diagnostics import Stop
from apigen.disk import locked, snapshot
from apigen.manifest import INTENT, RECORD, Manifest, load
from apigen.plan import Plan, make

INPUT = Manifest({"apigen": "1"}, {"package": "pets"}, {"api.yaml": "1"}, {})
CHANGED = Manifest({"apigen": "1"}, {"package": "pets"}, {"api.yaml": "2"}, {})
OLD = {"__init__.py": b"old\n", "models/a.py": b"a\n", "models/b.py": b"b\n", "same.py": b"same\n"}
NEW = {"__init__.py": b"new\n", "client.py": b"c\n", "same.py": b"same\n"}
THIRD = {"__init__.py": b"third\n", "client.py": b"third\n", "models/b.py": b"third\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out" / "pets"


def generated(
    folder: Path, files: Mapping[str, bytes], record: Manifest = INPUT, *, force: bool = False
) -> Plan:
    return applying.write(
        folder, tuple(files), lambda found: make(files, record, found, force=force), wait=0.2
    )


def planned(folder: Path, files: Mapping[str, bytes], record: Manifest = INPUT) -> Plan:
    return make(files, record, snapshot(folder, tuple(files)))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != RECORD
    }


def refused(plan: Plan) -> list[str]:
    return [f"{d.code.id} {Path(d.place.file if d.place else '').name}" for d in plan.refusals]


def whys(plan: Plan) -> dict[str, str]:
    return {change.path: f"{change.action}: {change.why}" for change in plan.changes}


def test_a_first_run_creates_everything(folder: Path) -> None:
    plan = generated(folder, OLD)
    assert {change.action for change in plan.changes} == {"create"}
    assert tree(folder) == OLD
    assert load((folder / RECORD).read_bytes()) == plan.manifest
    assert not [path.name for path in folder.parent.iterdir() if path != folder]


def test_a_second_run_touches_nothing(folder: Path) -> None:
    generated(folder, OLD)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    plan = generated(folder, OLD)
    assert plan.is_empty
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_file_that_stays_the_same_is_not_written(folder: Path) -> None:
    generated(folder, OLD)
    before = (folder / "same.py").stat()
    generated(folder, NEW, CHANGED)
    after = (folder / "same.py").stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)


def test_what_is_no_longer_produced_goes_and_empty_folders_with_it(folder: Path) -> None:
    generated(folder, OLD)
    (folder / "models/__pycache__").mkdir()
    (folder / "models/__pycache__/a.pyc").touch()
    plan = generated(folder, NEW, CHANGED)
    assert tree(folder) == NEW
    assert not (folder / "models").exists()
    assert whys(plan) == {
        "__init__.py": "update: the contract changed (api.yaml)",
        "client.py": "create: the contract changed (api.yaml)",
        "models/a.py": "delete: no longer produced: the contract changed (api.yaml)",
        "models/b.py": "delete: no longer produced: the contract changed (api.yaml)",
        "same.py": "keep: ",
    }


def test_files_of_others_are_never_touched(folder: Path) -> None:
    generated(folder, OLD)
    (folder / "models/mine.py").write_bytes(b"mine")
    generated(folder, NEW)
    assert tree(folder) == {**NEW, "models/mine.py": b"mine"}


@pytest.mark.parametrize("path", ["__init__.py", "models/a.py"])
def test_an_edit_by_hand_stops_everything(folder: Path, path: str) -> None:
    generated(folder, OLD)
    (folder / path).write_bytes(b"mine")
    before = tree(folder)
    plan = generated(folder, NEW, CHANGED)
    assert refused(plan) == [f"AG302 {Path(path).name}"]
    assert tree(folder) == before
    assert load((folder / RECORD).read_bytes()).inputs == INPUT.inputs


def test_force_overwrites_an_edit(folder: Path) -> None:
    generated(folder, OLD)
    (folder / "__init__.py").write_bytes(b"mine")
    (folder / "models/a.py").write_bytes(b"mine")
    generated(folder, NEW, force=True)
    assert tree(folder) == NEW


def test_an_edit_that_says_the_same_as_the_new_text_is_none(folder: Path) -> None:
    generated(folder, OLD)
    (folder / "__init__.py").write_bytes(NEW["__init__.py"])
    assert generated(folder, NEW).refusals == ()


def test_a_strangers_file_in_the_way_stops_everything(folder: Path) -> None:
    generated(folder, OLD)
    (folder / "client.py").write_bytes(b"mine")
    assert refused(generated(folder, NEW)) == ["AG305 client.py"]
    generated(folder, NEW, force=True)
    assert tree(folder) == NEW


def test_equal_files_without_a_record_are_adopted(folder: Path) -> None:
    generated(folder, OLD)
    (folder / RECORD).unlink()
    plan = generated(folder, OLD)
    assert (plan.refusals, plan.is_empty) == ((), False)
    assert (folder / RECORD).is_file()


def test_a_checkout_with_other_line_ends_is_fresh(folder: Path) -> None:
    generated(folder, OLD)
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert generated(folder, OLD).is_empty


@pytest.mark.parametrize("force", [False, True])
def test_a_link_is_not_followed(folder: Path, tmp_path: Path, *, force: bool) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    folder.mkdir(parents=True)
    (folder / "client.py").symlink_to(secret)
    assert refused(generated(folder, NEW, force=force)) == ["AG306 client.py"]
    assert secret.read_bytes() == b"secret"


def test_a_folder_that_is_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    folder.mkdir(parents=True)
    (folder / "models").symlink_to(tmp_path / "elsewhere")
    assert refused(generated(folder, OLD)) == ["AG306 a.py", "AG306 b.py"]
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_package_that_is_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    folder.parent.mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Stop, match="symbolic link"):
        generated(folder, OLD)


def test_a_folder_in_the_place_of_a_file_is_refused_even_by_force(folder: Path) -> None:
    (folder / "client.py").mkdir(parents=True)
    assert refused(generated(folder, NEW, force=True)) == ["AG305 client.py"]


def test_a_file_in_the_place_of_a_folder_is_refused(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "models").write_bytes(b"mine")
    assert refused(generated(folder, OLD)) == ["AG305 a.py", "AG305 b.py"]


def test_a_damaged_record_stops_everything_but_force(folder: Path) -> None:
    generated(folder, OLD)
    (folder / RECORD).write_bytes(b"<<<<<<< ours")
    assert "AG312 .apigen.json" in refused(generated(folder, NEW))
    assert tree(folder) == OLD
    generated(folder, NEW, force=True)
    assert load((folder / RECORD).read_bytes()).outputs.keys() == NEW.keys()


@pytest.mark.parametrize("path", ["../x.py", "/x.py", "a\\b.py", RECORD, "C:x"])
def test_a_generated_path_that_leaves_the_folder_is_a_bug(folder: Path, path: str) -> None:
    with pytest.raises(ValueError, match="may not be called"):
        planned(folder, {path: b""})


def test_two_paths_that_are_one_on_some_systems_are_a_bug(folder: Path) -> None:
    with pytest.raises(ValueError, match="one file on some systems"):
        planned(folder, {"a.py": b"", "A.py": b""})


def test_the_reason_names_tools_with_their_versions(folder: Path) -> None:
    generated(folder, OLD)
    upgraded = Manifest({"apigen": "2", "ruff": "1"}, INPUT.settings, INPUT.inputs, {})
    plan = planned(folder, {**OLD, "__init__.py": b"x"}, upgraded)
    assert whys(plan)["__init__.py"] == (
        "update: the generator changed (apigen 1 to 2, ruff absent to 1)"
    )


def test_a_generator_whose_code_alone_changed_is_told(folder: Path) -> None:
    generated(folder, OLD)
    upgraded = Manifest({"apigen": "1", "sources": "f00"}, INPUT.settings, INPUT.inputs, {})
    plan = planned(folder, {**OLD, "__init__.py": b"x"}, upgraded)
    assert whys(plan)["__init__.py"] == "update: the generator changed (its code)"


def test_a_file_that_somebody_deleted_comes_back(folder: Path) -> None:
    generated(folder, OLD)
    (folder / "same.py").unlink()
    assert whys(generated(folder, OLD))["same.py"] == "create: deleted"
    assert tree(folder) == OLD


def test_leftovers_are_told_from_files_of_others(folder: Path) -> None:
    generated(folder, OLD)
    (folder / "mine.py").write_bytes(b"mine")
    (folder / "old.py").write_bytes(b'"""Generated by apigen from api.yaml."""\n')
    (folder / "_runtime").mkdir()
    (folder / "_runtime/gone.py").write_bytes(b"")
    assert snapshot(folder).leftovers == ("old.py", "_runtime/gone.py")


def test_a_run_waits_for_another_and_says_for_whom(folder: Path) -> None:
    folder.parent.mkdir()
    (folder.parent / ".pets.apigen-4711").mkdir()
    with locked(folder.parent), pytest.raises(Stop, match=r"process 4711.*waited 0.2 seconds"):
        generated(folder, OLD)
    assert not folder.exists()


def test_readers_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with locked(tmp_path, shared=True), locked(tmp_path, shared=True, wait=0):
        pass


def test_many_threads_leave_one_whole_package(folder: Path) -> None:
    versions = [{"__init__.py": b"%d\n" % n, f"only{n}.py": b"%d\n" % n} for n in range(8)]

    def run(files: Mapping[str, bytes]) -> None:
        applying.write(folder, tuple(files), lambda found: make(files, INPUT, found))

    runs = [threading.Thread(target=run, args=(files,)) for files in versions]
    for thread in runs:
        thread.start()
    for thread in runs:
        thread.join()
    assert tree(folder) in versions
    assert snapshot(folder).interrupted is False


CALLS = ("replace", "unlink", "fsync", "mkdir", "rmdir", "open", "close")


class Died(BaseException):
    """Stands for the end of the process: nothing after it runs."""


def failing(monkeypatch: pytest.MonkeyPatch, at: int, error: BaseException) -> list[str]:
    """Let the call of the operating system with the number *at* fail; return the calls made."""
    calls: list[str] = []

    def wrapped(name: str) -> None:
        real = getattr(os, name)

        def call(*args: object, **kwargs: object) -> object:
            calls.append(name)
            if len(calls) == at or (len(calls) > at and isinstance(error, Died)):
                if name == "close":
                    real(*args, **kwargs)
                raise error
            return real(*args, **kwargs)

        monkeypatch.setattr(os, name, call)

    for name in CALLS:
        wrapped(name)
    return calls


def steps(monkeypatch: pytest.MonkeyPatch, folder: Path) -> int:
    """Return how many calls of the system the change from OLD to NEW takes."""
    generated(folder, OLD)
    with monkeypatch.context() as patched:
        calls = failing(patched, 0, OSError())
        generated(folder, NEW, CHANGED)
    return len(calls)


def test_a_failure_at_any_step_changes_nothing_or_is_healed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    total = steps(monkeypatch, tmp_path / "count" / "pets")
    assert total > 20
    unchanged = 0
    for at in range(1, total + 1):
        folder = tmp_path / str(at) / "pets"
        generated(folder, OLD)
        with monkeypatch.context() as patched:
            failing(patched, at, OSError(28, "No space left on device"))
            with contextlib.suppress(Stop):
                generated(folder, NEW, CHANGED)
        found = snapshot(folder)
        assert tree(folder) in (OLD, NEW) or found.interrupted
        unchanged += tree(folder) == OLD and not found.interrupted
        assert generated(folder, NEW, CHANGED).refusals == ()
        assert tree(folder) == NEW
        assert not snapshot(folder).interrupted
    assert unchanged > total / 2


def test_a_death_at_any_step_is_seen_and_healed_by_any_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    total = steps(monkeypatch, tmp_path / "count" / "pets")
    halves = 0
    for at in range(1, total + 1):
        folder = tmp_path / str(at) / "pets"
        generated(folder, OLD)
        with monkeypatch.context() as patched:
            failing(patched, at, Died())
            with contextlib.suppress(Died):
                generated(folder, NEW, CHANGED)
        files = {path: content for path, content in tree(folder).items() if path != INTENT}
        assert files in (OLD, NEW) or snapshot(folder).interrupted
        halves += files not in (OLD, NEW)
        with monkeypatch.context() as patched:  # the next run dies, too
            failing(patched, total // 2, Died())
            with contextlib.suppress(Died):
                generated(folder, NEW, CHANGED)
        healed = generated(folder, THIRD)
        assert healed.refusals == ()
        assert tree(folder) == THIRD
        assert not snapshot(folder).interrupted
    assert halves > 2
