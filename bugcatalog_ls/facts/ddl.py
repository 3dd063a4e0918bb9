"""DDL texts of migrations as operations, read by a SQL parser."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bugcatalog_ls.facts.column_types import ColumnType
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.ddl_constraints import constraint_operations, constraints_of_table, index_change
from bugcatalog_ls.facts.operations import (
    AddColumn,
    AlterColumn,
    CreateTable,
    CreateView,
    DropColumn,
    DropTable,
    Operation,
    RenameTable,
    Touch,
    TouchConstraints,
)
from bugcatalog_ls.facts.sources import quoted

if TYPE_CHECKING:
    from sqlglot import exp

HOLE = "\0"
"""Stands in a text for a part that is not known."""

_TABLE_DDL = re.compile(
    r"\b(?:CREATE|ALTER|DROP|RENAME)\b[^;]*?\bTABLE\b|\bsp_rename\b", re.IGNORECASE | re.DOTALL
)
_NAMED = re.compile(
    r"\b(?:CREATE|ALTER|DROP|RENAME)\s+(?:(?:TEMP|TEMPORARY|UNLOGGED|FOREIGN|VIRTUAL|GLOBAL|LOCAL)\s+)*TABLE\s+"
    r"(?:IF\s+(?:NOT\s+)?EXISTS\s+)?(?:ONLY\s+)?([^\s(;]+)",
    re.IGNORECASE,
)
_TEMPORARY = re.compile(r"^\s*CREATE\s+(?:GLOBAL\s+|LOCAL\s+)?(?:TEMP|TEMPORARY)\s", re.IGNORECASE)
_HARMLESS = re.compile(
    r"^\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH|SET|PRAGMA|COMMENT|GRANT|REVOKE|BEGIN|COMMIT|ANALYZE|VACUUM|LOCK|"
    r"TRUNCATE|REFRESH|REINDEX|CALL|SHOW|EXPLAIN|USE|MERGE|REPLACE|SAVEPOINT|RELEASE|ROLLBACK|CLUSTER|COPY|LISTEN|"
    r"(?:CREATE|DROP|ALTER)\s+(?:OR\s+REPLACE\s+)?(?:UNIQUE\s+|CLUSTERED\s+|FULLTEXT\s+)*(?:INDEX|TYPE|EXTENSION|"
    r"VIEW|MATERIALIZED|TRIGGER|FUNCTION|PROCEDURE|SEQUENCE|SCHEMA|ROLE|USER|POLICY|DOMAIN|AGGREGATE|RULE|"
    r"PUBLICATION|COLLATION|DATABASE|STATISTICS|EVENT|OPERATOR|CAST|CONSTRAINT))\b",
    re.IGNORECASE,
)
# Parts of an ALTER TABLE that change no column.
_COLUMNLESS = frozenset(
    {"AddConstraint", "AddPartition", "AlterSet", "Constraint", "DropPrimaryKey", "ForeignKey", "PrimaryKey"}
)
_TABLE_OPTIONS = re.compile(
    r"^\s*ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?\S+\s+(?:(?:ENABLE|DISABLE|FORCE|NO\s+FORCE|OWNER\s+TO|CLUSTER|"
    r"REPLICA|VALIDATE|CONVERT\s+TO|ENGINE|AUTO_INCREMENT|COMMENT|DEFAULT\s+CHARACTER|CHARACTER\s+SET|COLLATE|"
    r"ATTACH|DETACH|DROP\s+PRIMARY\s+KEY|ALTER\s+INDEX|(?:ADD|DROP|RENAME)\s+(?:UNIQUE\s+)?"
    r"(?:CONSTRAINT|INDEX|KEY|FOREIGN|CHECK|PRIMARY|PARTITION|FULLTEXT)|SET\s+(?:LOGGED|UNLOGGED|TABLESPACE))\b|SET\s*\()[^,]*$",
    re.IGNORECASE,
)
_DIALECTS = ("postgres", "mysql", "sqlite", "tsql")


@lru_cache(maxsize=512)
def ddl_operations(sql: str) -> tuple[Operation, ...]:
    """What SQL does to tables and columns; a `Touch` where that cannot be told."""
    found: list[Operation] = []
    for statement in _split(sql):
        found.extend(_statement(statement))
    return tuple(found)


def _split(sql: str) -> Iterator[str]:
    """The statements of a text; dollar-quoted bodies and strings are kept whole."""
    text = re.sub(r"--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL)
    start = 0
    for match in re.finditer(r"(\$\w*\$).*?\1|'(?:[^']|'')*'|;", text, flags=re.DOTALL):
        if match.group() == ";":
            yield text[start : match.start()]
            start = match.end()
    yield text[start:]


def _statement(text: str) -> list[Operation]:
    text = text.strip()
    if (view := _VIEW.match(text)) is not None and HOLE not in view[1]:
        return [CreateView(_unquoted(view[1]))]
    if not text or _TEMPORARY.match(text):
        return []
    if (HOLE not in text or _TYPE.search(text)) and (found := constraint_operations(text)):
        return found if not _COLUMN_CHANGE.search(text) else [*found, *_of_tables(text)]
    if HOLE in text and _OF_CONSTRAINTS.search(text):
        named = _TABLE_OF_CONSTRAINT.search(text)
        table = _unquoted(named[1]) if named is not None and HOLE not in named[1] else None
        return [*_of_tables(text), TouchConstraints(table, index_change(text))]
    return _of_tables(text)


_OF_CONSTRAINTS = re.compile(
    r"\b(?:CREATE|DROP)\s+(?:UNIQUE\s+)?INDEX\b|\b(?:ADD|DROP)\s+(?:CONSTRAINT|FOREIGN|UNIQUE)\b",
    re.IGNORECASE,
)
_TABLE_OF_CONSTRAINT = re.compile(
    r"\b(?:ON|ALTER\s+TABLE)\s+(?:ONLY\s+)?(?:IF\s+EXISTS\s+)?([\w.\"`\[\]\0]+)", re.IGNORECASE
)
_TYPE = re.compile(r"\b(?:ALTER|CREATE)\s+TYPE\b", re.IGNORECASE)
_VIEW = re.compile(
    r"^\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:TEMP\s+|TEMPORARY\s+)?(?:MATERIALIZED\s+)?VIEW\s+"
    r"(?:IF\s+NOT\s+EXISTS\s+)?([\w.\"`\[\]\0]+)",
    re.IGNORECASE,
)
_COLUMN_CHANGE = re.compile(r"\bCOLUMN\b|\bCREATE\s+TABLE\b|\bMODIFY\b|\bCHANGE\b", re.IGNORECASE)


def _of_tables(text: str) -> list[Operation]:
    """What a statement does to tables and their columns."""
    if _HARMLESS.match(text) or _TABLE_OPTIONS.match(text):
        return []
    if not _TABLE_DDL.search(text):
        # A text that begins with what is not known may do anything; a block without DDL does nothing here.
        return [Touch(None, "SQL that is put together at run time")] if text.startswith(HOLE) else []
    if not re.match(r"\s*(?:CREATE|ALTER|DROP|RENAME)\b", text, re.IGNORECASE) or HOLE in text:
        return _touched(text)
    if re.match(r"\s*RENAME\s+TABLE\b", text, re.IGNORECASE):
        return _mysql_rename(text)
    return _parsed(text)


def _touched(text: str) -> list[Operation]:
    """The tables that a text names behind its DDL words, as touched."""
    reason = "SQL that cannot be replayed"
    if re.search(r"\bEXECUTE\b", text, re.IGNORECASE):
        return [Touch(None, reason)]
    names = [_unquoted(name) for name in _NAMED.findall(text)]
    if not names or any(HOLE in name for name in names):
        return [Touch(None, "SQL that is put together at run time" if HOLE in text else reason)]
    return [Touch(name, reason) for name in dict.fromkeys(names)]


def _mysql_rename(text: str) -> list[Operation]:
    body = re.sub(r"^\s*RENAME\s+TABLE\s+", "", text, flags=re.IGNORECASE)
    found: list[Operation] = []
    for pair in body.split(","):
        names = re.split(r"\s+TO\s+", pair.strip(), flags=re.IGNORECASE)
        if len(names) != 2:
            return _touched(text)
        found.append(RenameTable(_unquoted(names[0]), _unquoted(names[1])))
    return found


def _parsed(text: str) -> list[Operation]:
    # Imported only where there is SQL to read: it costs more than all else here.
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    for dialect in _DIALECTS:
        try:
            trees = [tree for tree in sqlglot.parse(text, dialect=dialect) if tree is not None]
        except (SqlglotError, ValueError, RecursionError):
            continue
        if len(trees) != 1 or isinstance(trees[0], exp.Command):
            continue
        found = _operations(trees[0], dialect)
        if found is not None:
            return found
    return _touched(text)


def _operations(tree: Any, dialect: str) -> list[Operation] | None:
    """The operations of one parsed statement; None where it is not understood in this dialect."""
    from sqlglot import exp

    if isinstance(tree, exp.Create):
        return _create(tree, dialect)
    if isinstance(tree, exp.Drop):
        dropped = tree.args.get("tables") or [tree.this]
        return [DropTable(_table(each)) for each in dropped if each is not None and tree.kind == "TABLE"]
    if isinstance(tree, exp.Alter):
        return _alter(tree, dialect)
    return None


def _create(tree: exp.Create, dialect: str) -> list[Operation] | None:
    from sqlglot import exp

    if tree.kind != "TABLE":
        return []
    schema = tree.this
    exists = bool(tree.args.get("exists"))
    if not isinstance(schema, exp.Schema):
        return [CreateTable(_table(schema), (), False, exists)]
    columns = [_column(each, dialect) for each in schema.expressions if isinstance(each, exp.ColumnDef)]
    keys = [
        key.name
        for each in schema.expressions
        for inner in ([each, *each.find_all(exp.PrimaryKey)] if isinstance(each, exp.Constraint) else [each])
        if isinstance(inner, exp.PrimaryKey)
        for key in inner.expressions
    ]
    made = tuple(
        Column(c.name, c.type, False, True, server_default=c.server_default, identity=c.identity)
        if c.name in keys
        else c
        for c in columns
    )
    known = tree.args.get("expression") is None and bool(columns)
    return [CreateTable(_table(schema.this), made, known, exists, constraints_of_table(schema))]


def _alter(tree: exp.Alter, dialect: str) -> list[Operation] | None:
    from sqlglot import exp

    if tree.kind != "TABLE":
        return []
    table = _table(tree.this)
    found: list[Operation] = []
    for action in tree.args.get("actions") or ():
        match action:
            case exp.ColumnDef():
                found.append(AddColumn(table, _column(action, dialect), bool(action.args.get("exists"))))
            case exp.Drop():
                # Releases of the parser differ in where they keep what is dropped.
                dropped = action.args.get("tables") or [action.this]
                if action.kind == "COLUMN":
                    found.extend(DropColumn(table, each.name) for each in dropped if each is not None)
            case exp.RenameColumn():
                found.append(AlterColumn(table, action.this.name, action.args["to"].name))
            case exp.AlterRename():
                found.append(RenameTable(table, _table(action.this)))
            case exp.AlterColumn():
                found.append(_alter_column(table, action, dialect))
            case _ if type(action).__name__ == "ModifyColumn":
                found.append(_modified(table, action, dialect))
            case _ if type(action).__name__ in _COLUMNLESS:
                continue
            case _:
                return None
    return found


def _modified(table: str, action: Any, dialect: str) -> Operation:
    """MySQL's `MODIFY` and `CHANGE`, which write the whole column anew."""
    column = _column(action.this, dialect)
    old = action.args.get("rename_from")
    name = old.name if old is not None else column.name
    return AlterColumn(table, name, column.name, column.nullable, column.server_default, column.type)


def _alter_column(table: str, action: exp.AlterColumn, dialect: str) -> Operation:
    name = action.this.name
    kind = action.args.get("dtype")
    if kind is not None:
        return AlterColumn(table, name, type=_type(kind, dialect))
    if action.args.get("allow_null") is not None:
        return AlterColumn(table, name, nullable=bool(action.args.get("drop")))
    if action.args.get("drop"):
        return AlterColumn(table, name, server_default="")
    if action.args.get("default") is not None:
        return AlterColumn(table, name, server_default="?")
    return AlterColumn(table, name)


def _column(definition: exp.ColumnDef, dialect: str) -> Column:
    from sqlglot import exp

    nullable, primary_key, default, identity, computed = True, False, "", False, False
    for constraint in definition.args.get("constraints") or ():
        kind = constraint.kind
        if isinstance(kind, exp.NotNullColumnConstraint):
            nullable = bool(kind.args.get("allow_null"))
        elif isinstance(kind, exp.PrimaryKeyColumnConstraint):
            primary_key, nullable = True, False
        elif isinstance(kind, exp.DefaultColumnConstraint):
            try:
                default = f"sa.text({quoted(kind.this.sql(dialect=dialect))})"
            except ValueError:
                # The parser takes literals that can't be written again, such as `x''`.
                default = "?"
        elif isinstance(kind, (exp.GeneratedAsIdentityColumnConstraint, exp.AutoIncrementColumnConstraint)):
            identity = True
        elif isinstance(kind, exp.ComputedColumnConstraint):
            computed = True
    declared = definition.args.get("kind")
    column_type = _type(declared, dialect) if declared is not None else ColumnType()
    if declared is not None and "SERIAL" in str(declared.this).upper():
        identity, nullable = True, False
    return Column(
        definition.name,
        column_type,
        nullable,
        primary_key,
        server_default=default,
        identity=identity,
        computed=computed,
    )


# SQL's words for types, as SQLAlchemy calls them, with how a migration writes them.
_TYPES = {
    "INT": ("INTEGER", "sa.Integer()"),
    "INTEGER": ("INTEGER", "sa.Integer()"),
    "SERIAL": ("INTEGER", "sa.Integer()"),
    "BIGSERIAL": ("BIGINT", "sa.BigInteger()"),
    "BIGINT": ("BIGINT", "sa.BigInteger()"),
    "SMALLINT": ("SMALLINT", "sa.SmallInteger()"),
    "TEXT": ("TEXT", "sa.Text()"),
    "BOOLEAN": ("BOOLEAN", "sa.Boolean()"),
    "FLOAT": ("FLOAT", "sa.Float()"),
    "DOUBLE": ("DOUBLE", "sa.Double()"),
    "DATE": ("DATE", "sa.Date()"),
    "TIMESTAMP": ("TIMESTAMP", "sa.DateTime()"),
    "TIMESTAMPTZ": ("TIMESTAMP", "sa.DateTime(timezone=True)"),
    "DATETIME": ("DATETIME", "sa.DateTime()"),
    "JSON": ("JSON", "sa.JSON()"),
    "UUID": ("UUID", "sa.Uuid()"),
    "VARBINARY": ("VARBINARY", "sa.LargeBinary()"),
    "BLOB": ("BLOB", "sa.LargeBinary()"),
}


def _own_type(declared: exp.DataType | Any) -> ColumnType | None:
    """A type that the database was given itself, by its name; MySQL's `ENUM('a', 'b')` with its labels."""
    from sqlglot import exp

    if declared.this == exp.DataType.Type.USERDEFINED:
        name = getattr(declared.args.get("kind"), "name", "")
        return ColumnType("USER-DEFINED", enum_name=name) if name else None
    if declared.this != exp.DataType.Type.ENUM:
        return None
    labels = [each.name for each in declared.expressions if isinstance(each, exp.Literal)]
    known = len(labels) == len(declared.expressions) and labels
    return ColumnType("ENUM", labels=tuple(labels)) if known else None


def _type(declared: exp.DataType | Any, dialect: str) -> ColumnType:
    kind = getattr(declared, "this", None)
    name = str(getattr(kind, "value", kind) or "").upper()
    sizes = [each.name for each in getattr(declared, "expressions", ()) if each.name.isdigit()]
    length = int(sizes[0]) if sizes else None
    if name in ("VARCHAR", "CHAR", "NVARCHAR"):
        source = f"sa.String(length={length})" if length else "sa.String()"
        return ColumnType(name, length, source=source)
    if name in ("DECIMAL", "NUMERIC"):
        given = ", ".join(sizes)
        scale = int(sizes[1]) if len(sizes) > 1 else None
        return ColumnType("NUMERIC", source=f"sa.Numeric({given})", precision=length, scale=scale)
    if name == "USER-DEFINED":
        # It may be an enum; that is for the schema to tell, which knows those that were created.
        return ColumnType(name, enum_name=str(declared.args.get("kind") or "").strip('"'))
    known = _TYPES.get(name)
    if known is None:
        own = _own_type(declared) if name in ("ENUM", "USER-DEFINED") else None
        return own or ColumnType(name)
    timezone = name == "TIMESTAMPTZ" if name.startswith(("TIMESTAMP", "DATETIME")) else None
    return ColumnType(known[0], None, timezone, source=known[1])


def _table(node: Any) -> str:
    schema = node.args.get("db") if hasattr(node, "args") else None
    name = str(node.name)
    return f"{schema.name}.{name}" if schema is not None and schema.name not in ("", "public") else name


def _unquoted(name: str) -> str:
    text = re.sub(r"[\"`\[\]]", "", name.strip().rstrip(";,"))
    return text.removeprefix("public.")
