"""The contract that a package was generated from, as it is served."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256 as digest_of
from importlib.resources import files


class ContractUnavailable(Exception):  # noqa: N818 - named after what happened
    """The contract of a server is missing, altered or broken: it does not start without."""


@dataclass(frozen=True, slots=True)
class Contract:
    """A bundled contract: an OpenAPI document in JSON."""

    content: bytes
    sha256: str

    @classmethod
    def load(cls, package: str, sha256: str, name: str = "openapi.json") -> Contract:
        """Return the contract that lies in *package*.

        Raises:
            ContractUnavailable: It is not there, or is not the one the package was made from.

        """
        try:
            content = files(package).joinpath(name).read_bytes()
        except (OSError, ImportError, TypeError) as error:
            reason = type(error).__name__
            raise ContractUnavailable(
                f"the contract {name} of {package} cannot be read ({reason}): "
                "run `apigen generate`, and install the package whole"
            ) from error
        if digest_of(content).hexdigest() != sha256.lower():
            raise ContractUnavailable(
                f"the contract {name} of {package} is not the one that the code was made from: "
                "run `apigen generate`"
            )
        return cls(content, sha256.lower())

    @property
    def etag(self) -> str:
        """The entity tag (RFC 9110, section 8.8.3)."""
        return f'"{self.sha256[:32]}"'
