"""The types that a declarative base gives annotations: its `type_annotation_map`."""

from __future__ import annotations

import msgspec

from bugcatalog_ls.facts.column_types import ColumnType, type_of
from bugcatalog_ls.facts.constants import constant_at, definition_of
from bugcatalog_ls.facts.declarative import inherited, root_of
from bugcatalog_ls.facts.expressions import Call, Expression, Mapping, Name, Subscript, dotted
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.resolve import mro

_ENUM = "enum.Enum"


class TypeMap(msgspec.Struct, frozen=True):
    """What a base says: keys and values as written in `path`; None where it is made in a way not known."""

    path: str
    items: tuple[tuple[Expression, Expression], ...] | None


@derived
def type_map(index: FactIndex, symbol: str) -> TypeMap | None:
    """The map that holds for a class and its attributes; None where its base has none."""
    written = inherited(index, symbol, "type_annotation_map")
    if written is not None:
        return _read(index, written[0], written[1].value)
    registered = inherited(index, symbol, "registry")
    if registered is not None and registered[1].value is not None:
        return _of_maker(index, registered[0], registered[1].value, 4)
    root = root_of(index, symbol)
    if root is None:
        return None
    kind, origin = root
    made = origin.removesuffix(".Model") if kind == "flask" else origin
    constant = constant_at(index, made)
    return _of_maker(index, constant[0], constant[1], 4) if constant is not None else None


def mapped_type(
    index: FactIndex, types: TypeMap, names: tuple[str, ...], written: Expression | None
) -> ColumnType | None:
    """The type of an annotation; None where the map does not speak of it.

    `names` are the symbols it goes by, an alias's before what that stands for; `written` is its
    `Annotated[…]`. A type without a name where the map is not known.
    """
    if types.items is None:
        return ColumnType()
    for name in names:
        for key, value in types.items:
            symbol = dotted(key)
            if symbol and definition_of(index, symbol, types.path) == name:
                return type_of(index, value, types.path)
    for key, value in types.items:
        if isinstance(key, Subscript) and isinstance(written, Subscript) and key.items == written.items:
            return type_of(index, value, types.path)
    return _enum_type(index, types, names[-1]) if names else None


def _enum_type(index: FactIndex, types: TypeMap, symbol: str) -> ColumnType | None:
    """The type of an enum class where the map says how all of them are kept."""
    general = next((value for key, value in types.items or () if dotted(key) == _ENUM), None)
    if general is None or _ENUM not in mro(index, symbol)[0]:
        return None
    if not isinstance(general, Call) or not general.arguments:
        return ColumnType()
    own = Name(symbol.rpartition(".")[2], symbol)
    return type_of(index, Call(general.function, (own, *general.arguments[1:]), general.keywords), types.path)


def _of_maker(index: FactIndex, path: str, value: Expression, depth: int) -> TypeMap | None:
    """The map given to what makes a base: `declarative_base(…)`, `registry(…)`, `SQLAlchemy(…)`."""
    if depth == 0:
        return None
    if not isinstance(value, Call):
        constant = constant_at(index, definition_of(index, dotted(value) or "", path))
        return _of_maker(index, constant[0], constant[1], depth - 1) if constant is not None else None
    given = value.keyword("type_annotation_map")
    if given is not None:
        return _read(index, path, given)
    classes = value.keyword("model_class") or value.keyword("cls")
    if classes is not None and (symbol := dotted(classes)):
        return type_map(index, definition_of(index, symbol, path))
    owner = dotted(value.function)
    if owner is not None and owner.endswith(".generate_base"):
        constant = constant_at(index, definition_of(index, owner.removesuffix(".generate_base"), path))
        return _of_maker(index, constant[0], constant[1], depth - 1) if constant is not None else None
    return None


def _read(index: FactIndex, path: str, value: Expression | None) -> TypeMap:
    if value is not None and not isinstance(value, Mapping) and (symbol := dotted(value)):
        constant = constant_at(index, definition_of(index, symbol, path))
        path, value = constant if constant is not None else (path, None)
    if not isinstance(value, Mapping):
        return TypeMap(path, None)
    items = [(key, given) for key, given in value.items if key is not None]
    return TypeMap(path, tuple(items) if len(items) == len(value.items) else None)
