"""This module has the shapes that the image specification gives its JSON documents.

https://github.com/opencontainers/image-spec/tree/v1.1.1
"""

from __future__ import annotations

from strata.oci.descriptor import INDEX, MANIFEST
from strata.oci.shape import count, exactly, flag, list_of, map_of, matching, or_null, struct, text

SHA256 = r"sha256:[0-9a-f]{64}"

# descriptor.md. Of the algorithms that are registered, the two with which layouts are written.
digest = matching(rf"{SHA256}|sha512:[0-9a-f]{{128}}", "a digest (sha256:HEX or sha512:HEX)")
media_type = matching(r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}/[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}", "a media type")
annotation_map = map_of(text, matching(r"(?s:.+)", "a name of an annotation"))
platform = struct(
    {"architecture": text, "os": text},
    {"os.version": text, "os.features": list_of(text), "variant": text},
)
descriptor = struct(
    {"mediaType": media_type, "digest": digest, "size": count},
    {"urls": list_of(text), "annotations": annotation_map, "platform": platform, "artifactType": media_type},
)

# image-layout.md
layout = struct({"imageLayoutVersion": exactly("1.0.0")})

# image-index.md
index = struct(
    {"schemaVersion": exactly(2), "manifests": list_of(descriptor)},
    {"mediaType": exactly(INDEX), "artifactType": media_type, "subject": descriptor, "annotations": annotation_map},
)

# manifest.md
manifest = struct(
    {"schemaVersion": exactly(2), "config": descriptor, "layers": list_of(descriptor)},
    {"mediaType": exactly(MANIFEST), "artifactType": media_type, "subject": descriptor, "annotations": annotation_map},
)

# config.md. RFC 3339, section 5.6.
_date = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_time = r"([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?"
timestamp = matching(rf"(?ai:{_date}T{_time}(Z|[+-]([01]\d|2[0-3]):[0-5]\d))", "a time like 1980-01-01T00:00:00Z")
_history = struct({}, {"created": timestamp, "author": text, "created_by": text, "comment": text, "empty_layer": flag})
_runtime = struct(
    {},
    {
        "User": text,
        "ExposedPorts": or_null(map_of(struct({}), matching(r"(?a:\d{1,5}(/(tcp|udp))?)", "a port like 8000/tcp"))),
        "Env": or_null(list_of(matching(r"(?s:[^=]+=.*)", "of the form NAME=VALUE"))),
        "Entrypoint": or_null(list_of(text)),
        "Cmd": or_null(list_of(text)),
        "Volumes": or_null(map_of(struct({}))),
        "WorkingDir": text,
        "Labels": or_null(map_of(text)),
        "StopSignal": text,
        "ArgsEscaped": flag,
    },
)
config = struct(
    {
        "architecture": text,
        "os": text,
        "rootfs": struct({"type": exactly("layers"), "diff_ids": list_of(digest)}),
    },
    {
        "created": timestamp,
        "author": text,
        "variant": text,
        "os.version": text,
        "os.features": list_of(text),
        "config": _runtime,
        "history": list_of(_history),
    },
)
