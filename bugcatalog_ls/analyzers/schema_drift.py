"""BC711: what else of a model differs from the schema that its migrations leave."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.drift_steps import step_for
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.removal_steps import remove_table
from bugcatalog_ls.analysis.revision_steps import Step
from bugcatalog_ls.analysis.revisions import revision_fix
from bugcatalog_ls.analysis.sql_scripts import index_statement, script_behind
from bugcatalog_ls.facts.constraints import ForeignKeyConstraint, TableIndex, UniqueConstraint
from bugcatalog_ls.facts.drift import Drift, drifts
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.migration_graph import environment_of
from bugcatalog_ls.facts.migrations import REVISION_ANCHOR, RevisionFact
from bugcatalog_ls.facts.model_schemas import SQL_FILES, schemas_of, table_in
from bugcatalog_ls.facts.models import Model, model
from bugcatalog_ls.facts.orm import OrmClass, TableFact, column_anchor, table_column_anchor
from bugcatalog_ls.facts.schema_replay import replayed, table_of
from bugcatalog_ls.facts.sql_schema import group_of_files
from bugcatalog_ls.facts.table_arguments import argument_of_columns
from bugcatalog_ls.facts.unmapped_tables import unmapped_tables

_OURS = frozenset(
    {"extra_column", "type", "nullable", "default", "index", "unique", "foreign_key", "ondelete"}
    | {"extra_index", "extra_unique", "extra_foreign_key"}
)

_EXTRA = "extra"
"""Stands for the place of columns that only the schema has, until it is known whether one is free."""


def _join(ctx: JoinContext) -> Iterator[Finding]:
    if ctx.is_test:
        return
    if ctx.index.in_file(ctx.path, RevisionFact):
        yield from _tables(ctx)
        return
    symbols = [fact.symbol for fact in ctx.index.in_file(ctx.path, OrmClass)]
    symbols.extend(fact.symbol for fact in ctx.index.in_file(ctx.path, TableFact))
    for symbol in symbols:
        made = model(ctx.index, symbol)
        if made is None or made.path != ctx.path:
            continue
        found: dict[str, dict[Drift, list[str]]] = {}
        names = schemas_of(ctx.index, made.metadata)
        for environment in names:
            for drift in drifts(ctx.index, symbol, environment):
                if _is_ours(drift):
                    places = found.setdefault(_anchor(ctx.index, made, drift), {})
                    places.setdefault(drift, []).append(environment)
        extra = found.pop(_EXTRA, {})
        if extra:
            # One entry has one finding at a place: beside another one it moves to the table's name.
            is_table = ctx.index.one(TableFact, symbol) is not None
            name = table_column_anchor(symbol, 0) if is_table else column_anchor(symbol, "__tablename__")
            found[name if made.anchor in found else made.anchor] = extra
        for anchor, places in found.items():
            # What one database lacks beside another may not be for it.
            drift_places = {
                drift: lacking
                for drift, lacking in places.items()
                if drift.constraint is None or len(lacking) == len(names)
            }
            if not drift_places:
                continue
            messages = [_message(made, drift) for drift in drift_places]
            environments = list(dict.fromkeys(name for names in drift_places.values() for name in names))
            tables = [table_in(ctx.index, name, made.key) for name in environments]
            related = [
                ctx.related(table.revision, REVISION_ANCHOR, f"the revision that creates {table.name}")
                for table in tables
                if table is not None and table.revision
            ]
            is_extra = places is extra
            data = {"model": symbol, "anchor": _EXTRA if is_extra else anchor}
            data["environments"] = ",".join(environments)
            message, variant = "; ".join(dict.fromkeys(messages)), "unmapped" if is_extra else ""
            yield ctx.find(anchor, message, variant=variant, related=related, data=data)


def _tables(ctx: JoinContext) -> Iterator[Finding]:
    """Tables of a revision that no model maps."""
    environment = environment_of(ctx.index, ctx.path)
    if environment is None:
        return
    made = [
        table_of(ctx.index, environment.name, each) for each in unmapped_tables(ctx.index, environment.name)
    ]
    names = [table.name for table in made if table is not None and table.revision == ctx.path]
    if names:
        what = f"the table {names[0]}" if len(names) == 1 else f"the tables {', '.join(names)}"
        data = {"tables": ",".join(names), "environments": environment.name}
        yield ctx.find(REVISION_ANCHOR, f"no model maps {what}", variant="unmapped", data=data)


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    if "tables" in finding.data:
        environment = finding.data["environments"]
        tables = replayed(ctx.index, environment).tables
        found = [tables[name] for name in finding.data["tables"].split(",") if name in tables]
        yield from revision_fix(ctx, [environment], [remove_table(each, tables) for each in found])
        return
    made = model(ctx.index, finding.data.get("model", ""))
    if made is None:
        return
    names = finding.data.get("environments", "").split(",")
    if names == [SQL_FILES]:
        yield from _scripts(ctx, made, finding)
        return
    steps: list[Step | None] = []
    for name in names:
        for drift in drifts(ctx.index, made.symbol, name):
            if _is_ours(drift) and _anchor(ctx.index, made, drift) == finding.data.get("anchor"):
                steps.append(step_for(ctx.index, made, drift, name))
    yield from revision_fix(ctx, names, steps)


ANALYZER = Analyzer(
    join=_join, joins=(OrmClass, TableFact, RevisionFact), fix=_fix, writes_revisions=True, from_absence=True
)


def _scripts(ctx: FixContext, made: Model, finding: Finding) -> Iterator[Fix]:
    """The `.sql` file that makes missing indexes; what alters a column has no words for all databases."""
    group = group_of_files(ctx.index)
    found = [
        drift
        for drift in drifts(ctx.index, made.symbol, SQL_FILES)
        if _is_ours(drift) and _anchor(ctx.index, made, drift) == finding.data.get("anchor")
    ]
    made_anew = [each.constraint for each in found if each.aspect in ("index", "unique")]
    lines = [
        index_statement(made.key, each)
        for each in made_anew
        if isinstance(each, TableIndex | UniqueConstraint) and "" not in each.columns
    ]
    if group is None or not lines or len(lines) < len(found):
        return
    words = f"index_{made.key.replace('.', '_')}_{'_'.join(found[0].columns)}"
    new = script_behind(ctx, group.paths, words, lines)
    yield ctx.fix(f"Write a SQL file that makes the index of {made.key}", "suggested", [], creates=[new])


def _is_ours(drift: Drift) -> bool:
    if drift.aspect != "ondelete":
        return drift.aspect in _OURS
    # A rule that one side lacks is an affair of its own.
    both = (drift.constraint, drift.other)
    return all(isinstance(each, ForeignKeyConstraint) and each.ondelete for each in both)


def _anchor(index: FactIndex, made: Model, drift: Drift) -> str:
    """The column or the item of `__table_args__` that the class itself declares, where there is one."""
    if drift.aspect == "extra_column":
        return _EXTRA
    if drift.aspect.startswith("extra_"):
        return made.anchor
    if drift.constraint is not None:
        kind = type(drift.constraint).__name__.removeprefix("Table")
        listed = argument_of_columns(index, made.symbol, kind, drift.columns)
        if listed:
            return listed
    if len(drift.columns) != 1:
        return made.anchor
    column = made.column(drift.columns[0])
    return column.anchor if column is not None and column.path == made.path and column.anchor else made.anchor


def _message(made: Model, drift: Drift) -> str:
    name = f"{made.key}.{', '.join(drift.columns)}"
    wanted, found = drift.wanted, drift.found
    key, other = drift.constraint, drift.other
    match drift.aspect:
        case "extra_column":
            return f"no model maps the column {name}"
        case "type" if wanted is not None and found is not None:
            return f"{name} is {wanted.type.name} in the model and {found.type.name} in the schema"
        case "nullable" if wanted is not None:
            both = ("may be NULL", "is required") if wanted.nullable else ("is required", "may be NULL")
            return f"{name} {both[0]} in the model and {both[1]} in the schema"
        case "default" if wanted is not None and not wanted.server_default:
            return f"{name} has a server default in the schema only"
        case "default" if found is not None and not found.server_default:
            return f"{name} has a server default in the model only"
        case "default":
            return f"{name} has another server default in the schema"
        case "index" if other is not None:
            return f"the index of {name} is unique on one side only"
        case "index":
            return f"no migration creates the index of {name}"
        case "unique":
            return f"no migration makes {name} unique"
        case "foreign_key" if isinstance(key, ForeignKeyConstraint) and isinstance(
            other, ForeignKeyConstraint
        ):
            return f"{name} points to {key.table} in the model and to {other.table} in the schema"
        case "foreign_key" if isinstance(key, ForeignKeyConstraint):
            return f"no migration links {name} to {key.table}"
        case "ondelete" if isinstance(key, ForeignKeyConstraint) and isinstance(other, ForeignKeyConstraint):
            return f"{name} is ON DELETE {key.ondelete} in the model and {other.ondelete} in the schema"
        case "extra_index":
            return f"only the schema has the index of {name}"
        case "extra_unique":
            return f"only the schema makes {name} unique"
    return f"only the schema links {name} to another table"
