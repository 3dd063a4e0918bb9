"""Document keys and URIs: an absolute path with `/` for files, the URI itself for all else."""

from __future__ import annotations

import os
import re
from urllib.parse import quote, unquote, urlsplit

_DRIVE = re.compile(r"/[A-Za-z]:(?:/|$)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")


def path_of(uri: str) -> str:
    """The key of a URI; all spellings of one file's URI have one key."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return uri
    path = unquote(parts.path)
    if parts.netloc and parts.netloc != "localhost":
        return f"//{unquote(parts.netloc)}{path}"
    if _DRIVE.match(path):
        return path[1].lower() + path[2:]
    return path


def uri_of(path: str) -> str:
    """The URI of a key."""
    if not is_file(path):
        return path
    if path.startswith("//"):
        return "file:" + quote(path)
    if _DRIVE.match("/" + path):
        return f"file:///{path[0]}%3A{quote(path[2:])}"
    return "file://" + quote(path)


def is_file(path: str) -> bool:
    return not _SCHEME.match(path)


def from_system(path: str) -> str:
    """The key of a path as the system spells it."""
    path = os.path.abspath(path).replace(os.sep, "/")
    return path[0].lower() + path[1:] if _DRIVE.match("/" + path) else path
