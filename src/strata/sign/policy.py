"""This module reads policies: TOML files that say what an image must be, beside well signed.

    [signers]
    keys = ["release.pub", "build.pub"]   # PEM files, relative to the policy
    required = 2                          # so many of the keys and identities must have signed the image
    identities = [{ identity = "https://…", issuer = "https://…" }]
    trusted_root = "trusted_root.json"    # of these identities; by default that of the public instance of sigstore

    [image]
    installers = "ensurepip"              # none, ensurepip or requested
    base_digests = ["sha256:…"]
    debian_max_age_days = 60

    [documents]
    required = ["provenance", "sbom"]     # attestations that one of the keys signed
    builders = ["https://builder.example/team"]

Each table and each key may be left out. docs/signatures.md says what each rule looks at.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from strata.errors.signatures import policies as errors
from strata.oci.documents import shown
from strata.oci.shape import Shape, count, list_of, matching, struct, text
from strata.oci.spec import digest
from strata.sign.documents import REQUIRED
from strata.sign.formats.claims import Trusted
from strata.sign.keyless import Identity
from strata.sign.keys.public import PublicKey, read_file

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

INSTALLERS = ("none", "ensurepip", "requested")

_TABLES: Mapping[str, Mapping[str, Shape]] = {
    "signers": {
        "keys": list_of(text),
        "required": count,
        "identities": list_of(struct({"identity": text, "issuer": text})),
        "trusted_root": text,
    },
    "image": {
        "installers": matching("|".join(INSTALLERS), f"one of {', '.join(INSTALLERS)}"),
        "base_digests": list_of(digest),
        "debian_max_age_days": count,
    },
    "documents": {
        "required": list_of(matching("|".join(REQUIRED), f"one of {', '.join(REQUIRED)}")),
        "builders": list_of(text),
    },
}


@dataclass(frozen=True)
class Policy:
    """What an image must be.

    :param path: of the file, for messages; empty where there is none.
    :param trusted: keys, and identities that may have certificates instead.
    :param required: how many of them must have signed the image.
    :param installers: which installers it may hold; empty where that does not matter.
    :param base_digests: the digests that its base may have; empty where any will do.
    :param debian_max_age_days: how old the locks of its Debian packages may be; None where that does not matter.
    :param documents: names of REQUIRED, of which there must be a signed one.
    :param builders: ids of builders of which one must have built it; empty where any will do.
    """

    trusted: tuple[Trusted, ...]
    path: str = ""
    required: int = 1
    installers: str = ""
    base_digests: tuple[str, ...] = ()
    debian_max_age_days: Optional[int] = None
    documents: tuple[str, ...] = ()
    builders: tuple[str, ...] = ()


def read_policy(path: Path, further: tuple[Trusted, ...] = ()) -> Policy:
    """Return the policy in a file. Raise StrataError where it is none, or no image can meet it.

    :param further: signers that are named beside the policy; they count like its own.
    """
    values = _tables(path)
    signers, image, documents = (values.get(name, {}) for name in _TABLES)
    trusted = distinct([*further, *_named(path.parent, signers)])
    required = signers.get("required", 1)
    if not trusted:
        raise errors.no_keys()
    if required > len(trusted):
        raise errors.more_signers_than_keys(str(path), required, len(trusted))
    return Policy(
        trusted,
        str(path),
        required,
        image.get("installers", ""),
        tuple(image.get("base_digests", ())),
        image.get("debian_max_age_days"),
        tuple(documents.get("required", ())),
        tuple(documents.get("builders", ())),
    )


def distinct(signers: Iterable[Trusted]) -> tuple[Trusted, ...]:
    """Return each signer once, however often a key is named."""
    return tuple({each.id: each for each in signers}.values())


def _named(folder: Path, signers: Mapping[str, Any]) -> Iterator[Trusted]:
    for name in signers.get("keys", ()):
        yield PublicKey.read(folder / name)
    root = folder / signers["trusted_root"] if "trusted_root" in signers else None
    for each in signers.get("identities", ()):
        yield Identity.trusted(each["identity"], each["issuer"], root)


def _tables(path: Path) -> Mapping[str, Any]:
    try:
        values = tomllib.loads(read_file(path, "a policy").decode())
    except tomllib.TOMLDecodeError as error:
        raise errors.bad_policy(str(path), [f"it is not TOML: {error}"]) from None
    except UnicodeDecodeError:
        raise errors.bad_policy(str(path), ["it is not UTF-8"]) from None
    except (ValueError, RecursionError):
        raise errors.bad_policy(str(path), ["it is nested too deeply, or holds a number that is too long"]) from None
    problems = list(_problems(values))
    if problems:
        raise errors.bad_policy(str(path), problems)
    return values


def _problems(values: Mapping[str, Any]) -> Iterator[str]:
    for name, table in values.items():
        if name not in _TABLES:
            yield f"{shown(name)} is no table of a policy: {', '.join(_TABLES)} are"
            continue
        yield from struct({}, _TABLES[name])(table, name)
        for key in table if isinstance(table, dict) else ():
            if key not in _TABLES[name]:
                yield f"{name}.{key} is not known: {', '.join(_TABLES[name])} are"
    if values.get("signers", {}).get("required") == 0 if isinstance(values.get("signers"), dict) else False:
        yield "signers.required is 0, and an image without a signature is never accepted"
