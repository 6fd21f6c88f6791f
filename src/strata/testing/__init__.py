"""This package is for tests of applications: it starts their images, without a daemon.

    from strata.testing import ImageContainer

    def test_the_app_answers() -> None:
        with ImageContainer.of("src/web:image") as web:
            web.wait_for_port(8000)
            with urlopen(web.url(8000, "/health")) as answer:
                assert answer.status == 200

docs/run-and-test.md says how tests get it, and the image.
"""

from __future__ import annotations

from strata.testing.image_container import ImageContainer

__all__ = ["ImageContainer"]
