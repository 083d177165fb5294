"""An issuer of tokens for tests: its keys, its tokens, and a server of its key set."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

ISSUER = "https://kubernetes.default.svc.cluster.local"
AUDIENCE = "datastorage"
CONTROLLER = "system:serviceaccount:kubernaut:workflowexecution-controller"


@cache
def rsa_key(name: str, bits: int) -> RSAPrivateKey:
    del name
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def ec_key(name: str) -> EllipticCurvePrivateKey:
    del name
    return ec.generate_private_key(ec.SECP256R1())


def public(kid: str, bits: int = 2048, **members: str) -> dict[str, Any]:
    """Return the public half of an RSA key as a member of a key set."""
    key = json.loads(RSAAlgorithm.to_jwk(rsa_key(kid, bits).public_key()))
    return {**key, "kid": kid, "use": "sig", **members}


def public_ec(kid: str) -> dict[str, Any]:
    key = json.loads(ECAlgorithm.to_jwk(ec_key(kid).public_key()))
    return {**key, "kid": kid, "use": "sig"}


def key_set(*keys: Mapping[str, Any]) -> str:
    return json.dumps({"keys": keys})


def claims(**changes: object) -> dict[str, Any]:
    """Return good claims, with changes; a change to None removes one."""
    now = datetime.now(UTC)
    good = {
        "iss": ISSUER,
        "aud": [AUDIENCE, "another"],
        "sub": CONTROLLER,
        "iat": now,
        "nbf": now,
        "exp": now + timedelta(hours=1),
        "roles": ["writer", "reader", "a-role-of-others"],
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def token(kid: str | None = "one", *, signer: str | None = None, **changes: object) -> str:
    headers = {} if kid is None else {"kid": kid}
    key = rsa_key(signer or kid or "one", 2048)
    return jwt.encode(claims(**changes), key, algorithm="RS256", headers=headers)


@dataclass
class Issuer:
    """A server of a key set: what it tells, how often it was asked, and with which header."""

    url: str
    content: str
    status: int = 200
    asked: int = 0
    headers: list[str | None] = field(default_factory=list[str | None])


@contextmanager
def issuer(content: str) -> Generator[Issuer]:
    found: Issuer

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked += 1
            found.headers.append(self.headers.get("Authorization"))
            self.send_response(found.status)
            self.end_headers()
            self.wfile.write(found.content.encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as in the base class
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Issuer(f"http://127.0.0.1:{server.server_port}/jwks", content)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
