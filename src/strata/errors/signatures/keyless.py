"""This module words the errors of signatures with certificates for an identity. No message shows a token."""

from __future__ import annotations

from strata.errors import StrataError


def failed(reason: str) -> StrataError:
    """Return the error for a token, a certificate authority or a transparency log that the library sigstore refuses."""
    return StrataError(
        "The image cannot be signed or verified with a certificate.",
        found=[reason],
        fix="check that the identity token is new and made out for sigstore (its audience), the trust configuration, "
        "and that the certificate authority and the transparency log can be reached.",
    )


def bad_trust(path: str, reason: str) -> StrataError:
    """Return the error for a file that is no root of trust."""
    return StrataError(
        f"{path} is no root of trust: it {reason}.",
        fix="give a trust configuration or a trusted root of sigstore, in JSON; without one the public instance is "
        "asked.",
    )


def half_an_identity() -> StrataError:
    """Return the error for an identity without its issuer, or an issuer alone."""
    return StrataError(
        "An identity is named without its issuer, or an issuer without an identity.",
        fix="name both: `--certificate-identity=NAME --certificate-oidc-issuer=URL`. Anybody may have the same name at "
        "another issuer.",
    )


def simple_signing_needs_a_key() -> StrataError:
    """Return the error for cosign's first format, which Strata writes for keys alone."""
    return StrataError(
        "Signatures of simple signing are made with a key, and an identity token is given.",
        fix="leave out `--format=simple-signing`: bundles have the certificate.",
    )
