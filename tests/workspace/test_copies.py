"""Work in copies of this process: every task is answered once, whatever happens to a copy."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from textwrap import dedent

import psutil
import pytest

from bugcatalog_ls.workspace.copies import Given, can_copy, declare_harmless, run_in_copies

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are copied on Linux only")


def double(task: int) -> bytes:
    return b"%d" % (2 * task)


def answers(shares: Sequence[Sequence[int]], work: Callable[[int], bytes]) -> list[Given]:
    return sorted(filter(None, run_in_copies(shares, work)))


def test_all_tasks_are_answered() -> None:
    found = answers([[0, 2], [1, 3], []], double)
    assert found == [Given(task, b"%d" % (2 * task)) for task in range(4)]


def test_answers_may_be_large_or_empty() -> None:
    def work(task: int) -> bytes:
        return b"x" * (task * 300_000)

    assert [len(given.value or b"") for given in answers([[0, 1, 2]], work)] == [0, 300_000, 600_000]


def test_a_copy_that_dies_costs_only_its_task() -> None:
    def work(task: int) -> bytes:
        if task == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        if task == 3:
            raise ValueError
        return double(task)

    found = answers([[0, 1, 2, 3, 4]], work)
    assert [given.task for given in found] == [0, 1, 2, 3, 4]
    assert [given.value for given in found] == [b"0", None, b"4", None, b"8"]
    assert [given.raised for given in found] == [False, False, False, True, False]


def test_copies_end_with_their_reader() -> None:
    def work(task: int) -> bytes:
        if task:
            signal.pause()
        return double(task)

    before = {child.pid for child in psutil.Process().children()}
    with closing(run_in_copies([[0, 1]], work)) as given:
        assert next(given) == Given(0, b"0")
        assert {child.pid for child in psutil.Process().children()} != before
    assert {child.pid for child in psutil.Process().children()} == before


def test_copies_end_with_a_process_that_is_killed() -> None:
    program = dedent("""
        from bugcatalog_ls.workspace.copies import run_in_copies

        def work(task):
            while task:
                pass
            return b""

        for _ in run_in_copies([[0, 1]], work):
            print("begun", flush=True)
        """)
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        (copy,) = psutil.Process(process.pid).children()
        process.kill()
    until = time.monotonic() + 20
    while copy.is_running() and copy.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < until, "it runs on"
        time.sleep(0.02)


def test_a_process_with_threads_is_not_copied() -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    try:
        assert not can_copy()
    finally:
        end.set()
        thread.join()


def test_a_thread_that_is_declared_harmless_may_run_meanwhile() -> None:
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    declare_harmless(thread)
    thread.start()
    try:
        assert can_copy()
    finally:
        end.set()
        thread.join()


def test_who_has_little_patience_is_given_nothing_meanwhile() -> None:
    def work(task: int) -> bytes:
        time.sleep(0.2)
        return double(task)

    given = list(run_in_copies([[0, 1]], work, patience=0.01))
    assert given.count(None) >= 2
    assert [each for each in given if each is not None] == [Given(0, b"0"), Given(1, b"2")]


def test_a_task_past_its_budget_costs_only_itself() -> None:
    def work(task: int) -> bytes:
        while task == 1:
            pass
        return double(task)

    given = list(filter(None, run_in_copies([[0, 1, 2]], work, budget=0.1)))
    assert [each.value for each in given] == [b"0", None, b"4"]


def test_copies_hold_no_file_of_others_open() -> None:
    reading, writing = os.pipe()

    def work(task: int) -> bytes:
        if task:
            signal.pause()
        return double(task)

    with closing(run_in_copies([[0, 1]], work)) as given:
        assert next(given) == Given(0, b"0")
        os.close(writing)
        # The pipe has ended, though a copy that was made while it was open still runs.
        assert os.read(reading, 1) == b""
    os.close(reading)


def test_where_no_more_copies_are_made_their_tasks_count_as_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    fork, n_made = os.fork, 0

    def fork_once() -> int:
        nonlocal n_made
        n_made += 1
        if n_made > 1:
            raise BlockingIOError
        return fork()

    monkeypatch.setattr(os, "fork", fork_once)
    n_open = len(os.listdir("/proc/self/fd"))
    assert answers([[0, 2], [1, 3]], double) == [
        Given(0, b"0"),
        Given(1, None, raised=True),
        Given(2, b"4"),
        Given(3, None, raised=True),
    ]
    assert len(os.listdir("/proc/self/fd")) == n_open


def test_two_copies_do_a_share_from_both_ends() -> None:
    given = run_in_copies([range(20), range(20, 21)], double, from_both_ends=True)
    assert sorted(filter(None, given)) == [Given(task, double(task)) for task in range(21)]


def test_what_one_of_two_copies_dies_of_is_lost_alone() -> None:
    def work(task: int) -> bytes:
        if task == 7:
            os._exit(3)
        return double(task)

    given = sorted(filter(None, run_in_copies([range(20)], work, from_both_ends=True)))
    assert [found.task for found in given if found.value is None] == [7]
    assert [found.task for found in given] == list(range(20))
