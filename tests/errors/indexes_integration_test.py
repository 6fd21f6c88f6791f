"""Indexes that lack a release, a wheel that fits, or a hash that the lock allows."""

from __future__ import annotations

from support.mistakes import UNKNOWN, VENV, Project, locked
from support.venvs.wheels import WheelFile

UNREACHABLE = "http://127.0.0.1:1"


def test_a_hash_that_does_not_match(project: Project) -> None:
    found = project.offer(WheelFile("alpha"))
    assert project.venv_error("other_hash", locked("alpha")) == (
        "StrataError: other_hash:venv: alpha 1.0: the index offers files that fit, but none has a hash that the lock "
        "allows.\n"
        "Found:\n"
        f"  alpha-1.0-py3-none-any.whl sha256:{found}\n"
        f"  the lock allows sha256:{UNKNOWN}\n"
        "Fix: if the release was made anew and you trust it, renew the lock; otherwise find out who changed the file."
    )


def test_requirements_with_only_an_sdist(project: Project) -> None:
    for name in ("beta", "omega"):
        sdist = project.served / f"simple/{name}/{name}-1.0.tar.gz"
        sdist.parent.mkdir(parents=True)
        sdist.write_bytes(b"")
    assert project.venv_error("sdist", locked("beta") + locked("omega")) == (
        "StrataError: sdist:venv: Not every requirement has a wheel for CPython 3.13 on linux/amd64; these have only a "
        "source distribution.\n"
        "Found:\n"
        "  beta 1.0: beta-1.0.tar.gz\n"
        "  omega 1.0: omega-1.0.tar.gz\n"
        "Fix: lock versions that have wheels; or build them with `pip wheel` and put them into an index or a "
        'find-links folder; or let Strata build them without a compiler: set `allow_sdists=["beta", "omega"]` and '
        '`build_lockfile="build.lock"` in a `python_venv`, list what the builds need (setuptools, say) in build.in '
        "beside the BUILD file, and run `uv pip compile --generate-hashes -o build.lock build.in` there."
    )


def test_no_wheel_for_the_platform(project: Project) -> None:
    found = project.offer(WheelFile("gamma", tag="cp313-cp313-win_amd64"))
    assert project.venv_error("platform", locked("gamma", found)) == (
        "StrataError: platform:venv: gamma 1.0: no wheel fits CPython 3.13 on linux/amd64.\n"
        "Found:\n"
        "  gamma-1.0-cp313-cp313-win_amd64.whl\n"
        "Fix: lock a version that has a wheel for this interpreter and platform, or use another `python_interpreter`."
    )


def test_no_wheel_for_the_c_library(project: Project) -> None:
    """A lock of hashes is refused once the index has named the files; one that names files, without asking an index."""
    wheel = WheelFile("theta", tag="cp313-cp313-manylinux_2_99_x86_64")
    message = (
        "theta 1.0: no wheel runs with the image's C library.\n"
        "Found:\n"
        f"  {wheel.file_name} needs glibc 2.99, says its tag manylinux_2_99_x86_64\n"
        "  the base 3rdparty/debian:base has glibc 2.41\n"
        "Fix: lock a version of theta that has a wheel for glibc 2.41 or older; or use a `base` with glibc 2.99 or "
        "newer, and a `python_interpreter` that goes with it."
    )
    found = project.offer(wheel)
    assert project.venv_error("glibc", locked("theta", found)) == f"StrataError: glibc:venv: {message}"
    lock = (
        'lock-version = "1.0"\n[[packages]]\nname = "theta"\nversion = "1.0"\n'
        f'wheels = [{{name = "{wheel.file_name}", url = "{UNREACHABLE}/x.whl", hashes = {{sha256 = "{found}"}}}}]\n'
    )
    files = {"named/BUILD": VENV.replace(")", ', lockfile="pylock.toml")'), "named/pylock.toml": lock}
    assert project.error("named:venv", files, index=f"{UNREACHABLE}/simple") == f"StrataError: named:venv: {message}"


def test_a_release_that_no_index_has(project: Project) -> None:
    assert project.venv_error("absent", locked("delta")) == (
        "StrataError: absent:venv: delta 1.0: no index that this machine is configured with has that release.\n"
        "Fix: name the index that has it in pip's configuration (`pip config list`) or in `[python-repos].indexes`, or "
        "lock another version."
    )


def test_the_index_is_out_of_reach(project: Project) -> None:
    assert project.venv_error("out_of_reach", locked("delta"), index=f"{UNREACHABLE}/simple") == (
        "StrataError: out_of_reach:venv: delta 1.0: not every index could be read, and no other has a wheel that "
        "fits.\n"
        "Found:\n"
        f"  {UNREACHABLE}/simple/delta/: [Errno 111] Connection refused (tried 4 times)\n"
        "Fix: check the network, the proxy and the certificates, and the indexes that `pip config list` or "
        "`[python-repos].indexes` name."
    )
