"""Keys: which files are of use, and what is said of those that are not."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from datastorage_server.chain import ChainKey
from datastorage_server.errors import StartError
from datastorage_server.keys import CHAIN_KEY, EXPORT_CERTIFICATE, EXPORT_KEY, Keys, keys_from


def openssl(folder: Path, *arguments: str) -> str:
    run = subprocess.run(
        ["openssl", *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return run.stdout


def test_without_settings_there_are_no_keys() -> None:
    assert keys_from({}) == keys_from({CHAIN_KEY: "", EXPORT_KEY: ""}) == Keys()


def test_the_chain_key_is_the_file_without_its_last_line_break(tmp_path: Path) -> None:
    file = tmp_path / "chain.key"
    secret = b"\x00 sixty-four bytes of any kind \xff\n"
    file.write_bytes(secret * 2 + b"\r\n")
    assert keys_from({CHAIN_KEY: str(file)}).chain == ChainKey((secret * 2)[:-1])
    file.write_bytes(b"x" * 31 + b"\n")
    with pytest.raises(StartError, match=r"shorter than 32 bytes: make one with: openssl rand"):
        keys_from({CHAIN_KEY: str(file)})
    with pytest.raises(StartError, match=rf"{CHAIN_KEY}: .*none cannot be read: No such file"):
        keys_from({CHAIN_KEY: str(tmp_path / "none")})


def test_a_certificate_gives_the_fingerprint(tmp_path: Path) -> None:
    pair = ["-keyout", "tls.key", "-out", "tls.crt", "-nodes"]
    openssl(tmp_path, "req", "-x509", "-newkey", "rsa:2048", *pair, "-subj", "/CN=x")
    told = openssl(tmp_path, "x509", "-in", "tls.crt", "-noout", "-fingerprint", "-sha256")
    names = {EXPORT_KEY: str(tmp_path / "tls.key"), EXPORT_CERTIFICATE: str(tmp_path / "tls.crt")}
    signer = keys_from(names).signer
    assert signer is not None
    assert signer.fingerprint.upper() == told.strip().partition("=")[2]
    assert (signer.algorithm, signer.origin) == ("SHA256withRSA", "configured")
    openssl(tmp_path, "genpkey", "-algorithm", "ed25519", "-out", "other.key")
    with pytest.raises(StartError, match=r"tls\.crt is not that of the key .*other\.key"):
        keys_from({**names, EXPORT_KEY: str(tmp_path / "other.key")})
    with pytest.raises(StartError, match="its key is not: set DATASTORAGE_EXPORT_KEY_FILE"):
        keys_from({EXPORT_CERTIFICATE: str(tmp_path / "tls.crt")})
    with pytest.raises(StartError, match=r"tls\.key holds no certificate as PEM"):
        keys_from({**names, EXPORT_CERTIFICATE: str(tmp_path / "tls.key")})


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256", "neither RSA nor Ed25519"),
        ("genpkey -algorithm ed448", "neither RSA nor Ed25519"),
        ("genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024", "has 1024 bits: 2048 are"),
        ("genpkey -algorithm ed25519 -aes256 -pass pass:x", "is encrypted: store it as it is"),
        ("rand -hex 32", "holds no private key as PEM: make one with: openssl genpkey"),
    ],
)
def test_what_signs_no_exports_is_refused(tmp_path: Path, made: str, told: str) -> None:
    (command, *arguments) = made.split()
    openssl(tmp_path, command, "-out", "key.pem", *arguments)
    with pytest.raises(StartError, match=rf"^{EXPORT_KEY}: .*{told}"):
        keys_from({EXPORT_KEY: str(tmp_path / "key.pem")})


def test_keys_are_not_shown(tmp_path: Path) -> None:
    openssl(tmp_path, "genpkey", "-algorithm", "ed25519", "-out", "key.pem")
    (tmp_path / "chain.key").write_text("s3cret" * 10)
    names = {EXPORT_KEY: "key.pem", CHAIN_KEY: "chain.key"}
    keys = keys_from({name: str(tmp_path / file) for name, file in names.items()})
    assert "s3cret" not in repr(keys)
    assert "sign=" not in repr(keys)
