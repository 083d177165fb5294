"""What code that uses the service has to do: R4, R5, R6, R10, R15."""

from apigen.comply.facts import Constant, Facts
from apigen.comply.judgement import Evidence, Judgement, judged, unverifiable
from apigen.diagnostics import Code, Diagnostic, consumers
from apigen.diagnostics import comply as codes

NO_CODE = "Code to look at: PATHS with source files in them."
NO_USER = "Code that imports a generated package: none of the files does."


def no_bypass(facts: Facts) -> Judgement:
    """R4: no HTTP by hand to an operation, nor to a path that the contract lacks."""
    return _linted(facts, consumers.BYPASS, consumers.UNKNOWN_OPERATION)


def reasoned(facts: Facts) -> Judgement:
    """R5: allowances have reasons, and days that have not passed."""
    found = _of(facts, consumers.EXPIRED, consumers.UNREASONED)
    if not facts.code.files:
        return unverifiable(NO_CODE)
    looked = f"{facts.code.allowances} allowances, which let {facts.code.allowed} findings stand"
    return judged(Evidence("apigen lint", looked, _result(found)), found)


def no_parsing(facts: Facts) -> Judgement:
    """R6: no answer of the contract is parsed by hand."""
    return _linted(facts, consumers.HAND_PARSED, consumers.SHADOW)


def fatal_construction(facts: Facts) -> Judgement:
    """R10: a failure to construct the client is not caught and forgotten."""
    if not facts.code.users:
        return unverifiable(NO_USER)
    return _linted(facts, consumers.SWALLOWED)


def known_types(facts: Facts) -> Judgement:
    """R15: literal event types are in the contract's mapping, and equal in envelope and payload."""
    known = {
        member: values
        for package in facts.packages
        for member, values in package.discriminators.items()
    }
    if not known:
        return unverifiable("A contract with a discriminator that has a mapping.")
    if not facts.code.constants:
        return unverifiable(f"Code that sets {' or '.join(sorted(known))}: no file does.")
    found = tuple(
        finding
        for constant in facts.code.constants
        if (finding := _wrong(constant, known.get(constant.member, frozenset()))) is not None
    )
    looked = f"{len(facts.code.constants)} literal values in {_files(facts)}"
    return judged(Evidence("apigen comply", looked, _result(found)), found)


def _wrong(constant: Constant, known: frozenset[str]) -> Diagnostic | None:
    if constant.value not in known:
        return codes.UNKNOWN_VALUE.at(
            constant.place, f"{constant.member} {constant.value!r} is not in the contract's mapping"
        )
    if constant.inner and constant.inner != constant.value:
        return codes.UNKNOWN_VALUE.at(
            constant.place,
            f"{constant.member} is {constant.value!r} outside and {constant.inner!r} inside",
        )
    return None


def _linted(facts: Facts, *wanted: Code) -> Judgement:
    if not facts.packages or not facts.code.files:
        return unverifiable(NO_CODE)
    found = _of(facts, *wanted)
    looked = f"{_files(facts)}, {len(facts.code.users)} of which use a generated package"
    return judged(Evidence("apigen lint", looked, _result(found)), found)


def _of(facts: Facts, *wanted: Code) -> tuple[Diagnostic, ...]:
    return tuple(found for found in facts.code.findings if found.code in wanted)


def _result(found: tuple[Diagnostic, ...]) -> str:
    return f"{len(found)} findings" if found else "nothing found"


def _files(facts: Facts) -> str:
    return f"{facts.code.files} files"
