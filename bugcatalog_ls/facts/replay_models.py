"""What `metadata.create_all()` and `drop_all()` of a revision do to the tables of its models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bugcatalog_ls.facts.declarative import metadata_identity
from bugcatalog_ls.facts.expressions import dotted
from bugcatalog_ls.facts.models import Model, model, models
from bugcatalog_ls.facts.operations import CreateTable, DropTable, TouchConstraints
from bugcatalog_ls.facts.replay_values import Term, Value
from bugcatalog_ls.syntax.modules import module_name

if TYPE_CHECKING:
    from bugcatalog_ls.facts.replay_functions import CallReplay


def all_of_metadata(
    replay: CallReplay, name: str, metadata: str | None, keywords: Mapping[str, Value] | None, path: str
) -> None:
    """Create or drop the tables that are listed, else those of a metadata that only the revision has.

    A revision's own models stay as they were when it was written. Those of the workspace are what they
    are today, so that what `create_all` of them made is not known.
    """
    made = _listed(replay, (keywords or {}).get("tables"))
    if made is None:
        identity = metadata_identity(replay.index, metadata, path) if metadata else ""
        if keywords is None or not identity.startswith(f"{module_name(path)}."):
            replay.touch_all_of(name)
            return
        found = [model(replay.index, symbol) for symbol in models(replay.index)]
        made = [each for each in found if each is not None and each.metadata == identity]
    for each in made:
        if name == "drop_all":
            replay.apply(DropTable(each.key))
            continue
        there = replay.schema.table(each.key)
        if there is not None and there.certain:
            # What is there already stays as it is.
            continue
        known = each.complete and not each.maybe and each.path == path
        replay.apply(CreateTable(each.key, each.columns, known))
        replay.apply(TouchConstraints(each.key))
        if not known:
            replay.touch(each.key, f"{name} of a model that may have been another")


def _listed(replay: CallReplay, tables: Value) -> list[Model] | None:
    """The models of `tables=[Model.__table__, …]`; None where they are not given or not known."""
    if not isinstance(tables, (list, tuple)):
        return None
    found: list[Model] = []
    for each in tables:
        symbol = (dotted(each.value) or "") if isinstance(each, Term) else ""
        made = model(replay.index, symbol.removesuffix(".__table__"))
        if made is None:
            return None
        found.append(made)
    return found
