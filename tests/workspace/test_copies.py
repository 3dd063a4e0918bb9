"""Work in copies of this process: every task is answered once, whatever happens to a copy."""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import closing

import pytest

from bugcatalog_ls.workspace.copies import Given, can_copy, run_in_copies

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux only")


def double(task: int) -> bytes:
    return b"%d" % (2 * task)


def test_all_tasks_are_answered() -> None:
    found = sorted(run_in_copies([[0, 2], [1, 3], []], double))
    assert found == [Given(task, b"%d" % (2 * task)) for task in range(4)]


def test_answers_may_be_large_or_empty() -> None:
    def work(task: int) -> bytes:
        return b"x" * (task * 300_000)

    assert [len(given.value or b"") for given in sorted(run_in_copies([[0, 1, 2]], work))] == [
        0,
        300_000,
        600_000,
    ]


def test_a_copy_that_dies_costs_only_its_task() -> None:
    def work(task: int) -> bytes:
        if task == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        if task == 3:
            raise ValueError
        return double(task)

    found = sorted(run_in_copies([[0, 1, 2, 3, 4]], work))
    assert [given.task for given in found] == [0, 1, 2, 3, 4]
    assert [given.value for given in found] == [b"0", None, b"4", None, b"8"]
    assert [given.raised for given in found] == [False, False, False, True, False]


def test_copies_end_with_their_reader() -> None:
    def work(task: int) -> bytes:
        if task:
            signal.pause()
        return double(task)

    with closing(run_in_copies([[0, 1]], work)) as answers:
        assert next(answers) == Given(0, b"0")
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_a_process_with_threads_is_not_copied() -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        assert not can_copy()
    finally:
        end.set()
        thread.join()
