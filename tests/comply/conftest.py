from pathlib import Path
from shutil import copytree

import pytest
from tests.comply import projects

from apigen.comply.facts import Facts


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that keeps the rules; not to be changed."""
    folder = tmp_path_factory.mktemp("project")
    projects.make(folder)
    return folder


@pytest.fixture(scope="session")
def known(kept: Path) -> Facts:
    """The facts of the project as it was made."""
    return projects.known(kept)


@pytest.fixture
def project(kept: Path, tmp_path: Path) -> Path:
    """A copy of it, to break."""
    return copytree(kept, tmp_path / "project")
