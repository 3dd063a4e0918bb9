"""What `create_all` and `drop_all`, and a model's own table, do while migrations are replayed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bugcatalog_ls.facts.constants import ConstantFact, constant_at, definition_of, text_in
from bugcatalog_ls.facts.ddl import HOLE
from bugcatalog_ls.facts.declarative import metadata_identity
from bugcatalog_ls.facts.expressions import Call, Constant, Expression, dotted
from bugcatalog_ls.facts.library_names import library_name
from bugcatalog_ls.facts.models import model
from bugcatalog_ls.facts.operations import DropTable
from bugcatalog_ls.facts.replay_values import Value, closed
from bugcatalog_ls.syntax.modules import module_name

if TYPE_CHECKING:
    from bugcatalog_ls.facts.replay_functions import CallReplay


def make_all(
    replay: CallReplay, method: str, metadata: str | None, keywords: Mapping[str, Value] | None, path: str
) -> None:
    """`create_all` or `drop_all`, of the `tables` that it is given, else of a metadata of the revision's own.

    What the models of the workspace, or of a revision, are made of at that time is not known: what is
    left open are these tables alone, or all where they are not known.
    """
    tables = _listed(replay, (keywords or {}).get("tables"))
    if tables is None and keywords is not None and metadata:
        identity = metadata_identity(replay.index, metadata, path)
        if identity.startswith(f"{module_name(path)}."):
            tables = _own_tables(replay, path)
    if tables is None:
        replay.touch_all_of(method)
        return
    for table in tables:
        make_one(replay, method.removesuffix("_all"), table)


def _listed(replay: CallReplay, tables: Value) -> list[str] | None:
    """The tables of `tables=[Model.__table__, …]`; None where they are not given or not known."""
    if not isinstance(tables, (list, tuple)):
        return None
    found: list[str] = []
    for each in tables:
        table = table_meant(replay, closed(each))
        if table is None:
            return None
        found.append(table)
    return found or None


def _own_tables(replay: CallReplay, path: str) -> list[str]:
    """The tables of a revision's own models."""
    return [
        fact.value.value
        for fact in replay.index.in_file(path, ConstantFact)
        if fact.symbol.endswith(".__tablename__")
        and isinstance(fact.value, Constant)
        and isinstance(fact.value.value, str)
    ]


def make_one(replay: CallReplay, method: str, table: str) -> None:
    """A table is made with the columns that its model has at that time, or goes."""
    there = replay.schema.table(table)
    if method == "drop":
        replay.apply(DropTable(table))
    elif there is None or not there.certain:
        replay.touch(table, "a table that is made from its model")


def table_meant(replay: CallReplay, value: Expression) -> str | None:
    """The table of `Model.__table__`, of a `Table(…)` or of the name of one; None where it is not known."""
    index, path = replay.index, replay.revision
    if isinstance(value, Call):
        first = value.arguments[0] if value.arguments else None
        is_table = library_name(index, value.function, path) == "Table"
        known = isinstance(first, Constant) and isinstance(first.value, str) and HOLE not in first.value
        schema = text_in(index, value.keyword("schema"), path) if value.keyword("schema") is not None else ""
        if not is_table or not known or schema is None or not isinstance(first, Constant):
            return None
        return f"{schema}.{first.value}" if schema else str(first.value)
    symbol = definition_of(index, (dotted(value) or "").removesuffix(".__table__"), path)
    made = model(index, symbol)
    if made is not None:
        return made.key
    # Classes and tables of a revision are none of the models.
    named = constant_at(index, f"{symbol}.__tablename__")
    if named is not None:
        return text_in(index, named[1], named[0])
    bound = constant_at(index, symbol)
    return table_meant(replay, bound[1]) if bound is not None and isinstance(bound[1], Call) else None
