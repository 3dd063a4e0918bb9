"""Steps of a new revision that give a vector column another size."""

from __future__ import annotations

from bugcatalog_ls.analysis.revision_steps import OperationCall, Step
from bugcatalog_ls.facts.sources import quoted

_KEPT = "# Vectors of another size cannot be kept: embed the rows again, and build indexes on them anew."


def resize_vector(table: str, column: str, old: int, new: int) -> Step:
    """Change the size of a pgvector column that may be empty; what its rows hold is dropped."""
    return Step(
        table,
        f"Resize {table}.{column}",
        f"resizes {table}.{column} to {new}",
        (_altered(table, column, new),),
        (_altered(table, column, old),),
    )


def _altered(table: str, column: str, size: int) -> OperationCall:
    text = quoted(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE vector({size}) USING NULL")
    return OperationCall("execute", lines=(_KEPT, f"op.execute({text})"))
