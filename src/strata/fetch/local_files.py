"""This module opens files of the machine that a URL names, for mirrors and folders on a disk (RFC 8089)."""

from __future__ import annotations

import mimetypes
import os
import urllib.error
import urllib.request
import urllib.response
from typing import Any


class LocalFileHandler(urllib.request.FileHandler):
    """The standard library's handler without the headers that nobody reads here: for them it imports `email`."""

    def open_local_file(self, req: urllib.request.Request) -> Any:
        """Return the file of a URL as a response. Raise URLError where it cannot be opened."""
        if req.host not in (None, "", "localhost"):
            return super().open_local_file(req)
        path = urllib.request.url2pathname(req.selector)
        try:
            file = open(path, "rb")  # noqa: SIM115 (the response closes it)
        except OSError as error:
            raise urllib.error.URLError(error) from None
        headers = {
            "Content-Type": mimetypes.guess_type(path)[0] or "",
            "Content-Length": str(os.fstat(file.fileno()).st_size),
        }
        return urllib.response.addinfourl(file, headers, req.full_url)  # type: ignore[arg-type]
