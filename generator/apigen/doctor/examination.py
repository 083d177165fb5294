"""The examination: facts, then checks; nothing is judged while it is looked for."""

import time

from apigen.doctor.checks.listed import CHECKS
from apigen.doctor.evidence import Facts
from apigen.doctor.gathering import gather
from apigen.doctor.given import Given
from apigen.doctor.probing import probed
from apigen.doctor.results import Examination


def examine(given: Given) -> Examination:
    """Look at everything that is given, and say what is well and what is not.

    Nothing is written unless ``given.probe``; what is then written is rolled back or removed.
    """
    begun = time.monotonic()
    facts = gather(given)
    if given.probe:
        facts = probed(facts)
    return judged(facts, time.monotonic() - begun)


def judged(facts: Facts, seconds: float = 0.0) -> Examination:
    """Return what the checks say of facts."""
    results = tuple(check.examine(facts) for check in CHECKS)
    return Examination(results, seconds, facts.trouble)
