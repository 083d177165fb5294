"""What is generated, and what it is generated with: R7, R8, R9, R11, R12."""

from apigen import __version__
from apigen.comply.facts import Facts, Package
from apigen.comply.judgement import Evidence, Judgement, judged, together, unverifiable
from apigen.comply.rules.contracts import NO_CONTRACT
from apigen.diagnostics import Diagnostic, Place
from apigen.diagnostics import comply as codes

_AGAIN = "A package that is fresh: apigen generate."


def fresh(facts: Facts) -> Judgement:
    """R7: generated anew in memory, the package has the same bytes, no file more and none less."""
    if not facts.packages:
        return unverifiable(NO_CONTRACT)
    return together(*map(_fresh, facts.packages))


def copies(facts: Facts) -> Judgement:
    """R8: documents with the contract's name or title have its text."""
    if not facts.packages:
        return unverifiable(NO_CONTRACT)
    found = tuple(
        codes.OTHER_COPY.at(place, "says that it is the contract, and differs from it")
        for place in facts.copies.other
    )
    same = f"{len(facts.copies.same)} copies that equal the source, {len(found)} that do not"
    looked = f"{facts.copies.looked_at} YAML and JSON files"
    return judged(Evidence("apigen comply", looked, same), found)


def pinned(facts: Facts) -> Judgement:
    """R9: the record of each package names the version that runs now."""
    if not facts.packages:
        return unverifiable(NO_CONTRACT)
    return together(*map(_pinned, facts.packages))


def client_runtime(facts: Facts) -> Judgement:
    """R11: the client's runtime is byte for byte the one that is tested with apigen."""
    return _shipped(
        facts, "client", "the rules of retries and errors are apigen's own, tested ones"
    )


def server_runtime(facts: Facts) -> Judgement:
    """R12: the service is built on a stub that is byte for byte the generated one."""
    if facts.packages and not facts.code.servers:
        return unverifiable("Code that builds the service on the generated stub: no file does.")
    built = f"{', '.join(facts.code.servers[:3])} on it: it checks first, and starts with no other"
    return _shipped(facts, "server", built)


def _shipped(facts: Facts, target: str, result: str) -> Judgement:
    packages = [each for each in facts.packages if target in each.settings.targets]
    if not packages:
        return unverifiable(f"A package with a {target}.")
    if any(package.freshness for package in packages):
        return unverifiable(_AGAIN, *(_evidence(package) for package in packages))
    return together(
        *(
            judged(Evidence("apigen check --full", _described(package), result), ())
            for package in packages
        )
    )


def _fresh(package: Package) -> Judgement:
    if not package.files and not package.freshness:
        return unverifiable("A package: apigen generate.")
    return judged(_evidence(package), package.freshness)


def _evidence(package: Package) -> Evidence:
    differs = f"{len(package.freshness)} findings" if package.freshness else "the same bytes"
    return Evidence("apigen check --full", _described(package), differs)


def _pinned(package: Package) -> Judgement:
    if package.generator is None:
        return unverifiable("A package with its record: apigen generate.")
    recorded = package.generator.get("apigen", "none")
    found: tuple[Diagnostic, ...] = ()
    if recorded != __version__:
        place = Place(str(package.settings.output / package.settings.package / ".apigen.json"))
        message = f"made by apigen {recorded}; this is {__version__}"
        found = (codes.OTHER_VERSION.at(place, message),)
    tools = ", ".join(
        f"{name} {version}" for name, version in package.generator.items() if name != "sources"
    )
    return judged(Evidence("apigen check", _described(package), f"made by {tools}"), found)


def _described(package: Package) -> str:
    return f"{package.settings.output / package.settings.package} ({package.files} files)"
