"""``docs/diagnostics.md`` is written from the registry of codes, and says what it says.

``pytest tests/test_diagnostics_reference.py --update`` writes it anew.
"""

from itertools import groupby
from pathlib import Path

import pytest

from apigen.diagnostics import Code
from apigen.diagnostics.registry import all_codes

REFERENCE = Path(__file__).parents[1] / "docs" / "diagnostics.md"
FAMILIES = {
    "AG0": "Reading",
    "AG1": "The contract",
    "AG2": "Names",
    "AG3": "The output",
    "AG4": "Rules of good contracts (`apigen validate --rules`)",
    "AG6": "Databases and migrations (`apigen doctor`)",
    "AG7": "Consumers (`apigen lint`, `apigen comply`)",
    "AG8": "Comparing (`apigen diff`)",
    "AG90": "Settings",
    "AG9": "Running servers (`apigen fuzz`)",
    "D": "Checks of `apigen doctor`",
}
INTRODUCTION = """\
# Findings

Every finding has a code that never changes and a name that says it in words. `apigen explain CODE`
prints what stands here. Errors stop the work, and nothing is written; warnings do not, unless
`--strict` asks for it; notes are for whoever wonders.

<!-- Written from the registry of codes: pytest tests/test_diagnostics_reference.py --update -->
"""


def family(code: Code) -> str:
    starts = (code.id[:4], code.id[:3], code.id[:1])
    return next(start for start in starts if start in FAMILIES)


def section(code: Code) -> str:
    parts = [
        f"### {code.id} {code.slug}",
        f"*{code.severity.value.capitalize()}.* {code.meaning}",
        f"**What to do:** {code.mend}",
    ]
    if code.example:
        parts.append(f"```text\n{code.example.rstrip()}\n```")
    return "\n\n".join(parts)


def reference() -> str:
    parts = [INTRODUCTION]
    for start, codes in groupby(all_codes(), family):
        parts.append(f"## {FAMILIES[start]}\n")
        parts += [f"{section(code)}\n" for code in codes]
    return "\n".join(parts)


def test_the_reference_says_what_the_registry_says(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--update"):
        REFERENCE.write_text(reference(), encoding="utf-8")
    assert REFERENCE.read_text(encoding="utf-8") == reference()


def test_no_two_codes_share_an_id_or_a_name() -> None:
    codes = all_codes()
    assert len({code.id for code in codes}) == len({code.slug for code in codes}) == len(codes)
