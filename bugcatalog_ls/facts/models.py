"""Mapped classes and tables as SQLAlchemy would see them: inheritance, mixins and types put together.

`models(index)` are the symbols of all mapped classes and module-level tables; `model(index, symbol)`
is one of them with all its columns. Covers declarative classes of SQLAlchemy 1.x and 2.0, SQLModel,
Flask-SQLAlchemy, mixins, abstract bases, `declared_attr`, `__table__`, derived table names and
imperative `Table`s. What stays unknown is said to be so: `complete` is False, `maybe` names the
attributes that may be columns, a type has no name.
"""

from __future__ import annotations

import msgspec

from bugcatalog_ls.facts.classes import class_anchor
from bugcatalog_ls.facts.columns import Column, column
from bugcatalog_ls.facts.constants import definition_of, text_in
from bugcatalog_ls.facts.declarative import (
    bases_of,
    inherited,
    metadata_identity,
    metadata_of_class,
    root_kind,
    root_of,
)
from bugcatalog_ls.facts.expressions import Attribute, Call, Expression, Unknown, dotted
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.library_names import library_name
from bugcatalog_ls.facts.mapped_attributes import attribute_column
from bugcatalog_ls.facts.mapped_classes import (
    is_mapped,
    is_reflected,
    mapped_parent,
    schema_of,
    table_name_of,
)
from bugcatalog_ls.facts.orm import (
    OrmAttribute,
    OrmClass,
    TableFact,
    column_anchor,
    table_anchor,
    table_column_anchor,
)
from bugcatalog_ls.facts.primary_keys import keyed, table_args
from bugcatalog_ls.facts.resolve import class_at
from bugcatalog_ls.facts.table_names import snake_case


class Model(msgspec.Struct, frozen=True):
    """A mapped class, or a `Table` bound to a name.

    `metadata` names the `MetaData` it belongs to (what `metadata_identity` gives), empty where
    unknown. `columns` are in the order of the bases, the class's own last. `own` are the
    attributes declared by the class itself. `maybe` are attributes that may be columns.
    `complete` tells that all bases and attributes are understood. `parent` is the mapped class
    whose table it shares or joins.
    """

    symbol: str
    path: str
    name: str
    anchor: str
    table: str
    schema: str = ""
    metadata: str = ""
    columns: tuple[Column, ...] = ()
    maybe: tuple[str, ...] = ()
    complete: bool = True
    parent: str = ""

    @property
    def key(self) -> str:
        """The table as `[schema.]table`."""
        return f"{self.schema}.{self.table}" if self.schema else self.table

    def column(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)


@derived
def models(index: FactIndex) -> tuple[str, ...]:
    """The symbols of all mapped classes and tables of the workspace, sorted."""
    found = [symbol for symbol in index.keys(OrmClass) if is_mapped(index, symbol)]
    return tuple(sorted([*found, *index.keys(TableFact)]))


@derived
def model(index: FactIndex, symbol: str) -> Model | None:
    """A mapped class or table by its symbol; None where it is none, or its table is not known."""
    table = index.one(TableFact, symbol)
    if table is not None:
        return _table_model(index, symbol, table[0], table[1].call)
    return _class_model(index, symbol) if is_mapped(index, symbol) else None


@derived
def models_of_table(index: FactIndex, table: str) -> tuple[Model, ...]:
    """All models of a table, given as `[schema.]table`."""
    found = (model(index, symbol) for symbol in models(index))
    return tuple(each for each in found if each is not None and each.key == table)


def _class_model(index: FactIndex, symbol: str) -> Model | None:
    found = index.one(OrmClass, symbol)
    root = root_of(index, symbol)
    if found is None or root is None:
        return None
    path, fact = found
    metadata = metadata_of_class(index, symbol)
    written = inherited(index, symbol, "__table__")
    if written is not None:
        return _of_table(index, fact, path, metadata, written)
    table = table_name_of(index, symbol)
    parent = mapped_parent(index, symbol)
    if table is None:
        if root[0] == "sqlmodel":
            table = fact.name.lower()
        elif parent is not None and (of_parent := model(index, parent)) is not None:
            table = of_parent.table
        elif root[0] == "flask":
            table = snake_case(fact.name)
    if table is None:
        return None
    merged = _Merged(symbol)
    joins = (
        parent is not None and (of_parent := model(index, parent)) is not None and of_parent.table != table
    )
    _merge(index, symbol, merged, root[0], parent if joins else None, set())
    return Model(
        symbol,
        path,
        fact.name,
        class_anchor(symbol),
        table,
        schema_of(index, symbol, metadata),
        metadata,
        keyed(index, merged.columns.values(), *table_args(index, symbol)),
        tuple(merged.maybe),
        merged.complete and not is_reflected(index, symbol),
        parent or "",
    )


class _Merged:
    """Columns by attribute, as the bases and then the class itself declare them."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.columns: dict[str, Column] = {}
        self.maybe: dict[str, None] = {}
        self.complete = True


def _merge(
    index: FactIndex, symbol: str, merged: _Merged, kind: str, without: str | None, seen: set[str]
) -> None:
    if symbol in seen:
        return
    seen.add(symbol)
    found = index.one(OrmClass, symbol)
    if found is None:
        # A class with neither bases nor attributes declares nothing; anything else may.
        if class_at(index, symbol) is None and not _is_harmless(symbol):
            merged.complete = merged.complete and root_kind(index, symbol, "") is not None
        return
    path, fact = found
    if any(isinstance(base, Unknown) for base in fact.bases) or None in map(dotted, fact.bases):
        merged.complete = False
    for base in reversed(bases_of(index, path, fact)):
        if base != without:
            _merge(index, base, merged, kind, without, seen)
    for attribute in fact.attributes:
        _merge_attribute(index, path, fact, attribute, merged, kind)


def _merge_attribute(
    index: FactIndex, path: str, fact: OrmClass, attribute: OrmAttribute, merged: _Merged, kind: str
) -> None:
    name = attribute.name
    if name.startswith("__") or name in ("metadata", "registry", "model_config", "query_class"):
        return
    made = attribute_column(index, path, fact, attribute, kind, merged.owner)
    if made == "other":
        if attribute.value is not None or attribute.annotation is None:
            merged.columns.pop(name, None)
        return
    if made == "maybe" or attribute.is_conditional:
        merged.columns.pop(name, None)
        merged.maybe[name] = None
        return
    assert isinstance(made, Column)
    merged.columns.pop(name, None)
    merged.columns[name] = made


def _of_table(
    index: FactIndex, fact: OrmClass, path: str, metadata: str, written: tuple[str, OrmAttribute]
) -> Model | None:
    """A class mapped to a table given by `__table__`."""
    table_path, attribute = written
    value = attribute.value
    if not isinstance(value, Call):
        symbol = dotted(value)
        defined = definition_of(index, symbol, table_path) if symbol else ""
        of_table = model(index, defined) if index.one(TableFact, defined) is not None else None
        if of_table is None:
            return None
        return msgspec.structs.replace(
            of_table, symbol=fact.symbol, path=path, name=fact.name, anchor=class_anchor(fact.symbol)
        )
    made = _table_model(index, fact.symbol, table_path, value)
    if made is None:
        return None
    columns = made.columns
    if fact.attribute("__table__") is not attribute:
        # What a base writes is anchored there.
        anchor = column_anchor(fact.symbol, "__table__")
        columns = tuple(msgspec.structs.replace(c, path=table_path, anchor=anchor) for c in columns)
    return msgspec.structs.replace(
        made,
        path=path,
        name=fact.name,
        anchor=class_anchor(fact.symbol),
        columns=columns,
        metadata=made.metadata or metadata,
    )


def _table_model(index: FactIndex, symbol: str, path: str, call: Expression) -> Model | None:
    if not isinstance(call, Call) or library_name(index, call.function, path) != "Table":
        return None
    arguments = list(call.arguments)
    name = text_in(index, arguments[0], path) if arguments else None
    if name is None:
        return None
    # Flask's `db.Table("name", db.Column(…))` brings its own metadata.
    owner = dotted(call.function.owner) if isinstance(call.function, Attribute) else None
    metadata, first = "", 2
    if len(arguments) < 2 or isinstance(arguments[1], Call):
        first = 1
        metadata = definition_of(index, owner, path) if owner else ""
    elif (written := dotted(arguments[1])) is not None:
        metadata = metadata_identity(index, written, path)
    columns: list[Column] = []
    complete = True
    for position, argument in enumerate(arguments[first:], start=first):
        called = library_name(index, argument.function, path) if isinstance(argument, Call) else None
        if called == "Column" and isinstance(argument, Call):
            made = column(index, argument, path)
            if made is not None and made.name:
                anchor = table_column_anchor(symbol, position)
                columns.append(msgspec.structs.replace(made, path=path, anchor=anchor))
                continue
        elif called is not None and called.endswith(("Constraint", "Index")):
            continue
        complete = False
    # Reflected tables say nothing of their columns.
    if any(key in ("autoload_with", "autoload", "**") for key, _ in call.keywords):
        complete = False
    schema = text_in(index, call.keyword("schema"), path) or ""
    return Model(
        symbol,
        path,
        symbol.rpartition(".")[2],
        table_anchor(symbol),
        name,
        schema,
        metadata,
        keyed(index, columns, path, call.arguments),
        complete=complete,
    )


def _is_harmless(symbol: str) -> bool:
    """Whether a base from elsewhere is known to bring no column."""
    return symbol.startswith(
        ("builtins.", "typing.", "abc.", "sqlalchemy.", "sqlmodel.", "enum.", "pydantic.")
    )
