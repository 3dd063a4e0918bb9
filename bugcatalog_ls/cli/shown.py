"""A finding as the command line shows it: in which file, by a name relative to the working directory,
and where in it, in rows and columns from 1."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from bugcatalog_ls.analysis.finding import Related
from bugcatalog_ls.cli.targets import filename_of
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span
from bugcatalog_ls.workspace.publish import Diagnosis
from bugcatalog_ls.workspace.workspace import Workspace

Position = tuple[int, int]
"""A row and a column (in code points), both from 1."""


class Shown:
    """One finding with all that is needed to show it."""

    def __init__(self, workspace: Workspace, diagnosis: Diagnosis, source: Source) -> None:
        self.workspace = workspace
        self.diagnosis = diagnosis
        self.source = source
        self.filename = filename_of(workspace.root, diagnosis.finding.path)
        self.start = position(source, diagnosis.span.start)
        self.end = position(source, diagnosis.span.end)

    @property
    def code(self) -> str:
        return self.diagnosis.finding.code

    @property
    def message(self) -> str:
        return self.diagnosis.finding.message

    @property
    def last_row(self) -> int:
        """The last row of which anything belongs to the finding."""
        row, column = self.end
        return row - 1 if column == 1 and self.start[0] < row else row

    @property
    def git_rows(self) -> tuple[int, int]:
        """The first and the last row as git counts them, for which a carriage return ends no line."""
        data, span = self.source.data, self.diagnosis.span
        first = data.count(b"\n", 0, span.start) + 1
        return first, first + data.count(b"\n", span.start, max(span.start, span.end - 1))

    @cached_property
    def url(self) -> str | None:
        """The address of the entry's page."""
        path = Path(self.diagnosis.entry.path)
        return path.as_uri() if path.is_absolute() else None

    @cached_property
    def related(self) -> tuple[RelatedPlace, ...]:
        """The other places that the finding speaks of, as far as they can be read."""
        found = []
        for related in self.diagnosis.finding.related:
            source = self.workspace.source(related.path)
            if source is not None and related.span is not None:
                found.append(RelatedPlace(self.workspace, related, position(source, related.span.start)))
        return tuple(found)

    @property
    def order(self) -> tuple[str, Position, Position, str, str]:
        """By what findings are sorted."""
        return self.filename, self.start, self.end, self.code, self.message


class RelatedPlace:
    """Another place that a finding speaks of."""

    def __init__(self, workspace: Workspace, related: Related, start: Position) -> None:
        self.filename = filename_of(workspace.root, related.path)
        self.message = related.message
        self.start = start


def position(source: Source, offset: int) -> Position:
    row, column = source.lines.position(offset)
    return row + 1, column + 1


def positions(source: Source, span: Span) -> tuple[Position, Position]:
    return position(source, span.start), position(source, span.end)
