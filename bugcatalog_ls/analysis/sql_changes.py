"""Changes of a schema that `.sql` files hold: the next file of a series, or an edit of the only one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Edit, NewFile
from bugcatalog_ls.analysis.script_dialects import MYSQL, script_dialect
from bugcatalog_ls.analysis.sql_places import (
    Part,
    columns_of,
    labels_of_column,
    labels_of_type,
    references,
    with_rule,
)
from bugcatalog_ls.analysis.sql_scripts import is_of_series, script_behind
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.constraints import ForeignKeyConstraint
from bugcatalog_ls.facts.sql_schema import group_of_files
from bugcatalog_ls.text.spans import Span


class SqlChange(NamedTuple):
    """What a change of the schema edits or writes."""

    edits: list[Edit]
    creates: list[NewFile]


class _Home(NamedTuple):
    """`paths` are all files; the `text` is that of the only one, where it is no part of a series."""

    paths: tuple[str, ...]
    dialect: str
    text: str | None


def longer_column(ctx: FixContext, table: str, found: Column, length: int) -> SqlChange | None:
    """Give a column of texts a greater length."""
    home = _home(ctx)
    if home is None:
        return None
    if home.text is not None:
        part = columns_of(home.text, table).get(found.name.casefold())
        number = re.compile(r"\(\s*(\d+)\s*\)").search(home.text, *part) if part is not None else None
        return _edited(home, [(Part(*number.span(1)), str(length))]) if number is not None else None
    kind = f"{'CHAR' if found.type.name in ('CHAR', 'NCHAR') else 'VARCHAR'}({length})"
    if home.dialect == "postgresql":
        made = f"ALTER TABLE {table} ALTER COLUMN {found.name} TYPE {kind}"
    elif home.dialect in MYSQL and (rest := _kept(found)) is not None:
        made = f"ALTER TABLE {table} MODIFY COLUMN {found.name} {kind}{rest}"
    else:
        return None
    return _written(ctx, home, f"lengthen_{table}_{found.name}", [made])


def more_labels(ctx: FixContext, table: str, found: Column, wanted: Sequence[str]) -> SqlChange | None:
    """Let an enum's type hold labels that it lacks; what it holds stays."""
    home = _home(ctx)
    there = found.type.labels
    if home is None or there is None:
        return None
    new = [label for label in wanted if label not in there]
    if home.text is not None:
        name = found.type.enum_name
        part = labels_of_type(home.text, name) if name else None
        part = part or labels_of_column(home.text, table, found.name)
        if part is None:
            return None
        end = part.start + len(home.text[part.start : part.end].rstrip())
        listed = "".join(f", {_quoted(label)}" for label in new)
        return _edited(home, [(Part(end, end), listed)])
    if home.dialect == "postgresql" and found.type.enum_name:
        lines = [f"ALTER TYPE {found.type.enum_name} ADD VALUE {_quoted(label)}" for label in new]
    elif home.dialect in MYSQL and (rest := _kept(found)) is not None:
        listed = ", ".join(map(_quoted, (*there, *new)))
        lines = [f"ALTER TABLE {table} MODIFY COLUMN {found.name} ENUM({listed}){rest}"]
    else:
        return None
    return _written(ctx, home, f"add_{'_'.join(new)}_to_{table}_{found.name}", lines)


def key_with_rule(
    ctx: FixContext, table: str, found: Column, key: ForeignKeyConstraint, *, name: str, nullable: bool
) -> SqlChange | None:
    """Give a foreign key of one column, called `name` in the database, the `ondelete` of `key`."""
    home = _home(ctx)
    if home is None or len(key.columns) != 1:
        return None
    relaxed = nullable and found.nullable is False
    if home.text is not None:
        return _edited_key(home, table, found, key.ondelete, relaxed=relaxed)
    column = found.name
    if home.dialect == "postgresql":
        # PostgreSQL has a name of its own for a key that was given none.
        name = name or f"{table.rpartition('.')[2]}_{column}_fkey"
        relaxing = f"ALTER TABLE {table} ALTER COLUMN {column} DROP NOT NULL"
        dropping = f"ALTER TABLE {table} DROP CONSTRAINT {name}"
    elif home.dialect in MYSQL and name and found.type.name:
        if relaxed and (found.type.length or found.type.name not in ("INTEGER", "BIGINT")):
            return None
        relaxing = f"ALTER TABLE {table} MODIFY COLUMN {column} {found.type.name} NULL"
        dropping = f"ALTER TABLE {table} DROP FOREIGN KEY {name}"
    else:
        return None
    made = (
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column})"
        f" REFERENCES {key.table} ({', '.join(key.referred)}) ON DELETE {key.ondelete}"
    )
    lines = [dropping, *([relaxing] if relaxed else []), made]
    return _written(ctx, home, f"delete_rule_of_{table}_{column}", lines)


def _edited_key(home: _Home, table: str, found: Column, rule: str, *, relaxed: bool) -> SqlChange | None:
    text = home.text or ""
    clause = references(text, table, found.name)
    if clause is None:
        return None
    changes = [(clause, with_rule(text[clause.start : clause.end], rule))]
    if relaxed:
        part = columns_of(text, table).get(found.name.casefold())
        required = (
            re.compile(r"\s+NOT\s+NULL\b", re.IGNORECASE).search(text, *part) if part is not None else None
        )
        if required is None:
            return None
        changes.append((Part(*required.span()), ""))
    return _edited(home, changes)


def _kept(found: Column) -> str | None:
    """What MySQL forgets of a column unless it is told again; None where that is not known."""
    if found.nullable is None or found.server_default:
        return None
    return "" if found.nullable else " NOT NULL"


def _home(ctx: FixContext) -> _Home | None:
    group = group_of_files(ctx.index)
    if group is None:
        return None
    is_series = is_of_series(group.paths[-1])
    texts = [ctx.read(path) for path in group.paths]
    if None in texts or not (is_series or len(texts) == 1):
        return None
    dialect = script_dialect(ctx, "\n".join(text or "" for text in texts))
    return _Home(group.paths, dialect, None if is_series else texts[0])


def _written(ctx: FixContext, home: _Home, words: str, statements: Sequence[str]) -> SqlChange:
    return SqlChange([], [script_behind(ctx, home.paths, words.lower(), statements)])


def _edited(home: _Home, changes: Sequence[tuple[Part, str]]) -> SqlChange:
    text = home.text or ""
    edits = [
        Edit(home.paths[0], Span(_offset(text, part.start), _offset(text, part.end)), content)
        for part, content in changes
    ]
    return SqlChange(edits, [])


def _offset(text: str, place: int) -> int:
    return len(text[:place].encode("utf-8"))


def _quoted(label: str) -> str:
    return "'" + label.replace("'", "''") + "'"
