"""A certificate authority and a transparency log on loopback, as sigstore's clients know them: Fulcio and Rekor 1.

Identity tokens are not verified. Each entry is in a log of its own, whose tree has that one leaf.
https://github.com/sigstore/fulcio/blob/main/docs/certificate-specification.md
https://github.com/sigstore/rekor/blob/main/openapi.yaml
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ISSUER, IDENTITY = "https://identity.example", "https://builder.example/team/workflow"
_HOST = "127.0.0.1"
_ISSUER_OID = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1")
_SCTS_OID = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_START = {"start": "2020-01-01T00:00:00Z"}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _der(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _sign(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    return key.sign(message, ec.ECDSA(hashes.SHA256()))


def identity_token() -> str:
    """A token for IDENTITY, which nobody signed."""
    now = int(time.time())
    claims = {"iss": ISSUER, "sub": IDENTITY, "aud": "sigstore", "iat": now, "nbf": now - 60, "exp": now + 600}
    parts = (json.dumps(each).encode() for each in ({"alg": "none", "typ": "JWT"}, claims))
    return ".".join(base64.urlsafe_b64encode(each).decode().rstrip("=") for each in parts) + "."


@dataclass
class FakeSigstore:
    """`url` is that of both services."""

    url: str = ""
    authority: ec.EllipticCurvePrivateKey = field(default_factory=_new_key)
    log: ec.EllipticCurvePrivateKey = field(default_factory=_new_key)
    certificate_log: ec.EllipticCurvePrivateKey = field(default_factory=_new_key)
    requests: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        now = datetime.now(timezone.utc)
        name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "example")])
        public = self.authority.public_key()
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        self.root = (
            x509.CertificateBuilder(name, name, public, x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(True, None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .sign(self.authority, hashes.SHA256())
        )

    def trust(self, url: str = "") -> dict[str, Any]:
        """A trust configuration; `url` is where it says that the services are."""
        url = url or self.url
        service = {"url": url, "majorApiVersion": 1, "validFor": _START, "operator": "example"}
        authority = {
            "subject": {"organization": "example", "commonName": "example"},
            "uri": url,
            "certChain": {"certificates": [{"rawBytes": _base64(self.root.public_bytes(Encoding.DER))}]},
            "validFor": _START,
        }
        return {
            "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
            "trustedRoot": {
                "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                "tlogs": [_log(self.log, url)],
                "ctlogs": [_log(self.certificate_log, url)],
                "certificateAuthorities": [authority],
                "timestampAuthorities": [],
            },
            "signingConfig": {
                "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
                "caUrls": [service],
                "rekorTlogUrls": [service],
                "rekorTlogConfig": {"selector": "ANY"},
                "oidcUrls": [],
                "tsaUrls": [],
                "tsaConfig": {"selector": "ANY"},
            },
        }

    def certify(self, token: str, request: x509.CertificateSigningRequest) -> x509.Certificate:
        """A certificate for the identity in a token, with the time stamp of the log of certificates in it."""
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        now = datetime.now(timezone.utc)
        public = self.authority.public_key()
        usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
        names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(claims["sub"])])
        issuer = x509.UnrecognizedExtension(_ISSUER_OID, claims["iss"].encode())
        builder = (
            x509.CertificateBuilder(self.root.subject, x509.Name([]), request.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=1))
            .not_valid_after(now + timedelta(minutes=10))
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
            .add_extension(names, critical=True)
            .add_extension(issuer, critical=False)
        )
        without = builder.sign(self.authority, hashes.SHA256()).tbs_certificate_bytes
        stamps = x509.UnrecognizedExtension(_SCTS_OID, self._time_stamp(without))
        return builder.add_extension(stamps, critical=False).sign(self.authority, hashes.SHA256())

    def _time_stamp(self, certificate: bytes) -> bytes:
        """RFC 6962, section 3.2, in the list of section 3.3."""
        milliseconds = int(time.time()) * 1000
        issuer = hashlib.sha256(_der(self.authority)).digest()
        size = struct.pack("!I", len(certificate))[1:]
        head = struct.pack("!BBQH", 0, 0, milliseconds, 1)
        signature = _sign(self.certificate_log, head + issuer + size + certificate + struct.pack("!H", 0))
        stamp = struct.pack("!B32sQH", 0, hashlib.sha256(_der(self.certificate_log)).digest(), milliseconds, 0)
        stamp += struct.pack("!BBH", 4, 3, len(signature)) + signature
        listed = struct.pack("!HH", len(stamp) + 2, len(stamp)) + stamp
        # An OCTET STRING, in DER; it has some 120 bytes, and not always the same number.
        size = bytes([len(listed)] if len(listed) < 128 else [0x81, len(listed)])
        return b"\x04" + size + listed

    def enter(self, proposed: Any) -> dict[str, Any]:
        """The entry of a DSSE envelope in the log."""
        content = proposed["spec"]["proposedContent"]
        envelope = json.loads(content["envelope"])
        payload = base64.b64decode(envelope["payload"])
        spec = {
            "envelopeHash": _sha256(content["envelope"].encode()),
            "payloadHash": _sha256(payload),
            "signatures": [{"signature": envelope["signatures"][0]["sig"], "verifier": content["verifiers"][0]}],
        }
        body = _canonical({"apiVersion": "0.0.1", "kind": "dsse", "spec": spec})
        root = hashlib.sha256(b"\0" + body).digest()
        identifier = hashlib.sha256(_der(self.log)).digest()
        entry = {"body": _base64(body), "integratedTime": int(time.time()), "logID": identifier.hex(), "logIndex": 0}
        # By the number of a tree behind its name, cosign tells that this is the log of Rekor 1.
        note = f"{_HOST} - 1\n1\n{_base64(root)}\n"
        signed = f"{note}\n\u2014 {_HOST} {_base64(identifier[:4] + _sign(self.log, note.encode()))}\n"
        proof = {"checkpoint": signed, "hashes": [], "logIndex": 0, "rootHash": root.hex(), "treeSize": 1}
        promise = _base64(_sign(self.log, _canonical(entry)))
        verification = {"inclusionProof": proof, "signedEntryTimestamp": promise}
        return {root.hex(): {**entry, "verification": verification}}


def _log(key: ec.EllipticCurvePrivateKey, url: str) -> dict[str, Any]:
    der = _der(key)
    public = {"rawBytes": _base64(der), "keyDetails": "PKIX_ECDSA_P256_SHA_256", "validFor": _START}
    identifier = {"keyId": _base64(hashlib.sha256(der).digest())}
    return {"baseUrl": url, "hashAlgorithm": "SHA2_256", "publicKey": public, "logId": identifier}


def _sha256(content: bytes) -> dict[str, str]:
    return {"algorithm": "sha256", "value": hashlib.sha256(content).hexdigest()}


def _canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


@contextmanager
def fake_sigstore() -> Iterator[FakeSigstore]:
    services = FakeSigstore()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            value = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            services.requests.append(self.path)
            if self.path == "/api/v2/signingCert":
                request = x509.load_pem_x509_csr(base64.b64decode(value["certificateSigningRequest"]))
                made = services.certify(self.headers["Authorization"].partition(" ")[2], request)
                chain = [each.public_bytes(Encoding.PEM).decode() for each in (made, services.root)]
                answer: Any = {"signedCertificateEmbeddedSct": {"chain": {"certificates": chain}}}
            else:
                answer = services.enter(value)
            content = json.dumps(answer).encode()
            self.send_response(200 if self.path == "/api/v2/signingCert" else 201)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer((_HOST, 0), Handler) as server:
        services.url = f"http://{_HOST}:{server.server_port}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield services
        finally:
            server.shutdown()
            thread.join()
