"""This module says what `sign` and `verify` take. It imports nothing that they need to run."""

from __future__ import annotations

import argparse
from pathlib import Path

from strata.registry.arguments import add_plain_http

FORMATS = ("simple-signing", "bundle")


def add_sign_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `sign` takes."""
    _add_target(parser, "the image to sign")
    key = parser.add_argument_group("the key (one of --key and --helper)")
    key.add_argument("--key", type=Path, metavar="FILE", help="a private key in PEM, also one that cosign made")
    key.add_argument("--password-file", type=Path, metavar="FILE", help="holds the key's password")
    key.add_argument(
        "--password-fd", type=int, metavar="N", help="an open file descriptor that gives it (--password-fd=3 3<FILE)"
    )
    key.add_argument(
        "--helper",
        metavar="COMMAND",
        help="a program that signs: it reads from standard input and writes the signature to standard output",
    )
    key.add_argument(
        "--helper-input",
        choices=("message", "digest"),
        default="message",
        help="what the helper gets: the message (default), or its SHA-256 digest of 32 bytes",
    )
    key.add_argument("--public-key", type=Path, metavar="FILE", help="the helper's public key in PEM")
    key.add_argument("--public-key-command", metavar="COMMAND", help="a program that writes it to standard output")
    keyless = parser.add_argument_group("a certificate instead of a key, with the extra pants-strata[keyless]")
    keyless.add_argument("--identity-token", type=Path, metavar="FILE", help="holds the token of an identity provider")
    keyless.add_argument(
        "--trust-config",
        type=Path,
        metavar="FILE",
        help="sigstore's JSON file with the services and their keys; by default those of the public instance",
    )
    keyless.add_argument("--fulcio-url", default="", metavar="URL", help="another certificate authority")
    keyless.add_argument("--rekor-url", default="", metavar="URL", help="another transparency log")
    parser.add_argument(
        "--format",
        action="append",
        choices=FORMATS,
        default=[],
        help="how cosign reads the signature: may be repeated; in a registry both by default, beside a layout bundle",
    )
    parser.add_argument(
        "--recursive", action="store_true", help="sign the image of each platform, too, and not the index alone"
    )
    parser.add_argument(
        "--no-documents", action="store_true", help="do not sign the SBOMs, provenance and other documents of the image"
    )


def add_verify_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `verify` takes."""
    _add_target(parser, "the image to verify")
    parser.add_argument(
        "--key", type=Path, action="append", default=[], metavar="FILE", help="a public key in PEM; may be repeated"
    )
    parser.add_argument("--certificate-identity", default="", metavar="NAME", help="who has certificates instead")
    parser.add_argument("--certificate-oidc-issuer", default="", metavar="URL", help="who vouches for that identity")
    parser.add_argument(
        "--trusted-root",
        type=Path,
        metavar="FILE",
        help="sigstore's JSON file with the keys of the services; by default those of the public instance",
    )
    parser.add_argument("--policy", type=Path, metavar="FILE", help="what the image must be (docs/signatures.md)")
    parser.add_argument(
        "--layers", action="store_true", help="read and hash the layers in the registry; those of a layout always are"
    )
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")


def _add_target(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "target",
        metavar="REFERENCE|LAYOUT",
        help=f"{what}: registry.example/team/app:tag, or DIRECTORY or DIRECTORY:TAG of an OCI image layout",
    )
    add_plain_http(parser)


ARGUMENTS = {"sign": add_sign_arguments, "verify": add_verify_arguments}
