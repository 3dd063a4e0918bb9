"""The results of files in the cache of a root, opened when it is first asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import msgspec

from bugcatalog_ls.analysis.result import Result, StoredResult, unpack
from bugcatalog_ls.workspace.cache import Cache, open_cache
from bugcatalog_ls.workspace.files import FileStamp, ReadResult
from bugcatalog_ls.workspace.reading import read_file
from bugcatalog_ls.workspace.recall import remember
from bugcatalog_ls.workspace.whole_run import WholeRun


class StoredResults:
    """What is known of files from runs before. `is_for_long` tells that results are kept in memory: they
    are squeezed then, and the cache, which lies there as a whole, is let go when it is saved."""

    def __init__(self, root: Path, folder: Path | None, *, is_used: bool, is_for_long: bool) -> None:
        self._root, self._folder = root, folder
        self._is_used, self._is_for_long = is_used, is_for_long
        self._fingerprint = b""
        self._opened: Cache | None = None

    def use(self, fingerprint: bytes) -> None:
        """From now on results count that were found under what `fingerprint` stands for."""
        self._fingerprint, self._opened = fingerprint, None

    def cache(self) -> Cache | None:
        if self._is_used and self._opened is None:
            self._opened = open_cache(self._root, self._fingerprint, self._folder)
        return self._opened

    def digests(self, paths: Collection[str]) -> dict[str, bytes] | None:
        """The digests of the contents that results are about, if all are known."""
        cache = self.cache()
        return cache.digests(paths) if cache is not None else None

    def result(self, cache: Cache, path: str, stamp: FileStamp, max_size: int) -> StoredResult | None:
        """The result of a file that looks unchanged, or that says what it said when it was analysed."""
        result = self.unpacked(cache.by_stamp(path, stamp))
        if result is not None or not cache.has(path):
            return result
        read = read_file(self._root, path, max_size)
        if not isinstance(read, ReadResult):
            return None
        return self.unpacked(cache.by_content(path, read.digest, read.stamp))

    def unpacked(self, packed: bytes | None) -> StoredResult | None:
        if packed is None:
            return None
        try:
            return unpack(packed, squeeze=self._is_for_long)
        except msgspec.MsgspecError:
            return None

    def save(self, paths: Collection[str], run: WholeRun | None, results: Mapping[str, Result]) -> None:
        """Write what was learnt of files, and of a run over them all; a cache that can't be written is done
        without."""
        cache = self._opened
        if cache is None:
            return
        cache.keep_only(paths)
        if run is not None:
            remember(cache, run, results)
        cache.save()
        if self._is_for_long:
            # It is not needed before the next scan.
            self._opened = None

    def forget(self, path: str) -> None:
        if (cache := self.cache()) is not None:
            cache.forget(path)
