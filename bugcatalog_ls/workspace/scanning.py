"""Many files analysed each by itself, in this process or in several."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.analysis.driver import Plan, plan_for
from bugcatalog_ls.analysis.result import pack
from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.workspace.configuration import Configuration
from bugcatalog_ls.workspace.files import UNSETTLED, FileStamp, ReadProblem
from bugcatalog_ls.workspace.half_typed import analyse_text
from bugcatalog_ls.workspace.reading import read_file

# Below this many files starting a process costs more than it saves.
MIN_FILES_PER_JOB = 60
_CHUNK = 8


class Analysed(NamedTuple):
    """One file's packed result, or why there is none; with the version that was read."""

    path: str
    outcome: bytes | ReadProblem
    digest: bytes = b""
    stamp: FileStamp = UNSETTLED


def analyse_files(
    root: Path, configuration: Configuration, paths: Sequence[str], jobs: int
) -> Iterator[Analysed]:
    """Analyse the files at `paths`, in their order, by at most `jobs` processes."""
    job = _Job(root, configuration.plan, configuration.options, configuration.loaded.settings.max_file_size)
    n_jobs = min(jobs, len(paths) // MIN_FILES_PER_JOB)
    if n_jobs <= 1:
        yield from map(job.run, paths)
        return
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    entries = [entry for code, entry in configuration.entries.items() if code in configuration.plan.codes]
    context = multiprocessing.get_context(method)
    arguments = (root, entries, configuration.options, job.max_size)
    with context.Pool(n_jobs, _start, arguments) as pool:
        yield from pool.imap(_run, paths, chunksize=_CHUNK)


class _Job(NamedTuple):
    root: Path
    plan: Plan
    options: Options
    max_size: int

    def run(self, path: str) -> Analysed:
        read = read_file(self.root, path, self.max_size)
        if isinstance(read, ReadProblem):
            return Analysed(path, read)
        result = analyse_text(self.plan, path, Source(read.data), self.options)
        return Analysed(path, pack(result), read.digest, read.stamp)


_job: _Job | None = None


def _start(root: Path, entries: Sequence[Entry], options: Options, max_size: int) -> None:
    global _job
    _job = _Job(root, plan_for(entries)[0], options, max_size)


def _run(path: str) -> Analysed:
    assert _job is not None
    return _job.run(path)
