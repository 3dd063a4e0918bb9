"""What foreign keys and relationships name, and whether there is such a table, column or class at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bugcatalog_ls.facts.columns import ForeignKey
from bugcatalog_ls.facts.created_tables import reflects_tables
from bugcatalog_ls.facts.declarative import root_of
from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.expressions import Call, Collection, Constant, Expression, Operation, Subscript
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.library_names import library_name
from bugcatalog_ls.facts.mapped_classes import is_mapped
from bugcatalog_ls.facts.models import Model, model, models
from bugcatalog_ls.facts.orm import OrmAttribute, OrmClass, TableFact
from bugcatalog_ls.facts.schema_replay import environments_of, table_of
from bugcatalog_ls.facts.typed_columns import target
from bugcatalog_ls.syntax.modules import module_name

# Libraries bring tables and classes of their own with these bases.
_OF_LIBRARIES = ("flask_appbuilder.Model",)
_RELATIONSHIPS = frozenset({"relationship", "Relationship", "dynamic_loader", "write_only_relationship"})
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")


def missing_target(index: FactIndex, made: Model, key: ForeignKey, path: str) -> str:
    """What a model's foreign key names and nobody defines (a table, or `table.column`); else empty."""
    table, name = target(index, made, key, path)
    if not table or not made.metadata:
        return ""
    sharing = tables_of(index, made.metadata).get(table.casefold())
    if sharing is None:
        if not tables_known(index, made.metadata) or reflects_tables(index):
            return ""
        # The database has it, so that a model may stand where nobody looks.
        environments = environments_of(index, made.metadata)
        return "" if any(table_of(index, each, table) is not None for each in environments) else table
    found = [each for symbol in sharing if (each := model(index, symbol)) is not None]
    if not name or any(each.maybe or not each.complete for each in found):
        return ""
    columns = {column.name.casefold() for each in found for column in each.columns}
    return "" if name.casefold() in columns else f"{table}.{name}"


@derived
def tables_of(index: FactIndex, metadata: str) -> dict[str, tuple[str, ...]]:
    """The symbols of a metadata's models by table, in lower case."""
    found: dict[str, tuple[str, ...]] = {}
    for symbol in models(index):
        made = model(index, symbol)
        if made is not None and made.metadata == metadata:
            key = made.key.casefold()
            found[key] = (*found.get(key, ()), symbol)
    return found


def models_told_of(index: FactIndex, path: str) -> list[str]:
    """The models whose columns a file declares: its own, its tables, and those that take over from it."""
    symbols = [fact.symbol for fact in index.in_file(path, OrmClass)]
    symbols.extend(fact.symbol for fact in index.in_file(path, TableFact))
    symbols.extend(_lending(index).get(path, ()))
    return symbols


@derived
def _lending(index: FactIndex) -> dict[str, tuple[str, ...]]:
    """By file: the models of other files that take over columns which it declares in mixins and bases."""
    found: dict[str, dict[str, None]] = {}
    for symbol in models(index):
        made = model(index, symbol)
        for column in made.columns if made is not None else ():
            if made is not None and column.path not in ("", made.path):
                found.setdefault(column.path, {})[symbol] = None
    return {path: tuple(symbols) for path, symbols in found.items()}


@derived
def tables_known(index: FactIndex, metadata: str) -> bool:
    """Whether all tables of a metadata are those of the workspace's own models."""
    if metadata in _OF_LIBRARIES or not metadata:
        return False
    for symbol in models(index):
        made = model(index, symbol)
        if made is None or (not made.metadata and is_mapped(index, symbol)):
            return False
    return all(_is_own(index, symbol) for symbol in index.keys(OrmClass))


def _is_own(index: FactIndex, symbol: str) -> bool:
    """False for a class that inherits tables from a library's mixins, which may bring more of them, and
    for one that names a table and whose base is not understood."""
    found = index.one(OrmClass, symbol)
    if found is None:
        return True
    named = found[1].attribute("__tablename__")
    names_table = named is not None and isinstance(named.value, Constant)
    if names_table and found[1].bases and root_of(index, symbol) is None:
        return False
    return not any(_FOREIGN.search(repr(base)) for base in found[1].bases)


_FOREIGN = re.compile(r"symbol='(?:fastapi_users|sqlalchemy_continuum|flask_security|celery|django)")


def relationship_targets(index: FactIndex, attribute: OrmAttribute, path: str) -> Iterator[str]:
    """The classes that a relationship names by text."""
    value = attribute.value
    if not isinstance(value, Call) or library_name(index, value.function, path) not in _RELATIONSHIPS:
        return
    written = value.keyword("argument", 0)
    if isinstance(written, Constant) and isinstance(written.value, str):
        if _IDENTIFIER.fullmatch(written.value):
            yield written.value
    elif written is None and attribute.annotation is not None:
        yield from _named_in(attribute.annotation)


def is_unknown_class(index: FactIndex, made: Model, name: str) -> bool:
    """Whether a model relates to a class by a name (its last part counts) that none can have."""
    if made.metadata in _OF_LIBRARIES:
        return False
    last = name.rpartition(".")[2]
    exports = index.one(ModuleExports, module_name(made.path))
    # What the file imports from elsewhere may be mapped there.
    return last not in _class_names(index) and (exports is None or last not in exports[1].names)


@derived
def _class_names(index: FactIndex) -> frozenset[str]:
    return frozenset(symbol.rpartition(".")[2] for symbol in index.keys(OrmClass))


def _named_in(annotation: Expression) -> Iterator[str]:
    """The names in quotes that an annotation such as `Mapped[list["Item"]]` holds."""
    match annotation:
        case Constant(value=str(text)):
            inner = re.sub(r"^(?:\w+\.)?(?:Mapped|List|list|Optional|Set|set|Sequence)\[(.*)\]$", r"\1", text)
            inner = inner.replace("| None", "").replace("None |", "").strip(" \"'")
            if _IDENTIFIER.fullmatch(inner):
                yield inner
        case Subscript(items=items) | Operation(operands=items) | Collection(items=items):
            for item in items:
                yield from _named_in(item)
