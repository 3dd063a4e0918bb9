"""What makes a class declarative: its root, what it inherits, and which `MetaData` it belongs to."""

from __future__ import annotations

from bugcatalog_ls.facts.constants import constant_at, definition_of
from bugcatalog_ls.facts.expressions import (
    Attribute,
    Call,
    Constant,
    Expression,
    Name,
    dotted,
)
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.orm import (
    OrmAttribute,
    OrmClass,
    TableFact,
)
from bugcatalog_ls.facts.resolve import resolve


@derived
def metadata_identity(index: FactIndex, symbol: str, path: str) -> str:
    """Which `MetaData` a file means by `Base.metadata`, `db.metadata`, `metadata` …: the symbol of
    the variable that holds it, else of the base that brings it; empty where unknown."""
    for _ in range(8):
        symbol = definition_of(index, symbol, path)
        if symbol.endswith(".metadata") and symbol != ".metadata":
            owner = symbol.removesuffix(".metadata")
            if index.one(OrmClass, owner) is not None:
                return metadata_of_class(index, owner)
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


@derived
def root_of(index: FactIndex, symbol: str) -> tuple[str, str] | None:
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
        for base in bases_of(index, path, fact):
            kind = root_kind(index, base, path)
            if kind == "class":
                return "sqlalchemy", current
            if kind is not None:
                return kind, base
            pending.append(base)
    return None


def root_kind(index: FactIndex, base: str, path: str) -> str | None:
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
def metadata_of_class(index: FactIndex, symbol: str) -> str:
    """The identity of the metadata of a declarative class."""
    for current in ancestors(index, symbol):
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
    root = root_of(index, symbol)
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
        if isinstance(call.function, Attribute) and isinstance(call.function.owner, Call):
            named = dotted(call.function.owner.keyword("metadata"))
            return metadata_identity(index, named, call_path) if named else base
        maker = dotted(call.function) or ""
        if maker.endswith(".generate_base"):
            # A base has the metadata of its registry, as have all others of it.
            registry = definition_of(index, maker.removesuffix(".generate_base"), call_path)
            return _base_metadata(index, registry, call_path)
    resolved = resolve(index, base, path)
    head = resolved.removesuffix("()").rpartition(".")[2]
    if head in ("SQLAlchemy", "SQLA", "declarative_base", "generate_base", "automap_base", "registry"):
        return base
    if resolved.endswith("().Model"):
        return base.rpartition(".")[0]
    return None


@derived
def metadata_call(index: FactIndex, metadata: str) -> tuple[str, Call] | None:
    """The path and the call of the `MetaData(…)` of an identity, also inside of what brings it."""
    constant = constant_at(index, metadata)
    if constant is not None:
        path, value = constant
        inner = value.keyword("metadata") if isinstance(value, Call) else None
        call = inner if isinstance(inner, Call) else value
        return (path, call) if isinstance(call, Call) else None
    found = index.one(OrmClass, metadata)
    written = found[1].attribute("metadata") if found is not None else None
    if found is None or written is None or not isinstance(written.value, Call):
        return None
    return found[0], written.value


def bases_of(index: FactIndex, path: str, fact: OrmClass) -> list[str]:
    symbols = [dotted(base) for base in fact.bases]
    return [definition_of(index, symbol, path) for symbol in symbols if symbol]


@derived
def ancestors(index: FactIndex, symbol: str) -> tuple[str, ...]:
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
            pending[:0] = bases_of(index, found[0], found[1])
    return tuple(order)


def inherited(index: FactIndex, symbol: str, name: str) -> tuple[str, OrmAttribute] | None:
    for current in ancestors(index, symbol):
        found = index.one(OrmClass, current)
        attribute = found[1].attribute(name) if found is not None else None
        if found is not None and attribute is not None:
            return found[0], attribute
    return None


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
