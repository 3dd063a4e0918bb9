"""The last run over all files, recalled from the cache where every file is as it was then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from bugcatalog_ls.analysis.result import Result
from bugcatalog_ls.workspace.cache import WHOLE, Cache
from bugcatalog_ls.workspace.files import FileStamp, ReadProblem, ReadResult
from bugcatalog_ls.workspace.reading import read_file
from bugcatalog_ls.workspace.whole_run import WholeRun, key_of, pack, unpack


class Recalled(NamedTuple):
    """A run, the files that it is about, and those that can't be read now either."""

    run: WholeRun
    paths: Iterable[str]
    problems: list[ReadProblem]


def recall(cache: Cache, root: Path, stamps: Mapping[str, FileStamp], max_size: int) -> Recalled | None:
    """The run over exactly these files with exactly these contents, if the cache holds it."""
    if not cache.has(WHOLE):
        return None
    digests: dict[str, bytes] = {}
    problems: list[ReadProblem] = []
    for path, stamp in stamps.items():
        digest = cache.digest(path, stamp)
        if digest is None:
            read = read_file(root, path, max_size)
            if isinstance(read, ReadProblem):
                problems.append(read)
                continue
            digest = read.digest
            if cache.by_content(path, digest, read.stamp) is None:
                return None
        digests[path] = digest

    def digest_of(path: str) -> bytes:
        read = read_file(root, path, max_size)
        return read.digest if isinstance(read, ReadResult) else b""

    run = unpack(cache.by_content(WHOLE, key_of(digests)))
    if run is None or not run.is_about(digest_of):
        return None
    return Recalled(run, digests, problems)


def remember(cache: Cache, run: WholeRun, results: Mapping[str, Result]) -> None:
    """Keep a run for the next one over the same files."""
    digests = cache.digests(results)
    if digests is None:
        return
    for path, result in results.items():
        run.note_result(path, result)
    cache.put(WHOLE, key_of(digests), pack(run))
