"""Parsed DDL statements as operations on tables and their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bugcatalog_ls.facts.column_types import ColumnType
from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.ddl_constraints import constraints_of_table
from bugcatalog_ls.facts.operations import (
    AddColumn,
    AlterColumn,
    CreateTable,
    DropColumn,
    DropTable,
    Operation,
    RenameTable,
)
from bugcatalog_ls.facts.sources import quoted

if TYPE_CHECKING:
    from sqlglot import exp


def table_operations(tree: Any, dialect: str) -> list[Operation] | None:
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
                found.append(_alter_column(table, action))
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


def _alter_column(table: str, action: exp.AlterColumn) -> Operation:
    name = action.this.name
    kind = action.args.get("dtype")
    if kind is not None:
        return AlterColumn(table, name, type=_type(kind))
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
    column_type = _type(declared) if declared is not None else ColumnType()
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


# Parts of an ALTER TABLE that change no column.
_COLUMNLESS = frozenset(
    {"AddConstraint", "AddPartition", "AlterSet", "Constraint", "DropPrimaryKey", "ForeignKey", "PrimaryKey"}
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


def _type(declared: exp.DataType | Any) -> ColumnType:
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


def _table(node: Any) -> str:
    schema = node.args.get("db") if hasattr(node, "args") else None
    name = str(node.name)
    return f"{schema.name}.{name}" if schema is not None and schema.name not in ("", "public") else name
