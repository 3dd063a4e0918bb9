"""Edits that turn a change in one step into its first half: new beside old, and values for the rows."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.migration_graph import environment_of
from bugcatalog_ls.facts.revision_operations import table_of_batch
from bugcatalog_ls.facts.schema_replay import table_of
from bugcatalog_ls.syntax.edits import add_keyword, set_keyword
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    callee_of,
    constant_value,
    enclosing,
    statement_of,
    string_value,
    text_of,
)
from bugcatalog_ls.syntax.statement_edits import insert_after, remove_statement, replace_statement
from bugcatalog_ls.text.spans import Span, TextEdit


def with_default(ctx: FixContext, call: Node, _: str, default: str) -> list[TextEdit] | None:
    """The server default written into the column of an `add_column`."""
    column = next((each for each in arguments_of(call).positional if each.type == "call"), None)
    return add_keyword(ctx.file, column, "server_default", _written(ctx, call, default)) if column else None


def with_sql_default(_: FixContext, call: Node, column: str, default: str) -> list[TextEdit] | None:
    """The default written into the SQL that adds a column, behind its `NOT NULL`."""
    literal = re.fullmatch(r'sa\.text\("([^"]*)"\)|sa\.(false|true)\(\)|"([^"\'\\:%]*)"', default)
    if literal is None:
        return None
    value = literal[1] or (literal[2] or "").upper() or f"'{literal[3]}'"
    text = text_of(call)
    found = re.search(rf"\b{re.escape(column)}\b[^,;]*?\bNOT\s+NULL\b", text, re.IGNORECASE)
    if found is None or ("'" in value and text[text.index("(") + 1 :].lstrip()[:1] == "'"):
        return None
    at = call.start_byte + len(text[: found.end()].encode())
    return [TextEdit(Span(at, at), f" DEFAULT {value}")]


def expanded_rename(ctx: FixContext, call: Node, table: str, old: str, new: str) -> list[TextEdit] | None:
    """The first half of a rename: a new column that is filled; the way back drops it."""
    given = arguments_of(call)
    callee = callee_of(call)
    owner, _, name = text_of(callee).rpartition(".") if callee is not None else ("", "", "")
    known = {"new_column_name", "existing_type", "existing_nullable", "table_name", "column_name"}
    statement = statement_of(call)
    if given.keywords.keys() - known or not _are_plain(table, old, new) or not is_written_alone(call):
        return None
    op = ctx.imports().need("alembic", "op", at=call.start_byte)
    batch = owner if name == "alter_column" and owner != op else ""
    written = given.keywords.get("existing_type")
    kind = text_of(written) if written is not None else _type_at_head(ctx, table, new)
    back, is_free = _way_back(ctx, table, old, new)
    if not kind or (back is None and not is_free):
        return None
    column = _named(ctx, call, f'sa.Column("{new}", {kind}, nullable=True)')
    note = _note(table, old)
    fill = f'{op}.execute("UPDATE {table} SET {new} = {old}")'
    if batch:
        # Rows can be filled only when the batch has made the column.
        block = enclosing(call, "with_statement")
        if block is None:
            return None
        edits = replace_statement(ctx.file, statement, f"{note}\n{batch}.add_column({column})")
        edits = edits + insert_after(ctx.file, block, fill)
    else:
        edits = replace_statement(
            ctx.file, statement, f'{note}\n{op}.add_column("{table}", {column})\n{fill}'
        )
    if back is not None:
        owner = text_of(callee_of(back) or back).rpartition(".")[0]
        in_batch = bool(table_of_batch(back)) and owner != op
        dropped = f'{owner}.drop_column("{new}")' if in_batch else f'{op}.drop_column("{table}", "{new}")'
        edits = edits + replace_statement(ctx.file, statement_of(back), dropped)
    return edits


def expanded_swap(ctx: FixContext, call: Node, table: str, old: str, new: str) -> list[TextEdit] | None:
    """The drop put off, and the column that was added beside it filled from the old one."""
    added = next(
        (
            each
            for each in ctx.file.calls_named("add_column")
            if _column_of(each) == new and _block(each) is not None and _block(each) == _block(call)
        ),
        None,
    )
    back, is_free = _call_back(ctx, "add_column", old)
    if added is None or not is_written_alone(call) or not _are_plain(table, old, new):
        return None
    if not (is_free if back is None else is_written_alone(back)):
        return None
    column = next((each for each in arguments_of(added).positional if each.type == "call"), None)
    given = arguments_of(column).keywords if column is not None else {}
    edits = replace_statement(ctx.file, statement_of(call), _note(table, old))
    nullable = given.get("nullable")
    is_required = nullable is not None and constant_value(nullable) is False
    if column is not None and is_required and "server_default" not in given:
        # The running release writes rows that know nothing of the new column.
        edits = edits + set_keyword(ctx.file, column, "nullable", "True")
    if not re.search(rf"UPDATE\s+\W?{table}\b", ctx.file.source.text):
        batch = enclosing(added, "with_statement")
        op = ctx.imports().need("alembic", "op", at=call.start_byte)
        fill = f'{op}.execute("UPDATE {table} SET {new} = {old}")'
        edits = edits + insert_after(ctx.file, batch or statement_of(added), fill)
    return edits + (remove_statement(ctx.file, statement_of(back)) if back is not None else [])


def is_written_alone(call: Node) -> bool:
    """Whether a call is a statement of its own."""
    return statement_of(call).named_children[:1] == [call]


def _are_plain(*names: str) -> bool:
    """Whether names can stand in SQL as they are, in the schema that is the default."""
    return all(re.fullmatch(r"\w+", name) for name in names)


def _note(table: str, column: str) -> str:
    return f"# A later revision drops {table}.{column}, once no release reads it."


def _block(call: Node) -> Node | None:
    return statement_of(call).parent


def _column_of(call: Node) -> str | None:
    """The name of the column that an `add_column` adds."""
    column = next((each for each in arguments_of(call).positional if each.type == "call"), None)
    return string_value(arguments_of(column).get("name", 0)) if column is not None else None


def _call_back(ctx: FixContext, name: str, column: str) -> tuple[Node | None, bool]:
    """The call in the downgrade that adds a column, and whether there is no way back at all."""
    downgrade = next((each.node for each in ctx.file.functions if each.name == "downgrade"), None)
    body = downgrade.child_by_field_name("body") if downgrade is not None else None
    if body is None:
        return None, True
    for call in ctx.file.calls_named(name):
        if body.start_byte <= call.start_byte < body.end_byte and _column_of(call) == column:
            return call, False
    return None, _is_empty(body)


def _is_empty(body: Node | None) -> bool:
    statements = [each for each in body.named_children if each.type != "comment"] if body is not None else []
    return all(each.type == "pass_statement" for each in statements)


def _written(ctx: FixContext, call: Node, default: str) -> str:
    """A default as the file would write it: its name for SQLAlchemy, its quotes."""
    default = _named(ctx, call, default)
    strings = [text_of(each)[:1] for each in ctx.file.nodes("string")]
    if strings.count("'") > strings.count('"') and "'" not in default:
        default = default.replace('"', "'")
    return default


def _named(ctx: FixContext, call: Node, made: str) -> str:
    """Code with what it takes from SQLAlchemy by the names that the file has for it."""
    if b"import sqlalchemy as sa" in ctx.file.source.data:
        return made
    imports = ctx.imports()
    return re.sub(
        r"\bsa\.(\w+)", lambda match: imports.need("sqlalchemy", match[1], at=call.start_byte), made
    )


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
        batched = table_of_batch(call)
        first = batched or string_value(given.get("table_name", 0))
        names = (first, string_value(given.get("column_name", 0 if batched else 1)))
        if names == (table, new) and string_value(given.keywords.get("new_column_name")) == old:
            return call, False
    return None, _is_empty(body)
