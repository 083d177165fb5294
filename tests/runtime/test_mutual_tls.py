"""Mutual TLS over real sockets: an authority of our own, a server, and clients that it knows."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apigen.runtime.media import Text
from apigen.runtime.operations import Operation
from apigen.runtime.problems import InvalidArgument, NetworkError
from apigen.runtime.retrying import NO_RETRY

if TYPE_CHECKING:
    from .conftest import Driver

GET: Operation[str] = Operation(id="get", method="GET", path="/who", success={"200": (Text(),)})


def usage(authority: bool) -> x509.KeyUsage:
    """What the key may do: that of an authority signs certificates, the others sign handshakes."""
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


@dataclass(frozen=True)
class Issued:
    """A certificate with its key, in files."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    certificate: Path
    secret: Path


def issue(folder: Path, name: str, by: Issued | None, password: bytes = b"") -> Issued:
    """Issue a certificate; one that nobody issues is an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer, now = by or Issued(subject, key, folder, folder), datetime.now(UTC)
    local = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    # Python 3.13 checks strictly (RFC 5280, section 4.2.1.1): whose key signed must be named.
    signed_with = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key())
    certificate = (
        x509.CertificateBuilder(subject_name=subject, issuer_name=signer.name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        .add_extension(local, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(signed_with, critical=False)
        .add_extension(usage(authority=by is None), critical=True)
        .sign(signer.key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    hidden = serialization.BestAvailableEncryption(password) if password else None
    secret = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, hidden or serialization.NoEncryption()
    )
    (folder / f"{name}.pem").write_bytes(certificate.public_bytes(pem))
    (folder / f"{name}.key").write_bytes(secret)
    return Issued(subject, key, folder / f"{name}.pem", folder / f"{name}.key")


class Named(BaseHTTPRequestHandler):
    """Answers with the name in the caller's certificate."""

    def do_GET(self) -> None:
        connection: Any = self.connection
        ((_, name),) = connection.getpeercert()["subject"][0]
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(name)))
        self.end_headers()
        self.wfile.write(name.encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Be quiet."""


class Quiet(ThreadingHTTPServer):
    """Shakes hands in the thread of the connection, and says nothing of those that fail."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Be quiet."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Issued:
    return issue(folder, "authority", None)


@pytest.fixture(scope="module")
def url(folder: Path, authority: Issued) -> Generator[str]:
    server = issue(folder, "server", authority)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.certificate)
    context.load_cert_chain(server.certificate, server.secret)
    context.verify_mode = ssl.CERT_REQUIRED
    with Quiet(("127.0.0.1", 0), Named) as serving:
        serving.socket = context.wrap_socket(
            serving.socket, server_side=True, do_handshake_on_connect=False
        )
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"https://127.0.0.1:{serving.server_port}"
        finally:
            serving.shutdown()
            thread.join()


def ask(driver: Driver, url: str, **settings: Any) -> str:
    return driver.carry_out(GET.call(), url, retry=NO_RETRY, timeout=30.0, **settings).value


def test_the_server_knows_who_calls(
    driver: Driver, url: str, folder: Path, authority: Issued
) -> None:
    mine = issue(folder, "gateway", authority)
    pair = (mine.certificate, mine.secret)
    assert ask(driver, url, verify=authority.certificate, cert=pair) == "gateway"


def test_certificate_and_key_may_be_in_one_file(
    driver: Driver, url: str, folder: Path, authority: Issued
) -> None:
    mine = issue(folder, "single", authority)
    both = folder / "both.pem"
    both.write_bytes(mine.certificate.read_bytes() + mine.secret.read_bytes())
    assert ask(driver, url, verify=str(authority.certificate), cert=str(both)) == "single"


def test_a_key_may_have_a_password(
    driver: Driver, url: str, folder: Path, authority: Issued
) -> None:
    mine = issue(folder, "locked", authority, b"open sesame")
    opened = (mine.certificate, mine.secret, "open sesame")
    assert ask(driver, url, verify=authority.certificate, cert=opened) == "locked"
    with pytest.raises(InvalidArgument, match="cert: no certificate with its key"):
        ask(driver, url, verify=authority.certificate, cert=(*opened[:2], "wrong"))


def test_without_a_certificate_there_is_no_answer(
    driver: Driver, url: str, authority: Issued
) -> None:
    with pytest.raises(NetworkError):
        ask(driver, url, verify=authority.certificate)


def test_a_certificate_of_another_authority_is_not_accepted(
    driver: Driver, url: str, folder: Path, authority: Issued
) -> None:
    foreign = issue(folder, "foreign", issue(folder, "foreign authority", None))
    pair = (foreign.certificate, foreign.secret)
    with pytest.raises(NetworkError):
        ask(driver, url, verify=authority.certificate, cert=pair)


def test_a_server_of_another_authority_is_not_trusted(
    driver: Driver, url: str, folder: Path, authority: Issued
) -> None:
    mine = issue(folder, "careful", authority)
    other = issue(folder, "other authority", None)
    with pytest.raises(NetworkError, match="CERTIFICATE_VERIFY_FAILED"):
        ask(driver, url, verify=other.certificate, cert=(mine.certificate, mine.secret))
