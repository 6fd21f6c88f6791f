"""This module has the commands `strata sign` and `strata verify`.

`sign` prints one line of JSON: what was signed, and what this key had signed before. `verify` ends with 0 for an image
that is accepted, 1 for one that is refused, and 2 where something else is wrong: a mistake, a missing file, a registry
that does not answer.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Optional

from strata.errors.oci import DamagedLayout
from strata.errors.signatures import Refused
from strata.errors.signatures import images as errors
from strata.errors.signatures import keyless as keyless_errors
from strata.errors.signatures import keys as key_errors
from strata.errors.signatures import policies as policy_errors
from strata.layouts.layout import Layout, split_tag
from strata.oci.descriptor import Descriptor
from strata.registry.bases import LayoutOnBases, bases_of
from strata.registry.provider import Provider, Settings
from strata.registry.reference import Reference
from strata.registry.remote import RemoteSource
from strata.sign.arguments import FORMATS
from strata.sign.formats.bundle import BundleMaker, KeyBundles
from strata.sign.formats.claims import Trusted
from strata.sign.keyless import Identity, KeylessBundles
from strata.sign.keys.helper import Helper, run_helper, split_command
from strata.sign.keys.passwords import PasswordSource
from strata.sign.keys.private import KeyFile
from strata.sign.keys.public import PublicKey
from strata.sign.layout_documents import compare_documents
from strata.sign.layout_signatures import LayoutSignatures
from strata.sign.policy import Policy, distinct, read_policy
from strata.sign.registry_signatures import RegistrySignatures
from strata.sign.signing import sign_in_registry, sign_layout
from strata.sign.verify import Verified, verify

REFUSED = 1


def _sign(arguments: argparse.Namespace) -> int:
    maker = _maker(arguments)
    documents = not arguments.no_documents
    opened = _layout(arguments.target)
    if opened:
        directory, layout, root = opened
        if "simple-signing" in arguments.format:
            raise errors.no_place_for_simple_signing(arguments.target)
        done = sign_layout(directory, layout, root, maker, recursive=arguments.recursive, documents=documents)
    else:
        provider = _provider(arguments, "pull,push")
        formats = arguments.format or FORMATS
        done = sign_in_registry(provider, maker, formats=formats, recursive=arguments.recursive, documents=documents)
    with suppress(BrokenPipeError):
        print(json.dumps({"image": arguments.target, "key": maker.id, **done.to_json()}))
    return 0


def _verify(arguments: argparse.Namespace) -> int:
    policy = _policy(arguments)
    try:
        accepted = _verified(arguments, policy)
    except Refused as error:
        print(error, file=sys.stderr)
        return REFUSED
    with suppress(BrokenPipeError):
        print(json.dumps(_fields(accepted, arguments.target)) if arguments.json else _text(accepted, arguments.target))
    return 0


def _verified(arguments: argparse.Namespace, policy: Policy) -> Verified:
    opened = _layout(arguments.target)
    if opened:
        directory, layout, root = opened
        bases = [Provider(base, settings=_settings(arguments)) for base in _bases(layout, root)]
        store = LayoutSignatures.beside(directory)
        accepted = verify(arguments.target, LayoutOnBases(layout, bases), root, store.found, policy, layers=True)
        compare_documents(layout, root, arguments.target, policy.trusted)
        return accepted
    provider = _provider(arguments, "pull")
    source = RemoteSource(provider)
    find = RegistrySignatures(provider).found
    return verify(arguments.target, source, source.resolve(), find, policy, layers=arguments.layers)


def _text(accepted: Verified, target: str) -> str:
    lines = [f"{target} is accepted: {accepted.digest}"]
    lines += [f"signed by {key}" for key in accepted.signers]
    for digest, types in accepted.documents:
        lines += [f"{kind} of {digest} is signed" for kind in types]
    return "\n".join([*lines, *(f"not counted: {note}" for note in accepted.notes)])


def _fields(accepted: Verified, target: str) -> dict[str, object]:
    return {
        "image": target,
        "digest": accepted.digest,
        "signers": [each.id for each in accepted.signers],
        "documents": {digest: list(types) for digest, types in accepted.documents},
        "notes": list(accepted.notes),
    }


def _policy(arguments: argparse.Namespace) -> Policy:
    trusted: list[Trusted] = [PublicKey.read(path) for path in arguments.key]
    identity, issuer = arguments.certificate_identity, arguments.certificate_oidc_issuer
    if bool(identity) != bool(issuer):
        raise keyless_errors.half_an_identity()
    if identity:
        trusted.append(Identity.trusted(identity, issuer, arguments.trusted_root))
    if arguments.policy:
        return read_policy(arguments.policy, tuple(trusted))
    if not trusted:
        raise policy_errors.no_keys()
    return Policy(distinct(trusted))


def _maker(arguments: argparse.Namespace) -> BundleMaker:
    if sum(map(bool, (arguments.key, arguments.helper, arguments.identity_token))) > 1:
        raise key_errors.several_keys()
    if arguments.identity_token:
        if "simple-signing" in arguments.format:
            raise keyless_errors.simple_signing_needs_a_key()
        services = (arguments.fulcio_url, arguments.rekor_url)
        return KeylessBundles.of_token(arguments.identity_token, arguments.trust_config, *services)
    if arguments.key:
        source = PasswordSource(arguments.password_file, arguments.password_fd)
        return KeyBundles(KeyFile.read(arguments.key, source.read))
    if not arguments.helper:
        raise key_errors.no_key()
    command, digest = split_command(arguments.helper), arguments.helper_input == "digest"
    return KeyBundles(Helper(command, _public_key(arguments), digest))


def _public_key(arguments: argparse.Namespace) -> PublicKey:
    if arguments.public_key:
        return PublicKey.read(arguments.public_key)
    if not arguments.public_key_command:
        raise key_errors.helper_without_public_key()
    command = split_command(arguments.public_key_command)
    return PublicKey.from_pem(arguments.public_key_command, run_helper(command, b""))


def _layout(target: str) -> Optional[tuple[Path, Layout, Descriptor]]:
    """Return the layout that a target names, and what is meant in it; None where it is a reference."""
    directory, tag = split_tag(target)
    if not (directory.is_dir() or target.startswith((".", "/"))):
        return None
    layout = Layout.open(directory)
    roots = {root.digest: root for root in layout.roots(tag)}
    if len(roots) != 1:
        raise errors.not_one_image(target)
    return directory, layout, next(iter(roots.values()))


def _bases(layout: Layout, root: Descriptor) -> list[Reference]:
    """Return where layers are that a layout may lack. What is wrong with a manifest is said when it is verified."""
    try:
        return bases_of(layout, root)
    except DamagedLayout:
        return []


def _provider(arguments: argparse.Namespace, actions: str) -> Provider:
    return Provider(Reference.parse(arguments.target), actions=actions, settings=_settings(arguments))


def _settings(arguments: argparse.Namespace) -> Settings:
    return Settings(plain_http=frozenset(arguments.plain_http))


COMMANDS = {"sign": _sign, "verify": _verify}
