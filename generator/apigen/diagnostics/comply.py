"""Findings that only ``apigen comply`` makes: AG75x."""

from apigen.diagnostics.core import Code, Severity

UNKNOWN_VALUE = Code(
    "AG751",
    "unknown-discriminator-value",
    Severity.ERROR,
    "Code sets a discriminator, such as an event type, to a value that the contract's mapping does "
    "not have, or to one outside a payload and to another inside it. The service refuses it, or a "
    "reader takes it for something else.",
    "Correct the value, or add the variant to the contract and generate.",
    'AuditEventRequest(event_type="workflow.startd", ...)   # AG751',
)
OTHER_COPY = Code(
    "AG752",
    "contract-copy-differs",
    Severity.ERROR,
    "A file says that it is the contract (it has its file name, or its title) and differs from it. "
    "Whoever reads the copy builds on another contract.",
    "Remove the copy and refer to the source, or copy the source anew.",
)
OTHER_VERSION = Code(
    "AG753",
    "generator-version-differs",
    Severity.ERROR,
    "The package was made by another version of apigen than the one that runs. Two versions may "
    "write two packages from one contract.",
    "Install the version that the project pins, or generate anew with this one.",
)
NO_REPORT = Code(
    "AG754",
    "fuzz-report-unreadable",
    Severity.ERROR,
    "The file given as evidence of a run against the service is not a report of apigen fuzz, or "
    "can't be read. What it would have shown is not verified.",
    "Write it anew: apigen fuzz --format json --output-file fuzz.json.",
)

CODES = (UNKNOWN_VALUE, OTHER_COPY, OTHER_VERSION, NO_REPORT)
