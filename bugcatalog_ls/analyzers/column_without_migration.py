"""BC703: columns of models that the replayed migrations lack, and required ones that only these have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix, Related
from bugcatalog_ls.analysis.removal_steps import remove_column
from bugcatalog_ls.analysis.revision_steps import add_column, relax_column
from bugcatalog_ls.analysis.revisions import revision_fix
from bugcatalog_ls.analysis.sql_scripts import altering_file
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.drift import is_required
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.live_tables import live_table, only_database
from bugcatalog_ls.facts.migration_graph import dialect_of, environments
from bugcatalog_ls.facts.migrations import REVISION_ANCHOR
from bugcatalog_ls.facts.models import Model, model, models_of_table
from bugcatalog_ls.facts.orm import OrmClass, TableFact, bases_anchor, column_anchor, table_anchor
from bugcatalog_ls.facts.schema_replay import all_metadata, environments_of, table_of
from bugcatalog_ls.facts.schema_tables import SchemaColumn, Table
from bugcatalog_ls.facts.sql_schema import group_of_files
from bugcatalog_ls.facts.sql_texts import plain_name
from bugcatalog_ls.facts.typed_columns import typed


def _join(ctx: JoinContext) -> Iterator[Finding]:
    symbols = [fact.symbol for fact in ctx.index.in_file(ctx.path, OrmClass)]
    symbols.extend(fact.symbol for fact in ctx.index.in_file(ctx.path, TableFact))
    for symbol in symbols:
        made = model(ctx.index, symbol)
        if made is None or made.path != ctx.path:
            continue
        tables: dict[str, Table] = {}
        # The history of a plug-in adds to a table that another one makes.
        elsewhere: set[str] = set()
        for environment in environments_of(ctx.index, made.metadata):
            table = table_of(ctx.index, environment, made.key)
            if table is not None and table.known:
                tables[environment] = table
            elif table is not None:
                elsewhere.update(table.columns)
        if not environments(ctx.index):
            tables.update(_of_sql_files(ctx.index, made) or _of_database(ctx.index, made))
        missing = list(_missing(ctx, made, tables, elsewhere))
        yield from missing
        is_taken = any(finding.anchor == made.anchor for finding in missing)
        yield from _stale(ctx, made, tables, _beside(ctx.index, made) if is_taken else made.anchor)


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    made = model(ctx.index, finding.data.get("model", ""))
    names = finding.data.get("columns", "").split(",")
    named = finding.data.get("environments", "").split(",")
    if made is None:
        return
    if named == [""]:
        group = group_of_files(ctx.index)
        lacking = [each for name in names if (each := made.column(name)) is not None]
        if group is not None and lacking and finding.variant != "stale":
            shown = ", ".join(f"{made.key}.{each.name}" for each in lacking)
            new = altering_file(ctx, group.paths, made.key, lacking)
            yield ctx.fix(f"Write an ALTER TABLE that adds {shown}", "suggested", [], creates=[new])
        return
    if finding.variant == "stale":
        table = table_of(ctx.index, named[0], made.key)
        if table is None:
            return
        stale = [found.column for name in names if (found := table.column(name)) is not None]
        dialect = dialect_of(ctx.index, named[0])
        # Nobody has asked for data to be dropped: what keeps them comes first.
        yield from revision_fix(ctx, named, [relax_column(made.key, each) for each in stale])
        yield from revision_fix(ctx, named, [remove_column(table, each.name, dialect) for each in stale])
        return
    columns = [typed(ctx.index, made, each) for name in names if (each := made.column(name)) is not None]
    dialects = {dialect_of(ctx.index, name) for name in named}
    dialect = dialects.pop() if len(dialects) == 1 else ""
    yield from revision_fix(ctx, named, [add_column(ctx.index, made, each, dialect) for each in columns])


ANALYZER = Analyzer(
    join=_join, joins=(OrmClass, TableFact), fix=_fix, writes_revisions=True, from_absence=True
)


def _beside(index: FactIndex, made: Model) -> str:
    """Where a second finding of a class stands, as one entry has one finding at a place."""
    found = index.one(OrmClass, made.symbol)
    names_table = found is not None and found[1].attribute("__tablename__") is not None
    return column_anchor(made.symbol, "__tablename__") if names_table else bases_anchor(made.symbol)


def _of_sql_files(index: FactIndex, made: Model) -> dict[str, Table]:
    """The model's table as the `.sql` files make it, by no environment's name."""
    group = group_of_files(index) if made.metadata and len(all_metadata(index)) == 1 else None
    table = group.tables.get(plain_name(made.key)) if group is not None else None
    return {"": table} if table is not None and table.known and table.certain else {}


def _of_database(index: FactIndex, made: Model) -> dict[str, Table]:
    """The model's table as the only database that was read has it, where nothing else tells of it."""
    database = only_database(index)
    if (
        not database
        or not made.metadata
        or len(all_metadata(index)) != 1
        or group_of_files(index) is not None
    ):
        return {}
    table = live_table(index, made.key)
    return {f"database {database}": table} if table is not None else {}


def _missing(
    ctx: JoinContext, made: Model, tables: dict[str, Table], elsewhere: set[str]
) -> Iterator[Finding]:
    """Columns of the model that no way through the revisions gives the table."""
    parent = model(ctx.index, made.parent) if made.parent else None
    # What is inherited from a mapped class of the same table is found there.
    known = {column.name for column in parent.columns} if parent and parent.key == made.key else set()
    inherited: dict[tuple[str, ...], list[str]] = {}
    for column in made.columns:
        lacking = tuple(name for name, table in tables.items() if table.column(column.name) is None)
        if not lacking or column.name in known or column.name in elsewhere:
            continue
        if not _is_own(made, column):
            # That of a `Table` is found where the table is written.
            if column.anchor.startswith("table "):
                continue
            inherited.setdefault(lacking, []).append(column.name)
            continue
        message = f"{_maker(lacking)} the table {made.key} without the column {column.name}"
        data = _data(made, lacking, [column.name])
        yield ctx.find(column.anchor, message, related=_created(ctx, tables, lacking), data=data)
    for lacking, names in inherited.items():
        columns = "columns" if len(names) > 1 else "column"
        message = f"{_maker(lacking)} the table {made.key} without the inherited {columns} {', '.join(names)}"
        data = _data(made, lacking, names)
        yield ctx.find(made.anchor, message, related=_created(ctx, tables, lacking), data=data)


def _stale(ctx: JoinContext, made: Model, tables: dict[str, Table], anchor: str) -> Iterator[Finding]:
    """Required columns without a default that only the schema has, at the first model of the table."""
    sharing = [each for each in models_of_table(ctx.index, made.key) if each.metadata == made.metadata]
    if not sharing or min(each.symbol for each in sharing) != made.symbol:
        return
    if any(each.maybe or not each.complete for each in sharing):
        return
    mapped = {column.name.casefold() for each in sharing for column in each.columns}
    stale: dict[str, SchemaColumn] = {}
    having: list[str] = []
    for environment, table in tables.items():
        required = {
            name: each
            for name, each in table.columns.items()
            if table.certain and name.casefold() not in mapped and is_required(each)
        }
        if required:
            having.append(environment)
            stale.update(required)
    if not stale:
        return
    columns = "columns" if len(stale) > 1 else "column"
    message = (
        f"the table {made.key} has the required {columns} {', '.join(stale)}, "
        f"which {made.name} does not map and which has no default"
    )
    related = [
        ctx.related(each.revision, REVISION_ANCHOR, f"the revision that brings {name}")
        for name, each in stale.items()
        if each.revision
    ]
    yield ctx.find(anchor, message, variant="stale", related=related, data=_data(made, having, list(stale)))


def _maker(environments: Sequence[str]) -> str:
    if environments[0].startswith("database "):
        return f"the {environments[0]} has"
    return "the migrations leave" if any(environments) else "the SQL files leave"


def _data(made: Model, environments: Iterable[str], columns: list[str]) -> dict[str, str]:
    return {"model": made.symbol, "environments": ",".join(environments), "columns": ",".join(columns)}


def _is_own(made: Model, column: Column) -> bool:
    if column.attribute:
        return column.anchor == column_anchor(made.symbol, column.attribute)
    return column.path == made.path and column.anchor.startswith((table_anchor(made.symbol), "column "))


def _created(ctx: JoinContext, tables: dict[str, Table], environments: Iterable[str]) -> list[Related]:
    made = [tables[name] for name in environments]
    return [
        ctx.related(table.revision, REVISION_ANCHOR, f"the revision that creates {table.name}")
        for table in made
        if table.revision
    ]
