"""Work shared out among copies of this process, which know all that it knows from the start.

Copies are made by `fork`, where that is sound: starting a new interpreter and telling it the catalog
costs as much as analysing 40,000 lines. They give back bytes, and end without running anything else.
"""

from __future__ import annotations

import contextlib
import gc
import os
import selectors
import signal
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import NamedTuple

_HEAD = 4
_PIECE = 1 << 16
_TASKS_BETWEEN_COLLECTIONS = 100
_RAISED = 1
# What a pipe surely holds (a page, on Linux).
_MAX_TURNS = 4096
# PR_SET_PDEATHSIG of `prctl(2)`.
_SIGNAL_AT_PARENTS_DEATH = 1
_harmless: weakref.WeakSet[threading.Thread] = weakref.WeakSet()


def can_copy() -> bool:
    """Whether this process may be copied: a lock that another thread holds would never be given back."""
    return sys.platform == "linux" and all(
        thread is threading.current_thread() or thread in _harmless for thread in threading.enumerate()
    )


def declare_harmless(thread: threading.Thread) -> None:
    """Say of a thread that it never holds a lock which work in copies could wait for."""
    _harmless.add(thread)


class Given(NamedTuple):
    """What a copy gave for the task of a number; None where the task raised, or ended the process."""

    task: int
    value: bytes | None
    raised: bool = False


def run_in_copies(
    shares: Sequence[Sequence[int]],
    work: Callable[[int], bytes],
    *,
    patience: float | None = None,
    budget: float = 0.0,
    from_both_ends: bool = False,
) -> Generator[Given | None, None, None]:
    """Do tasks, by their numbers, each share in a copy of its own; answers come as they are ready.

    A copy that dies loses the task it was at; the rest of its share is done by another one. Copies
    are ended when the iterator is closed. With `patience`, None is given where no answer has come
    for so many seconds. A task that takes more than `budget` seconds of the processor, where there
    is a budget, ends its copy. Where the system makes no more copies, the tasks count as raised.

    `from_both_ends` has a second copy do each share from its end, until the two meet: none is done
    before the other, whatever the tasks take. Tasks of which no copy is made are left out then.
    """
    copies: list[_Copy] = []
    turns: list[int] = []
    with selectors.DefaultSelector() as selector:

        def begin(share: Sequence[int], turn: int | None = None) -> Iterator[Given]:
            try:
                copy = _Copy(share, work, budget, turn)
            except OSError:
                if turn is None:
                    yield from (Given(task, None, raised=True) for task in share)
                return
            copies.append(copy)
            selector.register(copy.pipe, selectors.EVENT_READ, copy)

        try:
            # All begin to work before any answer is given.
            if from_both_ends:
                for share in filter(None, shares):
                    turns.append(_turns(len(share)))
                    for way in (share, share[::-1]):
                        yield from begin(way, turns[-1])
            else:
                yield from [given for share in shares if share for given in begin(share)]
            while selector.get_map():
                ready = selector.select(patience)
                if not ready:
                    yield None
                for key, _ in ready:
                    copy = key.data
                    if copy.read():
                        yield from copy.answers()
                        continue
                    selector.unregister(copy.pipe)
                    code = copy.wait()
                    if copy.left and (code or copy.turn is None):
                        yield Given(copy.left.popleft(), None, raised=code == _RAISED)
                        if copy.left:
                            yield from begin(list(copy.left), copy.turn)
        finally:
            for copy in copies:
                copy.end()
            for turn in turns:
                os.close(turn)


def _turns(n_tasks: int) -> int:
    """A pipe of which a byte can be read for each task: who has read one may do his next task."""
    reading, writing = os.pipe()
    with open(writing, "wb", buffering=0) as pipe:
        # It must hold all at once.
        pipe.write(bytes(min(n_tasks, _MAX_TURNS)))
    return reading


class _Copy:
    """One copy. `left` are the tasks of its share that it has not answered, in the order it does them;
    `turn` is where it asks whether it may do the next, if it shares them with another one."""

    def __init__(
        self, share: Sequence[int], work: Callable[[int], bytes], budget: float, turn: int | None
    ) -> None:
        self.left = deque(share)
        self.turn = turn
        self._buffer = bytearray()
        self.pipe, writing = os.pipe()
        # What stands in a buffer would be written by both.
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        try:
            self._process = _fork()
        except OSError:
            os.close(self.pipe)
            os.close(writing)
            raise
        if self._process == 0:
            os.close(self.pipe)
            _work(share, work, budget, writing, parent, turn)
        os.close(writing)

    def read(self) -> bool:
        """Take what has come; False at its end."""
        piece = os.read(self.pipe, _PIECE)
        self._buffer += piece
        return bool(piece)

    def answers(self) -> Iterator[Given]:
        """The answers that have come whole."""
        start = 0
        while start + _HEAD <= len(self._buffer):
            end = start + _HEAD + int.from_bytes(self._buffer[start : start + _HEAD], "big")
            if len(self._buffer) < end:
                break
            yield Given(self.left.popleft(), bytes(self._buffer[start + _HEAD : end]))
            start = end
        del self._buffer[:start]

    def wait(self) -> int:
        """How the process ended: its exit code, or less than zero where a signal ended it."""
        os.close(self.pipe)
        _, status = os.waitpid(self._process, 0)
        self._process = 0
        return os.waitstatus_to_exitcode(status)

    def end(self) -> None:
        """End the process if it still runs."""
        if sys.platform != "win32" and self._process:
            os.kill(self._process, signal.SIGKILL)
            self.wait()


def _fork() -> int:
    if sys.platform == "win32":
        raise OSError("this system makes no copies of processes")
    return os.fork()


def _work(
    share: Sequence[int],
    work: Callable[[int], bytes],
    budget: float,
    writing: int,
    parent: int,
    turn: int | None,
) -> None:
    """All that a copy does."""
    if sys.platform == "win32":
        return
    code = _RAISED
    try:
        _end_with(parent)
        # An interrupt is for the process that waits for this one.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _let_go_of_files(writing, *(() if turn is None else (turn,)))
        # What was there before is never garbage here, and looking for garbage in it would copy its pages;
        # syntax trees make many objects, few of which go round in circles. Between tasks few objects
        # are left that have to be looked at.
        gc.freeze()
        gc.disable()
        with open(writing, "wb", buffering=0) as pipe:
            for number, task in enumerate(share, 1):
                if turn is not None and not os.read(turn, 1):
                    break
                if number % _TASKS_BETWEEN_COLLECTIONS == 0:
                    gc.collect()
                # Past it a signal ends this process, unless the time is set anew.
                signal.setitimer(signal.ITIMER_PROF, budget)
                value = work(task)
                rest = memoryview(len(value).to_bytes(_HEAD, "big") + value)
                while rest:
                    rest = rest[pipe.write(rest) :]
        code = 0
    finally:
        # Nothing that was set up to be done at the end of the process is this one's to do.
        os._exit(code)


def _end_with(parent: int) -> None:
    """Let the system end this process when the one that waits for it ends, however that comes about."""
    if sys.platform == "win32":
        return
    # Only copies need it.
    import ctypes

    ctypes.CDLL(None).prctl(_SIGNAL_AT_PARENTS_DEATH, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        # It has ended before that was asked for.
        os._exit(_RAISED)


def _let_go_of_files(*kept: int) -> None:
    """Put nothing in the place of all open files but standard error and those that are kept: who waits
    for the end of a pipe waits for all processes that have it."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for name in os.listdir("/proc/self/fd"):
        if int(name) not in (2, nothing, *kept):
            # The number of the folder that is listed is free again.
            with contextlib.suppress(OSError):
                os.fstat(int(name))
                os.dup2(nothing, int(name))
    os.close(nothing)
