"""Findings about apigen's own settings: AG9xx."""

from apigen.diagnostics.core import Code, Diagnostic, Place, Severity

UNREADABLE = Code(
    "AG901",
    "unreadable-configuration",
    Severity.ERROR,
    "The configuration file can't be read: it is missing, not UTF-8, or not TOML.",
    "Mend the file at the place given, or name another one with --config.",
)
UNKNOWN_KEY = Code(
    "AG902",
    "unknown-setting",
    Severity.ERROR,
    "[tool.apigen] holds a key that apigen does not know. A misspelt setting that is passed over "
    "in silence is worse than one that fails.",
    "Correct or remove the key; the message names the nearest one that exists.",
    "[tool.apigen]\nspecs = \"api.yaml\"   # AG902: did you mean 'spec'?",
)
WRONG_VALUE = Code(
    "AG903",
    "wrong-setting",
    Severity.ERROR,
    "A setting has a value of the wrong type, or one that can't be used.",
    "Give it a value of the kind that the message names.",
)
MISSING = Code(
    "AG904",
    "missing-setting",
    Severity.ERROR,
    "apigen needs to know the document, the output folder and the package's name, and one of "
    "them is given neither in [tool.apigen] nor as a flag.",
    "Add the setting, or give the flag; 'apigen init' writes a first [tool.apigen].",
    "apigen generate --spec openapi.yaml --output clients --package petstore",
)
ALREADY_THERE = Code(
    "AG905",
    "already-configured",
    Severity.ERROR,
    "'apigen init' adds [tool.apigen] to pyproject.toml and never changes one that is there.",
    "Edit the table by hand.",
)
AMBIGUOUS = Code(
    "AG906",
    "several-contracts",
    Severity.ERROR,
    "The configuration has several contracts, and the flags do not say which one they speak of.",
    "Choose one with --package, or leave the flags out to run all of them.",
)
SAME_PACKAGE = Code(
    "AG907",
    "same-package-twice",
    Severity.ERROR,
    "Two contracts would be written to the same folder, each deleting the other's files.",
    "Give each contract a package or an output folder of its own.",
)
ANOTHER_VERSION = Code(
    "AG908",
    "another-version",
    Severity.ERROR,
    "'requires' in [tool.apigen] pins the versions of apigen that this project is generated with, "
    "and this apigen is none of them. Another one may write other code.",
    "Install a version that fits, or change 'requires' and run 'apigen generate'.",
    'requires = ">=0.1,<0.2"',
)

CODES = (
    UNREADABLE,
    UNKNOWN_KEY,
    WRONG_VALUE,
    MISSING,
    ALREADY_THERE,
    AMBIGUOUS,
    SAME_PACKAGE,
    ANOTHER_VERSION,
)


def unreadable(place: Place, why: str) -> Diagnostic:
    """Return that a configuration file can't be read."""
    return UNREADABLE.at(place, f"the configuration can't be read: {why}")


def unknown_key(place: Place, key: str, near: str, known: tuple[str, ...]) -> Diagnostic:
    """Return that a key means nothing to apigen."""
    hint = f"did you mean '{near}'?" if near else f"known settings: {', '.join(known)}"
    return UNKNOWN_KEY.at(place, f"unknown setting '{key}'", hint=hint)


def wrong_value(place: Place | None, key: str, wanted: str, hint: str = "") -> Diagnostic:
    """Return that a setting's value can't be used."""
    return WRONG_VALUE.at(place, f"'{key}' must be {wanted}", hint=hint)


def missing(place: Place | None, key: str) -> Diagnostic:
    """Return that a setting that has no default is given nowhere."""
    return MISSING.at(
        place,
        f"no {key} is given",
        hint=f"add '{key}' to [tool.apigen], or give --{key}; 'apigen init' writes a first one",
    )


def already_there(place: Place) -> Diagnostic:
    """Return that ``init`` found a configuration."""
    return ALREADY_THERE.at(place, "[tool.apigen] is there already", hint="edit it by hand")


def ambiguous(place: Place | None, packages: tuple[str, ...]) -> Diagnostic:
    """Return that flags fit no single one of several contracts."""
    return AMBIGUOUS.at(
        place,
        "the flags fit no single contract of the configuration",
        hint=f"choose one with --package: {', '.join(packages)}",
    )


def same_package(place: Place | None, folder: str) -> Diagnostic:
    """Return that two contracts share an output folder."""
    return SAME_PACKAGE.at(place, f"two contracts would both be written to '{folder}'")


def another_version(place: Place | None, running: str, wanted: str) -> Diagnostic:
    """Return that this apigen is not the one that the project asks for."""
    return ANOTHER_VERSION.at(
        place,
        f"this is apigen {running}, and the project requires {wanted}",
        hint=f"run \"pip install 'apigen{wanted}'\"",
    )
