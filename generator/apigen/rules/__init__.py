"""Rules of good contracts: what OpenAPI allows, and what lets code and contract part all the same.

A rule is a function from a :class:`~apigen.rules.subject.Subject` to findings of one code. Rules
only read; ``apigen validate --rules`` runs them, and each can be switched off by its code.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from apigen.bundle import Bundle
from apigen.diagnostics import Code, Diagnostic, Report
from apigen.diagnostics import rules as codes
from apigen.rules.errors import defaults, errors_not_problems, errors_undocumented
from apigen.rules.examples import examples_that_do_not_match
from apigen.rules.extensions import dangling_extensions
from apigen.rules.operations import security_unstated, unnamed_operations
from apigen.rules.parameters import business_headers, open_filters
from apigen.rules.subject import Subject, subject_of
from apigen.rules.unions import open_unions

Rule = Callable[[Subject], Iterator[Diagnostic]]

RULES: Final[Mapping[Code, Rule]] = {
    codes.OPERATION_UNNAMED: unnamed_operations,
    codes.ERROR_NOT_A_PROBLEM: errors_not_problems,
    codes.ERRORS_UNDOCUMENTED: errors_undocumented,
    codes.DEFAULT_HIDES_STATUSES: defaults,
    codes.FILTER_OPEN: open_filters,
    codes.EXAMPLE_MISMATCH: examples_that_do_not_match,
    codes.SECURITY_UNSTATED: security_unstated,
    codes.BUSINESS_HEADER: business_headers,
    codes.UNION_OPEN: open_unions,
    codes.EXTENSION_DANGLING: dangling_extensions,
}


def check(bundle: Bundle, report: Report, without: frozenset[str] = frozenset()) -> None:
    """Report where a document breaks the rules, those aside whose id or slug is in *without*."""
    subject = subject_of(bundle)
    for code, rule in RULES.items():
        if code.id not in without and code.slug not in without:
            report.extend(rule(subject))
