"""Real Pants that is killed in the middle of a build, and two of them at once: the next build is right."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess

from strata.layouts.validate import validate
from support.nested_pants import NestedPants, nested_pants

FILES = {
    "src/app/BUILD": 'python_sources()\npython_image(name="image", entry_point="main.py")\n',
    "src/app/main.py": "print('works')\n",
}
COMMAND = ("--level=debug", "package", "src/app:image")


def digest_of(pants: NestedPants) -> str:
    """Return the digest of the image's index, which must be sound."""
    layout = pants.root / "dist/src.app/image"
    assert validate(layout) == []
    return hashlib.sha256((layout / "index.json").read_bytes()).hexdigest()


def ended(process: subprocess.Popen[str]) -> None:
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors


def test_killed_in_a_step_and_two_at_once() -> None:
    with nested_pants(FILES) as pants:
        # Of this file, the store knows nothing yet.
        pants.write({"src/app/main.py": f"print({os.urandom(8).hex()!r})\n"})
        with pants.started(*COMMAND) as process:
            assert process.stderr is not None
            seen = any("Starting: Write the app layer" in line for line in process.stderr)
            os.killpg(process.pid, signal.SIGKILL)
        assert seen
        assert process.returncode == -signal.SIGKILL
        # Two at once, on one store: one in another folder.
        with nested_pants({**FILES, "src/app/main.py": (pants.root / "src/app/main.py").read_text()}) as other:
            both = [pants.started(*COMMAND), other.started(*COMMAND)]
            for each in both:
                ended(each)
            assert digest_of(pants) == digest_of(other)
