"""The options: defaults of targets that a repository sets once, and where Debian packages come from."""

from __future__ import annotations

from enum import Enum
from typing import Any

from pants.option.option_types import (
    BoolOption,
    DictOption,
    EnumListOption,
    EnumOption,
    IntOption,
    StrListOption,
    StrOption,
)
from pants.option.subsystem import Subsystem
from pants.util.strutil import softwrap

from pants_strata.artifacts import PLATFORM
from pants_strata.image_options import ImageOptions
from pants_strata.remote_options import RemoteOptions
from pants_strata.run_options import Runtime
from pants_strata.target_types.defaults import BASE, INSTALLER, INTERPRETER
from strata.attest import documents
from strata.debian.defaults import COMPONENTS
from strata.debian.releases import DEFAULT, RELEASES
from strata.protocol import layer
from strata.standalone.shipped import RELEASE

BUILDER_ID = "urn:strata:builder:unnamed"
"""The builder in the provenance of images where `[strata].builder_id` names none."""


class Compression(Enum):
    """How layers are compressed: the choices of `[strata].compression`."""

    gzip = "gzip"
    zstd = "zstd"

    @property
    def choice(self) -> layer.Compression:
        """As requests of the library name it."""
        return "gzip" if self is Compression.gzip else "zstd"


class Archive(Enum):
    """The tar file beside a layout: the choices of `[strata].archive`."""

    none = "none"
    oci = "oci"
    docker = "docker"


class Document(Enum):
    """The documents about an image: the choices of `[strata].attest`."""

    cyclonedx = documents.CYCLONEDX.name
    spdx = documents.SPDX.name
    provenance = documents.PROVENANCE.name
    installers = documents.INSTALLERS.name


class EndOfLife(Enum):
    """What to do about a CPython without security fixes: the choices of `[strata].end_of_life`."""

    error = "error"
    warn = "warn"


class BaseLayers(Enum):
    """What a layout has of the layers of an `oci_base`: the choices of `[strata].base_layers`."""

    auto = "auto"
    copy = "copy"
    reference = "reference"


class StrataSubsystem(ImageOptions, RemoteOptions, Subsystem):
    """The options of `[strata]`."""

    options_scope = "strata"
    help = "Hermetic Python app images: what targets take where a BUILD file names nothing."

    base = StrOption(
        default=BASE.spec,
        help=softwrap(
            """
            The address of the `debian_packages`, or of the `oci_base`, that images and interpreters stand on. By
            default Strata's own.
            """
        ),
    )
    interpreter = StrOption(
        default=INTERPRETER.spec,
        help=softwrap(
            """
            The address of the `python_interpreter` that venvs are made for, and that writes the layers of bases. By
            default Strata's own.
            """
        ),
    )
    installer = StrOption(
        default=INSTALLER.spec,
        help="The address of the `python_installer` that fills venvs. By default Strata's own, with uv.",
    )
    venv = StrOption(default=None, help="The address of the `python_venv` that images hold.")
    platforms = StrListOption(
        default=[str(PLATFORM)],
        help=softwrap(
            """
            The platforms that images are built for, `linux/amd64` and `linux/arm64`, on either and without emulation.
            Images for several are one OCI index, and share what is the same on all. The `platforms` field of a
            `python_image` comes before. Locks of Debian packages hold packages for these platforms.
            """
        ),
    )
    layer_budget = IntOption(
        default=100,
        help=softwrap(
            """
            The most layers that the dependencies in an image may have. Runtimes take images of up to 127 layers; Strata
            adds four of its own.
            """
        ),
    )
    layer_threshold = IntOption(
        default=16 * 1024,
        help="The size of a wheel, in bytes, from which it has a layer of its own. Smaller ones share layers.",
    )
    compression = EnumOption(
        default=Compression.gzip,
        help=softwrap(
            """
            How layers are compressed. Every registry and runtime reads `gzip`, and what is compressed in a wheel is
            copied. `zstd` makes smaller blobs that unpack faster, takes longer to write, and needs containerd 1.5,
            Docker 23, podman 4 or later.
            """
        ),
    )
    end_of_life = EnumOption(
        default=EndOfLife.error,
        help=softwrap(
            """
            What to do when an image's version of CPython has reached its end of life, so that CPython's developers
            publish no security fixes for it any more. `error` stops, and says since when and which version to take.
            `warn` builds; a Debian release may have fixes for its own CPython for longer.
            """
        ),
    )
    archive = EnumOption(
        default=Archive.none,
        help=softwrap(
            """
            Whether `package` also writes each image as one tar file: `oci` for `podman load` and Docker 25 or later,
            `docker` for every `docker load`. `./pants help python_image` says more.
            """
        ),
    )
    attest = EnumListOption(
        default=list(Document),
        help=softwrap(
            """
            The documents about an image that `package` writes beside its layout, and that `publish` attaches to it in a
            registry: `cyclonedx` and `spdx`, bills of materials, which name all packages in the image;
            `provenance`, what it was made from; and `installers`, which installers were looked for in it, and found.
            An empty list writes none. docs/attestations.md shows them.
            """
        ),
    )
    builder_id = StrOption(
        default=BUILDER_ID,
        help=softwrap(
            """
            Who builds the images, as their provenance names it: a URI, for instance
            `https://ci.example/team/builder`. Policies compare it. A CI job sets it (`PANTS_STRATA_BUILDER_ID`); the
            default says that nobody vouches for the machine.
            """
        ),
    )
    source_uri = StrOption(
        default="",
        help=softwrap(
            """
            Where the repository is, as the provenance of images names it beside the commit: a URI, for instance
            `git+https://git.example/team/repository`. By default it names the commit alone.
            """
        ),
    )
    registries = DictOption[Any](
        default={},
        help=softwrap(
            """
            The registries that `publish` pushes to, by alias: `[strata.registries.live]` has an `address`, and may have
            `default` (whether images go there that name no registry; so does the alias `default`), `repository` (in the
            place of the images' own, which is `{target_repository}` there), `extra_image_tags`, `skip_push`,
            `plain_http` (to ask it without TLS), and `sign` (false where images are pushed without the signature that
            `[strata-sign]` asks for).
            """
        ),
    )
    publish_env_vars = StrListOption(
        default=[
            *("AWS_ACCESS_KEY_ID", "AWS_CONFIG_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN"),
            *("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI"),
            *("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_REGION"),
            *("AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"),
            *("AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AZURE_CLIENT_CERTIFICATE_PATH"),
            *("AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_CONFIG_DIR", "AZURE_FEDERATED_TOKEN_FILE"),
            *("AZURE_TENANT_ID", "CLOUDSDK_ACTIVE_CONFIG_NAME", "CLOUDSDK_CONFIG", "CLOUDSDK_CORE_ACCOUNT"),
            "GOOGLE_APPLICATION_CREDENTIALS",
        ],
        advanced=True,
        help=softwrap(
            """
            The environment variables that `publish` gives to programs that keep credentials, such as
            `docker-credential-ecr-login`, as `NAME` or `NAME=value`. They are in no cache key and no log. Those for
            logins, certificates and proxies are given in any case; docs/registry.md lists them.
            """
        ),
    )
    base_layers = EnumOption(
        default=BaseLayers.auto,
        help=softwrap(
            """
            What a layout has of the layers of an `oci_base`. `copy`: all of them, so that skopeo and podman read the
            layout. `reference`: none; `publish` then takes them from the base's registry, or finds them where it pushes
            to, and `package` fetches a few kilobytes of a base with a lock. `auto`: none where `publish` is the one
            goal of a run, which writes no layout to `dist/`; else all.
            """
        ),
    )
    debug = BoolOption(default=False, help="Whether each image has a debug image, as by its field `debug`.")
    runtime = EnumOption(
        default=Runtime.auto,
        help="What `run` starts images with; `auto`: the first of the others that works here (docs/run-and-test.md).",
    )


class Gone(Enum):
    """What to do about a locked package that the mirror has dropped: the choices of `[strata-debian].gone`."""

    error = "error"
    renew = "renew"


class StandaloneSubsystem(Subsystem):
    """The options of `[strata-standalone]`."""

    options_scope = "strata-standalone"
    help = 'Where standalone builds of CPython come from: those of interpreters with `provider="standalone"`.'

    mirror = StrOption(
        default="https://github.com/astral-sh/python-build-standalone/releases/download",
        help=softwrap(
            """
            The URL that holds a directory for each release, named by its tag, with its archives and its `SHA256SUMS`.
            By default the place where python-build-standalone publishes them. A mirror that serves uv
            (`UV_PYTHON_INSTALL_MIRROR`) serves Strata, too.
            """
        ),
    )
    release = StrOption(
        default=RELEASE,
        help="The tag of the release that locks are made from. An interpreter's `standalone_release` takes its place.",
    )


class DebianSubsystem(Subsystem):
    """The options of `[strata-debian]`."""

    options_scope = "strata-debian"
    help = "Where Debian packages come from, and how their locks are made."

    release = StrOption(
        default=DEFAULT,
        help=softwrap(
            f"""
            The code name of the Debian release of targets that name none: {", ".join(map(str, RELEASES))}. Locks are
            made from it, its updates and its security fixes.
            """
        ),
    )
    mirror = StrOption(
        default=None,
        help=softwrap(
            """
            The URL of a mirror of Debian's main archive, the directory that holds `dists` and `pool`. By default the
            one in the machine's apt configuration.
            """
        ),
    )
    security_mirror = StrOption(
        default=None,
        help=softwrap(
            """
            The URL of a mirror of Debian's security archive. By default the one in the machine's apt configuration.
            """
        ),
    )
    keyrings = StrListOption(
        default=[
            "/usr/share/keyrings/debian-archive-keyring.gpg",
            "/usr/share/keyrings/debian-archive-keyring.pgp",
        ],
        help=softwrap(
            """
            Files with the keys that sign Debian's releases; those that exist are used. Debian's package
            `debian-archive-keyring` installs the default, on Ubuntu as well.
            """
        ),
    )
    platforms = StrListOption(
        default=[],
        help=softwrap(
            """
            Platforms that locks hold packages for beside those of `[strata].platforms`: those that only the `platforms`
            field of some images names, and those of the machines that build, where these have another processor.
            """
        ),
    )
    gone = EnumOption(
        default=Gone.error,
        help=softwrap(
            """
            What to do when the mirror no longer has a locked package, because a point release replaced it. `error` says
            how to renew the lock. `renew` builds with what the signed index of the mirror holds now, warns of each
            package that differs from the lock, and leaves the lock file as it is.
            """
        ),
    )

    @property
    def components(self) -> tuple[str, ...]:
        """Return the components of the archive that locks are made from."""
        return COMPONENTS
