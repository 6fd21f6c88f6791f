"""This module words the errors of registries: references, credentials, transport, and what a registry answers.

Pushing to a registry and pulling from it raise them. No message shows a password or a token.
"""

from __future__ import annotations

from collections.abc import Sequence

from strata.errors import StrataError


class NotInRegistry(StrataError):
    """A repository, manifest or blob that the registry does not have."""


class BlobUnknown(StrataError):
    """A manifest that the registry refuses, because a blob that the manifest names is not there."""


class NotTaken(StrataError):
    """A request that the registry answers with an error which has no sentence of its own."""


class MediaTypeRefused(StrataError):
    """A manifest of a kind that the registry does not take."""


class WrongBytes(StrataError):
    """Bytes that are not those of their digest, or a manifest that is not one."""


class Denied(StrataError):
    """A request that the registry or its token service refuses to this user."""


def bad_reference(reference: str, reason: str) -> StrataError:
    """Return the error for a text that names no image in a registry."""
    return StrataError(
        f"{reference!r} is no reference to an image: {reason}.",
        fix="write registry.example/team/app:tag, with a port after the host (registry.example:5000) where it has one.",
    )


def denied(place: str, action: str, found: Sequence[str], user: str) -> StrataError:
    """Return the error for an answer 401 or 403; `user` is empty where no credentials were found."""
    fix = (
        f"the credentials of {user} were used: ask the registry's owner for the right to {action} here, or log in as "
        "another user."
        if user
        else "no credentials were found for it: log in (`podman login`, `docker login`, `skopeo login`), or name the "
        "file that holds them in REGISTRY_AUTH_FILE or its folder in DOCKER_CONFIG."
    )
    return Denied(f"{place}: the registry does not allow to {action}.", found=found, fix=fix)


def not_found(place: str, found: Sequence[str]) -> StrataError:
    """Return the error for an answer 404."""
    return NotInRegistry(
        f"{place}: the registry does not have it.",
        found=found,
        fix="check the repository and the tag or digest; some registries want a repository to be made before the first "
        "push, and say this where the user may not see it.",
    )


def unsupported_media_type(place: str, media_type: str, found: Sequence[str]) -> StrataError:
    """Return the error for a manifest that a registry does not take."""
    return MediaTypeRefused(
        f"{place}: the registry does not take a manifest of the media type {media_type}.",
        found=found,
        fix='use a registry that takes OCI images, or layers with `compression="gzip"` where it refuses zstd.',
    )


def blob_unknown(place: str, found: Sequence[str]) -> StrataError:
    """Return the error for a manifest that names what the registry lacks."""
    return BlobUnknown(
        f"{place}: the registry lacks a blob that the manifest names.",
        found=found,
        fix="push again; if it stays so, the registry's garbage collection runs while images are pushed.",
    )


def quota_exceeded(place: str, found: Sequence[str]) -> StrataError:
    """Return the error for a repository or a user that may store no more."""
    return StrataError(
        f"{place}: the registry has no room for it.",
        found=found,
        fix="remove images that nobody needs, or have the quota raised.",
    )


def registry_disk_full(place: str, found: Sequence[str]) -> StrataError:
    """Return the error for an answer 507, or one that says so in words."""
    return StrataError(
        f"{place}: the registry's disk is full.",
        found=found,
        fix="tell the registry's owner; a push after that continues where this one ended.",
    )


def rate_limited(place: str, attempts: int, found: Sequence[str]) -> StrataError:
    """Return the error for an answer 429 after the last attempt."""
    return StrataError(
        f"{place}: the registry answers too many requests, also after {attempts} attempts.",
        found=found,
        fix="wait, use fewer jobs (`--jobs`), or log in: registries give users more requests than others.",
    )


def unexpected_answer(place: str, action: str, status: str, attempts: int, found: Sequence[str]) -> StrataError:
    """Return the error for any other answer after the last attempt."""
    tried = f" (tried {attempts} times)" if attempts > 1 else ""
    return NotTaken(
        f"{place}: the registry could not {action}: {status}{tried}.",
        found=found,
        fix="try again later; if it stays so, show this to the registry's owner.",
    )


def host_unknown(place: str, host: str) -> StrataError:
    """Return the error for a name that DNS does not know."""
    return StrataError(
        f"{place}: no address is known for the host {host}.",
        fix="check the name, the network, and the proxy in HTTPS_PROXY.",
    )


def unreachable(place: str, host: str, reason: str, attempts: int) -> StrataError:
    """Return the error for a connection that was refused, cut or too slow, after the last attempt."""
    return StrataError(
        f"{place}: {host} cannot be reached.",
        found=[f"{reason} (tried {attempts} times)"],
        fix="check that the registry runs, the port, the network, and the proxy in HTTPS_PROXY.",
    )


def untrusted_certificate(place: str, host: str, reason: str) -> StrataError:
    """Return the error for a TLS connection to a server that cannot prove its name."""
    return StrataError(
        f"{place}: the certificate of {host} is not trusted.",
        found=[reason],
        fix="name the bundle with its authority in SSL_CERT_FILE, or put the authority into "
        "/etc/containers/certs.d/HOST:PORT/ca.crt.",
    )


def no_tls(place: str, host: str) -> StrataError:
    """Return the error for a registry that answers in plain HTTP where TLS was tried."""
    return StrataError(
        f"{place}: {host} does not speak TLS.",
        fix=f"serve it over TLS, or allow plain HTTP by name: `--plain-http={host}`; for `./pants publish` "
        "`plain_http = true` in its entry of `[strata.registries]`.",
    )


def client_certificate_wanted(place: str, host: str) -> StrataError:
    """Return the error for a registry that refuses a client without a certificate, or with another one."""
    return StrataError(
        f"{place}: {host} wants to know a certificate of this client.",
        fix="put it into /etc/containers/certs.d/HOST:PORT/ or ~/.config/containers/certs.d/HOST:PORT/ as client.cert, "
        "and its key as client.key.",
    )


def bad_certificate_file(path: str, reason: str) -> StrataError:
    """Return the error for a file of certificates, or for the key beside it, that cannot be used."""
    return StrataError(
        f"{path} cannot be used for connections with TLS: {reason}.",
        fix="mend the file: certificates and keys are PEM, and NAME.cert has its key in NAME.key beside it.",
    )


def plain_http(place: str, host: str) -> StrataError:
    """Return the error for a registry without TLS that is not on this machine and that no option names."""
    return StrataError(
        f"{place}: {host} is asked for over plain HTTP, where anybody on the way reads credentials and images.",
        fix=f"serve it over TLS, or allow it by name: `--plain-http={host}`.",
    )


def unusable_address(place: str, address: str) -> StrataError:
    """Return the error for an address, in an answer of a registry, that is none or leads elsewhere than HTTP."""
    shown = "".join(each if each.isprintable() else " " for each in address)
    return StrataError(
        f"{place}: the registry names an address to which no request can go.",
        found=[shown if len(shown) <= 200 else f"{shown[:200]}…"],
        fix="show this to whoever runs the registry, or the proxy before it.",
    )


def foreign_token_service(place: str, host: str) -> StrataError:
    """Return the error for a token service to which credentials would go unencrypted."""
    return StrataError(
        f"{place}: the registry names a token service over plain HTTP, {host}; no credentials were sent there.",
        fix=f"have the registry name its token service with https, or allow it by name: `--plain-http={host}`.",
    )


def proxy_of_another_kind(host: str, scheme: str) -> StrataError:
    """Return the error for a proxy that is itself reached over TLS, or by SOCKS."""
    return StrataError(
        f"The proxy for {host} cannot be used: its address begins with {scheme}://.",
        fix="name a proxy with http:// (it passes connections with TLS on as they are), or add the host to NO_PROXY.",
    )


def digest_mismatch(place: str, wanted: str, found: str) -> StrataError:
    """Return the error for bytes that have another digest than the descriptor."""
    return WrongBytes(
        f"{place}: the bytes are not those that were asked for.",
        found=[found, f"wanted {wanted}"],
        fix="try again; if it stays so, a proxy on the way or the registry's storage damages files.",
    )


def bad_document(place: str, problem: str) -> StrataError:
    """Return the error for a manifest in a registry that is not one."""
    return WrongBytes(
        f"{place}: the registry's manifest cannot be read: it {problem}.",
        fix="push the image again, with a program that writes OCI images.",
    )


def bad_credentials_file(path: str, problem: str) -> StrataError:
    """Return the error for a file of Docker's or containers' configuration; `problem` quotes nothing of it."""
    return StrataError(
        f"{path} cannot be read for credentials: {problem}.",
        fix="mend the file, or log in again so that it is written anew.",
    )


def credential_program_failed(program: str, registry: str, reason: str) -> StrataError:
    """Return the error for a program that keeps credentials and does not answer."""
    return StrataError(
        f"The credentials for {registry} could not be had from {program}: {reason}.",
        fix="install the program on PATH, or remove its entry (credHelpers, credsStore) from the configuration of "
        "Docker or containers.",
    )


def disk_full(path: str) -> StrataError:
    """Return the error for a layout that cannot be written."""
    return StrataError(f"{path} cannot be written: the disk is full.", fix="make room and pull again.")


def nothing_tagged(layout: str, tags: Sequence[str]) -> StrataError:
    """Return the error for a layout in which a push finds no single image."""
    return StrataError(
        f"{layout} holds more than one image, or none, so that it is not clear which to push.",
        found=[f"the tag {tag}" for tag in tags],
        fix="choose one by its tag: DIRECTORY:TAG.",
    )


def digest_of_another(place: str, digest: str) -> StrataError:
    """Return the error for a push to a reference with a digest."""
    return StrataError(
        f"{place} names a digest, but the image has another one.",
        found=[digest],
        fix="leave the digest out, or push the image that has it.",
    )


def contended_list(place: str, writes: int) -> StrataError:
    """Return the error for a list of referrers at a tag that others write at the same time, again and again."""
    return StrataError(
        f"{place}: the list of what is attached to the image was written {writes} times, and others wrote it each time "
        "without what this push added.",
        fix="push again when nobody else attaches documents to this image, or use a registry that keeps such lists "
        "itself (the referrers API of OCI 1.1).",
    )
