"""Keys: the secrets of the hash chain and of exports, each in a file that a setting names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .chain import ChainKey
from .errors import StartError
from .exporting.signing import Signer, signer_from

CHAIN_KEY: Final = "DATASTORAGE_CHAIN_KEY_FILE"
EXPORT_KEY: Final = "DATASTORAGE_EXPORT_KEY_FILE"
EXPORT_CERTIFICATE: Final = "DATASTORAGE_EXPORT_CERTIFICATE_FILE"

SHORTEST: Final = 32
"""Bytes that the key of the chain has at least: as many as its hashes (RFC 2104, section 3)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys that the server was given.

    Attributes:
        chain: The secret of the hash chain; without it the chain is plain.
        signer: What signs exports; without it a key is made for the first one.

    """

    chain: ChainKey | None = None
    signer: Signer | None = None


def keys_from(environment: Mapping[str, str]) -> Keys:
    """Return the keys in the files that the environment names.

    Raises:
        StartError: A file is missing, or has no key of use.

    """
    chain, key, certificate = (
        Path(text) if (text := environment.get(name)) else None
        for name in (CHAIN_KEY, EXPORT_KEY, EXPORT_CERTIFICATE)
    )
    if certificate and not key:
        raise StartError(f"{EXPORT_CERTIFICATE} is set, but its key is not: set {EXPORT_KEY}")
    return Keys(
        chain=_chain_key(chain) if chain else None,
        signer=signer_from(key, certificate, EXPORT_KEY) if key else None,
    )


def _chain_key(file: Path) -> ChainKey:
    """Return the secret in a file: all of it but for a line break at the end."""
    try:
        secret = file.read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise StartError(f"{CHAIN_KEY}: {file} cannot be read: {error.strerror}") from None
    if len(secret) < SHORTEST:
        told = f"{CHAIN_KEY}: the key in {file} is shorter than {SHORTEST} bytes"
        raise StartError(f"{told}: make one with: openssl rand -hex 32")
    return ChainKey(secret)
