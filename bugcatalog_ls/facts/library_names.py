"""Names of SQLAlchemy, SQLModel and Alembic, whichever way a file came to them."""

from __future__ import annotations

from bugcatalog_ls.facts.expressions import (
    Expression,
    dotted,
)
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import resolve


def library_name(index: FactIndex, value: Expression | None, path: str) -> str | None:
    """The name that SQLAlchemy, SQLModel or Alembic gives what an expression names (`Column`,
    `postgresql.JSONB`, `String`); None for anything else."""
    symbol = dotted(value)
    if not symbol:
        return None
    return name_in_library(resolve(index, symbol, path))


def name_in_library(symbol: str) -> str | None:
    """The same for a resolved symbol."""
    if symbol.startswith("sqlalchemy.dialects.") and "(" not in symbol:
        segments = symbol.split(".")
        return f"{segments[2]}.{segments[-1]}" if len(segments) > 3 else None
    if symbol.startswith(("sqlalchemy.", "sqlmodel.")) and "(" not in symbol:
        return symbol.rpartition(".")[2]
    head, _, name = symbol.rpartition("().")
    # The extension's object carries all names of SQLAlchemy (`db.Column`).
    if head.rpartition(".")[2] in ("SQLAlchemy", "SQLA") and "." not in name:
        return name
    return None
