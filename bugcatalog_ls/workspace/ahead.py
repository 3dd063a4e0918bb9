"""Answers that a run over all files will ask for, found out by several processes before it asks."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager

from bugcatalog_ls.workspace.copies import can_copy, run_in_copies

# Below this many files the copies cost more than they save.
_MIN_FILES = 200
_CHUNK = 40


def answers_ahead(
    paths: Sequence[str],
    weights: Sequence[int],
    jobs: int,
    answer: Callable[[Sequence[str]], bytes],
    report: Callable[[int, int], None],
) -> Iterator[bytes]:
    """What `answer` gives for all `paths`, some at a time, from copies of this process. `weights` tell how
    much work each path is.

    Where copies can't be made, or one fails, answers are missing: whoever asks finds them out anew, and
    sees for himself what went wrong.
    """
    if jobs < 2 or len(paths) < _MIN_FILES or not can_copy():
        return
    chunks = [paths[start : start + _CHUNK] for start in range(0, len(paths), _CHUNK)]
    chunk_weights = [sum(weights[start : start + _CHUNK]) for start in range(0, len(paths), _CHUNK)]
    # Two copies to each share, which meet somewhere in the middle.
    shares = _neighbours(chunk_weights, (jobs + 1) // 2)

    def work(task: int) -> bytes:
        with _told_errors():
            return answer(chunks[task])

    n_done = 0
    with closing(run_in_copies(shares, work, from_both_ends=True)) as given:
        for answered in filter(None, given):
            n_done += len(chunks[answered.task])
            report(n_done, len(paths))
            if answered.value is not None:
                yield answered.value


def _neighbours(weights: Sequence[int], jobs: int) -> list[range]:
    """All numbers in shares of about the same weight. What neighbours have in common (a history of
    migrations, say) is found out by one copy only."""
    total, done, start = sum(weights), 0, 0
    shares: list[range] = []
    for number, weight in enumerate(weights):
        done += weight
        if done * jobs >= total * (len(shares) + 1):
            shares.append(range(start, number + 1))
            start = number + 1
    return [*shares, range(start, len(weights))]


@contextmanager
def _told_errors() -> Iterator[None]:
    """Raise where an error is logged: in a copy nobody would see it."""
    counter = _Counter()
    logger = logging.getLogger("bugcatalog_ls")
    logger.addHandler(counter)
    try:
        yield
    finally:
        logger.removeHandler(counter)
    if counter.n_errors:
        raise RuntimeError("an error was logged")


class _Counter(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.n_errors = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.n_errors += 1
