"""Which fixes can be made in one round: those that touch nothing that another one touches."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from bugcatalog_ls.analysis.finding import Edit, Fix

_LINE_END = len(b"\r\n")


def is_free(fix: Fix, changes: Mapping[str, Sequence[Edit]], beside: Collection[Edit] = ()) -> bool:
    """Whether a fix touches nothing that this round touches already; the same edit twice is one, and rows
    may be added `beside` those of other fixes of the entry."""
    for edit in fix.edits:
        for other in changes.get(edit.path, ()):
            if edit == other or not (edit.span.overlaps(other.span) or _touches(edit, other)):
                continue
            if other not in beside or not (_adds_row(edit) and _adds_row(other)):
                return False
    return True


def reindents(fix: Fix, other: Fix) -> bool:
    """Whether one of two fixes writes new rows between those that the other one indents."""
    return _writes_within(fix, _indented(other)) or _writes_within(other, _indented(fix))


def _adds_row(edit: Edit) -> bool:
    """Whether an edit does no more than add one row below another."""
    is_insertion = edit.span.start == edit.span.end
    return is_insertion and edit.content.startswith(("\n", "\r\n")) and edit.content.count("\n") == 1


def _indented(fix: Fix) -> dict[str, tuple[int, int]]:
    """From where to where a fix indents rows, by file."""
    found: dict[str, tuple[int, int]] = {}
    for edit in fix.edits:
        if edit.span.start == edit.span.end and edit.content and not edit.content.strip(" \t"):
            start, end = found.get(edit.path, (edit.span.start, edit.span.start))
            found[edit.path] = (min(start, edit.span.start), max(end, edit.span.start))
    return found


def _writes_within(fix: Fix, places: dict[str, tuple[int, int]]) -> bool:
    return any(
        places[edit.path][0] <= edit.span.start <= places[edit.path][1]
        for edit in fix.edits
        if edit.path in places and "\n" in edit.content
    )


def _touches(edit: Edit, other: Edit) -> bool:
    """Two insertions at one place, whose order nobody knows; below a row and above the next are one place.
    Rows inserted right above or below rewritten ones may bring what these bring: the import of a logger."""
    if edit.span == other.span:
        return True
    if edit.span.start != edit.span.end or other.span.start != other.span.end:
        inserted, rewritten = (edit, other) if edit.span.start == edit.span.end else (other, edit)
        is_beside = inserted.span.start in (rewritten.span.start, rewritten.span.end)
        return is_beside and "\n" in inserted.content and "\n" in rewritten.content
    apart = abs(edit.span.start - other.span.start)
    return apart <= _LINE_END and "\n" in edit.content and "\n" in other.content
