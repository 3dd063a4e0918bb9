"""The cache of what was found out about files: one file per workspace, in the user's cache folder.

It holds an index and the results behind it; a result is read only when it is asked for. What is
damaged, or was written by another version or for another catalog, is taken for empty.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import tempfile
import time
from collections.abc import Collection
from hashlib import blake2b
from pathlib import Path
from zlib import crc32

import msgspec
import platformdirs

from bugcatalog_ls.workspace.files import UNSETTLED, FileStamp, digest_of


def open_cache(root: Path, fingerprint: bytes, folder: Path | None = None) -> Cache:
    """The cache of `root`. `fingerprint` stands for all that results depend on besides a file's content."""
    real = os.path.realpath(root)
    place = folder or cache_folder()
    name = blake2b(os.fsencode(real), digest_size=12).hexdigest()
    return Cache(place / f"{name}{_SUFFIX}", real, fingerprint)


def cache_folder() -> Path:
    return platformdirs.user_cache_path("bugcatalog-ls", appauthor=False) / "workspaces"


class Cache:
    """Results (bytes) by path, each for one content of its file."""

    def __init__(self, file: Path, root: str, fingerprint: bytes) -> None:
        self.file = file
        self._root = root
        self._fingerprint = fingerprint
        self._entries: dict[str, _Entry] = {}
        self._fresh: dict[str, bytes] = {}
        self._blob: memoryview = memoryview(b"")
        self._changed = False
        self._load()

    def __len__(self) -> int:
        return len(self._entries)

    def by_stamp(self, path: str, stamp: FileStamp) -> bytes | None:
        """The result for a file that looks unchanged: it need not be read."""
        entry = self._entries.get(path)
        if entry is None or stamp == UNSETTLED or entry.stamp != stamp:
            return None
        return self._value(path, entry)

    def by_content(self, path: str, digest: bytes, stamp: FileStamp = UNSETTLED) -> bytes | None:
        """The result for a content; `stamp`, that of the same reading, is remembered for the next time."""
        entry = self._entries.get(path)
        if entry is None or entry.digest != digest:
            return None
        value = self._value(path, entry)
        if value is not None and stamp not in (UNSETTLED, entry.stamp):
            self._entries[path] = msgspec.structs.replace(entry, stamp=stamp)
            self._changed = True
        return value

    def digest(self, path: str, stamp: FileStamp) -> bytes | None:
        """The digest of the content of a file that looks unchanged."""
        entry = self._entries.get(path)
        if entry is None or stamp == UNSETTLED or entry.stamp != stamp:
            return None
        return entry.digest

    def digests(self, paths: Collection[str]) -> dict[str, bytes] | None:
        """The digests of files; None where the result of one of them is not known."""
        if not all(path in self._entries for path in paths):
            return None
        return {path: self._entries[path].digest for path in paths}

    def has(self, path: str) -> bool:
        return path in self._entries

    def forget(self, path: str) -> None:
        if path in self._entries:
            self._forget(path)

    def put(self, path: str, digest: bytes, value: bytes, stamp: FileStamp = UNSETTLED) -> None:
        self._entries[path] = _Entry(stamp, digest, -1, len(value), crc32(value))
        self._fresh[path] = value
        self._changed = True

    def keep_only(self, paths: Collection[str]) -> None:
        """Forget every file but `paths`."""
        for path in self._entries.keys() - {*paths, WHOLE}:
            self._forget(path)

    def save(self) -> bool:
        """Write what has changed. Of two processes that save, the later one wins; False where none can."""
        try:
            if not self._changed:
                if self.file.exists():
                    # Its age tells when it was last of use.
                    os.utime(self.file)
                return True
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._write()
            self._changed = False
            self._load()
            prune_caches(self.file.parent)
        except OSError:
            return False
        return True

    def _write(self) -> None:
        entries: dict[str, _Entry] = {}
        values: list[bytes | memoryview] = []
        offset = 0
        for path, entry in self._entries.items():
            value = self._fresh.get(path, self._stored(entry))
            if len(value) != entry.size:
                continue
            values.append(value)
            entries[path] = msgspec.structs.replace(entry, offset=offset)
            offset += entry.size
        index = _ENCODER.encode(_Index(self._root, self._fingerprint, entries))
        handle, prepared = tempfile.mkstemp(suffix=".tmp", dir=self.file.parent)
        try:
            with open(handle, "wb") as file:
                file.write(_MAGIC + len(index).to_bytes(8, "big") + digest_of(index) + index)
                file.writelines(values)
            values.clear()
            os.replace(prepared, self.file)
        except OSError:
            with contextlib.suppress(OSError):
                os.unlink(prepared)
            raise

    def _load(self) -> None:
        try:
            data = _contents(self.file)
            index, start = _read_index(data)
        except (OSError, ValueError, msgspec.MsgspecError):
            return
        if (index.root, index.fingerprint) == (self._root, self._fingerprint):
            self._entries = index.entries
            self._blob = data[start:]
            self._fresh = {}

    def _stored(self, entry: _Entry) -> memoryview:
        return self._blob[entry.offset : entry.offset + entry.size] if entry.offset >= 0 else self._blob[:0]

    def _value(self, path: str, entry: _Entry) -> bytes | None:
        value = self._fresh.get(path)
        if value is None:
            value = bytes(self._stored(entry))
            if crc32(value) != entry.checksum or len(value) != entry.size:
                self._forget(path)
                return None
        return value

    def _forget(self, path: str) -> None:
        del self._entries[path]
        self._fresh.pop(path, None)
        self._changed = True


def prune_caches(folder: Path, max_age_days: float = 30, max_bytes: int = 1 << 30) -> None:
    """Remove the caches of workspaces that nobody has opened for long, oldest first, and stray files."""
    try:
        with os.scandir(folder) as scan:
            found = [(entry.path, entry.stat()) for entry in scan if entry.is_file(follow_symlinks=False)]
    except OSError:
        return
    now, n_bytes = time.time(), 0
    for path, status in sorted(found, key=lambda item: item[1].st_mtime, reverse=True):
        age_days = (now - status.st_mtime) / 86_400
        if path.endswith(_SUFFIX):
            n_bytes += status.st_size
            is_stray = max_age_days < age_days or max_bytes < n_bytes
        else:
            is_stray = path.endswith(".tmp") and age_days > 1
        if is_stray:
            with contextlib.suppress(OSError):
                os.unlink(path)


WHOLE = ""
"""Stands, in place of a path, for what is known of all files together."""

_SUFFIX = ".cache"
_MAGIC = b"bugcatalog cache 1\n"
_HEADER = len(_MAGIC) + 8 + 16


class _Entry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What is known of one file, and where its result lies; an offset of -1 is a result not yet saved."""

    stamp: FileStamp
    digest: bytes
    offset: int
    size: int
    checksum: int


class _Index(msgspec.Struct, array_like=True):
    root: str
    fingerprint: bytes
    entries: dict[str, _Entry]


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Index)


def _contents(file: Path) -> memoryview:
    with open(file, "rb") as handle:
        if os.name == "nt":
            # A file that is mapped can't be replaced there.
            return memoryview(handle.read())
        return memoryview(mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ))


def _read_index(data: memoryview) -> tuple[_Index, int]:
    if bytes(data[: len(_MAGIC)]) != _MAGIC or len(data) < _HEADER:
        raise ValueError("not a cache of this version")
    length = int.from_bytes(data[len(_MAGIC) : len(_MAGIC) + 8], "big")
    start = _HEADER + length
    index = data[_HEADER:start]
    if len(index) != length or digest_of(index) != data[len(_MAGIC) + 8 : _HEADER]:
        raise ValueError("damaged")
    return _DECODER.decode(index), start
