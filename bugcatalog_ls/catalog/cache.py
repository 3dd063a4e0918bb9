"""Parsed pages on disk: one file per folder of pages, looked up by what the pages hold."""

from __future__ import annotations

import contextlib
import os
from hashlib import blake2b
from pathlib import Path

import msgspec

from bugcatalog_ls.catalog.entry import Entry

# Raise it whenever pages are read differently than before.
FORMAT = 1


class _CacheFile(msgspec.Struct, frozen=True):
    format: int
    entries: dict[bytes, Entry]


def key(path: str, data: bytes) -> bytes:
    """Names what a page holds; its path belongs to it, because entries and examples tell it."""
    return blake2b(path.encode("utf-8", "replace") + b"\0" + data, digest_size=16).digest()


def cache_file(cache_folder: Path, pages_folder: Path) -> Path:
    """The cache file of a folder of pages."""
    name = blake2b(os.path.abspath(pages_folder).encode("utf-8", "replace"), digest_size=8).hexdigest()
    return cache_folder / f"catalog-{name}.msgpack"


def read(file: Path) -> dict[bytes, Entry]:
    """The entries in `file`; none where there is no such file, or it is old or damaged.

    Roots that are opened after one another share what was read last.
    """
    global _last
    try:
        data = file.read_bytes()
        if _last[0] != data:
            _last = (data, msgspec.msgpack.decode(data, type=_CacheFile))
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
    return _last[1].entries if _last[1].format == FORMAT else {}


_last = (b"", _CacheFile(FORMAT, {}))


def write(file: Path, entries: dict[bytes, Entry]) -> None:
    """Replace `file` in one step; a cache that can't be written is done without."""
    data = msgspec.msgpack.encode(_CacheFile(FORMAT, entries))
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_name(f"{file.name}.{os.urandom(8).hex()}")
        try:
            temporary.write_bytes(data)
            os.replace(temporary, file)
        finally:
            temporary.unlink(missing_ok=True)
