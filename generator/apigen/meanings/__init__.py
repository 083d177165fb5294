"""What errors mean: SQLSTATEs, SQLite's result codes, exceptions, statuses, problem types.

Each has a layer, a meaning, its usual causes and the next command. Data only, so that servers and
tests can use it as well as ``apigen explain`` and ``apigen doctor``.
"""

from apigen.meanings.core import Layer, Meaning
from apigen.meanings.reading import Hit, all_meanings, lookup, of_sqlstate, read

__all__ = ["Hit", "Layer", "Meaning", "all_meanings", "lookup", "of_sqlstate", "read"]
