"""Where the workspace makes the tables of its models itself (`metadata.create_all`), or takes over others
(`metadata.reflect`), outside of tests."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path

_MAKING = re.compile(rb"\.\s*(create_all)\b|__table__\s*\.\s*(create)\s*\(")
_REFLECTING = re.compile(rb"\bmetadata\s*\.\s*(reflect)\b")
_KEY = "tables"


class TablesCreated(Fact, frozen=True):
    """A file names a method that makes tables: it calls it, or gives it to `run_sync`."""

    path: str

    @property
    def key(self) -> str:
        return _KEY


class TablesReflected(Fact, frozen=True):
    """A file lets a metadata take over the tables that a database has."""

    path: str

    @property
    def key(self) -> str:
        return _KEY


@derived
def reflects_tables(index: FactIndex) -> bool:
    """Whether models may point to tables that only a database knows of."""
    return bool(index.get(TablesReflected, _KEY))


@derived
def creates_tables(index: FactIndex) -> bool:
    """Whether the workspace makes the tables of its models by itself."""
    return bool(index.get(TablesCreated, _KEY))


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    if _is_written(file, _MAKING):
        facts.add(TablesCreated(file.path))
    if _is_written(file, _REFLECTING):
        facts.add(TablesReflected(file.path))


def _is_written(file: PyFile, pattern: re.Pattern[bytes]) -> bool:
    for match in pattern.finditer(file.source.data):
        start, end = match.span(match.lastindex or 0)
        name = file.root.descendant_for_byte_range(start, end)
        # Not in a comment or a text.
        if name is not None and name.parent is not None and name.parent.type == "attribute":
            return True
    return False


VOCABULARY = Vocabulary(_collect, (b"create_all", b"__table__.create(", b"metadata.reflect"))
