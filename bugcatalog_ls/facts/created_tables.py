"""Where the workspace makes the tables of its models itself, outside of tests (`metadata.create_all`)."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path

_MAKING = re.compile(rb"\.\s*(create_all)\b|__table__\s*\.\s*(create)\s*\(")
_KEY = "tables"


class TablesCreated(Fact, frozen=True):
    """A file names a method that makes tables: it calls it, or gives it to `run_sync`."""

    path: str

    @property
    def key(self) -> str:
        return _KEY


@derived
def creates_tables(index: FactIndex) -> bool:
    """Whether the workspace makes the tables of its models by itself."""
    return bool(index.get(TablesCreated, _KEY))


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    for match in _MAKING.finditer(file.source.data):
        start, end = match.span(match.lastindex or 0)
        name = file.root.descendant_for_byte_range(start, end)
        # Not in a comment or a text.
        if name is not None and name.parent is not None and name.parent.type == "attribute":
            facts.add(TablesCreated(file.path))
            return


VOCABULARY = Vocabulary(_collect, (b"create_all", b"__table__.create("))
