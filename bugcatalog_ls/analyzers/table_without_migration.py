"""BC708: tables that no migration creates, and targets of keys and relationships that do not exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix, Related
from bugcatalog_ls.analysis.revision_steps import Step
from bugcatalog_ls.analysis.revisions import revision_fix
from bugcatalog_ls.analysis.schema_steps import create_table
from bugcatalog_ls.analysis.sql_scripts import creating_file
from bugcatalog_ls.facts.columns import ForeignKey
from bugcatalog_ls.facts.created_tables import creates_tables
from bugcatalog_ls.facts.declarative import inherited
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.live_tables import live_table, only_database
from bugcatalog_ls.facts.mapped_names import is_unknown_class, missing_target, relationship_targets, tables_of
from bugcatalog_ls.facts.migration_graph import environments, graph
from bugcatalog_ls.facts.migrations import REVISION_ANCHOR
from bugcatalog_ls.facts.model_constraints import model_constraints
from bugcatalog_ls.facts.model_schemas import SQL_FILES, is_missing, schemas_of, table_in
from bugcatalog_ls.facts.models import Model, model, models_of_table
from bugcatalog_ls.facts.orm import OrmClass, TableFact, column_anchor
from bugcatalog_ls.facts.schema_replay import all_metadata, has_schema, lacks_table, replayed
from bugcatalog_ls.facts.sql_schema import group_of_files
from bugcatalog_ls.facts.table_arguments import argument_of_table
from bugcatalog_ls.facts.typed_columns import typed


def _join(ctx: JoinContext) -> Iterator[Finding]:
    if ctx.is_test:
        return
    symbols = [fact.symbol for fact in ctx.index.in_file(ctx.path, OrmClass)]
    symbols.extend(fact.symbol for fact in ctx.index.in_file(ctx.path, TableFact))
    reported: set[str] = set()
    for symbol in symbols:
        made = model(ctx.index, symbol)
        if made is None or made.path != ctx.path:
            continue
        yield from _without_table(ctx, made)
        for finding in [*_dangling_keys(ctx, made), *_dangling_relationships(ctx, made)]:
            if finding.anchor not in reported:
                reported.add(finding.anchor)
                yield finding


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    made = model(ctx.index, finding.data.get("model", ""))
    if made is None or "environments" not in finding.data:
        return
    names = finding.data["environments"].split(",")
    if names == [SQL_FILES]:
        yield from _scripts(ctx, made)
        return
    steps: dict[str, Step | None] = {}
    for name in names:
        _creating(ctx.index, made, name, steps)
    title = f"Write a revision that creates {made.key}"
    yield from revision_fix(ctx, names, list(steps.values()), applicability="safe", title=title)


ANALYZER = Analyzer(
    join=_join, joins=(OrmClass, TableFact), fix=_fix, writes_revisions=True, from_absence=True
)


def _scripts(ctx: FixContext, made: Model) -> Iterator[Fix]:
    """The `.sql` file that creates a model's table."""
    group = group_of_files(ctx.index)
    if group is None or made.maybe or not made.complete:
        return
    columns = [typed(ctx.index, made, each) for each in made.columns]
    new = creating_file(ctx, group.paths, made.key, columns, model_constraints(ctx.index, made.symbol))
    if new is not None:
        yield ctx.fix(f"Write a SQL file that creates {made.key}", "safe", [], creates=[new])


def _without_table(ctx: JoinContext, made: Model) -> Iterator[Finding]:
    sharing = [each for each in models_of_table(ctx.index, made.key) if each.metadata == made.metadata]
    # Classes of one table are one finding, at the first of them.
    if made.parent and any(each.symbol == made.parent for each in sharing):
        return
    if (
        sharing
        and min(each.symbol for each in sharing if not each.parent or len(sharing) == 1) != made.symbol
    ):
        return
    names = schemas_of(ctx.index, made.metadata)
    lacking = [name for name in names if is_missing(ctx.index, name, made.key)]
    lacking = _without_parts(ctx.index, lacking, [name for name in names if name not in lacking])
    lacks_live = not names and _lacks_live_table(ctx.index, made)
    if not (lacking or lacks_live) or _is_elsewhere(ctx.index, made):
        return
    if lacks_live:
        message = f"the database {only_database(ctx.index)} has no table {made.key} for {made.name}"
        yield ctx.find(made.anchor, message)
        return
    maker = "SQL file" if lacking == [SQL_FILES] else "migration"
    message = f"no {maker} creates the table {made.key} of {made.name}"
    data = {"model": made.symbol, "environments": ",".join(lacking)}
    yield ctx.find(made.anchor, message, related=_heads(ctx, lacking), data=data)


def _lacks_live_table(index: FactIndex, made: Model) -> bool:
    """Whether the only database that was read lacks a table, where nothing else tells of it."""
    is_sure = bool(only_database(index)) and not environments(index) and group_of_files(index) is None
    if not is_sure or all_metadata(index) != (made.metadata,) or creates_tables(index):
        return False
    return live_table(index, made.key) is None


def _without_parts(index: FactIndex, lacking: list[str], others: list[str]) -> list[str]:
    """The environments that lack a table, without those of a part of the models only: of several for
    one metadata, some make less than half of the tables that one that has the table makes."""
    if SQL_FILES in (*lacking, *others) or not others:
        return lacking
    most = max(len(replayed(index, name).tables) for name in others)
    return [name for name in lacking if 2 * len(replayed(index, name).tables) >= most]


def _is_elsewhere(index: FactIndex, made: Model) -> bool:
    """Whether a model says that its table is a view, reflected, or none of autogenerate's business."""
    written = inherited(index, made.symbol, "__table_args__")
    table = index.one(TableFact, made.symbol)
    text = repr(written[1].value) if written is not None else repr(table[1].call) if table else ""
    return any(word in text for word in ("'info'", "autoload", "'is_view'", "keep_existing"))


def _heads(ctx: JoinContext, environments: Iterable[str]) -> list[Related]:
    return [
        ctx.related(path, REVISION_ANCHOR, "the head that the migrations lead to")
        for name in environments
        if name != SQL_FILES
        for _, path in graph(ctx.index, name).heads
    ]


def _dangling_keys(ctx: JoinContext, made: Model) -> Iterator[Finding]:
    for column in made.columns:
        for key in column.foreign_keys:
            missing = missing_target(ctx.index, made, key, column.path)
            if missing and not _is_in_database(ctx.index, made, missing):
                what = f"the column {missing}" if missing.count(".") > made.key.count(".") else missing
                anchor = column.anchor if column.path == ctx.path else made.anchor
                name = f"{made.name}.{column.attribute or column.name}"
                yield ctx.find(anchor, f"{name} points to {what}, which no model defines")
    for constraint in model_constraints(ctx.index, made.symbol).foreign_keys:
        if len(constraint.columns) > 1 and constraint.table:
            yield from _dangling_constraint(ctx, made, constraint.table)


def _is_in_database(index: FactIndex, made: Model, table: str) -> bool:
    """Whether models that nothing migrates, as those that revisions keep of old times, point to a table
    that the migrations of others make."""
    if schemas_of(index, made.metadata):
        return False
    return any(table_in(index, each.name, table) is not None for each in environments(index))


def _dangling_constraint(ctx: JoinContext, made: Model, table: str) -> Iterator[Finding]:
    if missing_target(ctx.index, made, ForeignKey(f"{table}.?"), made.path) == table:
        own = argument_of_table(ctx.index, made.symbol, table)
        anchor = own or column_anchor(made.symbol, "__table_args__")
        yield ctx.find(anchor, f"a foreign key of {made.name} points to {table}, which no model defines")


def _dangling_relationships(ctx: JoinContext, made: Model) -> Iterator[Finding]:
    found = ctx.index.one(OrmClass, made.symbol)
    if found is None:
        return
    for attribute in found[1].attributes:
        for name in relationship_targets(ctx.index, attribute, ctx.path):
            if is_unknown_class(ctx.index, made, name):
                message = f"{made.name}.{attribute.name} relates to {name}, and there is no such class"
                yield ctx.find(column_anchor(made.symbol, attribute.name), message)


def _creating(index: FactIndex, made: Model, environment: str, steps: dict[str, Step | None]) -> None:
    """The steps that create a table, behind those of tables that it points to and that are missing, too."""
    if made.key in steps:
        return
    steps[made.key] = None
    is_new = bool(made.schema) and not has_schema(index, environment, made.schema)
    step = create_table(index, made, schema_is_new=is_new)
    for table in step.after if step is not None else ():
        if lacks_table(index, environment, table):
            for symbol in tables_of(index, made.metadata).get(table.casefold(), ())[:1]:
                other = model(index, symbol)
                if other is not None:
                    _creating(index, other, environment, steps)
    del steps[made.key]
    steps[made.key] = step
