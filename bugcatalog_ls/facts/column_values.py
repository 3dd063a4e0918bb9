"""Values that come from a database's columns: which column a row's attribute or an aggregate reads."""

from __future__ import annotations

import re

import msgspec
from tree_sitter import Node

from bugcatalog_ls.facts.columns import Column
from bugcatalog_ls.facts.expressions import Call, dotted
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.json_values import BYTES, DATETIME, DECIMAL, UUID
from bugcatalog_ls.facts.loaded_rows import Load, load_of
from bugcatalog_ls.facts.models import model
from bugcatalog_ls.facts.orm import OrmClass
from bugcatalog_ls.facts.resolve import resolve
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, called_name, callee_of, text_of, unparenthesised, walk

_KINDS = {
    **dict.fromkeys(("NUMERIC", "DECIMAL", "MONEY"), DECIMAL),
    **dict.fromkeys(("DATETIME", "TIMESTAMP", "DATE", "TIME"), DATETIME),
    **dict.fromkeys(("BLOB", "BINARY", "VARBINARY", "BYTEA", "LARGEBINARY"), BYTES),
}
_DJANGO = {
    "django.db.models.DecimalField": DECIMAL,
    "django.db.models.DateTimeField": DATETIME,
    "django.db.models.DateField": DATETIME,
    "django.db.models.TimeField": DATETIME,
    "django.db.models.UUIDField": UUID,
    "django.db.models.BinaryField": BYTES,
}
_WHOLE = frozenset({"INTEGER", "BIGINT", "SMALLINT"})
_ONE = frozenset({"scalar", "scalar_one", "scalar_one_or_none"})
_ONE_ROW = frozenset(
    {"first", "one", "one_or_none", "get", "get_one", "scalar", "scalar_one", "scalar_one_or_none"}
    | {"get_or_404", "first_or_404", "one_or_404", "get_object_or_404", "aget", "afirst", "last", "latest"}
)
_AGGREGATE = re.compile(r"\b(?:sum|avg)\(")


class ColumnRead(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An attribute of a class's instance: the class's symbol as this file knows it. `aggregate` is the
    function that the database applies to the column, empty for none."""

    owner: str
    attribute: str
    aggregate: str = ""


def column_read(file: PyFile, node: Node) -> ColumnRead | None:
    """What a value reads from the database, where the file says of which class the row is."""
    node = _plain(node)
    if node.type == "attribute":
        row, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
        owner = _class_of_row(file, row) if row is not None else None
        return ColumnRead(owner, text_of(name)) if owner and name is not None else None
    if node.type == "identifier":
        bindings = file.names.bindings(node)
        value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        node = _plain(value) if value is not None else node
    return _aggregate(file, node) if node.type == "call" else None


def kind_of_column(index: FactIndex, path: str, read: ColumnRead) -> str | None:
    """The type of what is read, where it is one that JSON does not have."""
    symbol = resolve(index, read.owner, path)
    mapped = model(index, symbol)
    if mapped is None:
        return _django_kind(index, symbol, read)
    column = next((c for c in mapped.columns if (c.attribute or c.name) == read.attribute), None)
    if column is None:
        return None
    kind = _kind(column)
    if read.aggregate == "avg" and column.type.name in _WHOLE:
        return DECIMAL
    return kind if not read.aggregate or kind == DECIMAL else None


def _kind(column: Column) -> str | None:
    source = column.type.source
    if column.type.name in ("UUID", "CHAR") and ("uuid" in source.lower() or column.python_type):
        # PostgreSQL's own type gave text until SQLAlchemy 2.0 unless asked for UUIDs.
        is_text = "as_uuid=False" in source or ("postgresql" in source and "as_uuid=True" not in source)
        return None if is_text and column.python_type != "uuid.UUID" else UUID
    kind = _KINDS.get(column.type.name)
    return None if kind == DECIMAL and "asdecimal=False" in source else kind


def _django_kind(index: FactIndex, symbol: str, read: ColumnRead) -> str | None:
    found = index.one(OrmClass, symbol)
    attribute = found[1].attribute(read.attribute) if found is not None else None
    if found is None or attribute is None or read.aggregate or not isinstance(attribute.value, Call):
        return None
    called = dotted(attribute.value.function)
    return _DJANGO.get(resolve(index, called, found[0])) if called else None


def _class_of_row(file: PyFile, row: Node) -> str | None:
    """The class of which a value is an instance: by the query that loads it, or by its annotation."""
    load = _load_of_row(file, row) if row.type == "identifier" else None
    if load is not None:
        return file.symbol(load.model)
    symbol = file.symbol(row)
    if symbol is not None and symbol.endswith("()") and symbol.count("()") == 1:
        return symbol.removesuffix("()")
    return None


def _load_of_row(file: PyFile, row: Node) -> Load | None:
    bindings = file.names.bindings(row)
    if len(bindings) != 1 or bindings[0].value is None:
        return None
    value = _plain(bindings[0].value)
    if bindings[0].kind == "for":
        return load_of(file, _held(file, value))
    function = callee_of(value) if bindings[0].kind == "assign" and value.type == "call" else None
    ends = function is not None and text_of(function).rpartition(".")[2] in _ONE_ROW
    return load_of(file, value) if ends else None


def _held(file: PyFile, value: Node) -> Node:
    bindings = file.names.bindings(value) if value.type == "identifier" else []
    found = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
    return found if found is not None else value


def _aggregate(file: PyFile, call: Node) -> ColumnRead | None:
    """`session.query(func.sum(Order.amount)).scalar()`, in one expression or with its statement named."""
    function = callee_of(call)
    if function is None or function.type != "attribute" or text_of(function).rpartition(".")[2] not in _ONE:
        return None
    whole = call
    if not _AGGREGATE.search(text_of(whole)):
        names = [node for node in walk(call) if node.type == "identifier" and node.parent is not None]
        held = [_held(file, node) for node in names if node.parent and node.parent.type == "argument_list"]
        if len(held) != 1 or not _AGGREGATE.search(text_of(held[0])):
            return None
        whole = held[0]
    made = [node for node in [whole, *walk(whole)] if node.type == "call"]
    selected = next((node for node in made if called_name(node) in ("query", "select")), None)
    columns = arguments_of(selected).positional if selected is not None else []
    return _summed(file, columns[0]) if len(columns) == 1 else None


def _summed(file: PyFile, node: Node) -> ColumnRead | None:
    node = unparenthesised(node)
    if node.type != "call":
        return None
    name, positional = called_name(node), arguments_of(node).positional
    if name == "label":
        function = callee_of(node)
        owner = function.child_by_field_name("object") if function is not None else None
        return _summed(file, owner) if owner is not None else None
    if name == "coalesce" and positional:
        return _summed(file, positional[0])
    if name not in ("sum", "avg") or len(positional) != 1 or positional[0].type != "attribute":
        return None
    owner = positional[0].child_by_field_name("object")
    attribute = positional[0].child_by_field_name("attribute")
    symbol = file.symbol(owner) if owner is not None else None
    return ColumnRead(symbol, text_of(attribute), name) if symbol and attribute is not None else None


def _plain(node: Node) -> Node:
    """What stands inside parentheses, behind `await`, and before `or 0`."""
    node = unparenthesised(node)
    if node.type == "await" and node.named_children:
        return _plain(node.named_children[0])
    if node.type == "boolean_operator":
        left, operator = node.child_by_field_name("left"), node.child_by_field_name("operator")
        if left is not None and operator is not None and text_of(operator) == "or":
            return _plain(left)
    return node
