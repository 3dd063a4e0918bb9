"""Types of columns: what SQLAlchemy calls them, and what types of the workspace come down to."""

from __future__ import annotations

import msgspec

from bugcatalog_ls.facts.constants import (
    constant_at,
    definition_of,
    enum_members,
    evaluate,
    number_in,
    text_in,
)
from bugcatalog_ls.facts.expressions import (
    Attribute,
    Call,
    Collection,
    Constant,
    Expression,
    Name,
    Starred,
    dotted,
    is_true,
)
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.library_names import library_name, name_in_library
from bugcatalog_ls.facts.resolve import class_at, mro
from bugcatalog_ls.facts.sources import quoted, source_of
from bugcatalog_ls.facts.type_names import (
    FOREIGN_TYPES,
    LENGTH_TYPES,
    LIBRARY_TYPES,
    PYTHON_TYPES,
    SCHEMA_NAMES,
)


class ColumnType(msgspec.Struct, frozen=True):
    """A column's type.

    `name` is SQLAlchemy's upper-case name (`VARCHAR`, `DATETIME`), empty where unknown. `labels`
    are what an enum stores. `source` is how a migration writes it (`sa.String(length=30)`),
    empty where that is not known; `dialects` are the modules of `sqlalchemy.dialects` it needs.
    `enum_name` is the name of the type in the database; it is `native` where PostgreSQL or MySQL keep
    a type of their own for it; `by_value` tells of a `values_callable`. `precision` and `scale` are
    those of a number.
    """

    name: str = ""
    length: int | None = None
    timezone: bool | None = None
    labels: tuple[str, ...] | None = None
    enum: str = ""
    source: str = ""
    dialects: tuple[str, ...] = ()
    enum_name: str = ""
    native: bool = True
    by_value: bool = False
    precision: int | None = None
    scale: int | None = None


def type_of(index: FactIndex, value: Expression | None, path: str, depth: int = 6) -> ColumnType:
    """The type that an expression gives a column; a type without a name where that is unknown."""
    if value is None or depth <= 0:
        return ColumnType()
    call = value if isinstance(value, Call) else None
    # `JSON().with_variant(JSONB(), "postgresql")` is a JSON.
    if call is not None and isinstance(call.function, Attribute) and call.function.name == "with_variant":
        plain = type_of(index, call.function.owner, path, depth - 1)
        source, dialects = source_of(index, value, path)
        return msgspec.structs.replace(plain, source=source, dialects=dialects)
    if call is not None and isinstance(call.function, Attribute) and call.function.name in ("as_mutable",):
        return type_of(index, call.arguments[0] if call.arguments else None, path, depth - 1)
    named = call.function if call is not None else value
    name = library_name(index, named, path)
    if name is not None:
        return _library_type(index, name, call, value, path)
    symbol = dotted(named)
    if not symbol:
        return ColumnType()
    symbol = definition_of(index, symbol, path)
    foreign = FOREIGN_TYPES.get(f"{symbol.partition('.')[0]}.{symbol.rpartition('.')[2]}")
    if foreign is not None and class_at(index, symbol) is None:
        return ColumnType(foreign[0], source=foreign[1], length=foreign[2])
    if call is None and (constant := constant_at(index, symbol)) is not None:
        return type_of(index, constant[1], constant[0], depth - 1)
    return _decorated_type(index, symbol, call, path, depth)


def schema_name(name: str) -> str:
    """What a schema calls a class of SQLAlchemy's types."""
    return SCHEMA_NAMES.get(name, name.upper())


def is_column_type(index: FactIndex, symbol: str) -> bool:
    """Whether a class of the workspace is a type of columns."""
    return any(name.startswith("sqlalchemy.") for name in mro(index, symbol)[0])


def type_for_annotation(index: FactIndex, symbol: str, *, text_length: int | None = None) -> ColumnType:
    """The type that SQLAlchemy derives from an annotation (`builtins.str`, an enum's symbol)."""
    name, source = PYTHON_TYPES.get(symbol, ("", ""))
    if name == "VARCHAR" and text_length is not None:
        return ColumnType(name, length=text_length, source=f"sa.String(length={text_length})")
    if name:
        return ColumnType(name, timezone=False if name in ("DATETIME", "TIME") else None, source=source)
    labels = enum_members(index, symbol)
    if labels is not None:
        return _enum_type(symbol, tuple(label for label, _ in labels))
    return ColumnType()


def _library_type(index: FactIndex, name: str, call: Call | None, value: Expression, path: str) -> ColumnType:
    plain = name.rpartition(".")[2]
    if plain not in LIBRARY_TYPES and "." not in name:
        return ColumnType()
    if plain in ("Enum", "ENUM"):
        return _enum_call(index, call, path, name)
    source, dialects = source_of(index, value, path)
    if source and call is None:
        source += "()"
    length = None
    if plain in LENGTH_TYPES and call is not None:
        length = number_in(index, call.keyword("length", 0), path)
        if length is None and call.keyword("length", 0) is not None and source:
            source = ""
    timezone = None
    if plain.upper() in ("DATETIME", "TIMESTAMP", "TIME"):
        position = 0 if plain in ("DateTime", "Time", "TIMESTAMP") else None
        timezone = is_true(call.keyword("timezone", position)) if call is not None else False
    if plain == "AutoString":
        source, dialects = (f"sa.String(length={length})" if length else "sa.String()"), ()
    precision = scale = None
    if plain in ("Numeric", "NUMERIC", "DECIMAL") and call is not None:
        precision = number_in(index, call.keyword("precision", 0), path)
        scale = number_in(index, call.keyword("scale", 1), path)
    return ColumnType(
        schema_name(plain),
        length,
        timezone,
        source=source,
        dialects=dialects,
        precision=precision,
        scale=scale,
    )


def _enum_call(index: FactIndex, call: Call | None, path: str, name: str) -> ColumnType:
    if call is None:
        return ColumnType("ENUM")
    written = text_in(index, call.keyword("name"), path) or ""
    # MySQL's own ENUM has no name, PostgreSQL's own is always native.
    native = not _is_false(call.keyword("native_enum")) or "." in name
    arguments = call.arguments
    symbol = dotted(arguments[0]) if arguments else None
    if symbol is not None and text_in(index, arguments[0], path) is not None:
        symbol = None
    if symbol is None:
        return _enum_of_labels(index, call, path, written, native)
    symbol = definition_of(index, symbol, path)
    by_value = call.keyword("values_callable") is not None
    enum_name = written or symbol.rpartition(".")[2].lower()
    members = enum_members(index, symbol)
    labels = None if members is None else tuple(label for label, _ in members)
    if by_value and members is not None:
        stored = [text_in(index, value, path) for _, value in members]
        labels = None if None in stored else tuple(value or "" for value in stored)
    if labels is None:
        return ColumnType("ENUM", enum=symbol, enum_name=enum_name, native=native, by_value=by_value)
    extra = ""
    for key in ("native_enum", "length", "create_constraint"):
        option = call.keyword(key)
        if isinstance(option, Constant):
            extra += f", {key}={option.value!r}"
    made = _enum_type(symbol, labels, written, extra)
    return msgspec.structs.replace(made, native=native, by_value=by_value)


def _enum_of_labels(index: FactIndex, call: Call, path: str, written: str, native: bool) -> ColumnType:
    """An enum whose labels are written out, or left to the type that the database has already."""
    found: list[str | None] = []
    for argument in call.arguments:
        inner = argument.value if isinstance(argument, Starred) else argument
        listed = evaluate(index, inner, path) if isinstance(argument, Starred) else None
        if isinstance(listed, Collection):
            found.extend(text_in(index, item, path) for item in listed.items)
        else:
            found.append(None if isinstance(argument, Starred) else text_in(index, argument, path))
    if None in found or not found:
        return ColumnType("ENUM", enum_name=written, native=native)
    known = tuple(label or "" for label in found)
    source, dialects = source_of(index, call, path)
    return ColumnType(
        "ENUM", labels=known, source=source, dialects=dialects, enum_name=written, native=native
    )


def _enum_type(symbol: str, labels: tuple[str, ...], name: str = "", extra: str = "") -> ColumnType:
    name = name or symbol.rpartition(".")[2].lower()
    listed = ", ".join(quoted(label) for label in labels)
    source = f"sa.Enum({listed}, name={quoted(name)}{extra})"
    return ColumnType("ENUM", labels=labels, enum=symbol, source=source, enum_name=name)


def _is_false(value: Expression | None) -> bool:
    return isinstance(value, Constant) and value.value is False


def _decorated_type(index: FactIndex, symbol: str, call: Call | None, path: str, depth: int) -> ColumnType:
    """A type of the workspace: a subclass of one of SQLAlchemy's, or a decorator around one."""
    for name in mro(index, symbol)[0]:
        found = class_at(index, name)
        if found is None:
            library = name_in_library(name)
            if library is not None and library.rpartition(".")[2] in LIBRARY_TYPES:
                value = Name(library, name)
                made = Call(value, call.arguments, call.keywords) if call is not None else value
                return _library_type(index, library, made if isinstance(made, Call) else None, made, path)
            continue
        impl = constant_at(index, f"{name}.impl")
        if impl is not None:
            inner = type_of(index, impl[1], impl[0], depth - 1)
            # A decorator passes its arguments on to what it decorates, unless it has its own.
            if call is not None and call.arguments and not isinstance(impl[1], Call):
                passed = type_of(index, Call(impl[1], call.arguments, call.keywords), path, depth - 1)
                if passed.name and passed.source and "__init__" not in found[1].members:
                    return passed
                return _with_length(index, inner, call, path)
            return inner
    return ColumnType()


def _with_length(index: FactIndex, inner: ColumnType, call: Call, path: str) -> ColumnType:
    """What a decorator wraps, with the length among the arguments that the decorator itself takes."""
    numbers = [number_in(index, argument, path) for argument in call.arguments]
    known = [number for number in numbers if number is not None]
    if inner.source == "sa.String()" and len(known) == 1:
        return ColumnType(inner.name, source=f"sa.String(length={known[0]})")
    return msgspec.structs.replace(inner, length=None)
