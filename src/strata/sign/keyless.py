"""This module signs and verifies without a key that lasts: with a certificate for an identity, by the library sigstore.

An identity token, of a CI job for instance, is shown to a certificate authority (Fulcio), which gives a certificate for
some minutes; the signature is entered in a transparency log (Rekor). Both are those of a trust configuration, a JSON
file; without one those of the public instance, about which the library asks sigstore's own servers.
https://docs.sigstore.dev/certificate_authority/overview/
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Callable, Optional, TypeVar

from strata.errors.signatures import keyless as errors
from strata.oci.documents import NotJson, parse
from strata.sign.formats.bundle import PAYLOAD_TYPE, signed_bytes
from strata.sign.formats.claims import Claim
from strata.sign.keys.packages import needed
from strata.sign.keys.public import read_file

T = TypeVar("T")
_TRUST_BYTES = 4 << 20


@dataclass(frozen=True)
class Identity:
    """Whoever has certificates for an identity of an issuer.

    :param identity: an e-mail address, or the URL of a workflow.
    :param issuer: the URL of the identity provider.
    """

    identity: str
    issuer: str
    _verifier: Any = field(repr=False, compare=False, hash=False)

    @classmethod
    def trusted(cls, identity: str, issuer: str, root: Optional[Path]) -> Identity:
        """Return an identity as a root of trust certifies it.

        :param root: a trust configuration, or a trusted root; by default that of the public instance.
        """
        # Pants finds no requirement for it in this repository, which is as it should be.
        with needed():
            from sigstore.models import ClientTrustConfig, TrustedRoot  # pants: no-infer-dep
            from sigstore.verify import Verifier  # pants: no-infer-dep
        if root is None:
            return cls(identity, issuer, _told(Verifier.production))
        value = _read_json(root)
        if "trustedRoot" in value:
            read = partial(ClientTrustConfig.from_json, json.dumps(value))
            return cls(identity, issuer, _told(lambda: Verifier(trusted_root=read().trusted_root)))
        return cls(identity, issuer, _told(lambda: Verifier(trusted_root=TrustedRoot.from_file(str(root)))))

    @property
    def id(self) -> str:
        """Return the SHA-256 of identity and issuer."""
        return hashlib.sha256(f"{self.issuer} {self.identity}".encode()).hexdigest()

    @property
    def hint(self) -> str:
        """Return nothing: bundles have the certificate itself."""
        return ""

    def made(self, claim: Claim) -> bool:
        """Return whether a claim is in a bundle with a certificate for the identity, which the library accepts."""
        from sigstore.errors import Error  # pants: no-infer-dep
        from sigstore.models import Bundle  # pants: no-infer-dep
        from sigstore.verify.policy import Identity as Policy  # pants: no-infer-dep

        if not claim.bundle:
            return False
        try:
            rule = Policy(identity=self.identity, issuer=self.issuer)
            kind, payload = self._verifier.verify_dsse(Bundle.from_json(claim.bundle), rule)
        except (Error, ValueError):
            return False
        return kind == PAYLOAD_TYPE and signed_bytes(payload) == claim.message

    def __str__(self) -> str:
        return f"{self.identity} ({self.issuer})"


@dataclass(frozen=True)
class KeylessBundles:
    """Makes bundles with a certificate for the identity of a token."""

    identity: Identity
    _signer: Any = field(repr=False)

    @classmethod
    def of_token(cls, token: Path, trust: Optional[Path], fulcio: str = "", rekor: str = "") -> KeylessBundles:
        """Return what signs with the identity token in a file; a certificate is asked for at once.

        :param fulcio: the URL of the certificate authority, in the place of the one in the trust configuration.
        :param rekor: the same of the transparency log.
        """
        with needed():
            from sigstore.models import ClientTrustConfig  # pants: no-infer-dep
            from sigstore.oidc import IdentityToken  # pants: no-infer-dep
            from sigstore.sign import Signer, SigningContext  # pants: no-infer-dep
            from sigstore.verify import Verifier  # pants: no-infer-dep
        config = _told(lambda: _config(ClientTrustConfig, trust, fulcio, rekor))
        shown = _told(lambda: IdentityToken(read_file(token, "an identity token").decode().strip()))
        verifier = _told(lambda: Verifier(trusted_root=config.trusted_root))
        identity = Identity(shown.identity, shown.issuer, verifier)
        return cls(identity, _told(lambda: Signer(shown, SigningContext.from_trust_config(config))))

    @property
    def id(self) -> str:
        """Return that of the identity."""
        return self.identity.id

    def bundle(self, payload: bytes) -> bytes:
        """Return a bundle with a certificate, a signature over a statement, and its entry in the transparency log."""
        from sigstore.dsse import Statement  # pants: no-infer-dep

        made: str = _told(lambda: self._signer.sign_dsse(Statement(payload)).to_json())
        return made.encode()

    def made(self, claim: Claim) -> bool:
        """Return whether a claim has a signature of the identity."""
        return self.identity.made(claim)


def _config(kind: Any, trust: Optional[Path], fulcio: str, rekor: str) -> Any:
    """Return a trust configuration with the services that options name."""
    if trust is None:
        config = kind.production()
        if not (fulcio or rekor):
            return config
        value = json.loads(config._inner.to_json())
    else:
        value = _read_json(trust)
    services = value.setdefault("signingConfig", {})
    if fulcio:
        services["caUrls"] = [_service(fulcio)]
    if rekor:
        services.update({"rekorTlogUrls": [_service(rekor)], "rekorTlogConfig": {"selector": "ANY"}})
    return kind.from_json(json.dumps(value))


def _service(url: str) -> dict[str, Any]:
    """Return a service of a signing configuration, which is not limited in time."""
    return {"url": url, "majorApiVersion": 1, "validFor": {"start": "1970-01-01T00:00:00Z"}, "operator": "option"}


def _read_json(path: Path) -> dict[str, Any]:
    try:
        value = parse(read_file(path, "a root of trust", _TRUST_BYTES))
    except NotJson as reason:
        raise errors.bad_trust(str(path), str(reason)) from None
    if not isinstance(value, dict):
        raise errors.bad_trust(str(path), "is no JSON object")
    return value


def _told(work: Callable[[], T]) -> T:
    """Return what some work of the library gives. Raise StrataError where it fails, in the words of the library.

    It raises errors of its own, of requests and of pydantic, which have no base in common.
    """
    from strata.errors import StrataError

    try:
        return work()
    except StrataError:
        raise
    except Exception as error:
        lines = str(error).splitlines() or [type(error).__name__]
        raise errors.failed(lines[0]) from error
