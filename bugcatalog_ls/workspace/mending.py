"""Mending: fixes applied round after round, in memory, until nothing that may be mended is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from bugcatalog_ls.analysis.driver import PYTHON_SUFFIXES
from bugcatalog_ls.analysis.finding import Edit, Finding, Fix
from bugcatalog_ls.facts.exports import serves_others
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_lines import doubly_imported, import_lines
from bugcatalog_ls.syntax.import_removal import lost_names, takes_import, without_unread
from bugcatalog_ls.syntax.repair import parses
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import OverlappingEdits, TextEdit, apply_edits
from bugcatalog_ls.workspace.fix_conflicts import is_free, reindents
from bugcatalog_ls.workspace.publish import Diagnosis
from bugcatalog_ls.workspace.workspace import Workspace

MAX_ROUNDS = 20
MAX_FIXES_ONE_BY_ONE = 500

Wanted = Callable[[Diagnosis], bool]
Choose = Callable[[Iterable[Fix]], Fix | None]


@dataclass
class Mended:
    """The texts that differ after mending, files made and deleted, and how many findings were mended.

    `together` names the paths that one fix changes: all of them are to be written, or none.
    """

    texts: dict[str, Source] = field(default_factory=dict)
    before: dict[str, Source] = field(default_factory=dict)
    created: dict[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    together: set[frozenset[str]] = field(default_factory=set)
    left: dict[str, tuple[Diagnosis, ...]] = field(default_factory=dict)
    """What is wanted and still there, by path."""
    n_mended: int = 0


def first_safe(fixes: Iterable[Fix]) -> Fix | None:
    return next((fix for fix in fixes if fix.applicability == "safe"), None)


def first_of_any(fixes: Iterable[Fix]) -> Fix | None:
    return next(iter(fixes), None)


def mend(
    workspace: Workspace,
    paths: Iterable[str],
    wanted: Wanted,
    choose: Choose,
    report: Callable[[int, int], None] = lambda done, total: None,
) -> Mended:
    """Apply the chosen fix of every wanted diagnosis in `paths`; the workspace is left as it was.

    Fixes that touch the same text wait for the next round, where they are made anew. A fix after
    which its finding still stands at the same text is not tried again, and one after which a file
    would no longer parse is not made.
    """
    mended = Mended()
    overlay = _Overlay(workspace)
    try:
        todo = sorted(paths)
        _mend_migrations(workspace, overlay, todo, wanted, choose, mended)
        for number, path in enumerate(todo):
            report(number, len(todo))
            _mend_file(workspace, overlay, path, wanted, choose, mended)
        report(len(todo), len(todo))
        _drop_unread_imports(workspace, overlay)
        for path in (*todo, *(path for path in mended.created if path not in todo)):
            mended.left[path] = tuple(filter(wanted, workspace.diagnose(path)))
        mended.texts = overlay.changed(mended.created)
        mended.before = overlay.originals
        for path in mended.created:
            source = overlay.texts.get(path)
            if source is not None:
                mended.created[path] = source.text
    finally:
        overlay.restore()
    return mended


def applied(source: Source, edits: Iterable[Edit]) -> Source:
    """A text after edits of one file."""
    return Source(apply_edits(source.data, [TextEdit(edit.span, edit.content) for edit in edits]))


def _mend_migrations(
    workspace: Workspace,
    overlay: _Overlay,
    paths: Iterable[str],
    wanted: Wanted,
    choose: Choose,
    mended: Mended,
) -> None:
    """Apply at once all fixes that ask something of the migrations, so that they share a revision."""
    analyzers = workspace.configuration.plan.analyzers
    writing = {code for code, analyzer in analyzers.items() if analyzer.writes_revisions}
    chosen: list[tuple[Finding, Fix]] = []
    changes: dict[str, list[Edit]] = {}
    for path in paths:
        for diagnosis in workspace.diagnose(path):
            if diagnosis.finding.code not in writing or not wanted(diagnosis):
                continue
            fix = choose(workspace.fixes(diagnosis.finding))
            if fix is not None and fix.steps and is_free(fix, changes):
                chosen.append((diagnosis.finding, fix))
                for edit in fix.edits:
                    changes.setdefault(edit.path, []).append(edit)
    if len(chosen) < 2:
        return
    shared = workspace.together(chosen[0][0], [fix for _, fix in chosen])
    if shared is not None:
        mended.n_mended += len(chosen)
        _apply(overlay, [shared], changes, mended)


def _mend_file(
    workspace: Workspace, overlay: _Overlay, path: str, wanted: Wanted, choose: Choose, mended: Mended
) -> None:
    analyzers = workspace.configuration.plan.analyzers
    adding = {code for code, analyzer in analyzers.items() if analyzer.adds_rows}
    tried: set[tuple[str, str, str]] = set()
    one_by_one = False
    for number in range(MAX_FIXES_ONE_BY_ONE):
        if number >= MAX_ROUNDS and not one_by_one:
            return
        changes: dict[str, list[Edit]] = {}
        fixes: list[Fix] = []
        added: dict[str, set[Edit]] = {}
        identities: set[tuple[str, str, str]] = set()
        for diagnosis in workspace.diagnose(path):
            if not wanted(diagnosis):
                continue
            identity = _identity(workspace, diagnosis.finding)
            if identity in tried:
                continue
            fix = choose(workspace.fixes(diagnosis.finding))
            code = diagnosis.finding.code
            if fix is None or not is_free(fix, changes, added.get(code, ())):
                continue
            if any(reindents(fix, other) for other in fixes):
                continue
            if (fix.creates or fix.deletes) and fixes:
                continue
            identities.add(identity)
            fixes.append(fix)
            for edit in fix.edits:
                changes.setdefault(edit.path, []).append(edit)
            if code in adding:
                added.setdefault(code, set()).update(fix.edits)
            if fix.creates or fix.deletes or one_by_one:
                break
        if not fixes:
            return
        if not _breaks_something(overlay, changes, len(fixes)):
            mended.n_mended += sum(not fix.is_partial for fix in fixes)
            _apply(overlay, fixes, changes, mended)
        elif not one_by_one:
            one_by_one = True
            continue
        tried |= identities


def _breaks_something(overlay: _Overlay, changes: dict[str, list[Edit]], n_fixes: int) -> bool:
    """Whether a file would no longer parse, or the edits exclude each other: a page may hold any fix."""
    for path, edits in changes.items():
        source = overlay.current(path)
        if source is None or not path.endswith(PYTHON_SUFFIXES):
            continue
        try:
            after = applied(source, _distinct(edits))
        except OverlappingEdits:
            return True
        if not parses(after) and parses(source):
            return True
        file = PyFile(path, source)
        # Two fixes, neither of which knows the other, may bring the same name from two modules.
        if n_fixes > 1 and doubly_imported(PyFile(path, after)) - doubly_imported(file):
            return True
        # One fix may take an import with its last reader, while another counts on it.
        if takes_import(file, (edit.span for edit in edits)) and lost_names(file, PyFile(path, after)):
            return True
    return False


def _drop_unread_imports(workspace: Workspace, overlay: _Overlay) -> None:
    """Drop the imports whose readers went one by one, each with a fix of its own."""
    index = workspace.project.index
    for path, before in overlay.originals.items():
        after = overlay.current(path)
        if after is None or not path.endswith(PYTHON_SUFFIXES):
            continue
        file = PyFile(path, after)
        modules = [line.module for line in import_lines(file) if line.module]
        is_kept = partial(serves_others, index, file.module, imports=modules)
        left = without_unread(PyFile(path, before), file, is_kept)
        if left is not file:
            overlay.set(path, left.source)


def _apply(overlay: _Overlay, fixes: list[Fix], changes: dict[str, list[Edit]], mended: Mended) -> None:
    for path, edits in changes.items():
        source = overlay.current(path)
        if source is not None:
            overlay.set(path, applied(source, _distinct(edits)))
    for fix in fixes:
        for new in fix.creates:
            mended.created[new.path] = new.content
            overlay.set(new.path, Source(new.content))
        mended.deleted.update(fix.deletes)
        if fix.deletes:
            overlay.delete(fix.deletes)
        paths = [edit.path for edit in fix.edits] + [new.path for new in fix.creates]
        mended.together.add(frozenset((*paths, *fix.deletes)))


def _identity(workspace: Workspace, finding: Finding) -> tuple[str, str, str]:
    source = workspace.source(finding.path)
    text = source.slice(finding.span) if source is not None and finding.span is not None else ""
    row = source.lines.row_of(finding.span.start) if source is not None and finding.span is not None else 0
    return finding.code, text, f"{finding.message} {row}"


def _distinct(edits: list[Edit]) -> list[Edit]:
    return list(dict.fromkeys(edits))


class _Overlay:
    """Texts set over a workspace's, and taken away again."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._before: dict[str, Source | None] = {}
        self.texts: dict[str, Source] = {}
        self.originals: dict[str, Source] = {}

    def current(self, path: str) -> Source | None:
        return self._workspace.source(path)

    def set(self, path: str, source: Source) -> None:
        if path not in self._before:
            original = self._workspace.source(path)
            if original is not None:
                self.originals[path] = original
            self._before[path] = self._workspace.source(path) if self._workspace.is_open(path) else None
        self.texts[path] = source
        self._workspace.set_text(path, source.text)

    def delete(self, paths: Iterable[str]) -> None:
        self._workspace.suppose_deleted(paths)

    def changed(self, created: dict[str, str]) -> dict[str, Source]:
        return {path: source for path, source in self.texts.items() if path not in created}

    def restore(self) -> None:
        self._workspace.suppose_deleted(None)
        for path, source in self._before.items():
            if source is not None:
                self._workspace.set_text(path, source.text)
            else:
                self._workspace.close_text(path)
