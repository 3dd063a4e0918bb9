"""What was mended in memory, written to files: what belongs together as a whole, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bugcatalog_ls.workspace.files import ReadProblem, digest_of
from bugcatalog_ls.workspace.mending import Mended
from bugcatalog_ls.workspace.reading import read_file
from bugcatalog_ls.workspace.workspace import Workspace
from bugcatalog_ls.workspace.writing import Change, Create, Delete, Replace, WriteProblem, write_changes


def write_mended(workspace: Workspace, mended: Mended) -> list[WriteProblem]:
    """Write all that can be written; what stood in the way of the rest."""
    problems: list[WriteProblem] = []
    for group in _groups(mended.together):
        changes: list[Change] = []
        refused: list[WriteProblem] = []
        for path in sorted(group):
            change = _change(workspace, mended, path)
            if isinstance(change, WriteProblem):
                refused.append(change)
            elif change is not None:
                changes.append(change)
        problems += refused or write_changes(workspace.root, changes)
    return problems


def as_in_file(workspace: Workspace, path: str, text: str) -> str:
    """A text with the mark and in the encoding of its file; bytes that are not UTF-8 as `surrogateescape`
    keeps them."""
    read = read_file(workspace.root, path, workspace.settings.max_file_size)
    if isinstance(read, ReadProblem):
        return text
    if read.encoding != "utf-8":
        try:
            text = text.encode(read.encoding).decode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            # Writing it would be refused; what it would be is shown all the same.
            return text
    return f"\ufeff{text}" if read.has_bom else text


def _change(workspace: Workspace, mended: Mended, path: str) -> Change | WriteProblem | None:
    if path in mended.created:
        return Create(path, mended.created[path]) if path not in mended.deleted else None
    if path in mended.deleted and path.endswith(".pyc"):
        # No text is read of it, and none is needed.
        try:
            return Delete(path, digest_of((workspace.root / path).read_bytes()))
        except OSError:
            return WriteProblem(path, f"{path} is no longer there.", "failed")
    before = mended.before.get(path) or workspace.source(path)
    read = read_file(workspace.root, path, workspace.settings.max_file_size)
    if isinstance(read, ReadProblem):
        return WriteProblem(path, read.message, "failed")
    if before is None or read.data != before.data:
        return WriteProblem(path, f"{path} was changed meanwhile and is left as it is.", "changed")
    if path in mended.deleted:
        return Delete(path, read.digest)
    after = mended.texts.get(path)
    return Replace(read, after.data) if after is not None and after.data != read.data else None


def _groups(together: Iterable[frozenset[str]]) -> Iterator[set[str]]:
    """Paths that hang together by fixes they share."""
    groups: list[set[str]] = []
    for paths in sorted(together, key=sorted):
        touching = [group for group in groups if group & paths]
        groups = [group for group in groups if not group & paths]
        groups.append(set().union(paths, *touching))
    yield from sorted(groups, key=sorted)
