"""Writing a `.sql` file behind the others of a folder: tables, columns, indexes, changes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import NewFile
from bugcatalog_ls.analysis.script_dialects import MYSQL, counted_key, script_dialect
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.constraints import Constraints, TableIndex, UniqueConstraint

_DEFAULTS = {
    **dict.fromkeys(("VARCHAR", "TEXT"), "''"),
    **dict.fromkeys(("INTEGER", "BIGINT", "NUMERIC", "FLOAT"), "0"),
    "BOOLEAN": "FALSE",
}


_NUMBERED = re.compile(r"(V?)(\d+)(_+|-|\.)?")
# By which the tools that run such files know the way up.
_HEAD = re.compile(r"^--[ \t]*(?:\+goose\s+Up|\+migrate\s+Up|migrate:up|!Ups)\b[^\n]*$", re.MULTILINE)


def is_of_series(path: str) -> bool:
    """Whether a file's name begins with a number that the next one continues."""
    return _NUMBERED.match(path.rpartition("/")[2]) is not None


def script_behind(ctx: FixContext, paths: Sequence[str], words: str, statements: Iterable[str]) -> NewFile:
    """A file behind the newest one, named, numbered and begun as that is."""
    newest = paths[-1]
    folder, _, file = newest.rpartition("/")
    numbered = _NUMBERED.match(file)
    made = re.sub(r"\W+", "_", words).strip("_")
    if numbered is not None:
        prefix, number, joint = numbered[1], numbered[2], numbered[3] or "_"
        made = f"{prefix}{int(number) + 1:0{len(number)}d}{joint if joint != '.' else '_'}{made}"
    made += ".up.sql" if file.endswith(".up.sql") else ".sql"
    head = _HEAD.search(ctx.read(newest) or "")
    lines = [*([head[0].rstrip()] if head is not None else []), *(f"{each};" for each in statements)]
    return NewFile(f"{folder}/{made}" if folder else made, "".join(f"{line}\n" for line in lines))


def altering_file(ctx: FixContext, paths: Sequence[str], table: str, columns: Sequence[Column]) -> NewFile:
    """The `ALTER TABLE`s that add a model's columns."""
    added = {each.name: _added(each) for each in columns}
    return adding_file(ctx, paths, table, added)


def adding_file(ctx: FixContext, paths: Sequence[str], table: str, columns: dict[str, str]) -> NewFile:
    """The `ALTER TABLE`s that add columns of given types."""
    words = f"add_{table.replace('.', '_')}_{'_'.join(columns)}"
    lines = [f"ALTER TABLE {table} ADD COLUMN {name} {kind}" for name, kind in columns.items()]
    return script_behind(ctx, paths, words, lines)


def creating_file(
    ctx: FixContext, paths: Sequence[str], table: str, columns: Sequence[Column], constraints: Constraints
) -> NewFile | None:
    """The `CREATE TABLE` of a model with its keys and indexes; None where something is not known."""
    keys = [each.name for each in columns if each.primary_key]
    text = "\n".join(ctx.read(path) or "" for path in paths)
    dialect = script_dialect(ctx, text)
    parts: list[str] = []
    for each in columns:
        if keys == [each.name] and (counted := counted_key(each, dialect, text)):
            parts.append(f"{each.name} {counted}")
            continue
        default = _default(each)
        if not each.name or each.computed or default is None or not (each.type.name or each.type.source):
            return None
        required = " NOT NULL" if each.nullable is False and not each.primary_key else ""
        key = " PRIMARY KEY" if keys == [each.name] else ""
        parts.append(f"{each.name} {_type(each, dialect)}{default}{required}{key}")
    if len(keys) > 1:
        parts.append(f"PRIMARY KEY ({', '.join(keys)})")
    for foreign in constraints.foreign_keys:
        if not foreign.table or not foreign.referred:
            return None
        rule = f" ON DELETE {foreign.ondelete}" if foreign.ondelete else ""
        here, there = ", ".join(foreign.columns), ", ".join(foreign.referred)
        parts.append(f"FOREIGN KEY ({here}) REFERENCES {foreign.table} ({there}){rule}")
    parts.extend(f"UNIQUE ({', '.join(unique.columns)})" for unique in constraints.uniques)
    body = ",\n    ".join(parts)
    lines = [f"CREATE TABLE {table} (\n    {body}\n)"]
    if any("" in each.columns for each in constraints.indexes):
        return None
    lines.extend(index_statement(table, each) for each in constraints.indexes)
    return script_behind(ctx, paths, f"create_{table.replace('.', '_')}", lines)


def index_statement(table: str, made: TableIndex | UniqueConstraint) -> str:
    """What makes an index, or the unique index that does for a unique constraint."""
    is_unique = isinstance(made, UniqueConstraint) or made.unique
    plain = table.rpartition(".")[2]
    name = made.name or f"{'uq' if is_unique else 'ix'}_{plain}_{'_'.join(made.columns)}"
    return f"CREATE {'UNIQUE ' if is_unique else ''}INDEX {name} ON {table} ({', '.join(made.columns)})"


def _added(column: Column) -> str:
    """A column that is added; required only where rows that exist can be given a value."""
    default = _DEFAULTS.get(column.type.name)
    made = _type(column)
    return f"{made} DEFAULT {default} NOT NULL" if column.nullable is False and default else made


def _type(column: Column, dialect: str = "") -> str:
    """The type as SQL writes it."""
    kind = column.type
    if kind.name == "DATETIME" and dialect in MYSQL:
        return "DATETIME"
    name = {"DATETIME": "TIMESTAMP", "DOUBLE": "DOUBLE PRECISION"}.get(kind.name, kind.name)
    if kind.name == "DATETIME" and kind.timezone:
        name = "TIMESTAMP WITH TIME ZONE"
    if kind.labels is not None:
        return "VARCHAR"
    sized = [str(each) for each in (kind.length, kind.precision, kind.scale) if each is not None]
    return f"{name or 'TEXT'}({', '.join(sized)})" if sized else name or "TEXT"


def _default(column: Column) -> str | None:
    """The default as SQL writes it, with a blank before it; None where it is not known."""
    written = column.server_default
    if not written:
        return ""
    if found := re.fullmatch(r'sa\.text\("((?:[^"\\]|\\.)*)"\)', written):
        return f" DEFAULT {found[1]}"
    if found := re.fullmatch(r'"([^"\\\']*)"', written):
        return f" DEFAULT '{found[1]}'"
    known = {"sa.func.now()": "CURRENT_TIMESTAMP", "sa.true()": "TRUE", "sa.false()": "FALSE"}
    return f" DEFAULT {known[written]}" if written in known else None
