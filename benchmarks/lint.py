"""CPU seconds of ``apigen lint`` over 100,000 lines, and how right it is beside simpler means.

python benchmarks/lint.py
"""

import json
import os
import re
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from measuring import ROOT, python, run, say, table, tools

CORPUS = ROOT / "tests" / "lint"
CONTRACT = ROOT / "spec" / "data-storage-v1.yaml"
FILES = 500
LINES = 100_000
RUNS = 5
COLD, INCREMENTAL = 3.0, 0.3
_PLAIN = '''
class Account{n}:
    """Account {n} of a tenant, with what it owes."""

    def __init__(self, owner: str, limit: int = {n}) -> None:
        self.owner = owner
        self.limit = limit
        self.entries: list[tuple[str, int]] = []

    def enter(self, text: str, amount: int) -> int:
        """Enter an amount, and return the balance."""
        if amount > self.limit:
            raise ValueError(f"{{self.owner}}: {{amount}} is more than {{self.limit}}")
        self.entries.append((text.strip().lower(), amount))
        return sum(each for _, each in self.entries)


def settle_{n}(accounts: dict[str, Account{n}], events: list[str]) -> dict[str, int]:
    totals = {{name: sum(a for _, a in each.entries) for name, each in accounts.items()}}
    for event in events:
        name, _, rest = event.partition(":")
        totals[name] = totals.get(name, 0) + len(rest)
    return {{name: total for name, total in sorted(totals.items()) if total > {n}}}
'''
_OTHER_API = """
def repository_{n}(name: str) -> dict[str, object]:
    answer = requests.get(f"https://api.github.com/repos/{{name}}", timeout=5)
    answer.raise_for_status()
    return answer.json()
"""
_BYPASS = """
def events_{n}(correlation: str) -> dict[str, object]:
    url = f"{{DATASTORAGE_URL}}/api/v1/audit/events"
    return requests.get(url, params={{"correlation_id": correlation}}, timeout=5).json()
"""
_HEAD = 'import os\n\nimport requests\n\nDATASTORAGE_URL = os.environ["DATASTORAGE_URL"]\n'
_RUFF = """\
[lint]
select = ["TID251"]
[lint.flake8-tidy-imports.banned-api]
"""
_VERBS = ("get", "post", "put", "patch", "delete", "head", "request", "stream", "Request")
_SENDERS = {
    "requests": (*_VERBS, "Session", "session"),
    "httpx": (*_VERBS, "Client", "AsyncClient"),
    "httpx2": (*_VERBS, "Client", "AsyncClient"),
    "niquests": (*_VERBS, "Session", "AsyncSession"),
    "treq": _VERBS,
    "aiohttp": ("request", "ClientSession"),
    "urllib.request": ("urlopen", "urlretrieve", "Request", "build_opener"),
    "urllib3": ("request", "PoolManager", "HTTPConnectionPool", "connection_from_url"),
    "http.client": ("HTTPConnection", "HTTPSConnection"),
    "httplib2": ("Http",),
    "pycurl": ("Curl",),
}
"""What ruff is told to ban: modules where they are imported, members where they are used."""
_GREP = r"/api/v1/|requests\.|httpx\.|curl .*http"
_PLAIN_GREP = r"requests\.(get|post|put|patch|delete)|httpx\.(get|post|put|patch|delete)"


@dataclass(frozen=True)
class Case:
    """A file of its own; what is judged begins at line *first*."""

    file: str
    text: str
    first: int
    bypass: bool


def tree(folder: Path) -> int:
    """Write a tree: of its files one in twenty calls another API, one in fifty bypasses."""
    total = 0
    for number in range(FILES):
        parts = [_HEAD] if not number % 20 or not number % 50 else ["import logging\n"]
        parts += [_OTHER_API.format(n=number)] if not number % 20 else []
        parts += [_BYPASS.format(n=number)] if not number % 50 else []
        lines: list[str] = "\n".join(parts).splitlines()
        while len(lines) < LINES // FILES:
            lines += _PLAIN.format(n=len(lines)).splitlines()
        where = folder / f"package_{number % 20}" / f"module_{number}.py"
        where.parent.mkdir(exist_ok=True)
        where.write_text("\n".join(lines) + "\n", encoding="utf-8")
        total += len(lines)
    return total


def corpus() -> Iterator[Case]:
    """Yield each case of the tests' corpus as a file of its own."""
    source = (CORPUS / "test_bypasses.py").read_text(encoding="utf-8")
    preamble = source.split('PREAMBLE = """\\\n')[1].partition('"""')[0]
    for kind, bypass in (("bypasses", True), ("innocents", False)):
        for line in (CORPUS / f"{kind}.txt").read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                text = f"{preamble}{line}\n"
                yield Case("consumer.py", text, preamble.count("\n") + 1, bypass)
        elsewhere = (CORPUS / f"{kind}_elsewhere.txt").read_text(encoding="utf-8")
        for section in elsewhere.split("=== ")[1:]:
            file, _, rest = section.partition("\n")
            for snippet in filter(str.strip, rest.split("\n\n")):
                yield Case(file, _written(file, snippet.strip("\n") + "\n"), 1, bypass)


def _written(file: str, snippet: str) -> str:
    if not file.endswith(".ipynb"):
        return snippet
    source = json.dumps(snippet.splitlines(keepends=True))
    cell = f'{{"cell_type": "code", "metadata": {{}}, "outputs": [], "source": {source}}}'
    return f'{{"cells": [{cell}], "nbformat": 4, "nbformat_minor": 5, "metadata": {{}}}}'


def helper() -> str:
    """Return the module beside each Python case of the corpus."""
    source = (CORPUS / "test_bypasses.py").read_text(encoding="utf-8")
    return source.split('OTHER = """\\\n')[1].partition('"""')[0]


def laid_out(folder: Path, cases: list[Case]) -> None:
    """Write each case in a folder of its own."""
    for number, case in enumerate(cases):
        where = folder / str(number) / case.file
        where.parent.mkdir(parents=True)
        where.write_text(case.text, encoding="utf-8")
        if case.file == "consumer.py":
            (folder / str(number) / "other.py").write_text(helper(), encoding="utf-8")


def lint(folder: Path, *options: str) -> tuple[float, str]:
    """Lint a folder; return CPU seconds and what was written, as JSON."""
    stated = ("--spec", str(CONTRACT), "--package", "datastorage", "--client", "DataStorage")
    ended = python("-m", "apigen", "lint", ".", *stated, "--format", "json", *options, cwd=folder)
    if ended.code > 1:
        raise SystemExit(ended.err)
    return ended.seconds, ended.out


def places(found: list[tuple[str, int]], cases: list[Case]) -> set[int]:
    """Return the cases that a finding, file and line, stands in."""
    hit: set[int] = set()
    for file, line in found:
        number, _, name = Path(file).as_posix().partition("/")
        case = cases[int(number)]
        if name == case.file and line >= case.first:
            hit.add(int(number))
    return hit


def by_apigen(folder: Path, cases: list[Case]) -> set[int]:
    """Return the cases in which apigen finds a bypass."""
    told = json.loads(lint(folder, "--no-cache")[1])
    found = [
        (each["place"]["file"], each["place"]["line"])
        for each in told["findings"]
        if each["code"] in {"AG701", "AG702"}
    ]
    return places(found, cases)


def by_ruff(folder: Path, cases: list[Case]) -> set[int]:
    """Return the cases in which a banned module is used."""
    config = folder / "ruff.toml"
    members = [f"{module}.{one}" for module, several in _SENDERS.items() for one in several]
    banned = "".join(f'"{name}".msg = "no"\n' for name in (*_SENDERS, *members))
    config.write_text(_RUFF + banned, encoding="utf-8")
    command = Path(sys.executable).with_name("ruff")
    options = ("--no-cache", "--output-format", "json", "--config", config)
    told = json.loads(run(command, "check", *options, ".", cwd=folder).out)
    found = [
        (str(Path(each["filename"]).relative_to(folder.resolve())), each["location"]["row"])
        for each in told
        if each["code"] == "TID251"
    ]
    return places(found, cases)


def by_pattern(pattern: str) -> Callable[[Path, list[Case]], set[int]]:
    """Return a search for lines with a pattern."""
    wanted = re.compile(pattern)

    def search(_: Path, cases: list[Case]) -> set[int]:
        return {
            number
            for number, case in enumerate(cases)
            if any(map(wanted.search, case.text.splitlines()[case.first - 1 :]))
        }

    return search


def judged(folder: Path) -> str:
    """Return a table of how right each means is."""
    cases = list(corpus())
    laid_out(folder, cases)
    means: dict[str, Callable[[Path, list[Case]], set[int]]] = {
        "apigen lint": by_apigen,
        "ruff banned-api (TID251)": by_ruff,
        "grep for paths and libraries": by_pattern(_GREP),
        "grep for calls": by_pattern(_PLAIN_GREP),
    }
    wrong = {number for number, case in enumerate(cases) if case.bypass}
    rows: list[tuple[object, ...]] = []
    for name, search in means.items():
        hit = search(folder, cases)
        right = len(hit & wrong)
        alarms = len(hit) - right
        precision = f"{right / len(hit):.2f}" if hit else ""
        recall = f"{right / len(wrong):.2f}"
        rows.append((name, f"{right} of {len(wrong)}", alarms, precision, recall))
    innocents = len(cases) - len(wrong)
    columns = ("means", "bypasses found", f"alarms on {innocents} innocents", "precision", "recall")
    return table(columns, rows)


def timed(folder: Path) -> tuple[int, str]:
    """Return the lines of the tree, and a table of times."""
    where, cache = folder / "tree", folder / "cache"
    where.mkdir()
    total = tree(where)
    changed = where / "package_0" / "module_0.py"
    times: dict[str, list[float]] = {}
    for turn in range(RUNS):
        bare = python("-c", "pass", cwd=folder).seconds
        options = ("--cache-dir", str(cache / str(turn)))
        for name in ("cold", "nothing changed", "one file changed"):
            if name == "one file changed":
                with changed.open("a", encoding="utf-8") as opened:
                    opened.write(f"# {turn}\n")
            times.setdefault(name, []).append(lint(where, *options)[0] - bare)
    bounds = {"cold": COLD, "nothing changed": INCREMENTAL, "one file changed": INCREMENTAL}
    rows = [(name, f"{statistics.median(each):.2f}", bounds[name]) for name, each in times.items()]
    return total, table(("run", "CPU seconds", "bound"), rows)


def main() -> None:
    """Measure, and print both tables."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package is compiled
    with tempfile.TemporaryDirectory() as folder:
        total, times = timed(Path(folder))
        say(
            f"{tools()}\n\n{total} lines in {FILES} files, medians of {RUNS}, beyond a bare Python:"
        )
        say(f"\n{times}\n")
        where = Path(folder) / "corpus"
        where.mkdir()
        say(judged(where))


if __name__ == "__main__":
    main()
