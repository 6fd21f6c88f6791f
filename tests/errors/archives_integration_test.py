"""Archives that would write where they must not."""

from __future__ import annotations

import tarfile
from collections.abc import Sequence
from hashlib import sha256

import pytest

from strata.debian.lock import LockedPackage
from support.debian_packages import Member, directory, symlink, write_deb
from support.mistakes import VENV, Project, debian_lock, locked
from support.venvs.wheels import Content, WheelFile
from support.venvs.wheels import Member as WheelMember

_OUTSIDE = "leave the package out, or take it from Debian itself: no package of Debian's that images need has this."
_PRIVILEGED = "leave the package out: a container gets its user from the image, and programs must not change it."


@pytest.mark.parametrize(
    "name, members, happened, found, fix",
    [
        (
            "absolute_path",
            [Member("/etc/cron.d/evil", b"")],
            "The package tries to write outside its root with '/etc/cron.d/evil'.",
            "an absolute path",
            _OUTSIDE,
        ),
        (
            "parent_path",
            [Member("./usr/../../evil", b"")],
            "The package tries to write outside its root with './usr/../../evil'.",
            "a path with `..`",
            _OUTSIDE,
        ),
        (
            "link_out",
            [directory("./usr"), symlink("./usr/evil", "../../etc")],
            "The package tries to write outside its root with './usr/evil'.",
            "a link to '../../etc', above the root",
            _OUTSIDE,
        ),
        (
            "through_link",
            [symlink("./evil", "/etc"), Member("./evil/shadow", b"")],
            "The package tries to write outside its root with 'evil/shadow'.",
            "it lies below 'evil', a link to '/etc'",
            _OUTSIDE,
        ),
        (
            "hard_link",
            [Member("./evil", kind=tarfile.LNKTYPE, link="/etc/shadow")],
            "The package tries to write outside its root with './evil'.",
            "a hard link to '/etc/shadow', no earlier file of the package",
            _OUTSIDE,
        ),
        (
            "device",
            [Member("./dev/memory", kind=tarfile.CHRTYPE)],
            "The package contains './dev/memory', which is neither a file nor a directory nor a link.",
            "a character device",
            _OUTSIDE,
        ),
        (
            "setuid",
            [Member("./usr/bin/evil", b"", mode=0o4755)],
            "The package contains './usr/bin/evil', which runs with the rights of its owner or group.",
            "mode 4755: setuid or setgid",
            _PRIVILEGED,
        ),
    ],
)
def test_a_debian_package_that_would_write_outside_its_root(
    project: Project, name: str, members: Sequence[Member], happened: str, found: str, fix: str
) -> None:
    path = f"pool/{name}.deb"
    (project.served / "pool").mkdir(exist_ok=True)
    content = write_deb(project.served / path, members, name="evil").read_bytes()
    package = LockedPackage("evil", "1.0", "amd64", path, len(content), sha256(content).hexdigest(), "debian")
    files = {
        f"debs/{name}/BUILD": (
            'debian_packages(name="base", lockfile="debian.lock.json", packages=["evil"], exclude=[])\n'
        ),
        f"debs/{name}/debian.lock.json": debian_lock([package], roots=["evil"]),
    }
    assert project.error(f"debs/{name}:base", files, f"--strata-debian-mirror={project.url}") == (
        f"StrataError: debs/{name}:base: evil: {happened}\nFound:\n  {found}\nFix: {fix}"
    )


@pytest.mark.parametrize(
    "name, path, content, reason",
    [
        ("absolute_path", "/etc/cron.d/evil", b"", "its path leaves the directory or is not in its shortest form"),
        ("parent_path", "../../../bin/python3", b"", "its path leaves the directory or is not in its shortest form"),
        ("link", "shadow", WheelMember(b"/etc/shadow", mode=0o120777), "it is a link"),
    ],
)
def test_a_wheel_that_would_write_outside_the_venv(
    project: Project, name: str, path: str, content: Content, reason: str
) -> None:
    wheel = f"evil_{name}"
    digest = project.offer(WheelFile(wheel, files={path: content}))
    files = {f"wheels/{name}/BUILD": VENV, f"wheels/{name}/requirements.lock": locked(wheel.replace("_", "-"), digest)}
    find_links = f"--python-repos-find-links=['{project.url}/simple/{wheel}/']"
    assert project.error(f"wheels/{name}:venv", files, find_links) == (
        f"StrataError: wheels/{name}:venv: {wheel}-1.0-py3-none-any.whl has a file that must not be installed: "
        f"{path}.\n"
        "Found:\n"
        f"  {reason}\n"
        "Fix: the wheel is damaged or malicious: lock another version, and tell the project."
    )


def test_a_limit_that_an_option_changes(project: Project) -> None:
    """A step has the limit that is set: the same wheel is refused, and then taken. It has more members than pip's."""
    digest = project.offer(WheelFile("large", files={f"large/{number}.txt": "" for number in range(1000)}))
    files = {"limits/BUILD": VENV, "limits/requirements.lock": locked("large", digest)}
    find_links = f"--python-repos-find-links=['{project.url}/simple/large/']"
    assert project.error("limits:venv", files, find_links, "--strata-limits-wheel-members=1002") == (
        "StrataError: limits:venv: large-1.0-py3-none-any.whl is no wheel that can be read.\n"
        "Found:\n"
        "  it has 1003 members, more than 1002\n"
        "Fix: lock another version of the project; or, for a file that you trust, raise the limit in `[strata-limits]` "
        "of pants.toml."
    )
    project.pants.package("limits:venv", find_links, "--strata-limits-wheel-members=1003").succeeded()
