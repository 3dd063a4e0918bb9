"""The baseline in force at a root: read again when its file has changed."""

from __future__ import annotations

from pathlib import Path

from bugcatalog_ls.workspace.baseline import BaselineError, Counts, read_baseline
from bugcatalog_ls.workspace.files import ReadProblem


class Accepted:
    """What the baseline of a root accepts. `problem` says why it can't be read, if so."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read: tuple[str, int] | None = None
        self._counts = Counts()
        self.problem: ReadProblem | None = None

    def counts(self, path: str) -> Counts:
        """What the file at `path`, relative to the root, accepts now."""
        file = self._root / path
        try:
            stamp = file.stat().st_mtime_ns
        except OSError:
            stamp = 0
        if self._read != (path, stamp):
            self._read, self.problem = (path, stamp), None
            try:
                self._counts = read_baseline(file)
            except BaselineError as error:
                self._counts, self.problem = Counts(), ReadProblem(path, 0, str(error), "special")
        return self._counts
