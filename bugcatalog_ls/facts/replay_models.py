"""What `metadata.create_all()` and `drop_all()` of a revision do to the tables of its models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bugcatalog_ls.facts.constants import ConstantFact
from bugcatalog_ls.facts.declarative import metadata_identity
from bugcatalog_ls.facts.expressions import Constant, dotted
from bugcatalog_ls.facts.models import model
from bugcatalog_ls.facts.operations import DropTable
from bugcatalog_ls.facts.replay_values import Term, Value
from bugcatalog_ls.syntax.modules import module_name

if TYPE_CHECKING:
    from bugcatalog_ls.facts.replay_functions import CallReplay

_NAME = ".__tablename__"


def all_of_metadata(
    replay: CallReplay, name: str, metadata: str | None, keywords: Mapping[str, Value] | None, path: str
) -> None:
    """Create or drop the tables that are listed, else those of a metadata that only the revision has.

    Nobody keeps the columns of a revision's own models, and those of the workspace are what they are
    today: what comes of them is not known, but only of these tables.
    """
    own = _own_tables(replay, path)
    tables = _listed(replay, (keywords or {}).get("tables"), own)
    if tables is None:
        identity = metadata_identity(replay.index, metadata, path) if metadata else ""
        if keywords is None or not identity.startswith(f"{module_name(path)}."):
            replay.touch_all_of(name)
            return
        tables = list(own.values())
    for table in tables:
        there = replay.schema.table(table)
        if name == "drop_all":
            replay.apply(DropTable(table))
        elif there is None or not there.certain:
            # What is there already stays as it is.
            replay.touch(table, f"{name} of a model")


def _own_tables(replay: CallReplay, path: str) -> dict[str, str]:
    """The tables of a revision's own models, by class."""
    found: dict[str, str] = {}
    for fact in replay.index.in_file(path, ConstantFact):
        value = fact.value
        if fact.symbol.endswith(_NAME) and isinstance(value, Constant) and isinstance(value.value, str):
            found[fact.symbol.removesuffix(_NAME)] = value.value
    return found


def _listed(replay: CallReplay, tables: Value, own: Mapping[str, str]) -> list[str] | None:
    """The tables of `tables=[Model.__table__, …]`; None where they are not given or not known."""
    if not isinstance(tables, (list, tuple)):
        return None
    found: list[str] = []
    for each in tables:
        symbol = (dotted(each.value) or "") if isinstance(each, Term) else ""
        symbol = symbol.removesuffix(".__table__")
        made = model(replay.index, symbol) if symbol not in own else None
        if symbol not in own and made is None:
            return None
        found.append(made.key if made is not None else own[symbol])
    return found
