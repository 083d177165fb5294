"""Sessions: what CI runs, and in the same words."""

import os
import shutil
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "venv"
nox.options.sessions = ["lint", "types", "tests", "fresh", "wheel"]

HERE = Path(__file__).parent
PYTHONS = ["3.11", "3.12", "3.13"]
SPECS = "APIGEN_SPECS_DIR"
REDOCLY = "@redocly/cli@2.11.0"


def install(session: nox.Session, *what: str) -> None:
    """Install, unless the session runs in the environment that it was started in."""
    if session.venv_backend != "none":
        session.install(*what)


def with_specs(session: nox.Session) -> dict[str, str | None]:
    """Return the environment that shows the tests the documents of other APIs."""
    folder = os.environ.get(SPECS) or str(HERE.parent / "shared" / "specs")
    return {**session.env, SPECS: str(Path(folder).resolve())}


@nox.session
def lint(session: nox.Session) -> None:
    """Style, and the floors: imports go down only."""
    install(session, ".[dev]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Types, by both checkers."""
    install(session, ".[dev]")
    session.run("mypy")
    python = shutil.which("python", path=os.pathsep.join(session.bin_paths or []))
    session.run("pyright", "--pythonpath", python or shutil.which("python") or "python")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """All tests."""
    install(session, ".[dev]")
    workers = ("-n", "auto", "--dist", "loadfile")
    session.run("python", "-m", "pytest", *workers, *session.posargs, env=with_specs(session))


@nox.session
def soak(session: nox.Session) -> None:
    """Kill the server and PostgreSQL under load, twenty times each; takes some minutes."""
    install(session, ".[dev]")
    rounds = {"DATASTORAGE_KILLS": "20"}
    session.run(
        "python", "-m", "pytest", "-rA", "tests/server/test_kills.py", *session.posargs, env=rounds
    )


@nox.session
def drift(session: nox.Session) -> None:
    """Look for live drift in the DataStorage server, which must have none: ten seeds, an hour."""
    install(session, ".[dev]")
    session.run("python", "-m", "tests.fuzz.clean", *session.posargs)


@nox.session
def fresh(session: nox.Session) -> None:
    """Check that the committed package is what the contract says."""
    install(session, ".")
    session.run("apigen", "check", "--full")


@nox.session
def wheel(session: nox.Session) -> None:
    """Build the wheel from the source distribution; test it with the sources gone."""
    session.install("build")
    folder = Path(session.create_tmp()).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(folder / "dist"), ".")
    (built,) = (folder / "dist").glob("*.whl")
    session.install(f"apigen[dev] @ {built.as_uri()}")
    for name in ("tests", "spec", "docs"):
        shutil.copytree(HERE / name, folder / name)
    for name in ("pyproject.toml", "README.md", "CHANGELOG.md"):
        shutil.copy(HERE / name, folder)
    session.chdir(folder)
    chosen = session.posargs or ["tests/packaging", "tests/cli"]
    session.run("python", "-m", "pytest", *chosen, env=with_specs(session))


@nox.session(venv_backend="none")
def spec_lint(session: nox.Session) -> None:
    """Hold the contract against an independent linter; needs Node.js and its npx."""
    session.run(
        "npx", "--yes", REDOCLY, "lint", "--config", "spec/redocly.yaml",
        "spec/data-storage-v1.yaml", external=True,
    )  # fmt: skip


@nox.session
def bench(session: nox.Session) -> None:
    """Generate from every document at hand, and write the table in benchmarks/."""
    install(session, ".[dev]")
    session.run("python", "benchmarks/documents.py", *session.posargs, env=with_specs(session))


@nox.session
def chaos(session: nox.Session) -> None:
    """Kill clients, server and PostgreSQL on a bad network: 220 rounds of 1000 events."""
    install(session, ".[dev]")
    session.run("python", "-m", "tests.chaos.campaign", *session.posargs)
