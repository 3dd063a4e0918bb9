"""What a fix needs imported in one file: the names it may use, and the edits that bring them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_edits import add_import
from bugcatalog_ls.syntax.import_head import below_imports, end_of_head
from bugcatalog_ls.syntax.import_lines import ImportedName, ImportLine, import_lines
from bugcatalog_ls.syntax.import_removal import drop_name, left_unread, without_unread
from bugcatalog_ls.syntax.nodes import text_of
from bugcatalog_ls.syntax.scopes import BUILTINS, Binding, Scope
from bugcatalog_ls.text.difference import difference
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import TextEdit, apply_edits


class Imports:
    """Collects what one fix of one file needs, then gives the edits for all of it at once.

    `first_party` names top-level packages of the workspace, where they are known; the folders
    of the file's own path count as such in any case.
    """

    def __init__(self, file: PyFile, first_party: Iterable[str] = ()) -> None:
        self._file = file
        self._first_party = frozenset(first_party)
        self._lines = import_lines(file, self._first_party)
        self._bound_targets = {
            imported.node.id: _bound_target(imported) for line in self._lines for imported in line.names
        }
        self._added: list[_Added] = []
        self._dropped: list[ImportedName] = []
        self._defined: list[_Defined] = []

    def need(self, module: str, name: str | None = None, *, at: int | None = None) -> str:
        """The text by which code at a byte offset can refer to `module.name`, or to the module.

        `module` is written as in an import statement. An import that reaches the offset is used
        as it is; else one is added. Without an offset the name must do at the module's top level.
        """
        offset = len(self._file.source.data) if at is None else at
        if name is not None and module == self._file.module:
            return name
        if (existing := self._existing(module, name, offset)) is not None:
            return existing
        target = f"{module}.{name}" if name else module
        for added in self._added:
            if added.target == target and self._is_free(added.bound, target, offset):
                added.limit = min(added.limit, self._limit(offset))
                return added.expression
            if name and added.target == module and self._is_free(added.bound, module, offset):
                return f"{added.expression}.{name}"
        added = self._choose(module, name, offset)
        self._added.append(added)
        return added.expression if added.name == name else f"{added.expression}.{name}"

    def binds(self, module: str, name: str, *, at: int) -> bool:
        """Whether an import that is there already gives code at a byte offset a name for `module.name`."""
        existing = self._existing(module, name, at)
        return existing is not None and "." not in existing

    def bind(self, module: str, name: str | None, alias: str | None, *, before: int) -> None:
        """Import a module, or a name of it, under exactly the name that code reads after an offset."""
        self._added.append(_Added(module, name, alias, before))

    def define(self, statement: Callable[[int], str], *, at: int | None = None) -> None:
        """Add a statement of one line, such as a logger, below the imports at the file's head.

        It is written for the offset at which it will stand. Code at the byte offset `at` reads it.
        """
        limit = self._limit(len(self._file.source.data) if at is None else at)
        defined = _Defined(statement(end_of_head(self._file, limit)), limit)
        if all(defined.statement != other.statement for other in self._defined):
            self._defined.append(defined)

    @property
    def added_modules(self) -> list[str]:
        return [added.module for added in self._added]

    def drop_unread(self, edits: Sequence[TextEdit], is_kept: Callable[[ImportedName], bool]) -> None:
        """Drop the imports of names whose last reads the edits of a fix take, but those that are kept."""
        added = [defined.statement for defined in self._defined]
        for imported in left_unread(self._file, self._lines, edits, added):
            if not is_kept(imported):
                self._dropped.append(imported)

    def edits(self) -> list[TextEdit]:
        """The edits that add what is missing and drop what is not used any more."""
        doubled = list(self._doubled())
        if not doubled and len(self._added) + len(self._dropped) + len(self._defined) == 1:
            return self._only_step()
        original = self._file.source
        file, lines = self._file, self._lines
        steps: list[list[TextEdit]] = []
        grown = 0
        for added in self._added:
            limit = added.limit + grown
            step = add_import(file, lines, added.module, added.name, added.alias, limit, self._first_party)
            file, lines, grown = self._after(file, step, grown)
            steps.append(step)
        for dropped in self._dropped:
            step = drop_name(file, lines, dropped)
            file, lines, grown = self._after(file, step, grown)
            steps.append(step)
        for dropped in doubled:
            step = drop_name(file, lines, dropped, "typing")
            file, lines, grown = self._after(file, step, grown)
            steps.append(step)
        if doubled:
            # `TYPE_CHECKING` itself may have no reader any more.
            file = without_unread(self._file, file, lambda imported: False)
            lines, grown = import_lines(file), len(file.source.data) - len(original.data)
        for defined in self._defined:
            step = [below_imports(file, defined.statement, defined.limit + grown)]
            file, lines, grown = self._after(file, step, grown)
            steps.append(step)
        if len(steps) < 2:
            return steps[0] if steps else []
        return difference(original.data, file.source.data)

    def _only_step(self) -> list[TextEdit]:
        """The edits where nothing has to be seen as they have made it."""
        file, lines = self._file, self._lines
        for added in self._added:
            return add_import(
                file, lines, added.module, added.name, added.alias, added.limit, self._first_party
            )
        for dropped in self._dropped:
            return drop_name(file, lines, dropped)
        return [below_imports(file, each.statement, each.limit) for each in self._defined]

    # -- what the file has ---------------------------------------------------------------------

    def _existing(self, module: str, name: str | None, offset: int) -> str | None:
        target = f"{module}.{name}" if name else module
        through_module: str | None = None
        for line in self._lines:
            if line.place == "typing" or line.module == "__future__":
                continue
            for imported in line.names:
                exact = self._expression(imported, target)
                of_module = self._expression(imported, module) if name is not None else None
                if not (exact or of_module) or not self._reaches(line, imported, offset):
                    continue
                if exact is not None:
                    return exact
                through_module = through_module or f"{of_module}.{name}"
        return through_module

    def _expression(self, imported: ImportedName, wanted: str) -> str | None:
        """How the imported name says `wanted`, if it does."""
        target = imported.target
        if target == wanted:
            return imported.expression
        if imported.expression == target and target.startswith(f"{wanted}."):
            return wanted  # `import a.b` brings `a`, too.
        # The file's own packages may be written from another root (`src.app.db`, `app.db`).
        own = self._file.module.split(".")[0]
        if wanted.split(".")[0] in sys.stdlib_module_names:
            return None  # `app.clock.datetime` is what that module has under the name.
        if not own or not (target.startswith(f"{own}.") or wanted.startswith(f"{own}.")):
            return None
        is_same = target.endswith(f".{wanted}") or wanted.endswith(f".{target}")
        return imported.expression if is_same else None

    def _reaches(self, line: ImportLine, imported: ImportedName, offset: int) -> bool:
        """Whether the imported name is what a read at the offset surely gives."""
        found = self._file.scopes.lookup(imported.bound, offset)
        if found is None:
            return False
        scope, bindings = found
        own = next((binding for binding in bindings if binding.node.id == imported.node.id), None)
        if own is None:
            return False
        target = _bound_target(imported)
        others = [b for b in bindings if b is not own and self._bound_targets.get(b.node.id) != target]
        has_fallback = bool(others) and all(_stands_in(other, own) for other in others)
        if others and not (has_fallback and line.place in ("try", "if")):
            return False
        if line.place == "if" and len(bindings) == 1:
            return False
        if scope is _running_scope(self._file.scopes.at(offset)) and own.offset >= offset:
            return False
        return line.place != "local" or own.block[0] <= offset < own.block[1]

    def _is_free(self, name: str, target: str, offset: int) -> bool:
        """Whether a top-level import may bind `name`, and code at the offset would see it."""
        if name in BUILTINS or any(other.bound == name and other.holds != target for other in self._added):
            return False
        scopes = self._file.scopes
        found = scopes.lookup(name, offset)
        if found is None:
            return not (scopes.star_imports and name.encode() in self._file.source.data)
        scope, bindings = found
        return scope is scopes.module and all(
            self._bound_targets.get(binding.node.id) == target for binding in bindings
        )

    # -- what is added -------------------------------------------------------------------------

    def _choose(self, module: str, name: str | None, offset: int) -> _Added:
        limit = self._limit(offset)
        top = module.split(".")[0]
        last = module.rstrip(".").split(".")[-1] or "module"
        if name is not None and self._is_free(name, f"{module}.{name}", offset):
            return _Added(module, name, None, limit)
        if not module.startswith(".") and self._is_free(top, top, offset):
            return _Added(module, None, None, limit)
        wanted = f"{last}_{name}" if name is not None else f"{last}_module"
        target = f"{module}.{name}" if name is not None else module
        while not self._is_free(wanted, target, offset):
            wanted += "_"
        return _Added(module, name, wanted, limit)

    def _doubled(self) -> Iterator[ImportedName]:
        """What is imported for type checkers alone so far, and for all from now on."""
        added = {(added.target, added.bound) for added in self._added}
        for line in self._lines:
            if line.place == "typing":
                yield from (imported for imported in line.names if (imported.target, imported.bound) in added)

    def _limit(self, offset: int) -> int:
        """Before which offset the import must stand: the statement that reads it, at the top level."""
        if _running_scope(self._file.scopes.at(offset)) is not self._file.scopes.module:
            return len(self._file.source.data)
        for statement in self._file.root.children:
            if statement.start_byte <= offset < statement.end_byte:
                return statement.start_byte
        return offset

    def _after(self, file: PyFile, step: list[TextEdit], grown: int) -> tuple[PyFile, list[ImportLine], int]:
        data = apply_edits(file.source.data, step)
        edited = PyFile(file.path, Source(data))
        grown += len(data) - len(file.source.data)
        return edited, import_lines(edited, self._first_party), grown


@dataclass
class _Added:
    """An import to write: `import module` or `from module import name`, maybe `as alias`."""

    module: str
    name: str | None
    alias: str | None
    limit: int

    @property
    def target(self) -> str:
        return f"{self.module}.{self.name}" if self.name else self.module

    @property
    def expression(self) -> str:
        return self.alias or self.name or self.module

    @property
    def bound(self) -> str:
        return self.expression.split(".")[0]

    @property
    def holds(self) -> str:
        """What the bound name means: `import a.b` binds `a`."""
        return self.target if self.alias or self.name else self.bound


class _Defined(NamedTuple):
    """A statement to write below the imports, before an offset."""

    statement: str
    limit: int


def _bound_target(imported: ImportedName) -> str:
    is_plain_module = imported.expression == imported.target
    return imported.bound if is_plain_module else imported.target


def _stands_in(other: Binding, own: Binding) -> bool:
    """Whether it is what the name means where the import is not made: None, or another branch."""
    if other.kind == "assign" and other.value is not None and text_of(other.value) == "None":
        return True
    return _outermost_statement(other.node).id == _outermost_statement(own.node).id


def _outermost_statement(node: Node) -> Node:
    while node.parent is not None and node.parent.type != "module":
        node = node.parent
    return node


def _running_scope(scope: Scope) -> Scope:
    """The scope whose code runs when code in `scope` runs: class bodies run with what is around."""
    while scope.kind in ("class", "comprehension") and scope.parent is not None:
        scope = scope.parent
    return scope
