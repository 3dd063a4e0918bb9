"""Findings as JSON: the shape that other programs rely on, and that therefore never changes."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from bugcatalog_ls.analysis.finding import Edit, Fix
from bugcatalog_ls.catalog.entry import Applicability, Severity
from bugcatalog_ls.cli.shown import Position, Shown, positions
from bugcatalog_ls.cli.targets import filename_of
from bugcatalog_ls.workspace.workspace import Workspace


class Location(msgspec.Struct, frozen=True):
    """A row and a column in code points, both from 1."""

    row: int
    column: int


class RelatedRecord(msgspec.Struct, frozen=True):
    filename: str
    location: Location
    message: str


class EditRecord(msgspec.Struct, frozen=True):
    """The text between two places replaced; the end is exclusive."""

    filename: str
    location: Location
    end_location: Location
    content: str


class CreateRecord(msgspec.Struct, frozen=True):
    filename: str
    create: bool
    content: str


class DeleteRecord(msgspec.Struct, frozen=True):
    filename: str
    delete: bool


class FixRecord(msgspec.Struct, frozen=True):
    title: str
    applicability: Applicability
    edits: tuple[EditRecord | CreateRecord | DeleteRecord, ...]


class FindingRecord(msgspec.Struct, frozen=True):
    code: str
    name: str
    severity: Severity
    message: str
    filename: str
    location: Location
    end_location: Location
    url: str | None
    related: tuple[RelatedRecord, ...]
    fixes: tuple[FixRecord, ...]


def record_of(shown: Shown) -> FindingRecord:
    """A finding with its fixes, which are made now."""
    entry = shown.diagnosis.entry
    return FindingRecord(
        code=shown.code,
        name=entry.name,
        severity=shown.diagnosis.severity,
        message=shown.message,
        filename=shown.filename,
        location=_location(shown.start),
        end_location=_location(shown.end),
        url=shown.url,
        related=tuple(
            RelatedRecord(related.filename, _location(related.start), related.message)
            for related in shown.related
        ),
        fixes=tuple(_fix(shown.workspace, fix) for fix in shown.workspace.fixes(shown.diagnosis.finding)),
    )


def encoded(record: msgspec.Struct) -> str:
    """A record as JSON on one line."""
    return msgspec.json.encode(record).decode("utf-8")


def _fix(workspace: Workspace, fix: Fix) -> FixRecord:
    edits: list[EditRecord | CreateRecord | DeleteRecord] = list(_edits(workspace, fix.edits))
    edits += [CreateRecord(filename_of(workspace.root, new.path), True, new.content) for new in fix.creates]
    edits += [DeleteRecord(filename_of(workspace.root, path), True) for path in fix.deletes]
    return FixRecord(fix.title, fix.applicability, tuple(edits))


def _edits(workspace: Workspace, edits: tuple[Edit, ...]) -> Iterator[EditRecord]:
    for edit in sorted(edits, key=lambda edit: (edit.path, edit.span)):
        source = workspace.source(edit.path)
        if source is not None:
            start, end = positions(source, edit.span)
            filename = filename_of(workspace.root, edit.path)
            yield EditRecord(filename, _location(start), _location(end), edit.content)


def _location(position: Position) -> Location:
    return Location(*position)
