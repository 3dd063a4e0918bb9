"""BC710: new revisions that change the schema in one step under code that still uses the old one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix, Related
from bugcatalog_ls.analysis.revision_steps import filler_of
from bugcatalog_ls.facts.column_types import ColumnType, type_of
from bugcatalog_ls.facts.migration_graph import environment_of, graph
from bugcatalog_ls.facts.models import models_of_table
from bugcatalog_ls.facts.revision_operations import RevisionOperation
from bugcatalog_ls.facts.schema_replay import metadata_migrated_by, table_of
from bugcatalog_ls.syntax.edits import add_keyword
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    callee_of,
    enclosing,
    statement_of,
    string_value,
    text_of,
)
from bugcatalog_ls.syntax.statement_edits import replace_statement
from bugcatalog_ls.text.spans import TextEdit


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
    changes = [each for each in operations if each.table not in created and each.name != "create_table"]
    # The models are asked only where there is something to ask them about.
    metadata = metadata_migrated_by(ctx.index, environment.name) if changes else ()
    for each in changes:
        yield from _judged(ctx, each, operations, metadata)


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    call = ctx.node_of("call")
    kind = finding.data.get("kind", "")
    if call is None:
        return
    if kind == "required":
        column = next((each for each in arguments_of(call).positional if each.type == "call"), None)
        found = [each for each in ctx.index.in_file(ctx.file.path, RevisionOperation) if each.required]
        made = next((each for each in found if each.anchor == finding.anchor), None)
        if column is None or made is None:
            return
        default = filler_of(type_of(ctx.index, made.new_type, ctx.file.path))
        if default:
            title = f"Give the rows that are there {default.removeprefix('sa.')}"
            yield ctx.fix(title, "safe", add_keyword(ctx.file, column, "server_default", default))
    elif kind == "rename":
        edits = _expanded(ctx, call, finding.data["table"], finding.data["old"], finding.data["new"])
        if edits is not None:
            yield ctx.fix("Add the new column beside the old one", "suggested", edits)


ANALYZER = Analyzer(join=_join, joins=(RevisionOperation,), fix=_fix)


def _judged(
    ctx: JoinContext,
    each: RevisionOperation,
    operations: tuple[RevisionOperation, ...],
    metadata: tuple[str, ...],
) -> Iterator[Finding]:
    name = f"{each.table}.{each.column}" if each.column else each.table
    if each.name == "rename_table" and each.new_name:
        yield ctx.find(each.anchor, f"{name} is renamed in one step, and running code knows the old name")
    elif each.name == "alter_column" and each.new_name and each.new_name != each.column:
        message = f"{name} is renamed in one step, and running code knows the old name"
        data = {"kind": "rename", "table": each.table, "old": each.column, "new": each.new_name}
        yield ctx.find(each.anchor, message, data=data)
    elif each.name == "alter_column" and each.new_type is not None and each.existing_type is not None:
        wanted, found = (type_of(ctx.index, value, ctx.path) for value in (each.new_type, each.existing_type))
        if _narrows(wanted, found):
            yield ctx.find(each.anchor, f"{name} becomes narrower, and rows may not fit")
    elif each.name == "add_column" and each.required:
        message = f"{name} is added as required, and neither rows nor running code have a value for it"
        yield ctx.find(each.anchor, message, data={"kind": "" if each.in_sql else "required"})
    elif each.name in ("drop_column", "drop_table"):
        yield from _dropped(ctx, each, operations, metadata, name)


def _dropped(
    ctx: JoinContext,
    each: RevisionOperation,
    operations: tuple[RevisionOperation, ...],
    metadata: tuple[str, ...],
    name: str,
) -> Iterator[Finding]:
    added = [other for other in operations if other.table == each.table and other.name == "add_column"]
    if each.column and any(other.column == each.column for other in added):
        return
    using = [
        (made, made.column(each.column) if each.column else None)
        for made in models_of_table(ctx.index, each.table)
        if made.metadata in metadata
    ]
    users = [(made, column) for made, column in using if column is not None or not each.column]
    if users:
        made, column = users[0]
        place = (column.path, column.anchor) if column is not None else (made.path, made.anchor)
        related: list[Related] = [ctx.related(*place, f"{made.name} maps it")]
        yield ctx.find(each.anchor, f"{name} is dropped, and {made.name} still uses it", related=related)
        return
    dropped = [other for other in operations if other.table == each.table and other.name == "drop_column"]
    is_swap = each.name == "drop_column" and len(added) == 1 and len(dropped) == 1
    # What is added beside it under a name that is much the same takes over its data.
    if is_swap and _shares_word(each.column, added[0].column):
        message = f"{name} is dropped and {added[0].column} added in one step, which is a rename"
        yield ctx.find(each.anchor, message)


def _shares_word(one: str, two: str) -> bool:
    return bool(set(one.casefold().split("_")) & set(two.casefold().split("_")))


_WIDTHS = ("SMALLINT", "INTEGER", "BIGINT")


def _narrows(wanted: ColumnType, found: ColumnType) -> bool:
    if wanted.name in _WIDTHS and found.name in _WIDTHS:
        return _WIDTHS.index(wanted.name) < _WIDTHS.index(found.name)
    texts = ("VARCHAR", "CHAR", "NVARCHAR")
    if wanted.name in texts and wanted.length:
        return found.name in ("TEXT", "CLOB") or bool(found.length and wanted.length < found.length)
    if wanted.name in ("NUMERIC", "DECIMAL") and found.name in ("NUMERIC", "DECIMAL"):
        pairs = ((wanted.precision, found.precision), (wanted.scale, found.scale))
        return any(a is not None and b is not None and a < b for a, b in pairs)
    return False


def _expanded(ctx: FixContext, call: Node, table: str, old: str, new: str) -> list[TextEdit] | None:
    """The first half of a rename: a new column that is filled; the way back drops it."""
    given = arguments_of(call)
    callee = callee_of(call)
    owner, _, name = text_of(callee).rpartition(".") if callee is not None else ("", "", "")
    known = {"new_column_name", "existing_type", "existing_nullable", "table_name", "column_name"}
    statement = statement_of(call)
    is_whole = statement.named_children[:1] == [call]
    if (
        given.keywords.keys() - known
        or "." in table
        or not is_whole
        or b"import op\n" not in ctx.file.source.data
    ):
        return None
    batch = owner if name == "alter_column" and owner != "op" else ""
    written = given.keywords.get("existing_type")
    kind = text_of(written) if written is not None else _type_at_head(ctx, table, new)
    back, is_free = _way_back(ctx, table, old, new)
    if not kind or (back is None and not is_free):
        return None
    column = f'sa.Column("{new}", {kind}, nullable=True)'
    note = f"# A later revision drops {table}.{old}, once no release reads it."
    fill = f'op.execute("UPDATE {table} SET {new} = {old}")'
    if batch:
        # Rows can be filled only when the batch has made the column.
        block = enclosing(call, "with_statement")
        body = block.child_by_field_name("body") if block is not None else None
        if block is None or body is None or len(body.named_children) != 1:
            return None
        head = ctx.file.source.data[block.start_byte : body.start_byte].decode().rstrip()
        made = f"{note}\n{head}\n    {batch}.add_column({column})\n{fill}"
        edits = replace_statement(ctx.file, block, made)
    else:
        edits = replace_statement(ctx.file, statement, f'{note}\nop.add_column("{table}", {column})\n{fill}')
    if back is not None:
        edits = edits + replace_statement(ctx.file, statement_of(back), f'op.drop_column("{table}", "{new}")')
    return edits


def _type_at_head(ctx: FixContext, table: str, column: str) -> str:
    environment = environment_of(ctx.index, ctx.file.path)
    there = table_of(ctx.index, environment.name, table) if environment is not None else None
    found = there.column(column) if there is not None else None
    return found.column.type.source if found is not None else ""


def _way_back(ctx: FixContext, table: str, old: str, new: str) -> tuple[Node | None, bool]:
    """The call in the downgrade that renames the column back, and whether there is no way back at all."""
    downgrade = next((each.node for each in ctx.file.functions if each.name == "downgrade"), None)
    body = downgrade.child_by_field_name("body") if downgrade is not None else None
    for call in ctx.file.calls_named("alter_column", "execute"):
        if body is None or not body.start_byte <= call.start_byte < body.end_byte:
            continue
        callee, given = callee_of(call), arguments_of(call)
        if callee is not None and text_of(callee).endswith(".execute"):
            text = text_of(call)
            if re.search(rf"RENAME\s+(?:COLUMN\s+)?\W?{new}\W?\s+TO\s+\W?{old}\b", text, re.IGNORECASE):
                return call, False
            continue
        names = (string_value(given.get("table_name", 0)), string_value(given.get("column_name", 1)))
        if names == (table, new) and string_value(given.keywords.get("new_column_name")) == old:
            return call, False
    statements = [each for each in body.named_children if each.type != "comment"] if body is not None else []
    return None, all(each.type == "pass_statement" for each in statements)
