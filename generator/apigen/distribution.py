"""A generated package as a distribution of its own: its name, version and texts in pyproject.toml.

All of it comes from the document, which may say anything.
"""

import json
import re

_PUBLIC = re.compile(
    r"v?(?P<release>\d{1,9}(?:\.\d{1,9}){0,5})"
    r"(?:[-_.]?(?P<phase>alpha|beta|preview|pre|rc|a|b|c)[-_.]?(?P<number>\d{0,9}))?"
    r"(?:[-_.]?(?P<dev>dev)[-_.]?(?P<dev_number>\d{0,9}))?"
    r"(?:\+.*)?",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_PHASES = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}


def version(text: str) -> str:
    """Return the document's version as one that packages may have (PEP 440).

    A version that is none, and none can be read from, becomes ``0``.
    """
    if date := _DATE.search(text):
        return ".".join(str(int(part)) for part in date.groups())
    found = _PUBLIC.fullmatch(text.strip())
    if found is None:
        numbers = re.match(r"[^\d]{0,20}(\d{1,9}(?:\.\d{1,9}){0,5})", text, re.ASCII)
        return _numbers(numbers[1]) if numbers else "0"
    phase = (found["phase"] or "").lower()
    made = _numbers(found["release"])
    if phase:
        made += f"{_PHASES.get(phase, phase)}{int(found['number'] or 0)}"
    return f"{made}.dev{int(found['dev_number'] or 0)}" if found["dev"] else made


def _numbers(dotted: str) -> str:
    return ".".join(str(int(part)) for part in dotted.split("."))


def toml_string(text: str) -> str:
    """Return *text* as a TOML basic string, on one line, quotes included."""
    clean = "".join(
        character if character.isprintable() else " " for character in " ".join(text.split())
    )
    return json.dumps(clean, ensure_ascii=False)
