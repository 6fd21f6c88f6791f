"""What Pants loads: the rules and the target types of Strata."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from pants.engine.rules import Rule
from pants.engine.target import Target
from pants.engine.unions import UnionRule

from pants_strata import dependency_inference, library_process, library_slice
from pants_strata.goals import (
    generate_lockfiles,
    image_check,
    image_diff,
    image_report,
    image_why,
    lint,
    package,
    package_artifacts,
    peek,
    publish,
    run,
    tailor,
    test,
)
from pants_strata.target_types import (
    DebianPackagesTarget,
    ImageFilesTarget,
    OciBaseTarget,
    PythonImageTarget,
    PythonImageTestTarget,
    PythonInstallerTarget,
    PythonInterpreterTarget,
    PythonVenvTarget,
)
from pants_strata.util_rules import (
    default_targets,
    dependencies,
    fetch,
    host,
    image,
    image_system,
    installer,
    installer_lock,
    workers,
)
from pants_strata.util_rules.attest import materials, source
from pants_strata.util_rules.debian import debug_image, os_packages
from pants_strata.util_rules.debian import lock as debian_lock
from pants_strata.util_rules.debian import packages as debian_packages
from pants_strata.util_rules.first_party import app, closure, image_files
from pants_strata.util_rules.interpreters import build_time, interpreter, python_version, standalone
from pants_strata.util_rules.interpreters import layer as interpreter_layer
from pants_strata.util_rules.oci_base import base as oci_base
from pants_strata.util_rules.oci_base import documents as base_documents
from pants_strata.util_rules.oci_base import layers as base_layers
from pants_strata.util_rules.oci_base import layouts as layouts_on_bases
from pants_strata.util_rules.oci_base import lock as base_lock
from pants_strata.util_rules.outputs import kept
from pants_strata.util_rules.publishing import published, siblings
from pants_strata.util_rules.review import lint as image_lint
from pants_strata.util_rules.venvs import locked_venv, parts, proof, venv


def target_types() -> Iterable[type[Target]]:
    """Return the target types of Strata."""
    return (
        DebianPackagesTarget,
        ImageFilesTarget,
        OciBaseTarget,
        PythonImageTarget,
        PythonImageTestTarget,
        PythonInstallerTarget,
        PythonInterpreterTarget,
        PythonVenvTarget,
    )


# Pants asks at the start of each run, and to collect them takes some milliseconds.
@cache
def rules() -> Iterable[Rule | UnionRule]:
    """Return the rules of all modules."""
    modules = (
        app,
        base_documents,
        base_layers,
        base_lock,
        build_time,
        closure,
        debian_lock,
        debian_packages,
        debug_image,
        default_targets,
        dependencies,
        dependency_inference,
        fetch,
        generate_lockfiles,
        host,
        image,
        image_check,
        image_diff,
        image_files,
        image_lint,
        image_report,
        image_system,
        image_why,
        installer,
        installer_lock,
        interpreter,
        interpreter_layer,
        kept,
        layouts_on_bases,
        library_process,
        library_slice,
        lint,
        locked_venv,
        materials,
        oci_base,
        os_packages,
        package,
        package_artifacts,
        parts,
        peek,
        proof,
        publish,
        python_version,
        run,
        published,
        siblings,
        source,
        standalone,
        tailor,
        test,
        venv,
        workers,
    )
    return tuple(item for module in modules for item in module.rules())
