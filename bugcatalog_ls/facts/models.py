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
from bugcatalog_ls.facts.constants import constant_at, definition_of, evaluate, text_in
from bugcatalog_ls.facts.expressions import (
    Attribute,
    Call,
    Collection,
    Constant,
    Expression,
    Mapping,
    Name,
    Unknown,
    dotted,
    is_true,
)
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.library_names import library_name
from bugcatalog_ls.facts.mapped_attributes import attribute_column
from bugcatalog_ls.facts.orm import (
    OrmAttribute,
    OrmClass,
    TableFact,
    column_anchor,
    table_anchor,
    table_column_anchor,
)
from bugcatalog_ls.facts.resolve import class_at, resolve
from bugcatalog_ls.facts.table_names import class_text, snake_case


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


@derived
def is_mapped(index: FactIndex, symbol: str) -> bool:
    """Whether a class of the workspace is mapped to a table (abstract bases and mixins are not)."""
    found = index.one(OrmClass, symbol)
    if found is None:
        return False
    fact = found[1]
    abstract = fact.attribute("__abstract__")
    if abstract is not None and is_true(abstract.value):
        return False
    root = _root(index, symbol)
    if root is None or root[1] == symbol:
        return False
    if root[0] == "sqlmodel":
        return any(key == "table" and is_true(value) for key, value in fact.keywords)
    if fact.attribute("__table__") is not None or root[0] == "flask":
        return True
    return _tablename(index, symbol) is not None


@derived
def metadata_identity(index: FactIndex, symbol: str, path: str) -> str:
    """Which `MetaData` a file means by `Base.metadata`, `db.metadata`, `metadata` …: the symbol of
    the variable that holds it, else of the base that brings it; empty where unknown."""
    for _ in range(8):
        symbol = definition_of(index, symbol, path)
        if symbol.endswith(".metadata") and symbol != ".metadata":
            owner = symbol.removesuffix(".metadata")
            if index.one(OrmClass, owner) is not None:
                return _metadata(index, owner)
            if index.one(TableFact, owner) is not None:
                return ""
            if (of_base := _base_metadata(index, owner, path)) is not None:
                return of_base
        constant = constant_at(index, symbol)
        if constant is None:
            break
        path, value = constant
        if isinstance(value, Call):
            return symbol if _last(value.function) == "MetaData" else ""
        following = dotted(value)
        if not following or following == symbol:
            return ""
        symbol = following
    resolved = resolve(index, symbol, path)
    return symbol if resolved.endswith("MetaData()") else ""


# -- roots: what makes a class declarative -------------------------------------------------------


@derived
def _root(index: FactIndex, symbol: str) -> tuple[str, str] | None:
    """What makes a class declarative, and the class or variable it comes from; None for a plain one."""
    seen: set[str] = set()
    pending = [symbol]
    while pending:
        current = pending.pop(0)
        if current in seen:
            continue
        seen.add(current)
        found = index.one(OrmClass, current)
        if found is None:
            continue
        path, fact = found
        for decorator in fact.decorators:
            last = _last(decorator.function if isinstance(decorator, Call) else decorator)
            if last in ("as_declarative", "as_declarative_base"):
                return "sqlalchemy", current
            if last in ("mapped", "mapped_as_dataclass") and isinstance(decorator, (Attribute, Call)):
                return "sqlalchemy", _owner(decorator) or current
        for base in _bases(index, path, fact):
            kind = _root_kind(index, base, path)
            if kind == "class":
                return "sqlalchemy", current
            if kind is not None:
                return kind, base
            pending.append(base)
    return None


def _root_kind(index: FactIndex, base: str, path: str) -> str | None:
    """How a base makes its subclasses declarative; `class` where they are the base themselves."""
    if base in _DECLARATIVE_CLASSES:
        return "class"
    if base in ("sqlmodel.SQLModel", "sqlmodel.main.SQLModel"):
        return "sqlmodel"
    if base in _FOREIGN_BASES:
        return "sqlalchemy"
    if index.one(OrmClass, base) is not None:
        return None
    resolved = resolve(index, base, path)
    if resolved.endswith(("declarative_base()", "generate_base()", "automap_base()")):
        return "sqlalchemy"
    head, _, name = resolved.rpartition("().")
    if name == "Model" and head.rpartition(".")[2] in ("SQLAlchemy", "SQLA"):
        return "flask"
    return None


_DECLARATIVE_CLASSES = frozenset(
    f"sqlalchemy.orm.{module}{name}"
    for module in ("", "decl_api.")
    for name in ("DeclarativeBase", "DeclarativeBaseNoMeta")
)
_FOREIGN_BASES = frozenset({"flask_appbuilder.Model", "flask_appbuilder.models.sqla.Model"})


@derived
def _metadata(index: FactIndex, symbol: str) -> str:
    """The identity of the metadata of a declarative class."""
    for current in _ancestors(index, symbol):
        found = index.one(OrmClass, current)
        if found is None:
            continue
        path, fact = found
        written = fact.attribute("metadata")
        if written is None or (written.annotation is not None and written.value is None):
            continue
        if isinstance(written.value, Call):
            return current if _last(written.value.function) == "MetaData" else ""
        named = dotted(written.value)
        # Inside of the class body the name means what the module binds.
        if named == f"{current}.metadata":
            named = f"{current.rpartition('.')[0]}.metadata"
        return metadata_identity(index, named, path) if named else ""
    root = _root(index, symbol)
    if root is None:
        return ""
    kind, origin = root
    found = index.one(OrmClass, symbol)
    bind = found[1].attribute("__bind_key__") if found is not None else None
    suffix = f"#{bind.value.value}" if bind is not None and isinstance(bind.value, Constant) else ""
    if kind == "flask":
        return origin.rpartition(".")[0] + suffix
    if kind == "sqlmodel":
        return "sqlmodel.SQLModel"
    path = found[0] if found is not None else ""
    return _base_metadata(index, origin, path) or origin


def _base_metadata(index: FactIndex, base: str, path: str) -> str | None:
    """The metadata of a base that is no class of the workspace (`declarative_base(metadata=m)`)."""
    if base in ("sqlmodel.SQLModel", "sqlmodel.main.SQLModel"):
        return "sqlmodel.SQLModel"
    if base in _FOREIGN_BASES:
        return "flask_appbuilder.Model"
    constant = constant_at(index, base)
    if constant is not None and isinstance(constant[1], Call):
        call_path, call = constant[0], constant[1]
        given = call.keyword("metadata")
        if given is not None:
            named = dotted(given)
            if isinstance(given, Call):
                return base
            return metadata_identity(index, named, call_path) if named else ""
    resolved = resolve(index, base, path)
    head = resolved.removesuffix("()").rpartition(".")[2]
    if head in ("SQLAlchemy", "SQLA", "declarative_base", "generate_base", "automap_base", "registry"):
        return base
    if resolved.endswith("().Model"):
        return base.rpartition(".")[0]
    return None


# -- classes -------------------------------------------------------------------------------------


def _class_model(index: FactIndex, symbol: str) -> Model | None:
    found = index.one(OrmClass, symbol)
    root = _root(index, symbol)
    if found is None or root is None:
        return None
    path, fact = found
    metadata = _metadata(index, symbol)
    written = _inherited(index, symbol, "__table__")
    if written is not None:
        return _of_table(index, fact, path, metadata, written)
    table = _tablename(index, symbol)
    parent = _mapped_parent(index, symbol)
    if table is None:
        if root[0] == "sqlmodel":
            table = fact.name.lower()
        elif parent is not None and (of_parent := model(index, parent)) is not None:
            table = of_parent.table
        elif root[0] == "flask":
            table = snake_case(fact.name)
    if table is None:
        return None
    merged = _Merged()
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
        _schema(index, symbol, metadata),
        metadata,
        tuple(merged.columns.values()),
        tuple(merged.maybe),
        merged.complete,
        parent or "",
    )


class _Merged:
    """Columns by attribute, as the bases and then the class itself declare them."""

    def __init__(self) -> None:
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
            merged.complete = merged.complete and _root_kind(index, symbol, "") is not None
        return
    path, fact = found
    if any(isinstance(base, Unknown) for base in fact.bases) or None in map(dotted, fact.bases):
        merged.complete = False
    for base in reversed(_bases(index, path, fact)):
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
    made = attribute_column(index, path, fact, attribute, kind)
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
    anchor = column_anchor(fact.symbol, "__table__")
    columns = tuple(msgspec.structs.replace(c, path=table_path, anchor=anchor) for c in made.columns)
    return msgspec.structs.replace(
        made,
        path=path,
        name=fact.name,
        anchor=class_anchor(fact.symbol),
        columns=columns,
        metadata=made.metadata or metadata,
    )


# -- tables --------------------------------------------------------------------------------------


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
        tuple(columns),
        complete=complete,
    )


# -- names of tables ------------------------------------------------------------------------------


@derived
def _tablename(index: FactIndex, symbol: str) -> str | None:
    """The table's name that a class or what it inherits from gives; None where there is none."""
    for current in _ancestors(index, symbol):
        found = index.one(OrmClass, current)
        attribute = found[1].attribute("__tablename__") if found is not None else None
        if found is None or attribute is None:
            continue
        if attribute.value is None:
            continue
        name = symbol.rpartition(".")[2]
        return class_text(index, attribute.value, found[0], name)
    return None


def _schema(index: FactIndex, symbol: str, metadata: str) -> str:
    """The schema of a class's table, by its `__table_args__`, else by its metadata."""
    written = _inherited(index, symbol, "__table_args__")
    if written is not None:
        path, attribute = written
        options: Expression | None = attribute.value
        if isinstance(options, Collection) and options.items:
            options = options.items[-1]
        if isinstance(options, Mapping):
            for key, value in options.items:
                if isinstance(key, Constant) and key.value == "schema":
                    return text_in(index, value, path) or ""
    constant = constant_at(index, metadata)
    if constant is not None and isinstance(constant[1], Call):
        given = constant[1].keyword("schema")
        # A schema from the environment is the database's default for all that the sources tell.
        if given is not None:
            found = evaluate(index, given, constant[0])
            return found.value if isinstance(found, Constant) and isinstance(found.value, str) else ""
    return ""


# -- inheritance ---------------------------------------------------------------------------------


def _bases(index: FactIndex, path: str, fact: OrmClass) -> list[str]:
    symbols = [dotted(base) for base in fact.bases]
    return [definition_of(index, symbol, path) for symbol in symbols if symbol]


@derived
def _ancestors(index: FactIndex, symbol: str) -> tuple[str, ...]:
    """A class and what it inherits from, nearest first."""
    order: list[str] = []
    pending = [symbol]
    while pending:
        current = pending.pop(0)
        if current in order:
            continue
        order.append(current)
        found = index.one(OrmClass, current)
        if found is not None:
            # Depth first, as the method resolution order has it but for shared bases.
            pending[:0] = _bases(index, found[0], found[1])
    return tuple(order)


def _inherited(index: FactIndex, symbol: str, name: str) -> tuple[str, OrmAttribute] | None:
    for current in _ancestors(index, symbol):
        found = index.one(OrmClass, current)
        attribute = found[1].attribute(name) if found is not None else None
        if found is not None and attribute is not None:
            return found[0], attribute
    return None


def _mapped_parent(index: FactIndex, symbol: str) -> str | None:
    """The nearest ancestor that is mapped itself."""
    above = (each for each in _ancestors(index, symbol)[1:] if symbol not in _ancestors(index, each))
    return next((each for each in above if is_mapped(index, each)), None)


def _is_harmless(symbol: str) -> bool:
    """Whether a base from elsewhere is known to bring no column."""
    return symbol.startswith(
        ("builtins.", "typing.", "abc.", "sqlalchemy.", "sqlmodel.", "enum.", "pydantic.")
    )


def _last(value: Expression) -> str:
    match value:
        case Attribute(name=name) | Name(name=name):
            return name
        case Call(function=function):
            return _last(function)
    return ""


def _owner(value: Expression) -> str | None:
    function = value.function if isinstance(value, Call) else value
    return dotted(function.owner) if isinstance(function, Attribute) else None
