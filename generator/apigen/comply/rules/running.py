"""What can be told of a running service or its database only: R1, R2, R13, R14."""

from collections.abc import Callable

from apigen.comply.facts import Facts
from apigen.comply.judgement import Evidence, Judgement, Verdict, unverifiable
from apigen.doctor import Result, Status

NO_RUN = "A run against the service: apigen fuzz --format json, and its report by --fuzz-report."
_FITTING = ("D8", "D9", "D10", "D11", "D12")
_ROUTES = frozenset({"undocumented-route", "undocumented-method", "wrong-method-answer"})
_INPUTS = frozenset({"undocumented-input"})


def inputs(facts: Facts) -> Judgement:
    """R1: no request changed its answer by an input that the contract does not name."""
    return _drifted(facts, "inputs", _INPUTS.__contains__)


def routes(facts: Facts) -> Judgement:
    """R2: no path or method answers that the contract lacks, and none of its own is absent."""
    return _drifted(facts, "routes", _ROUTES.__contains__)


def answers(facts: Facts) -> Judgement:
    """R13: no answer differed from what the contract says of it."""
    return _drifted(facts, "valid", lambda name: name not in _ROUTES | _INPUTS)


def database(facts: Facts) -> Judgement:
    """R14: the doctor finds contract and schema of one mind."""
    if facts.database is None:
        return unverifiable("The database: --database-url URL.")
    results = [each for each in facts.database.results if each.check.id in _FITTING]
    evidence = tuple(
        Evidence("apigen doctor", each.check.id, f"{each.status}: {each.message}")
        for each in results
    )
    failed = tuple(found for each in results if _fails(each) for found in each.findings)
    if any(map(_fails, results)):
        return Judgement(Verdict.BROKEN, evidence, failed)
    told = [each for each in results if each.status is not Status.SKIP]
    if not told:
        return unverifiable("A database that can be reached.", *evidence)
    return Judgement(Verdict.MET, evidence)


def _fails(result: Result) -> bool:
    return result.status is Status.FAIL


def _drifted(facts: Facts, oracle: str, counts: Callable[[str], bool]) -> Judgement:
    """Judge by the findings that count; met only if the oracle that would see them ran."""
    run = facts.drifted
    if run is None:
        return unverifiable(NO_RUN)
    found = [said for name, said in run.drifts if counts(name)]
    looked = f"{run.reached} of {run.operations} operations, by {run.file}"
    result = "; ".join(found[:20]) if found else "no drift of this kind"
    evidence = Evidence("apigen fuzz", looked, result)
    if found:
        return Judgement(Verdict.BROKEN, (evidence,))
    if oracle not in run.oracles:
        return unverifiable(f"A run in which the oracle '{oracle}' comes to its end.", evidence)
    if run.reached < run.operations or not run.operations:
        return unverifiable("A run that reaches every operation.", evidence)
    return Judgement(Verdict.MET, (evidence,))
