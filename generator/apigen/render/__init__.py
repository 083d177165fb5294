"""Findings as text for people, and as files for other tools: one function per format.

Each is a :data:`Renderer`. Names, messages and hints quote the document, so each
format escapes them: no document can move a cursor or forge a line of output.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import TypeAlias

from apigen.diagnostics import Diagnostic
from apigen.render import github, json, sarif, text

Sources: TypeAlias = Callable[[str], str | None]
"""Returns the text of a file by the name that places carry, or None if it is not at hand."""


Renderer: TypeAlias = Callable[[Iterable[Diagnostic], Sources], str]
"""Returns findings as text that ends with a line break; without findings text may be empty."""

RENDERERS: Mapping[str, Renderer] = {
    "text": text.render,
    "json": json.render,
    "sarif": sarif.render,
    "github": github.render,
}
"""The formats by name; ``text`` in colour is :data:`COLOURED_TEXT`."""

COLOURED_TEXT: Renderer = partial(text.render, colour=True)

__all__ = ["COLOURED_TEXT", "RENDERERS", "Renderer", "Sources"]
