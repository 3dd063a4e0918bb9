"""Functions that give a row which they have loaded without a lock."""

from __future__ import annotations

from collections.abc import Iterator

from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.facts.loaded_rows import LOADER_NAMES, load_of
from bugcatalog_ls.facts.stale_updates import LOCKING, LOCKING_WORDS
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope
from bugcatalog_ls.syntax.nodes import text_of


class RowLoader(Fact, frozen=True):
    """A function whose result is a row that it has loaded without a lock, and the symbol of its model."""

    function: str
    model: str

    @property
    def key(self) -> str:
        return self.function


def row_loaders(file: PyFile) -> Iterator[RowLoader]:
    """The functions of a file that return a row which they have loaded."""
    wanted = {
        scope.start
        for call in file.calls_named(*LOADER_NAMES)
        if (scope := local_scope(file, call)) is not None
    }
    for node in file.nodes("return_statement") if wanted else ():
        value = node.named_children[0] if node.named_child_count == 1 else None
        scope = local_scope(file, node)
        if value is None or scope is None or scope.start not in wanted:
            continue
        if value.type == "identifier":
            bindings = file.names.bindings(value)
            value = bindings[-1].value if len(bindings) == 1 and bindings[-1].kind == "assign" else None
        load = load_of(file, value)
        if load is None or load.locks:
            continue
        if not file.holds(LOCKING_WORDS) or LOCKING.search(text_of(scope.node)) is None:
            function = f"{file.module}.{scope.qualname}" if file.module else scope.qualname
            yield RowLoader(function, file.symbol(load.model) or "")
