"""Many files analysed each by itself, in this process or in several."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.analysis.driver import Plan, plan_for
from bugcatalog_ls.analysis.result import pack
from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.workspace.configuration import Configuration
from bugcatalog_ls.workspace.copies import can_copy, run_in_copies
from bugcatalog_ls.workspace.files import UNSETTLED, FileStamp, ReadProblem
from bugcatalog_ls.workspace.half_typed import analyse_text
from bugcatalog_ls.workspace.reading import read_file

# Below this many files starting a process costs more than it saves.
MIN_FILES_PER_JOB = 60
_CHUNK = 8
# What a file costs besides its text, in bytes of text.
_WEIGHT_OF_A_FILE = 2000
# Seconds for which one who has other things to do waits for an answer.
_PATIENCE = 0.02
# Seconds of the processor for one file, where somebody waits for others; the server's own for one job.
_BUDGET = 10.0


class Analysed(NamedTuple):
    """One file's packed result, or why there is none; with the version that was read."""

    path: str
    outcome: bytes | ReadProblem
    digest: bytes = b""
    stamp: FileStamp = UNSETTLED


def analyse_beside(
    root: Path, configuration: Configuration, paths: Sequence[str], jobs: int
) -> Iterator[Analysed | None]:
    """The same as `analyse_files`, for one who has other things to do meanwhile: gives None where
    nothing has come for a moment.

    Where processes can be copied, none of the work is done in this one, whose memory stays as small
    as the results are; elsewhere each step is a whole file.
    """
    job = _job_for(root, configuration)
    if len(paths) >= MIN_FILES_PER_JOB and can_copy():
        n_jobs = max(min(jobs, len(paths) // MIN_FILES_PER_JOB), 1)
        return _in_copies(job, paths, n_jobs, patience=_PATIENCE, budget=_BUDGET)
    return map(job.run, paths)


def analyse_files(
    root: Path, configuration: Configuration, paths: Sequence[str], jobs: int
) -> Iterator[Analysed]:
    """Analyse the files at `paths`, in their order, by at most `jobs` processes."""
    job = _job_for(root, configuration)
    n_jobs = min(jobs, len(paths) // MIN_FILES_PER_JOB)
    if n_jobs <= 1:
        yield from map(job.run, paths)
        return
    if can_copy():
        yield from filter(None, _in_copies(job, paths, n_jobs))
        return
    entries = [entry for code, entry in configuration.entries.items() if code in configuration.plan.codes]
    start = partial(_start, root.absolute(), entries, configuration.options, job.max_size)
    n_done = 0
    for analysed in _in_processes(start, paths, n_jobs, _CHUNK):
        n_done += 1
        yield analysed
    while n_done < len(paths):
        # A process died. One file at a time shows which file it died of.
        for analysed in _in_processes(start, paths[n_done:], 1, 1):
            n_done += 1
            yield analysed
        if n_done < len(paths):
            n_done += 1
            yield _left_out(paths[n_done - 1])


def _in_copies(
    job: _Job, paths: Sequence[str], n_jobs: int, *, patience: float | None = None, budget: float = 0.0
) -> Iterator[Analysed | None]:
    """The results of `paths` in their order, by copies of this process."""
    waiting: dict[int, Analysed] = {}
    n_done = 0
    for given in run_in_copies(
        _shares(job.root, paths, n_jobs),
        lambda task: _ENCODER.encode(job.run(paths[task])),
        patience=patience,
        budget=budget,
    ):
        if given is None:
            yield None
            continue
        if given.value is not None:
            waiting[given.task] = _DECODER.decode(given.value)
        elif given.raised:
            # What it raises is for the caller to see.
            waiting[given.task] = job.run(paths[given.task])
        else:
            waiting[given.task] = _left_out(paths[given.task])
        while n_done in waiting:
            yield waiting.pop(n_done)
            n_done += 1


def _shares(root: Path, paths: Sequence[str], n_jobs: int) -> list[list[int]]:
    """The numbers of paths in shares of about the same size in bytes, each in order."""
    sizes = [_size(root, path) for path in paths]
    shares: list[list[int]] = [[] for _ in range(n_jobs)]
    weights = [0] * n_jobs
    for task in sorted(range(len(paths)), key=sizes.__getitem__, reverse=True):
        lightest = weights.index(min(weights))
        shares[lightest].append(task)
        weights[lightest] += sizes[task] + _WEIGHT_OF_A_FILE
    return [sorted(share) for share in shares]


def _size(root: Path, path: str) -> int:
    try:
        return os.stat(root / path).st_size
    except OSError:
        return 0


def _left_out(path: str) -> Analysed:
    told = f"{path} is left out, because it ended the process that analysed it."
    return Analysed(path, ReadProblem(path, 0, told, "special"))


def _in_processes(
    start: Callable[[], None], paths: Sequence[str], n_jobs: int, chunk: int
) -> Iterator[Analysed]:
    """The results of `paths` in their order, up to where a process dies."""
    # Imported here: it costs 20 ms, and only long scans need it.
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(method)
    if method == "forkserver":
        context.set_forkserver_preload([__name__])
    with _away_from_users_code():
        # Handing out the work starts all processes.
        pool = ProcessPoolExecutor(n_jobs, context, start)
        results = pool.map(_run, paths, chunksize=chunk)
    try:
        yield from results
    except BrokenProcessPool:
        return
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@contextmanager
def _away_from_users_code() -> Iterator[None]:
    """Work in the folder of the standard library for a moment.

    New interpreters import from the folder that they are started in before all others, and a user's
    project may have a `signal.py` or a `socket.py`.
    """
    before = os.getcwd()
    os.chdir(os.path.dirname(os.__file__))
    try:
        yield
    finally:
        os.chdir(before)


def _job_for(root: Path, configuration: Configuration) -> _Job:
    max_size = configuration.loaded.settings.max_file_size
    return _Job(root, configuration.plan, configuration.options, max_size)


class _Job(NamedTuple):
    root: Path
    plan: Plan
    options: Options
    max_size: int

    def run(self, path: str) -> Analysed:
        read = read_file(self.root, path, self.max_size)
        if isinstance(read, ReadProblem):
            return Analysed(path, read)
        result = analyse_text(self.plan, path, Source(read.data), self.options).shown
        return Analysed(path, pack(result), read.digest, read.stamp)


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Analysed)
_job: _Job | None = None


def _start(root: Path, entries: Sequence[Entry], options: Options, max_size: int) -> None:
    # An interrupt is for the process that waits for this one; it tells of failures too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.getLogger("bugcatalog_ls").addHandler(logging.NullHandler())
    logging.getLogger("bugcatalog_ls").propagate = False
    global _job
    _job = _Job(root, plan_for(entries)[0], options, max_size)


def _run(path: str) -> Analysed:
    assert _job is not None
    return _job.run(path)
