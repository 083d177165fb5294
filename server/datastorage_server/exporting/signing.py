"""Signatures: who exported, so that nobody can change an export on its way.

RSA signs with PKCS #1 v1.5 over SHA-256 (RFC 8017), Ed25519 as RFC 8032 says: both are what
``openssl`` verifies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from ..errors import StartError

SMALLEST_RSA: Final = 2048
"""Bits that an RSA key has at least (NIST SP 800-131A)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A key that signs exports.

    Attributes:
        sign: Returns the signature over some bytes.
        algorithm: ``SHA256withRSA`` or ``Ed25519``.
        public_key: What verifies the signatures, as PEM (SubjectPublicKeyInfo).
        fingerprint: SHA-256 of the certificate, or of the public key where there is none, in DER:
            lower-case hex pairs joined by colons.
        origin: Whether the key was configured, or made by this process for itself.

    """

    sign: Callable[[bytes], bytes] = field(repr=False)
    algorithm: Literal["SHA256withRSA", "Ed25519"]
    public_key: str
    fingerprint: str
    origin: Literal["configured", "generated"] = "configured"


def generated_signer() -> Signer:
    """Return a signer whose key is new, and gone with this process."""
    key = Ed25519PrivateKey.generate()
    return _signer(key, None, "generated")


def signer_from(key_file: Path, certificate_file: Path | None, setting: str) -> Signer:
    """Return the signer with a key in a file, and perhaps its certificate, both as PEM.

    *setting* says in messages where the file was named.

    Raises:
        StartError: There is no such key, or it is of no use, or is not that of the certificate.

    """
    key = _private_key(key_file, setting)
    if certificate_file is None:
        return _signer(key, None, "configured")
    certificate = _certificate(certificate_file)
    if certificate.public_key() != key.public_key():
        raise StartError(f"the certificate {certificate_file} is not that of the key {key_file}")
    return _signer(key, certificate, "configured")


def _private_key(file: Path, setting: str) -> RSAPrivateKey | Ed25519PrivateKey:
    how = "make one with: openssl genpkey -algorithm ed25519 -out export-key.pem"
    try:
        key = load_pem_private_key(_read(file, setting), password=None)
    except TypeError:
        raise StartError(f"{setting}: the key in {file} is encrypted: store it as it is") from None
    except (ValueError, UnsupportedAlgorithm):
        raise StartError(f"{setting}: {file} holds no private key as PEM: {how}") from None
    if isinstance(key, Ed25519PrivateKey):
        return key
    if not isinstance(key, RSAPrivateKey):
        raise StartError(f"{setting}: the key in {file} is neither RSA nor Ed25519: {how}")
    if key.key_size < SMALLEST_RSA:
        told = f"the RSA key in {file} has {key.key_size} bits"
        raise StartError(f"{setting}: {told}: {SMALLEST_RSA} are the least")
    return key


def _certificate(file: Path) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(_read(file, "the certificate"))
    except ValueError:
        raise StartError(f"{file} holds no certificate as PEM") from None


def _read(file: Path, what: str) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise StartError(f"{what}: {file} cannot be read: {error.strerror}") from None


def _signer(
    key: RSAPrivateKey | Ed25519PrivateKey,
    certificate: x509.Certificate | None,
    origin: Literal["configured", "generated"],
) -> Signer:
    public = key.public_key()
    shown = PublicFormat.SubjectPublicKeyInfo
    der = certificate.public_bytes(Encoding.DER) if certificate else None
    digest = hashlib.sha256(der or public.public_bytes(Encoding.DER, shown))

    def sign(content: bytes) -> bytes:
        if isinstance(key, RSAPrivateKey):
            return key.sign(content, padding.PKCS1v15(), SHA256())
        return key.sign(content)

    return Signer(
        sign=sign,
        algorithm="SHA256withRSA" if isinstance(key, RSAPrivateKey) else "Ed25519",
        public_key=public.public_bytes(Encoding.PEM, shown).decode(),
        fingerprint=digest.digest().hex(":"),
        origin=origin,
    )
