"""What was found in one file, as data that can be kept."""

import ast
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """One finding in a file, before allowances."""

    code: str
    line: int
    column: int
    end: int
    """The last line."""
    message: str
    hint: str = ""
    operation: str = ""
    scope: str = ""
    """The function around it."""


def at(node: ast.expr | ast.stmt | ast.excepthandler) -> tuple[int, int, int]:
    """Return line, column (in characters, from 1) and last line of a node."""
    return node.lineno, node.col_offset + 1, node.end_lineno or node.lineno
