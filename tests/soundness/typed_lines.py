"""Lines typed character by character into a file of a workspace, and what is shown elsewhere meanwhile."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bugcatalog_ls.text.source import Source
from bugcatalog_ls.workspace.workspace import Workspace

Shown = Counter[tuple[str, int, int]]
"""Code, row and column of what is shown."""


@dataclass
class Tally:
    """How many keystrokes there were, after how many all was shown elsewhere, and where it was not.

    `n_broken` counts the keystrokes after which the text does not parse; where it does, a line that
    is typed halfway can mean something else (`import req`), and what is shown is then simply true.
    """

    n_keys: int = 0
    n_kept: int = 0
    n_broken: int = 0
    n_broken_kept: int = 0
    lost: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.n_keys += other.n_keys
        self.n_kept += other.n_kept
        self.n_broken += other.n_broken
        self.n_broken_kept += other.n_broken_kept
        self.lost += other.lost

    @property
    def share(self) -> float:
        return self.n_kept / max(self.n_keys, 1)

    def __str__(self) -> str:
        broken = f"{self.n_broken_kept} of {self.n_broken} where the text does not parse"
        return f"{self.n_kept} of {self.n_keys} keystrokes ({self.share:.2%}), {broken}"


def type_lines(workspace: Workspace, path: str, rows: list[int], *, quick: bool) -> Tally:
    """Type each of `rows` anew in the file at `path`, which ends as it was."""
    source = workspace.source(path)
    assert source is not None
    tally = Tally()
    workspace.set_text(path, source.text)
    for row in rows:
        expected = shown_elsewhere(workspace, path, row)
        for text in prefixes(source, row):
            workspace.set_text(path, text, quick=quick)
            note(tally, workspace, path, row, shown_elsewhere(workspace, path, row) == expected)
        workspace.set_text(path, source.text)
        assert shown_elsewhere(workspace, path, row) == expected
    workspace.close_text(path)
    return tally


def add_lines(workspace: Workspace, path: str, rows: list[int], *, quick: bool) -> Tally:
    """Type a copy of each of `rows` below itself, on a line that comes with the first keystroke."""
    source = workspace.source(path)
    assert source is not None
    tally = Tally()
    for row in rows:
        workspace.set_text(path, source.text)
        expected = Counter(
            {
                (code, other + (other > row), column): count
                for (code, other, column), count in shown_elsewhere(workspace, path, -1).items()
            }
        )
        _, end = source.lines.line_span(row)
        with_copy = source.newline.encode() + source.lines.line(row).encode()
        longer = Source(source.data[:end] + with_copy + source.data[end:])
        for text in prefixes(longer, row + 1):
            workspace.set_text(path, text, quick=quick)
            # A range that goes over the new line has grown, and begins where it did.
            shown = shown_elsewhere(workspace, path, row + 1, within=True)
            note(tally, workspace, path, row + 1, shown == expected)
    workspace.close_text(path)
    return tally


def note(tally: Tally, workspace: Workspace, path: str, row: int, kept: bool) -> None:
    is_broken = workspace.project.results[path].has_error
    tally.n_keys += 1
    tally.n_kept += kept
    tally.n_broken += is_broken
    tally.n_broken_kept += is_broken and kept
    if not kept:
        source = workspace.source(path)
        line = source.lines.line(row) if source is not None else ""
        tally.lost.append(f"{path}:{row + 1} {'broken' if is_broken else 'whole'} {line!r}")


def shown_elsewhere(workspace: Workspace, path: str, row: int, *, within: bool = False) -> Shown:
    """What is shown of a file, without what begins on a row or (unless `within`) goes over it."""
    source = workspace.source(path)
    assert source is not None
    shown: Shown = Counter()
    for diagnosis in workspace.diagnose(path):
        first, column = source.lines.position(diagnosis.span.start)
        last = source.lines.row_of(diagnosis.span.end)
        if first != row and (within or not first <= row <= last):
            shown[diagnosis.finding.code, first, column] += 1
    return shown


def prefixes(source: Source, row: int) -> Iterator[str]:
    """The text with one line empty, then as it grows character by character, its indentation at once."""
    start, end = source.lines.line_span(row)
    line = source.lines.line(row)
    before, after = source.data[:start].decode(), source.data[end:].decode()
    for n_typed in range(len(line) - len(line.lstrip()), len(line)):
        yield before + line[:n_typed] + after


def rows_to_type(source: Source, n_rows: int, seed: str) -> list[int]:
    """A sample of the lines that hold something, the same for the same seed, in random order."""
    rows = [row for row in range(len(source.lines)) if source.lines.line(row).strip()]
    random.Random(seed).shuffle(rows)
    return rows[:n_rows]


def files_with_findings(workspace: Workspace, n_files: int, seed: str, size: tuple[int, int]) -> list[str]:
    """A sample of the files of a size (in lines) that have findings."""
    found = []
    for path in workspace.files():
        source = workspace.source(path)
        if source is None or not path.endswith(".py") or not size[0] <= len(source.lines) <= size[1]:
            continue
        if workspace.diagnose(path) and not workspace.project.results[path].has_error:
            found.append(path)
    random.Random(seed).shuffle(found)
    return sorted(found[:n_files])


def scanned(root: Path) -> Workspace:
    """A workspace of a folder, scanned without a cache."""
    workspace = Workspace(root, use_cache=False)
    workspace.find_files()
    workspace.scan()
    return workspace
