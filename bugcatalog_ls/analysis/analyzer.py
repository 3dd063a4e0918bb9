"""The contract of an analyzer: what it is given, and what it gives back.

An analyzer is a value. `check` sees one parsed file and nothing else; `collect` adds facts that
only this entry needs; `join` sees the facts of the whole workspace on behalf of one file and runs
again exactly when a fact that it read changes; `fix` is asked, later, for the edits that mend one
of its findings. Severity is the entry's and the settings' affair, never an analyzer's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from tree_sitter import Node

from bugcatalog_ls.analysis.finding import Applicability, Edit, Finding, Fix, NewFile, Related
from bugcatalog_ls.analysis.revision_steps import Step
from bugcatalog_ls.facts.exports import serves_others
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.resolve import resolve
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_removal import may_leave_unread
from bugcatalog_ls.syntax.imports import Imports
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.text.spans import Span, TextEdit


@dataclass(frozen=True)
class Analyzer:
    """What finds an entry.

    `literals`: byte strings of which a file must hold one for `check` and `collect` to be called (none:
    always). `joins`: kinds of facts of which a file must have given one for `join` to be called on its
    behalf (none: always). `from_absence`: the join concludes from what no file says, so that it waits
    until all files have been read. `writes_revisions`: its fixes have `steps`. `adds_rows`:
    the rows that several of its fixes add at one place may stand there together, in the findings' order.
    """

    check: Callable[[FileContext], Iterable[Finding]] | None = None
    collect: Callable[[PyFile, Facts], None] | None = None
    join: Callable[[JoinContext], Iterable[Finding]] | None = None
    fix: Callable[[FixContext, Finding], Iterable[Fix]] | None = None
    literals: tuple[bytes, ...] = ()
    joins: tuple[type[Fact], ...] = ()
    from_absence: bool = False
    writes_revisions: bool = False
    adds_rows: bool = False


@dataclass(frozen=True)
class Options:
    """What settings say to analyzers.

    `target_python` is the oldest Python that the workspace supports; `migrations` the folders
    that settings name; `dialects` the database dialects that settings name.
    """

    target_python: tuple[int, int] = (3, 10)
    migrations: tuple[str, ...] = ()
    dialects: tuple[str, ...] = ()
    n_newest_migrations: int = 2


@dataclass(frozen=True)
class FileContext:
    """What `check` is given: the file alone."""

    code: str
    file: PyFile
    options: Options

    @property
    def is_test(self) -> bool:
        return is_test_path(self.file.path)

    def find(
        self,
        place: Node | Span,
        message: str,
        *,
        variant: str = "",
        related: Iterable[Related] = (),
        data: dict[str, str] | None = None,
    ) -> Finding:
        """A finding of the entry at a place of this file."""
        span = place if isinstance(place, Span) else Span(place.start_byte, place.end_byte)
        return Finding(
            self.code, message, self.file.path, span, "", variant, tuple(related), dict(data or {})
        )

    def related(self, place: Node | Span, message: str) -> Related:
        span = place if isinstance(place, Span) else Span(place.start_byte, place.end_byte)
        return Related(self.file.path, message, span)


@dataclass(frozen=True)
class JoinContext:
    """What `join` is given: the facts of the workspace, on behalf of the file at `path`."""

    code: str
    path: str
    index: FactIndex
    options: Options

    @property
    def is_test(self) -> bool:
        return is_test_path(self.path)

    def resolve(self, symbol: str, path: str | None = None) -> str:
        """A symbol written in a file (this one by default), followed across the workspace."""
        return resolve(self.index, symbol, self.path if path is None else path)

    def find(
        self,
        anchor: str,
        message: str,
        *,
        variant: str = "",
        related: Iterable[Related] = (),
        data: dict[str, str] | None = None,
    ) -> Finding:
        """A finding of the entry at an anchor of this file."""
        return Finding(self.code, message, self.path, None, anchor, variant, tuple(related), dict(data or {}))

    def related(self, path: str, anchor: str, message: str) -> Related:
        return Related(path, message, None, anchor)


@dataclass(frozen=True)
class FixContext:
    """What `fix` is given: the file of the finding as it is now, and a way to open others.

    Edits that a fix makes through `imports` are added to it by `fix(...)`.
    """

    code: str
    file: PyFile
    span: Span
    index: FactIndex
    options: Options
    open: Callable[[str], PyFile | None] = lambda path: None
    read: Callable[[str], str | None] = lambda path: None
    _imports: dict[str, Imports] = field(default_factory=dict)

    @property
    def node(self) -> Node:
        """The largest named node that stands exactly at the finding's span (else around it)."""
        node = self.file.root.named_descendant_for_byte_range(self.span.start, self.span.end)
        if node is None:
            return self.file.root
        while (
            node.parent is not None
            and node.parent.start_byte == node.start_byte
            and node.parent.end_byte == node.end_byte
            and node.parent.type != "module"
        ):
            node = node.parent
        return node

    def node_of(self, *types: str) -> Node | None:
        """The innermost node of one of the types that holds the finding's span."""
        node = self.file.root.named_descendant_for_byte_range(self.span.start, self.span.end)
        while node is not None and node.type not in types:
            node = node.parent
        return node

    def imports(self, file: PyFile | None = None) -> Imports:
        """The imports of a file (the finding's by default), to which a fix may add."""
        file = file or self.file
        if file.path not in self._imports:
            self._imports[file.path] = Imports(file, _own_tops(self.index))
        return self._imports[file.path]

    def fix(
        self,
        title: str,
        applicability: Applicability,
        edits: Iterable[TextEdit | Edit],
        *,
        creates: Iterable[NewFile] = (),
        deletes: Iterable[str] = (),
        steps: Iterable[tuple[str, Step]] = (),
        is_partial: bool = False,
    ) -> Fix:
        """A fix made of edits; plain ones are of the finding's file. What `imports` need is added,
        and the next fix starts with the imports as they were."""
        made = [self._of_file(edit) for edit in edits]
        self._drop_unread([TextEdit(edit.span, edit.content) for edit in made if edit.path == self.file.path])
        for path, imports in self._imports.items():
            made.extend(Edit(path, edit.span, edit.content) for edit in imports.edits())
        self._imports.clear()
        return Fix(
            title, applicability, tuple(made), tuple(creates), tuple(deletes), tuple(steps), is_partial
        )

    def resolve(self, symbol: str, path: str | None = None) -> str:
        return resolve(self.index, symbol, self.file.path if path is None else path)

    def _of_file(self, edit: TextEdit | Edit) -> Edit:
        """An edit with its path; one of the finding's file has that file's line ends."""
        path = edit.path if isinstance(edit, Edit) else self.file.path
        is_own = path == self.file.path
        return Edit(path, edit.span, self.file.source.in_its_lines(edit.content) if is_own else edit.content)

    def _drop_unread(self, edits: Sequence[TextEdit]) -> None:
        """Imports whose last reads the edits take go with them; those that others take from here stay."""
        if may_leave_unread(self.file, edits):
            module, imports = self.file.module, self.imports()
            added = imports.added_modules
            imports.drop_unread(edits, lambda name: serves_others(self.index, module, name, added))


@derived
def _own_tops(index: FactIndex) -> frozenset[str]:
    """The names of the packages and modules at the workspace's root."""
    return frozenset(path.partition("/")[0].removesuffix(".py") for path in index.files())
