"""Whole tables: each is what a user reads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from strata.attest.build_inputs import BuildInputs, Input
from strata.diff.compare import compare
from strata.diff.contents import APP
from strata.diff.report import to_table
from strata.diff.tagged_layout import TaggedLayout
from strata.layers.app import IMAGE_ROOT
from strata.oci.image import RuntimeConfig
from support.comparisons import BASE, causes, comparisons, lines, table


def test_nothing_changed(tmp_path: Path) -> None:
    digest = BASE.write(tmp_path / "old").manifest_descriptor.digest
    BASE.write(tmp_path / "new")
    assert to_table(comparisons(tmp_path)) == lines(
        f"web linux/amd64: the same, {digest[:19]}",
        "LAYER           CHANGE  SIZE  CAUSE",
        "1 os-packages   same     180",
        "2 interpreter   same     182",
        "3 dependencies  same     192",
        "4 app           same     159",
    )
    assert to_table(comparisons(tmp_path), only_changed=True) == "No image changed.\n"


def test_packages_and_the_installer(tmp_path: Path) -> None:
    build = replace(BASE, packages={"click": "8.2.1", "numpy": "2.1.1", "six": "1.17.0"}, installer="uv 0.9.7")
    assert table(tmp_path, build) == lines(
        "LAYER           CHANGE        SIZE  CAUSE",
        "1 os-packages   same           180",
        "2 interpreter   same           182",
        "3 dependencies  changed  209 (+17)  numpy 2.1.0 → 2.1.1",
        "                                    six 1.17.0 added",
        "                                    installed by pip 25.2 → uv 0.9.7",
        "4 app           same           159",
    )


def test_another_installer_alone_changes_no_byte(tmp_path: Path) -> None:
    assert table(tmp_path, replace(BASE, installer="pip 25.3")) == lines(
        "LAYER           CHANGE   SIZE  CAUSE",
        "1 os-packages   same      180",
        "2 interpreter   same      182",
        "3 dependencies  rebuilt   192  rebuilt to the same bytes: installed by pip 25.2 → 25.3",
        "4 app           same      159",
    )
    assert [each.changed for each in comparisons(tmp_path)] == [False]


def test_interpreter_and_base_of_a_point_release(tmp_path: Path) -> None:
    assert table(tmp_path, replace(BASE, openssl="3.5.7", cpython="3.13.6")) == lines(
        "LAYER           CHANGE   SIZE  CAUSE",
        "1 os-packages   changed   180  Debian libssl3t64 3.5.6 → 3.5.7",
        "                               made on CPython 3.13.5 → 3.13.6",
        "2 interpreter   changed   182  CPython 3.13.5 → 3.13.6",
        "                               Debian python3.13 3.13.5 → 3.13.6",
        "                               made on CPython 3.13.5 → 3.13.6",
        "3 dependencies  rebuilt   192  rebuilt to the same bytes: made on CPython 3.13.5 → 3.13.6",
        "4 app           rebuilt   159  rebuilt to the same bytes: made on CPython 3.13.5 → 3.13.6",
    )


def test_app_files_and_settings(tmp_path: Path) -> None:
    runtime = RuntimeConfig(
        ("python", "-m", "main"), env={"GREETING": "hi"}, labels={"team": "web"}, exposed_ports=("80/tcp",)
    )
    build = replace(BASE, app={"main.py": "2", "new.py": "1"}, runtime=runtime)
    assert table(tmp_path, build) == lines(
        "LAYER           CHANGE       SIZE  CAUSE",
        "1 os-packages   same          180",
        "2 interpreter   same          182",
        "3 dependencies  same          192",
        "4 app           changed  157 (-2)  /app/lib/a.py removed",
        "                                   /app/main.py edited",
        "                                   /app/new.py added",
        "settings        changed            Env GREETING: hi added",
        "                                   ExposedPorts 80/tcp: exposed added",
        "                                   Labels team: web added",
        "                                   User: 65532 removed",
    )


def test_of_long_settings_the_difference_is_shown(tmp_path: Path) -> None:
    words = " ".join(map(str, range(100)))
    for name, text in (("old", words), ("new", words.replace("51", "fifty-one"))):
        replace(BASE, runtime=RuntimeConfig(env={"WORDS": text})).write(tmp_path / name)
    (comparison,) = comparisons(tmp_path)
    assert [cause.text for cause in comparison.settings] == [
        "Env WORDS: …4 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63 6… → "
        "…4 45 46 47 48 49 50 fifty-one 52 53 54 55 56 57 58 59 60 61 …"
    ]


def test_files_are_called_by_their_paths_in_the_repository(tmp_path: Path) -> None:
    BASE.write(tmp_path / "old")
    replace(BASE, app={"main.py": "2"}).write(tmp_path / "new")
    before, after = (TaggedLayout.open(str(tmp_path / name)).side() for name in ("old", "new"))
    (comparison,) = compare("web", before, replace(after, sources={"/app/main.py": "src/web/main.py"}))
    assert [cause.text for cause in comparison.layers[3].causes] == ["/app/lib/a.py removed", "src/web/main.py edited"]


def test_inputs_without_a_name(tmp_path: Path) -> None:
    image = BASE.write(tmp_path / "old")
    BASE.write(tmp_path / "new")
    digest = image.layers[3].descriptor.digest
    for inputs, expected in (
        ({"strata": "2", "files": "2"}, ["the code of Strata changed"]),
        ({"strata": "1", "files": "2"}, ["other input files changed"]),
        ({"strata": "1", "files": "1", "wheels": "1"}, ["wheels changed"]),
    ):
        for name, values in (("old", {"strata": "1", "files": "1"}), ("new", inputs)):
            layers = {digest: {key: Input("", value) for key, value in values.items()}}
            build_inputs = BuildInputs((image.manifest_descriptor.digest,), layers)
            (tmp_path / f"{name}.inputs.json").write_bytes(build_inputs.to_bytes())
        assert causes(tmp_path)[3] == expected


def test_without_build_inputs_rebuilds_are_not_known(tmp_path: Path) -> None:
    BASE.write(tmp_path / "old", build_inputs=False)
    BASE.write(tmp_path / "new")
    assert to_table(comparisons(tmp_path)).splitlines()[-1] == (
        "No build inputs on one of the sides: a layer that is the same may have been rebuilt."
    )


@pytest.mark.parametrize("content", [b"", b"{}", b'{"version":2,"image":"","layers":{}}', b"\xff"])
def test_damaged_build_inputs_count_as_missing(tmp_path: Path, content: bytes) -> None:
    BASE.write(tmp_path / "old")
    BASE.write(tmp_path / "new")
    (tmp_path / "old.inputs.json").write_bytes(content)
    assert [each.rebuilds_known for each in comparisons(tmp_path)] == [False]


def test_build_inputs_of_another_image_count_as_missing(tmp_path: Path) -> None:
    BASE.write(tmp_path / "old")
    replace(BASE, openssl="4").write(tmp_path / "new")
    (tmp_path / "new.inputs.json").write_bytes((tmp_path / "old.inputs.json").read_bytes())
    assert [each.rebuilds_known for each in comparisons(tmp_path)] == [False]


def test_app_lies_where_its_layer_has_it() -> None:
    assert f"/{IMAGE_ROOT}" == APP
