"""The fields of `python_image` about how a container starts: those of OCI's image config, and annotations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Optional

from pants.engine.addresses import Address
from pants.engine.target import (
    DictStringToStringField,
    InvalidFieldException,
    StringField,
    StringSequenceField,
)
from pants.util.strutil import help_text, softwrap


class ArgsField(StringSequenceField):
    """The field `args`."""

    alias = "args"
    help = "Arguments after the entry point. The OCI config's `Cmd`: `run IMAGE other arguments` replaces them."


class EnvField(DictStringToStringField):
    """The field `env`."""

    alias = "env"
    help = help_text(
        """
        Environment variables of the image. They come over the defaults: `PATH` with the venv's bin first, and
        `LANG=C.UTF-8`. `PYTHONPATH` is refused: it would come before the standard library.
        """
    )

    @classmethod
    def compute_value(cls, raw_value: Optional[dict[str, str]], address: Address) -> Any:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address)
        for name in value or ():
            if name == "PYTHONPATH":
                raise InvalidFieldException(
                    softwrap(
                        f"""
                        The `{cls.alias}` field in target {address} sets PYTHONPATH, which would come before the
                        standard library. The app's code is found without it: remove it, and depend on what is missing.
                        """
                    )
                )
            if not name or "=" in name or "\0" in name:
                raise InvalidFieldException(
                    f"The `{cls.alias}` field in target {address} has {name!r}, which cannot name an environment "
                    "variable. Use a name without `=`."
                )
        return value


class UserField(StringField):
    """The field `user`."""

    alias = "user"
    help = help_text(
        """
        The user that the app runs as, as `user` or `user:group`, by number or by name. Strata's own base knows root
        (0), nobody (65534) and nonroot (65532), the default. An image upon an `oci_base` has by default the user of the
        base, unless that is root.
        """
    )


class WorkdirField(StringField):
    """The field `workdir`."""

    alias = "workdir"
    default = "/app"
    help = "The working directory of the app: an absolute path."
    value: str

    @classmethod
    def compute_value(cls, raw_value: Optional[str], address: Address) -> str:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address) or cls.default
        if not value.startswith("/"):
            raise InvalidFieldException(
                f"The `{cls.alias}` field in target {address} must be an absolute path, but was {value!r}. "
                f'Write for instance `{cls.alias}="/app"`.'
            )
        return value


class LabelsField(DictStringToStringField):
    """The field `labels`."""

    alias = "labels"
    help = "Labels of the image's config, which `docker inspect` and the like show."


class AnnotationsField(DictStringToStringField):
    """The field `annotations`."""

    alias = "annotations"
    help = "Annotations of the image's manifest, for instance `org.opencontainers.image.source`."


class ExposedPortsField(StringSequenceField):
    """The field `exposed_ports`."""

    alias = "exposed_ports"
    help = 'Ports that the app listens on, as `"8000"` or `"8000/tcp"`, `"53/udp"`: documentation for who runs it.'

    @classmethod
    def compute_value(cls, raw_value: Optional[Iterable[str]], address: Address) -> Optional[tuple[str, ...]]:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address)
        for port in value or ():
            match = re.fullmatch(r"([0-9]{1,5})(/tcp|/udp)?", port)
            if match is None or not 0 < int(match[1]) < 65536:
                raise InvalidFieldException(
                    f"The `{cls.alias}` field in target {address} has {port!r}, which is no port. "
                    'Write for instance "8000", "8000/tcp" or "53/udp".'
                )
        return value


class StopSignalField(StringField):
    """The field `stop_signal`."""

    alias = "stop_signal"
    help = "The signal that stops the app, for instance `SIGINT`. By default the runtime's, SIGTERM."

    @classmethod
    def compute_value(cls, raw_value: Optional[str], address: Address) -> Optional[str]:
        """Return the value of the field. Raise InvalidFieldException where it cannot be used."""
        value = super().compute_value(raw_value, address)
        if value is not None and not re.fullmatch(r"SIG[A-Z0-9+-]+|\d{1,2}", value):
            raise InvalidFieldException(
                f"The `{cls.alias}` field in target {address} must be the name or number of a signal, but was "
                f'{value!r}. Write for instance `{cls.alias}="SIGINT"`.'
            )
        return value
