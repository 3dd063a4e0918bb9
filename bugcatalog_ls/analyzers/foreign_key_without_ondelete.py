"""BC702: foreign keys to rows that can be deleted, with no rule for what becomes of the rows that point."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.constraint_steps import add_foreign_key
from bugcatalog_ls.analysis.finding import Finding, Fix, Related
from bugcatalog_ls.analysis.key_edits import rule_edits
from bugcatalog_ls.analysis.revision_steps import Step
from bugcatalog_ls.analysis.revisions import revision_fix
from bugcatalog_ls.analysis.schema_steps import alter_nullable, combined
from bugcatalog_ls.analysis.sql_changes import SqlChange, key_with_rule
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.constraints import ForeignKeyConstraint
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.mapped_names import models_told_of, tables_of
from bugcatalog_ls.facts.migration_graph import dialect_of, environment_of, graph
from bugcatalog_ls.facts.migration_keys import MigratedKey
from bugcatalog_ls.facts.migrations import REVISION_ANCHOR
from bugcatalog_ls.facts.model_constraints import model_constraints
from bugcatalog_ls.facts.model_schemas import SQL_FILES, schemas_of, table_in
from bugcatalog_ls.facts.models import Model, model, models
from bugcatalog_ls.facts.orm import OrmClass, TableFact, column_anchor
from bugcatalog_ls.facts.relationships import cascading, relationships, secondaries
from bugcatalog_ls.facts.row_deletes import deleted_classes, deleted_tables
from bugcatalog_ls.facts.schema_replay import environments_of, metadata_migrated_by, table_of
from bugcatalog_ls.text.spans import TextEdit

_USER_LIKE = re.compile(r"(?:^|_)(?:users?|accounts?|customers?|members?)$")


def _join(ctx: JoinContext) -> Iterator[Finding]:
    if ctx.is_test:
        return
    symbols = models_told_of(ctx.index, ctx.path)
    reported: set[str] = set()
    for symbol in symbols:
        made = model(ctx.index, symbol)
        if made is None:
            continue
        for finding in [*_keys(ctx, made), *_relationships(ctx, made)]:
            if finding.anchor not in reported:
                reported.add(finding.anchor)
                yield finding
    if migrated := ctx.index.in_file(ctx.path, MigratedKey):
        yield from _migrated(ctx, migrated)


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    made = model(ctx.index, finding.data.get("model", ""))
    columns = tuple(finding.data.get("columns", "").split(","))
    if made is None or finding.variant in ("passive", "reference"):
        return
    keys = model_constraints(ctx.index, made.symbol).foreign_keys
    key = next((each for each in keys if each.columns == columns), None)
    column = made.column(columns[0])
    if key is None or column is None:
        return
    kind = finding.data.get("kind", "")
    if kind == "migration":
        step = _steps(ctx, made, key, None)
        yield from revision_fix(ctx, list(step), [each for steps in step.values() for each in steps])
        return
    if len(columns) == 1 and not column.primary_key:
        nulled = msgspec.structs.replace(key, ondelete="SET NULL")
        edits = rule_edits(ctx, columns, "SET NULL", nullable=True)
        yield from _offered(ctx, made, nulled, column, edits, "Set the reference to NULL")
    if kind != "required":
        deleted = msgspec.structs.replace(key, ondelete="CASCADE")
        yield from _offered(
            ctx,
            made,
            deleted,
            None,
            rule_edits(ctx, columns, "CASCADE", nullable=False),
            "Delete the row with its parent",
        )


ANALYZER = Analyzer(join=_join, joins=(OrmClass, TableFact, MigratedKey), fix=_fix, writes_revisions=True)


def _keys(ctx: JoinContext, made: Model) -> Iterator[Finding]:
    parent = model(ctx.index, made.parent) if made.parent else None
    for key in model_constraints(ctx.index, made.symbol).foreign_keys:
        column = made.column(key.columns[0])
        # What a mixin declares is found there, for the first class that takes it over.
        if column is None or not key.table or (column.path or made.path) != ctx.path:
            continue
        # Of a joined table the ORM deletes both rows.
        if parent is not None and parent.key == key.table and column.primary_key:
            continue
        anchor = column.anchor
        if len(key.columns) > 1:
            if made.path != ctx.path:
                continue
            anchor = column_anchor(made.symbol, "__table_args__")
        data = {"model": made.symbol, "columns": ",".join(key.columns)}
        name = f"{made.key}.{key.columns[0]}"
        if key.ondelete == "SET NULL" and column.nullable is False:
            message = f"{name} is to become NULL when its {key.table} row goes, and cannot be NULL"
            yield ctx.find(anchor, message, data=data | {"kind": "required"})
        if key.ondelete or _is_owned(ctx.index, made, key.table):
            continue
        reason = _deleted(ctx.index, made.metadata, key.table)
        variant = "" if reason else "reference"
        why = reason or "which nothing deletes today"
        message = f"{name} points to {key.table}, {why}, and has no ondelete"
        yield ctx.find(anchor, message, variant=variant, data=data, related=_created(ctx, made))


def _created(ctx: JoinContext, made: Model) -> list[Related]:
    found = [table_of(ctx.index, name, made.key) for name in environments_of(ctx.index, made.metadata)]
    return [
        ctx.related(table.revision, REVISION_ANCHOR, f"the revision that creates {table.name}")
        for table in found
        if table is not None and table.revision
    ]


def _deleted(index: FactIndex, metadata: str, table: str) -> str:
    """Why rows of a table may go; empty where nothing tells."""
    plain = table.rpartition(".")[2].casefold()
    symbols = tables_of(index, metadata).get(table.casefold(), ())
    if deleted_classes(index) & set(symbols) or plain in deleted_tables(index):
        return "whose rows are deleted"
    return "whose rows come and go" if _USER_LIKE.search(plain) else ""


def _is_owned(index: FactIndex, made: Model, table: str) -> bool:
    """Whether the ORM deletes the rows that point: children by a cascade, links between two classes."""
    if {made.table, made.symbol.rpartition(".")[2], made.name} & secondaries(index):
        return True
    owners = [
        symbol.rpartition(".")[2] for symbol in tables_of(index, made.metadata).get(table.casefold(), ())
    ]
    return any((owner, made.name) in cascading(index) for owner in owners)


def _relationships(ctx: JoinContext, made: Model) -> Iterator[Finding]:
    """Relationships that load what the database would delete by itself."""
    for each in relationships(ctx.index, made.symbol) if made.path == ctx.path else ():
        if each.passive or each.view_only or each.secondary or not each.target:
            continue
        for symbol in _named(ctx.index, made.metadata).get(each.target, ()):
            keys = model_constraints(ctx.index, symbol).foreign_keys
            if any(key.table == made.key and key.ondelete == "CASCADE" for key in keys):
                message = (
                    f"{made.name}.{each.attribute} loads rows to delete that the database deletes itself"
                )
                yield ctx.find(column_anchor(made.symbol, each.attribute), message, variant="passive")
                break


def _named(index: FactIndex, metadata: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for symbols in tables_of(index, metadata).values():
        for symbol in symbols:
            found.setdefault(symbol.rpartition(".")[2], []).append(symbol)
    return found


def _migrated(ctx: JoinContext, keys: Iterable[MigratedKey]) -> Iterator[Finding]:
    """Keys of a new revision that lack what the model says, or that no model declares."""
    environment = environment_of(ctx.index, ctx.path)
    if environment is None or ctx.path not in _newest(ctx, environment.name):
        return
    metadata = metadata_migrated_by(ctx.index, environment.name)
    for key in keys:
        if key.ondelete or not key.referred or not key.table or not key.columns:
            continue
        declared = [
            (symbol, each)
            for identity in metadata or ("",)
            for symbol in tables_of(ctx.index, identity).get(key.table.casefold(), ())
            for each in model_constraints(ctx.index, symbol).foreign_keys
            if each.columns == key.columns
        ]
        if any(not each.ondelete for _, each in declared):
            continue
        table = table_of(ctx.index, environment.name, key.table)
        there = [] if table is None else table.constraints.foreign_keys
        if any(each.columns == key.columns and each.ondelete for each in there):
            continue
        name = f"{key.table}.{key.columns[0]}"
        if declared:
            symbol, each = declared[0]
            message = f"{name} is made without the ondelete {each.ondelete} that its model has"
            data = {"model": symbol, "columns": ",".join(key.columns), "kind": "migration"}
            yield ctx.find(key.anchor, message, data=data)
        elif any(_deleted(ctx.index, identity, key.referred) for identity in metadata or ("",)):
            yield ctx.find(
                key.anchor, f"{name} points to {key.referred}, whose rows can go, and has no ondelete"
            )


def _newest(ctx: JoinContext, environment: str) -> tuple[str, ...]:
    return graph(ctx.index, environment).order[-ctx.options.n_newest_migrations :]


# -- fixes -----------------------------------------------------------------------------------------------


def _offered(
    ctx: FixContext,
    made: Model,
    key: ForeignKeyConstraint,
    nulled: Column | None,
    edits: list[TextEdit] | None,
    title: str,
) -> Iterator[Fix]:
    if edits is None:
        return
    if schemas_of(ctx.index, made.metadata) == (SQL_FILES,):
        change = _in_sql(ctx, made, key, nullable=nulled is not None)
        if change is not None:
            yield ctx.fix(title, "suggested", [*edits, *change.edits], creates=change.creates)
        return
    steps: dict[str, list[Step | None]] = {}
    for taker in _takers(ctx.index, made, key):
        for name, found in _steps(ctx, taker, key, nulled).items():
            steps.setdefault(name, []).extend(found)
    asked = [each for found in steps.values() for each in found]
    if not asked:
        yield ctx.fix(title, "suggested", edits)
        return
    yield from revision_fix(ctx, list(steps), asked, edits=edits, title=f"{title}, with a revision")


def _takers(index: FactIndex, made: Model, key: ForeignKeyConstraint) -> list[Model]:
    """A model, and the others that take its column over from the same mixin."""
    column = made.column(key.columns[0])
    if column is None or column.path in ("", made.path):
        return [made]
    found = [each for symbol in models(index) if (each := model(index, symbol)) is not None]
    return [each for each in found if any(other.anchor == column.anchor for other in each.columns)]


def _in_sql(ctx: FixContext, made: Model, key: ForeignKeyConstraint, *, nullable: bool) -> SqlChange | None:
    """What the `.sql` files must say of a key; nothing where they do not make it."""
    table = table_in(ctx.index, SQL_FILES, made.key)
    found = table.column(key.columns[0]) if table is not None and table.known else None
    there = [each for each in table.constraints.foreign_keys if each.columns == key.columns] if table else []
    if found is None or not there:
        return SqlChange([], [])
    return key_with_rule(ctx, made.key, found.column, key, name=there[0].name, nullable=nullable)


def _steps(
    ctx: FixContext, made: Model, key: ForeignKeyConstraint, nulled: Column | None
) -> dict[str, list[Step | None]]:
    """What the migrations of each environment must do for a key."""
    found: dict[str, list[Step | None]] = {}
    for name in environments_of(ctx.index, made.metadata):
        table = table_of(ctx.index, name, made.key)
        if table is None or not table.known:
            continue
        there = [each for each in table.constraints.foreign_keys if each.columns == key.columns]
        steps: list[Step | None] = []
        column = table.column(key.columns[0])
        if nulled is not None and column is not None and column.column.nullable is False:
            wanted = msgspec.structs.replace(nulled, nullable=True)
            steps.append(alter_nullable(made.key, wanted, column.column))
        if not there or there[0].ondelete != key.ondelete:
            dialect = dialect_of(ctx.index, name)
            steps.append(add_foreign_key(ctx.index, made, key, there[0] if there else None, dialect=dialect))
        if steps:
            found[name] = [combined(steps)]
    return found
