"""This module says what the commands on registries take. It imports nothing that they need to run."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_push_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `push` takes."""
    parser.add_argument("layout", metavar="LAYOUT", help="DIRECTORY or DIRECTORY:TAG of an OCI image layout")
    parser.add_argument("reference", metavar="REFERENCE", help="registry.example/team/app:tag; without a tag by digest")
    parser.add_argument(
        "--documents",
        type=Path,
        metavar="FOLDER",
        help="documents to attach to the image before it is tagged: NAME.attest, as `package` writes it",
    )
    _add_target(parser)


def add_pull_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `pull` takes."""
    parser.add_argument("layout", metavar="LAYOUT", help="DIRECTORY or DIRECTORY:TAG: a layout is made, or added to")
    parser.add_argument("reference", metavar="REFERENCE", help="registry.example/team/app:tag, or @sha256:DIGEST")
    add_settings(parser)


def add_copy_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `copy` takes."""
    parser.add_argument("source", metavar="SOURCE", help="the reference of an image in a registry")
    parser.add_argument("reference", metavar="TARGET", help="its new reference, in the same registry or another")
    parser.add_argument(
        "--referrers", action="store_true", help="copy also what is attached to the image: documents and signatures"
    )
    _add_target(parser)


def add_digest_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `digest` takes."""
    parser.add_argument(
        "references", metavar="REFERENCE", nargs="+", help="registry.example/team/app:tag, or @sha256:DIGEST"
    )
    parser.add_argument("--attempts", type=int, default=5, help="how often a registry that fails is asked (default: 5)")
    add_plain_http(parser)


def _add_target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help="a further tag; may be repeated")
    parser.add_argument(
        "--mount-from",
        action="append",
        default=[],
        metavar="REPOSITORY[:TAG]",
        help="a repository of the same registry that may have the same layers, or an image in it; may be repeated",
    )
    add_settings(parser)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Add what all commands on registries take."""
    parser.add_argument("--jobs", type=int, default=4, help="blobs that are moved at a time (default: 4)")
    add_plain_http(parser)


def add_plain_http(parser: argparse.ArgumentParser) -> None:
    """Add what names registries without TLS."""
    parser.add_argument(
        "--plain-http",
        action="append",
        default=[],
        metavar="HOST[:PORT]",
        help="a registry that is asked without TLS: credentials and images can be read and changed on the way",
    )


ARGUMENTS = {
    "copy": add_copy_arguments,
    "digest": add_digest_arguments,
    "pull": add_pull_arguments,
    "push": add_push_arguments,
}
