"""Findings: what is wrong, where, and how to mend it.

A finding is a value. Its :class:`Code` is registered once in a family module beside this one
(``reading``, ``contract``, ``output``, ``configuration``) and explained by ``apigen explain``.
"""

from apigen.diagnostics.core import Code, Diagnostic, Place, Report, Severity, Stop

__all__ = ["Code", "Diagnostic", "Place", "Report", "Severity", "Stop"]
