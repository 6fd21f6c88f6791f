from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from strata.attest import documents
from strata.audit.policy import ENSUREPIP
from strata.errors import StrataError
from strata.oci.layer import CONTENTS_ANNOTATION
from strata.sign.formats.claims import Claim
from strata.sign.keys.public import PublicKey
from strata.sign.policy import Policy, read_policy
from strata.sign.rules import SignedImage, problems
from support.signing.commands import Commands, write_keys

CYCLONEDX, PROVENANCE = documents.CYCLONEDX.predicate_type, documents.PROVENANCE.predicate_type
BASE = f"sha256:{'b' * 64}"


def policy(folder: Path, text: str) -> Policy:
    path = folder / "policy.toml"
    path.write_text(text)
    return read_policy(path)


def error(folder: Path, text: str) -> str:
    with pytest.raises(StrataError) as caught:
        policy(folder, text)
    return str(caught.value).replace(f"{folder}/", "")


def test_policy_with_all_keys(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_keys(tmp_path, name)
    read = policy(
        tmp_path,
        f"""
        [signers]
        keys = ["a.pub", "b.pub"]
        required = 2
        [image]
        installers = "ensurepip"
        base_digests = ["{BASE}"]
        debian_max_age_days = 60
        [documents]
        required = ["provenance", "sbom"]
        builders = ["https://builder.example/team"]
        """,
    )
    assert read == Policy(
        (PublicKey.read(tmp_path / "a.pub"), PublicKey.read(tmp_path / "b.pub")),
        str(tmp_path / "policy.toml"),
        2,
        "ensurepip",
        (BASE,),
        60,
        ("provenance", "sbom"),
        ("https://builder.example/team",),
    )


FIX = (
    "\nFix: correct these places; docs/signatures.md shows a policy with all keys. A key that is not known is an "
    "error, so that a misspelt rule is not left out."
)


@pytest.mark.parametrize(
    "text, found",
    [
        ("a = ?", ["it is not TOML: Invalid value (at line 1, column 5)"]),
        (
            "[image]\ninstaller = 'none'\n[other]",
            [
                "image.installer is not known: installers, base_digests, debian_max_age_days are",
                '"other" is no table of a policy: signers, image, documents are',
            ],
        ),
        (
            "[image]\ninstallers = 'pip'\nbase_digests = ['abc']",
            [
                'image.installers is "pip", not one of none, ensurepip, requested',
                'image.base_digests[0] is "abc", not a digest (sha256:HEX or sha512:HEX)',
            ],
        ),
        (
            "[documents]\nrequired = ['licence']",
            ['documents.required[0] is "licence", not one of sbom, cyclonedx, spdx, provenance, installers'],
        ),
        ("signers = 1", ["signers is 1, not an object"]),
        ("[signers]\nrequired = 0", ["signers.required is 0, and an image without a signature is never accepted"]),
    ],
)
def test_texts_that_are_no_policy(tmp_path: Path, text: str, found: list[str]) -> None:
    assert error(tmp_path, text) == "\n".join(["policy.toml is no policy.", "Found:", *(f"  {x}" for x in found)]) + FIX


def test_policies_that_no_image_can_meet(tmp_path: Path) -> None:
    write_keys(tmp_path, "a")
    assert error(tmp_path, "[signers]\nrequired = 2\nkeys = ['a.pub', 'a.pub']") == (
        "policy.toml requires 2 signers, and names 1 key in all.\n"
        "Fix: add the missing keys to `keys` in `[signers]`, or lower `required`. A key that is named twice counts "
        "once."
    )
    assert error(tmp_path, "") == (
        "No public key is named, so that no signature can be verified.\n"
        "Fix: name one or more (`--key=FILE`), or a policy that does (`--policy=FILE`, `keys` in `[signers]`); for "
        "signatures with certificates name an identity (`--certificate-identity`, `--certificate-oidc-issuer`)."
    )
    assert error(tmp_path, "[signers]\nkeys = ['c.pub']") == (
        "c.pub cannot be read for a public key: No such file or directory.\n"
        "Fix: check the path and the file's permissions."
    )


def told_of(rule: Policy, about: SignedImage) -> list[str]:
    return list(problems(rule, about, date(2026, 11, 26)))


def image(
    *, installers: Any = (), base: Mapping[str, str] = {}, kind: str = "app", documents: Mapping[str, Any] = {}
) -> SignedImage:
    annotations = {**base, **({} if installers is None else {"vnd.strata.installers": json.dumps(installers)})}
    contents = {CONTENTS_ANNOTATION: json.dumps({"kind": kind})}
    manifest = {"annotations": annotations, "layers": [{"digest": BASE, "annotations": contents}]}
    claims = [Claim("", b"", (), frozenset(), each, predicate) for each, predicate in documents.items()]
    return SignedImage("linux/amd64", f"sha256:{'a' * 64}", manifest, claims)


def found(request: str) -> dict[str, Any]:
    return {"found": [{"project": "pip", "path": "usr/pip.whl", "requestedBy": request}]}


@pytest.mark.parametrize(
    "allowed, installers, expected",
    [
        ("none", {"found": []}, []),
        ("ensurepip", found(ENSUREPIP), []),
        ("requested", found("the lock of the dependencies"), []),
        ("", None, []),
        ("none", None, ["whether it holds an installer is not known: it has no annotation vnd.strata.installers"]),
        ("none", found(ENSUREPIP), ['it holds an installer, pip at /usr/pip.whl (ensurepip="keep"); allowed: none']),
        (
            "ensurepip",
            found("the lock of the dependencies"),
            ["it holds an installer, pip at /usr/pip.whl (the lock of the dependencies); allowed: ensurepip"],
        ),
        (
            "requested",
            found(""),
            ["it holds an installer, pip at /usr/pip.whl (nobody asked for it); allowed: requested"],
        ),
    ],
)
def test_installers(allowed: str, installers: Any, expected: list[str]) -> None:
    told = told_of(Policy((), installers=allowed), image(installers=installers))
    assert told == [f"linux/amd64: {each}" for each in expected]


def test_base() -> None:
    rule = Policy((), base_digests=(BASE,))
    own = {"org.opencontainers.image.base.digest": BASE}
    other = {"org.opencontainers.image.base.digest": f"sha256:{'c' * 64}"}
    assert told_of(rule, image(base=own)) == []
    assert told_of(rule, image(kind="os-packages")) == []
    assert told_of(rule, image(base=other)) == [
        f"linux/amd64: its base is sha256:{'c' * 64}, which `base_digests` does not list"
    ]
    assert told_of(rule, image()) == [
        "linux/amd64: its base is not known: no annotation of its manifest or its layers names one"
    ]


def test_documents() -> None:
    rule = Policy((), documents=("sbom", "spdx", "provenance"))
    assert told_of(rule, image(documents={CYCLONEDX: {}, PROVENANCE: {}})) == [
        "linux/amd64: it has no spdx that one of the keys signed (https://spdx.dev/Document)"
    ]


def test_builder() -> None:
    rule = Policy((), builders=("https://builder.example/team",))

    def built_by(name: Any) -> SignedImage:
        return image(documents={PROVENANCE: {"runDetails": {"builder": {"id": name}}}})

    assert told_of(rule, built_by("https://builder.example/team")) == []
    assert told_of(rule, built_by("https://other.example")) == [
        "linux/amd64: its builder is https://other.example, which `builders` does not list"
    ]
    assert told_of(rule, image(documents={PROVENANCE: {}})) == [
        "linux/amd64: its builder is (none), which `builders` does not list"
    ]
    assert told_of(rule, image()) == [
        "linux/amd64: its builder is not known: it has no provenance that one of the keys signed"
    ]


def test_age_of_the_debian_lock() -> None:
    rule = Policy((), debian_max_age_days=60)

    def made_of(*days: Any) -> SignedImage:
        materials = [{"name": "base.lock", "annotations": {documents.DEBIAN_RELEASED: day}} for day in days]
        definition = {"resolvedDependencies": [*materials, {"name": "wheel"}]}
        return image(documents={PROVENANCE: {"buildDefinition": definition}})

    assert told_of(rule, made_of("2026-09-27", "2026-11-26")) == []
    assert told_of(rule, made_of("2026-09-26", "2026-11-26")) == [
        "linux/amd64: its Debian packages (base.lock) are of 2026-09-26, 61 days ago; allowed: 60"
    ]
    unknown = "linux/amd64: the age of its Debian packages is not known: no signed provenance has the day of their lock"
    assert [told_of(rule, each) for each in (made_of(), image())] == [[unknown]] * 2
    undated = (
        "linux/amd64: the age of its Debian packages (base.lock) is not known: their lock has no day "
        "(`generate-lockfiles` writes it)"
    )
    assert told_of(rule, made_of("2026-11-26", "", None)) == [undated, undated]
    assert told_of(Policy(()), image()) == []


def test_two_signers(commands: Commands) -> None:
    layout = commands.folder / "image"
    (commands.folder / "policy.toml").write_text("[signers]\nkeys = ['a.pub', 'b.pub']\nrequired = 2\n")
    verify = ("verify", layout, f"--policy={commands.folder}/policy.toml")
    commands.sign(layout)
    code, _, said = commands.run(*verify)
    assert (code, said) == (
        1,
        "image is refused: 1 of the 2 keys needed signed it.\n"
        f"Found:\n  signed by {commands.key_name('a')}\n"
        "Fix: do not run it before you know why: it, or a signature, was changed, or it was signed with another key.\n",
    )
    commands.sign(layout, key="b")
    assert commands.run(*verify)[0] == 0


def test_image_that_does_not_meet_a_policy(commands: Commands) -> None:
    layout = commands.folder / "image"
    (commands.folder / "policy.toml").write_text(
        "[signers]\nkeys = ['a.pub']\n[image]\ninstallers = 'none'\n[documents]\nrequired = ['sbom']\n"
    )
    commands.sign(layout)
    code, _, said = commands.run("verify", layout, f"--policy={commands.folder}/policy.toml")
    assert (code, said) == (
        1,
        "image is refused: it does not meet the policy policy.toml.\n"
        "Found:\n"
        "  the image: whether it holds an installer is not known: it has no annotation vnd.strata.installers\n"
        "  the image: it has no sbom that one of the keys signed (https://cyclonedx.org/bom or "
        "https://spdx.dev/Document)\n"
        "Fix: build, sign or attach what is missing, or change the policy if it asks for too much.\n",
    )
