"""A report about invented images: two that share layers, a former one, and text of packages that tries to be markup."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from strata.attest.components import Component, Contents
from strata.audit.evidence import Evidence
from strata.audit.policy import ENSUREPIP, Found, Verdict
from strata.diff.compare import Side, compare
from strata.diff.view import ImageView
from strata.oci.descriptor import LAYER_GZIP, Descriptor
from strata.oci.image import Image, RuntimeConfig
from strata.oci.layer import Layer
from strata.plan.policy import Notices
from strata.protocol.app_layer import Import
from strata.report.facts import ImageFacts, Report
from strata.report.reasons import WheelFacts, reasons
from support.oci.images import AMD64

HOSTILE = "<script>document.title='owned'</script>\"'&\u202e"
MANY = {f"small-{number}": "1.0" for number in range(40)}


def layer(kind: str, packages: Mapping[str, str], size: int) -> Layer:
    """A layer that is told apart by what it holds. Nothing of it is written."""
    digest = f"sha256:{hashlib.sha256(f'{kind} {sorted(packages.items())} {size}'.encode()).hexdigest()}"
    return Layer(Descriptor(LAYER_GZIP, digest, size), digest, {"kind": kind, "packages": dict(packages)})


def image_layers(flask: str) -> list[Layer]:
    return [
        layer("os-packages", {"base-files": "13", "libc6": "2.41"}, 7_000_000),
        layer("interpreter", {"python3.13": "3.13.5"}, 17_000_000),
        layer("venv", {}, 900),
        layer("dependencies", {"numpy": "2.1.0"}, 19_000_000),
        layer("dependencies", {"flask": flask}, 100_000),
        layer("dependencies", {"click": "8.2.1"}, 98_000),
        layer("dependencies", MANY, 60_000),
        layer("app", {}, 4_000),
    ]


def facts(name: str, layers: Sequence[Layer], flask: str = "3.1.0", before: Sequence[Layer] = ()) -> ImageFacts:
    """The facts of an image; `before` are the layers that it had in the reference, none where it was not there."""
    runtime = RuntimeConfig(("/opt/venv/bin/python", "-m", "web"), user="65532", working_dir="/app")
    view = ImageView.of_image(Image.assemble(AMD64, layers, runtime, annotations={}))
    wheels = [
        WheelFacts("click", "8.2.1", (), ("click",)),
        WheelFacts("flask", flask, ("click>=8.1.3", "small-1; extra == 'async'"), ("flask",)),
        WheelFacts("numpy", "2.1.0", (), ("numpy",)),
        *(WheelFacts(each, "1.0", (), (each.replace("-", "_"),)) for each in MANY),
    ]
    imports = [Import("flask", "web/main.py", 3, True), Import("json", "web/main.py", 1, True)]
    declared = {"Flask[async]>=3": "3rdparty:reqs#Flask", "numpy": f"//:{HOSTILE}"}
    components = [
        Component("library", "click", "8.2.1", "pkg:pypi/click@8.2.1", license_expression="BSD-3-Clause"),
        Component("library", "flask", flask, f"pkg:pypi/flask@{flask}", license_names=(HOSTILE,)),
        Component("library", "numpy", "2.1.0", "pkg:pypi/numpy@2.1.0"),
        Component("library", "libc6", "2.41", "pkg:deb/debian/libc6@2.41?arch=amd64"),
        Component("application", name, ""),
    ]
    found = (Found(Evidence("usr/lib/python3.13/ensurepip", "ensurepip", "package"), "interpreter", ENSUREPIP),)
    former = ImageView.of_image(Image.assemble(AMD64, before, runtime, annotations={})) if before else None
    (comparison,) = compare(name, Side([former] if former else []), Side([view]))
    return ImageFacts(
        name,
        view,
        Contents.of(name, view.digest, view.platform, components),
        reasons(wheels, declared, imports, {}),
        Verdict("keep", found),
        comparison,
        Notices((("site/a.pth", HOSTILE),), ((("site/PIL", "site/pil"), ("numpy", "small-1")),)),
    )


def report() -> Report:
    """Two images compared with a reference that has the first of them alone, with an older Flask."""
    former = image_layers("3.0.0")
    web = facts("src/web:image", image_layers("3.1.0"), before=former)
    worker = facts(f"src/worker:{HOSTILE}", image_layers("3.1.0")[:-1])
    return Report((web, worker), "dist-of-main", frozenset(each.descriptor.digest for each in former))


def without_reference() -> Report:
    return Report(tuple(replace(each, comparison=None) for each in report().images))
