"""Progress on standard error, where that is a terminal and the work takes more than a moment."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

PATIENCE = 1.0
"""Seconds until a bar is shown."""
PAUSE = 0.1
"""Seconds between two drawings of it."""


class Bar:
    """A progress bar for several steps, one after the other; `report` fits what reports progress."""

    def __init__(self) -> None:
        self._begun = self._drawn = time.monotonic()
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._label = ""

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def step(self, label: str) -> None:
        """What is reported from now on."""
        self._label = label
        self._task = None

    def report(self, done: int, total: int) -> None:
        if time.monotonic() - self._begun < PATIENCE or not sys.stderr.isatty():
            return
        if self._progress is None:
            self._progress = _rich_progress()
            self._progress.start()
        if self._task is None:
            for task in self._progress.task_ids:
                self._progress.remove_task(task)
            self._task = self._progress.add_task(self._label, total=total)
        now = time.monotonic()
        is_due = self._drawn + PAUSE <= now or done == total
        self._drawn = now if is_due else self._drawn
        self._progress.update(self._task, completed=done, total=total, refresh=is_due)


def _rich_progress() -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        # It would be refreshed by a thread, and a process with threads can't share out its work by copies.
        auto_refresh=False,
    )
