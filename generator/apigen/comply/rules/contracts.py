"""What the contract itself has to be: R3, R16, R17, R18."""

from collections.abc import Callable

from apigen.comply.facts import Facts, Package
from apigen.comply.judgement import Evidence, Judgement, Verdict, judged, unverifiable
from apigen.diagnostics import Diagnostic, Severity, consumers
from apigen.diagnostics import rules as codes

_STYLE = frozenset(codes.CODES) - {codes.EXAMPLE_MISMATCH}
NO_CONTRACT = "A contract: --spec FILE, or [tool.apigen]."


def valid(facts: Facts) -> Judgement:
    """R3: openapi-spec-validator and our own reading have nothing to say, examples included."""
    return _document(
        facts,
        lambda found: found.code not in _STYLE and found.severity is not Severity.NOTE,
    )


def resolved(facts: Facts) -> Judgement:
    """R16: names in extensions are members of the contract, and allowances allow something."""
    own = _document(facts, lambda found: found.code is codes.EXTENSION_DANGLING)
    if own.verdict is Verdict.UNVERIFIABLE:
        return own
    unused = tuple(each for each in facts.code.findings if each.code is consumers.UNUSED)
    listed = Evidence(
        "apigen lint", f"{facts.code.allowances} allowances", counted(len(unused), "allows nothing")
    )
    broken = Verdict.BROKEN if own.findings or unused else Verdict.MET
    return Judgement(broken, (*own.evidence, listed), (*own.findings, *unused))


def headers(facts: Facts) -> Judgement:
    """R17: no header of the contract carries what belongs in the body."""
    return _document(facts, lambda found: found.code is codes.BUSINESS_HEADER)


def versioned(facts: Facts) -> Judgement:
    """R18: ``apigen diff`` finds no breaking change that ``info.version`` does not tell."""
    found = facts.breaking
    if found is None:
        return unverifiable("An earlier contract: --against git:main, or a file.")
    evidence = Evidence(f"apigen diff {found.old}", "the contract now and then", found.said)
    if found.told is None:
        return unverifiable("A contract to compare with that can be read.", evidence)
    return Judgement(Verdict.MET if found.told else Verdict.BROKEN, (evidence,))


def counted(number: int, what: str) -> str:
    """Return how many there are: ``none allows nothing``, ``2: allow nothing``."""
    return f"{number or 'none'} {what}"


def _document(facts: Facts, counts: Callable[[Diagnostic], bool]) -> Judgement:
    if not facts.packages:
        return unverifiable(NO_CONTRACT)
    found = tuple(
        finding for package in facts.packages for finding in package.document if counts(finding)
    )
    return judged(
        Evidence(
            "apigen validate --rules",
            ", ".join(map(_described, facts.packages)),
            f"{len(found)} findings against it" if found else "no finding against it",
        ),
        found,
    )


def _described(package: Package) -> str:
    return f"{package.settings.spec} ({package.operations} operations)"
