"""What the rules are judged by, gathered once."""

from collections.abc import Mapping
from dataclasses import dataclass

from apigen.diagnostics import Diagnostic, Place
from apigen.doctor import Examination
from apigen.settings import Settings


@dataclass(frozen=True, slots=True)
class Package:
    """One contract, and the package made of it."""

    settings: Settings
    document: tuple[Diagnostic, ...]
    """What ``validate --rules`` says of the contract."""
    operations: int
    """0 if the document leaves no ground."""
    freshness: tuple[Diagnostic, ...]
    """What ``check --full`` says of the package."""
    files: int
    """Files of the package on the disk."""
    generator: Mapping[str, str] | None
    """Versions that the package's record names; None without a record."""
    discriminators: Mapping[str, frozenset[str]]
    """The values that each discriminator member knows."""


@dataclass(frozen=True, slots=True)
class Copies:
    """Documents elsewhere that say they are the contract."""

    looked_at: int
    same: tuple[str, ...]
    other: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Constant:
    """A discriminator's value that stands in the code."""

    place: Place
    member: str
    value: str
    inner: str = ""
    """The value of the payload in the same call, where both are literal."""


@dataclass(frozen=True, slots=True)
class Code:
    """What stands in the code."""

    findings: tuple[Diagnostic, ...]
    """What ``lint`` says."""
    files: int
    allowed: int
    """Findings that stand for a reason that somebody gave."""
    allowances: int
    users: tuple[str, ...]
    """Files that import a generated package."""
    servers: tuple[str, ...]
    """Files that build a service on a generated stub."""
    constants: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class Drifted:
    """What a run of ``apigen fuzz`` said."""

    file: str
    reached: int
    """Operations that answered."""
    operations: int
    oracles: frozenset[str]
    """Those that came to their end."""
    drifts: tuple[tuple[str, str], ...]
    """The name of each finding's code, and its words."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known."""

    packages: tuple[Package, ...]
    copies: Copies
    code: Code
    database: Examination | None = None
    drifted: Drifted | None = None
    breaking: "Compared | None" = None


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of the contract since an earlier one."""

    old: str
    told: bool | None
    """Whether the version tells of what breaks; None if the two could not be compared."""
    said: str
