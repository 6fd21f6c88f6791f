"""This module writes the hint: a script `pip` that says how to get pip, for images without pip.

It is a Python script, as images have no shell, and only prints a text, so that the audit can tell it from an installer
(strata.audit.contents). Its directory comes after the venv's on PATH: an app with pip in its lock, and a user who
installed pip into the venv for a debugging session, get the real pip.
"""

from __future__ import annotations

from strata.oci.entry import Entry, File
from strata.wheels.image_venv import IMAGE_PYTHON

_DIRECTORY = "usr/local/bin"
_NAMES = ("pip", "pip3")

_WITH_ENSUREPIP = f"""\
pip is not part of this image: what the app needs was installed when the image was built.

For a debugging session, Python can bring it. There is no shell: run one command after the other.
As root, where the file system can be written to, into the app's own environment:
  python -m ensurepip --default-pip
As any user, where /tmp can be written to, into an environment beside it:
  python -m venv /tmp/debug
  /tmp/debug/bin/pip install NAME
  /tmp/debug/bin/pip --python {IMAGE_PYTHON} list   (shows what the app has)
"""

_WITHOUT_ENSUREPIP = f"""\
pip is not part of this image: what the app needs was installed when the image was built.
Nor is ensurepip, which could bring it: the image's python_interpreter target has ensurepip="remove".

For a debugging session, `pip download --no-deps pip` on another machine fetches a wheel. Copy it to /tmp in the
container. There is no shell: run one command after the other.
  python -m venv --without-pip /tmp/debug
  /tmp/debug/bin/python /tmp/pip-VERSION-py3-none-any.whl/pip install NAME
  /tmp/debug/bin/python /tmp/pip-VERSION-py3-none-any.whl/pip --python {IMAGE_PYTHON} list   (shows what the app has)
"""

_FOR_GOOD = """
If the app itself needs pip, add it to the requirements of its python_venv target, renew the lock, and build the image
again: the real pip then takes the place of this text.
"""


def hint_text(*, ensurepip: bool) -> str:
    """Return the text that the hint prints.

    :param ensurepip: whether the image's interpreter has ensurepip.
    """
    return (_WITH_ENSUREPIP if ensurepip else _WITHOUT_ENSUREPIP) + _FOR_GOOD


def hint_entries(python: str, *, ensurepip: bool) -> list[Entry]:
    """Return the scripts `pip` and `pip3`.

    :param python: the path of the interpreter in an image, without the leading slash.
    :param ensurepip: whether the interpreter has ensurepip.
    """
    # -I and -S: it needs neither the environment nor site-packages, and starts sooner without them.
    script = f'#!/{python} -IS\nimport sys\n\nsys.exit("""\\\n{hint_text(ensurepip=ensurepip).rstrip()}""")\n'
    return [File(f"{_DIRECTORY}/{name}", script.encode(), mode=0o755) for name in _NAMES]
