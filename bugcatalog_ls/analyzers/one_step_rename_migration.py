"""BC710: new revisions that change the schema in one step under code that still uses the old one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.expanding import expanded_rename, expanded_swap, with_default, with_sql_default
from bugcatalog_ls.analysis.finding import Finding, Fix, Related
from bugcatalog_ls.analysis.revision_steps import filler_of, model_default
from bugcatalog_ls.facts.column_types import ColumnType, type_of
from bugcatalog_ls.facts.migration_graph import dialect_of, environment_of, graph
from bugcatalog_ls.facts.models import models_of_table
from bugcatalog_ls.facts.narrowing import narrows
from bugcatalog_ls.facts.revision_operations import RevisionOperation
from bugcatalog_ls.facts.revision_states import RevisionStates, states_around, type_before
from bugcatalog_ls.facts.schema_replay import metadata_migrated_by
from bugcatalog_ls.facts.sql_texts import SqlTableUse, SqlText, plain_name
from bugcatalog_ls.syntax.modules import is_test_path


def _join(ctx: JoinContext) -> Iterator[Finding]:
    operations = ctx.index.in_file(ctx.path, RevisionOperation)
    if not operations:
        return
    environment = environment_of(ctx.index, ctx.path)
    if environment is None:
        return
    order = graph(ctx.index, environment.name).order
    if ctx.path not in order[-ctx.options.n_newest_migrations :]:
        return
    created = {each.table for each in operations if each.name == "create_table"}
    changes = [each for each in operations if each.table not in created]
    for each in changes:
        yield from _judged(ctx, each, _Revision(ctx, environment.name, operations))


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    call, kind = ctx.node_of("call"), finding.data.get("kind", "")
    if call is None:
        return
    found = ctx.index.in_file(ctx.file.path, RevisionOperation)
    if kind == "required":
        made = next((each for each in found if each.required and each.anchor == finding.anchor), None)
        if made is None:
            return
        kind_of_column = made.sql_type or type_of(ctx.index, made.new_type, ctx.file.path)
        default = _default_of_model(ctx, made)
        if default is None:
            default = filler_of(kind_of_column)
        add = with_sql_default if made.in_sql else with_default
        edits = add(ctx, call, made.column, default) if default else None
        if edits:
            title = f"Give the rows that are there {default.removeprefix('sa.')}"
            yield ctx.fix(title, "safe", edits)
    elif kind == "rename":
        data = finding.data
        edits = expanded_rename(ctx, call, data["table"], data["old"], data["new"])
        if edits is not None:
            yield ctx.fix("Add the new column beside the old one", "suggested", edits)
    elif kind == "swap":
        edits = expanded_swap(ctx, call, finding.data["table"], finding.data["old"], finding.data["new"])
        if edits is not None:
            yield ctx.fix("Keep the old column beside the new one", "suggested", edits)


def _default_of_model(ctx: FixContext, made: RevisionOperation) -> str | None:
    """What the model gives new rows, as a server default: empty where it gives what none can say, None where
    there is no model or it gives nothing."""
    environment = environment_of(ctx.index, ctx.file.path)
    metadata = metadata_migrated_by(ctx.index, environment.name) if environment is not None else ()
    for each in models_of_table(ctx.index, made.table):
        column = each.column(made.column) if each.metadata in metadata else None
        if column is None:
            continue
        if column.server_default:
            is_plain = column.server_default.startswith(("sa.", '"', "'"))
            return column.server_default if is_plain else ""
        if column.default or column.literal_default:
            return model_default(column)
    return None


ANALYZER = Analyzer(join=_join, joins=(RevisionOperation,), fix=_fix)


class _Revision:
    """What the operations of one revision are judged by; asked for only where it is needed."""

    def __init__(self, ctx: JoinContext, environment: str, operations: tuple[RevisionOperation, ...]) -> None:
        self.ctx, self.environment, self.operations = ctx, environment, operations

    @property
    def metadata(self) -> tuple[str, ...]:
        return metadata_migrated_by(self.ctx.index, self.environment)

    @property
    def states(self) -> RevisionStates:
        return states_around(self.ctx.index, self.environment, self.ctx.path)

    def written_type(self, each: RevisionOperation) -> ColumnType:
        return each.sql_type or type_of(self.ctx.index, each.new_type, self.ctx.path)

    def type_that_was(self, each: RevisionOperation) -> ColumnType:
        if each.existing_type is not None:
            return type_of(self.ctx.index, each.existing_type, self.ctx.path)
        return type_before(self.states, each.table, each.column)


def _judged(ctx: JoinContext, each: RevisionOperation, revision: _Revision) -> Iterator[Finding]:
    name = f"{each.table}.{each.column}" if each.column else each.table
    if each.name == "rename_table" and each.new_name:
        yield ctx.find(each.anchor, f"{name} is renamed in one step, and running code knows the old name")
    elif each.name == "alter_column" and each.new_name and each.new_name != each.column:
        message = f"{name} is renamed in one step, and running code knows the old name"
        data = {"kind": "rename", "table": each.table, "old": each.column, "new": each.new_name}
        yield ctx.find(each.anchor, message, data=data)
    elif each.name == "alter_column" and (each.new_type is not None or each.sql_type is not None):
        dialect = dialect_of(ctx.index, revision.environment)
        if narrows(revision.written_type(each), revision.type_that_was(each), dialect):
            yield ctx.find(each.anchor, f"{name} becomes narrower, and rows may not fit")
    elif each.name == "add_column" and each.required:
        message = f"{name} is added as required, and neither rows nor running code have a value for it"
        yield ctx.find(each.anchor, message, data={"kind": "required"})
    elif each.name in ("drop_column", "drop_table"):
        yield from _dropped(ctx, each, revision, name)


def _dropped(ctx: JoinContext, each: RevisionOperation, revision: _Revision, name: str) -> Iterator[Finding]:
    operations = revision.operations
    added = [other for other in operations if other.table == each.table and other.name == "add_column"]
    is_made_anew = (
        any(other.column == each.column for other in added)
        if each.column
        else (
            any(other.name == "rename_table" and other.new_name == each.table for other in operations)
            or any(other.name == "create_table" and other.table == each.table for other in operations)
        )
    )
    if is_made_anew:
        return
    using = [
        (made, made.column(each.column) if each.column else None)
        for made in models_of_table(ctx.index, each.table)
        if made.metadata in revision.metadata
    ]
    users = [(made, column) for made, column in using if column is not None or not each.column]
    if users:
        made, column = users[0]
        place = (column.path, column.anchor) if column is not None else (made.path, made.anchor)
        related: list[Related] = [ctx.related(*place, f"{made.name} maps it")]
        yield ctx.find(each.anchor, f"{name} is dropped, and {made.name} still uses it", related=related)
        return
    text = _sql_of(ctx, each.table, each.column)
    if text is not None:
        related = [ctx.related(*text, "SQL that names it")]
        yield ctx.find(each.anchor, f"{name} is dropped, and SQL still uses it", related=related)
        return
    new_name = _new_name(each, added, revision)
    if new_name:
        message = f"{name} is dropped and {new_name} added in one step, which is a rename"
        data = {"kind": "swap", "table": each.table, "old": each.column, "new": new_name}
        yield ctx.find(each.anchor, message, data=data if each.column else {})


def _sql_of(ctx: JoinContext, table: str, column: str) -> tuple[str, str] | None:
    """Where SQL outside of revisions and tests names a table, or a column of it."""
    plain = plain_name(table)
    for path in dict.fromkeys(path for path, _ in ctx.index.get(SqlTableUse, plain)):
        if is_test_path(path):
            continue
        for text in ctx.index.in_file(path, SqlText):
            names = text.columns if column else text.tables
            wanted = (column or plain).casefold()
            for name in () if text.in_revision else names:
                if plain_name(name.name) == wanted and (
                    not column or [plain_name(each) for each in name.tables] == [plain]
                ):
                    return path, text.anchor
    return None


def _new_name(each: RevisionOperation, added: list[RevisionOperation], revision: _Revision) -> str:
    """What is added in the place of what is dropped; empty where nothing is."""
    others = [other for other in revision.operations if other.name == each.name]
    if each.name == "drop_table":
        made = [other.table for other in revision.operations if other.name == "create_table"]
        if len(others) != 1 or len(made) != 1:
            return ""
        old, new = revision.states.before.get(each.table), revision.states.after.get(made[0])
        is_same = old is not None and new is not None and old.known and new.known and len(old.columns) > 2
        if not is_same or old is None or new is None:
            return ""
        names = [{key.casefold() for key in table.columns} for table in (old, new)]
        return made[0] if names[0] == names[1] else ""
    dropped = [other for other in others if other.table == each.table]
    if len(added) != 1 or len(dropped) != 1:
        return ""
    new_name = added[0].column
    # What is added beside it under a name that is much the same takes over its data, and so does what
    # is filled from it, and what is of the very same type.
    fills = [other for other in revision.operations if other.name == "fill_column"]
    is_filled = any(
        other.column == new_name and other.table == each.table and each.column == other.new_name
        for other in fills
    )
    if is_filled:
        return new_name
    before, after = type_before(revision.states, each.table, each.column), revision.written_type(added[0])
    is_known = bool(before.name and after.name)
    if _shares_word(each.column, new_name):
        return new_name if not is_known or before.name == after.name else ""
    return new_name if is_known and _extent(before) == _extent(after) else ""


def _extent(of: ColumnType) -> tuple[object, ...]:
    return of.name, of.length, of.labels, of.precision, of.scale, of.timezone


def _shares_word(one: str, two: str) -> bool:
    return bool(set(one.casefold().split("_")) & set(two.casefold().split("_")))
