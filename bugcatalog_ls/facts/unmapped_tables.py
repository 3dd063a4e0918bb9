"""Tables that migrations create and leave, and that no model of the workspace maps."""

from __future__ import annotations

from bugcatalog_ls.facts.alembic_environments import EnvironmentFact
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.migration_graph import environments
from bugcatalog_ls.facts.models import model, models
from bugcatalog_ls.facts.schema_replay import all_metadata, metadata_of, replayed


@derived
def unmapped_tables(index: FactIndex, environment: str) -> tuple[str, ...]:
    """The tables that autogenerate would drop; none where a model may be one that is not understood."""
    place = next((each for each in environments(index) if each.name == environment), None)
    homes = index.get(EnvironmentFact, place.home) if place is not None and place.home else ()
    if not homes or any(fact.filters for _, fact in homes):
        return ()
    targets = metadata_of(index, environment)
    if targets is None or not set(targets) <= set(all_metadata(index)):
        return ()
    found = [model(index, symbol) for symbol in models(index)]
    if any(each is None or not each.complete for each in found):
        return ()
    schema = replayed(index, environment)
    if not schema.reliable:
        return ()
    mapped = {each.key.casefold() for each in found if each is not None}
    return tuple(
        name
        for name, table in schema.tables.items()
        if table.known and table.certain and table.revision and name.casefold() not in mapped
    )
