"""Texts of a document in generated code: hostile until they went through here."""

import re
import textwrap
import unicodedata

_WIDTH = 96


def plain(text: str) -> str:
    """Return a text without control and formatting characters, its line breaks kept.

    Formatting characters (category Cf) can make code look like other code than it is.
    """
    return "".join(
        char
        for char in text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
        if char == "\n" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    ).strip()


def one_line(text: str) -> str:
    """Return a text on one line."""
    return " ".join(plain(text).split())


def quoted(text: str) -> str:
    """Return a text as it may stand between three double quotes."""
    return text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def wrapped(text: str, indent: int, *, hanging: int = 0) -> str:
    """Return a text whose lines fit; paragraphs, lists and indented lines stay apart."""
    width = max(40, _WIDTH - indent)
    lines: list[str] = []
    for line in plain(text).split("\n"):
        lead = line[: len(line) - len(line.lstrip())][:12]
        lines += textwrap.wrap(
            line.strip(),
            width,
            initial_indent=(" " * hanging if lines else "") + lead,
            subsequent_indent=" " * hanging + lead,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
    return "\n".join(lines)


def docstring(text: str, indent: int) -> str:
    """Return a docstring literal for a text, to stand at an indentation; empty for no text."""
    body = quoted(wrapped(text, indent))
    if not body:
        return ""
    if body.endswith('"'):
        body += " "
    if "\n" not in body and len(body) + indent + 6 <= 100:
        return f'"""{body}"""'
    inner = textwrap.indent(body, " " * indent).strip()
    return f'"""{inner}\n{" " * indent}"""'


def comment(text: str) -> str:
    """Return a text as the rest of a comment line, in which Python seeks no encoding (PEP 263)."""
    return re.sub(r"(coding)([:=])", r"\1 \2", one_line(text))
