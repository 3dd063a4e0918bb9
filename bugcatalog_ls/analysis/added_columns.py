"""Writing what adds a column that only a SQL statement knows of: a revision, or an `ALTER TABLE`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from keyword import iskeyword

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Edit, NewFile
from bugcatalog_ls.analysis.revision_steps import Step, add_column, drop_column
from bugcatalog_ls.analysis.revisions import revision_files
from bugcatalog_ls.analysis.sql_scripts import adding_file
from bugcatalog_ls.facts.column_types import ColumnType
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.models import model
from bugcatalog_ls.facts.revision_states import type_once
from bugcatalog_ls.facts.sql_schema import group_of_files, is_sql_file, sql_groups
from bugcatalog_ls.syntax.nodes import body_of, callee_of, text_of
from bugcatalog_ls.syntax.statement_edits import insert_after


def added_column_files(
    ctx: FixContext, table: str, name: str, known: Mapping[str, str]
) -> tuple[tuple[NewFile, ...], tuple[tuple[str, Step], ...]] | None:
    """The files that add a column, with the steps where they are revisions; None where there is no place.

    `known` holds the `environment` and the `model` of the table, and the `path` of what makes it.
    """
    environment = known.get("environment", "")
    if environment:
        step = _step(ctx, environment, table, name, known.get("model", ""))
        new = revision_files(ctx, environment, [step]) if step is not None else None
        return (new, ((environment, step),)) if new is not None and step is not None else None
    folder_paths = () if is_of_models_only(ctx, known) else _sql_files(ctx, known.get("path", ""))
    return (
        ((adding_file(ctx, folder_paths, table, {name: _SQL_TYPES[_guessed(name).name]}),), ())
        if folder_paths
        else None
    )


def is_of_models_only(ctx: FixContext, known: Mapping[str, str]) -> bool:
    """Whether a table is known by its model alone, so that no file beside it would make the column known."""
    made = model(ctx.index, known.get("model", ""))
    return made is not None and made.path == known.get("path") and not known.get("environment")


def column_in_model(ctx: FixContext, symbol: str, name: str) -> list[Edit] | None:
    """The column written behind the last one of a model, in its style; None where that is not plain."""
    made = model(ctx.index, symbol)
    own = [each for each in made.columns if each.path == made.path and each.attribute] if made else []
    file = ctx.open(made.path) if made is not None and own else None
    definition = next((each.node for each in file.classes if each.symbol == symbol), None) if file else None
    if made is None or file is None or definition is None or not name.isidentifier() or iskeyword(name):
        return None
    last: tuple[Node, str] | None = None
    names = {each.attribute for each in own}
    for statement in body_of(definition):
        assignment = statement.named_children[0] if statement.named_children else statement
        left, right = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
        callee = callee_of(right) if right is not None and right.type == "call" else None
        if left is not None and text_of(left) in names and callee is not None:
            last = statement, text_of(callee)
    if last is None:
        return None
    statement, called = last
    owner, _, called = called.rpartition(".")
    imports, kind = ctx.imports(file), _guessed(name).source.removeprefix("sa.").removesuffix("()")
    written = f"{owner}.{kind}" if owner else imports.need("sqlalchemy", kind)
    before = f"{owner}." if owner else ""
    if called == "mapped_column" and not owner:
        mapped, python = imports.need("sqlalchemy.orm", "Mapped"), _PYTHON_TYPES[kind]
        if python == "datetime":
            return None
        is_new = b" | None" in file.source.data or b"Optional" not in file.source.data
        optional = f"{python} | None" if is_new else f"Optional[{python}]"
        made_line = f"{name}: {mapped}[{optional}] = mapped_column({written})"
    elif called == "Column":
        made_line = f"{name} = {before}Column({written})"
    else:
        return None
    return [Edit(file.path, edit.span, edit.content) for edit in insert_after(file, statement, made_line)]


_PYTHON_TYPES = {"DateTime": "datetime", "Boolean": "bool", "Integer": "int", "Text": "str"}


def _step(ctx: FixContext, environment: str, table: str, name: str, symbol: str) -> Step | None:
    made = model(ctx.index, symbol) if symbol else None
    column = made.column(name) if made is not None else None
    if made is not None and column is not None:
        return add_column(ctx.index, made, column)
    once = type_once(ctx.index, environment, table, name)
    unknown = Column(name, once if once.source else _guessed(name))
    reverse = drop_column(table, unknown)
    if reverse is None:
        return None
    # What drops it and puts it back is what adds it, turned round.
    return Step(table, f"Add {table}.{name}", f"adds {table}.{name}", reverse.downgrade, reverse.upgrade)


def _guessed(name: str) -> ColumnType:
    """A type by what names usually hold; text holds anything."""
    if re.search(r"_at$|_on$|^date_|_date$|_time$", name):
        return ColumnType("DATETIME", source="sa.DateTime()")
    if re.match(r"is_|has_|can_", name):
        return ColumnType("BOOLEAN", source="sa.Boolean()")
    if re.search(r"_id$|_count$|^n_|^num_", name):
        return ColumnType("INTEGER", source="sa.Integer()")
    return ColumnType("TEXT", source="sa.Text()")


_SQL_TYPES = {"DATETIME": "TIMESTAMP", "BOOLEAN": "BOOLEAN", "INTEGER": "INTEGER", "TEXT": "TEXT"}


def _sql_files(ctx: FixContext, path: str) -> tuple[str, ...]:
    group = next((each for each in sql_groups(ctx.index) if path in each.paths), None)
    if group is not None and is_sql_file(group.paths[0]):
        return group.paths
    files = group_of_files(ctx.index)
    if files is not None:
        return files.paths
    # With nothing but statements in Python, the file begins a folder of its own.
    folder = path.rpartition("/")[0]
    return (f"{folder}/migrations/000.sql" if folder else "migrations/000.sql",) if path else ()
