"""Which classes of the workspace are mapped to tables, and how these are called."""

from __future__ import annotations

from bugcatalog_ls.facts.constants import evaluate, text_in
from bugcatalog_ls.facts.declarative import ancestors, inherited, metadata_call, root_of
from bugcatalog_ls.facts.expressions import Collection, Constant, Expression, Mapping, is_true
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.orm import OrmClass
from bugcatalog_ls.facts.resolve import resolve
from bugcatalog_ls.facts.table_names import class_text

_REFLECTING = frozenset(
    {
        "sqlalchemy.ext.declarative.DeferredReflection",
        "sqlalchemy.ext.declarative.extensions.DeferredReflection",
        "sqlalchemy.ext.automap.AutomapBase",
    }
)


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
    root = root_of(index, symbol)
    if root is None or root[1] == symbol:
        return False
    if root[0] == "sqlmodel":
        return any(key == "table" and is_true(value) for key, value in fact.keywords)
    if fact.attribute("__table__") is not None or root[0] == "flask":
        return True
    return table_name_of(index, symbol) is not None


@derived
def table_name_of(index: FactIndex, symbol: str) -> str | None:
    """The table's name that a class or what it inherits from gives; None where there is none."""
    for current in ancestors(index, symbol):
        found = index.one(OrmClass, current)
        attribute = found[1].attribute("__tablename__") if found is not None else None
        if found is None or attribute is None:
            continue
        if attribute.value is None:
            continue
        name = symbol.rpartition(".")[2]
        return class_text(index, attribute.value, found[0], name)
    return None


def schema_of(index: FactIndex, symbol: str, metadata: str) -> str:
    """The schema of a class's table, by its `__table_args__`, else by its metadata."""
    written = inherited(index, symbol, "__table_args__")
    if written is not None:
        path, attribute = written
        options: Expression | None = attribute.value
        if isinstance(options, Collection) and options.items:
            options = options.items[-1]
        if isinstance(options, Mapping):
            for key, value in options.items:
                if isinstance(key, Constant) and key.value == "schema":
                    return text_in(index, value, path) or ""
    made = metadata_call(index, metadata)
    given = made[1].keyword("schema") if made is not None else None
    # A schema from the environment is the database's default for all that the sources tell.
    if made is not None and given is not None:
        found = evaluate(index, given, made[0])
        return found.value if isinstance(found, Constant) and isinstance(found.value, str) else ""
    return ""


def is_reflected(index: FactIndex, symbol: str) -> bool:
    """Whether a class takes further columns from the database (`{"autoload_with": engine}`, automap)."""
    written = inherited(index, symbol, "__table_args__")
    if written is not None and "autoload" in repr(written[1].value):
        return True
    if not _REFLECTING.isdisjoint(ancestors(index, symbol)):
        return True
    found, root = index.one(OrmClass, symbol), root_of(index, symbol)
    if found is None or root is None:
        return False
    return resolve(index, root[1], found[0]).endswith(".automap_base()")


def mapped_parent(index: FactIndex, symbol: str) -> str | None:
    """The nearest ancestor that is mapped itself."""
    above = (each for each in ancestors(index, symbol)[1:] if symbol not in ancestors(index, each))
    return next((each for each in above if is_mapped(index, each)), None)
