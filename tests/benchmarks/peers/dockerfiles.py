"""What people write today: Dockerfiles of two stages, as the documentations of pip, uv and Pants recommend.

All start from the base and the interpreter of our image, which has neither a shell nor pip: commands are lists, and pip
and uv lie in the image of the first stage. They read wheels, mounted, from the directory that is our index.
"""

from __future__ import annotations

from collections.abc import Mapping

BASE = "localhost/base"
BUILDER = "localhost/builder"
PYTHON = "/usr/bin/python3.13"

# Once, and not timed: as an image with pip or uv that is pulled.
TOOLS = f"""\
FROM {BASE}
RUN ["{PYTHON}", "-m", "venv", "/opt/pip"]
RUN --mount=type=bind,target=/wheels \
["/opt/pip/bin/pip", "install", "--quiet", "--no-index", "--find-links=/wheels", "--upgrade", "pip"]
COPY uv /usr/local/bin/uv
"""
# The same for a base of the peer's own, which debootstrap wrote.
IMPORTED = "FROM scratch\nCOPY root /\n"
UV_ALONE = f"FROM {BASE}\nCOPY uv /usr/local/bin/uv\n"
_WHEELS = (
    "--mount=type=bind,source=wheels,target=/wheels "
    "--mount=type=bind,source=requirements.lock,target=/requirements.lock"
)
_LOCKED = '"--no-index", "--find-links=/wheels", "--require-hashes", "--requirement=/requirements.lock"'
_IMAGE = f"""
FROM {BASE}
COPY --from=builder /opt/venv /opt/venv
WORKDIR /app
COPY src .
USER 65532
ENTRYPOINT ["/opt/venv/bin/python", "-m", "web.main"]
"""

# The venv is made without pip, so that none is in the image; pip compiles bytecode unless it is told not to.
PIP = f"""\
FROM {BUILDER} AS builder
RUN ["{PYTHON}", "-m", "venv", "--without-pip", "/opt/venv"]
RUN {_WHEELS} ["/opt/pip/bin/pip", "--python=/opt/venv/bin/python", "install", "--quiet", "--no-cache-dir", {_LOCKED}]
{_IMAGE}"""

# pip keeps what it downloads and builds: wheels on the disk are neither.
PIP_CACHED = PIP.replace(f"RUN {_WHEELS}", f"RUN --mount=type=cache,target=/root/.cache/pip {_WHEELS}").replace(
    '"--no-cache-dir"', '"--cache-dir=/root/.cache/pip"'
)

UV = f"""\
FROM {BUILDER} AS builder
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
RUN ["/usr/local/bin/uv", "venv", "--quiet", "--python={PYTHON}", "/opt/venv"]
RUN --mount=type=cache,target=/root/.cache/uv {_WHEELS} \
["/usr/local/bin/uv", "pip", "install", "--quiet", "--python=/opt/venv/bin/python", {_LOCKED}]
{_IMAGE}"""

# https://www.pantsbuild.org/stable/docs/python/integrations/docker: a PEX of the dependencies and one of the sources.
PEX = f"""\
FROM {BASE} AS deps
COPY deps.pex /deps.pex
ENV PEX_TOOLS=1 HOME=/tmp
RUN ["{PYTHON}", "/deps.pex", "venv", "--scope=deps", "--compile", "/opt/venv"]

FROM {BASE} AS srcs
COPY srcs.pex /srcs.pex
ENV PEX_TOOLS=1 HOME=/tmp
RUN ["{PYTHON}", "/srcs.pex", "venv", "--scope=srcs", "--compile", "/opt/venv"]

FROM {BASE}
COPY --from=deps /opt/venv /opt/venv
COPY --from=srcs /opt/venv /opt/venv
USER 65532
ENTRYPOINT ["/opt/venv/pex"]
"""

DOCKERFILES: Mapping[str, str] = {"pip": PIP, "uv": UV, "pex": PEX}
