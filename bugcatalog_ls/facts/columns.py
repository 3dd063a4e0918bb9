"""Columns and their types: what `Column(...)`, `mapped_column(...)` and `Field(...)` declare.

Models and migrations write the same constructs, so both are read here. Nothing here knows a
class or a revision.
"""

from __future__ import annotations

import msgspec

from bugcatalog_ls.facts.constants import constant_at, definition_of, enum_members, number_in, text_in
from bugcatalog_ls.facts.expressions import (
    Attribute,
    Call,
    Collection,
    Constant,
    Expression,
    Mapping,
    Name,
    Operation,
    Starred,
    Subscript,
    dotted,
)
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import class_at, mro, resolve

COLUMN_CALLS = frozenset({"Column", "mapped_column"})
NOT_COLUMNS = frozenset(
    {
        "relationship", "dynamic_loader", "backref", "column_property", "synonym", "composite",
        "query_expression", "association_proxy", "Relationship", "hybrid_property", "hybrid_method",
        "declared_attr", "PrivateAttr", "with_expression", "registry", "MetaData", "Index",
        "UniqueConstraint", "CheckConstraint", "Table", "write_only_relationship",
    }
)  # fmt: skip


class ColumnType(msgspec.Struct, frozen=True):
    """A column's type.

    `name` is SQLAlchemy's upper-case name (`VARCHAR`, `DATETIME`), empty where unknown. `labels`
    are what an enum stores. `source` is how a migration writes it (`sa.String(length=30)`),
    empty where that is not known; `dialects` are the modules of `sqlalchemy.dialects` it needs.
    """

    name: str = ""
    length: int | None = None
    timezone: bool | None = None
    labels: tuple[str, ...] | None = None
    enum: str = ""
    source: str = ""
    dialects: tuple[str, ...] = ()


class ForeignKey(msgspec.Struct, frozen=True):
    """`target` is `[schema.]table.column`, empty where unknown; `ondelete` as written, in upper case."""

    target: str = ""
    ondelete: str = ""
    name: str = ""


class Column(msgspec.Struct, frozen=True):
    """One column of a model or of the schema.

    `default` is the symbol of a Python-side default (`datetime.datetime.utcnow`, with `()` where
    it is called on the spot), `?` where there is one that has no symbol, empty for none; the same
    for `onupdate`. `literal_default` is a literal default as a migration writes it for the server.
    `server_default` is its expression as a migration writes it, `?` where that is
    not known, empty for none. `nullable` is None where unknown. `attribute` names the class's
    attribute (empty for a `Table`), `path` and `anchor` the place.
    """

    name: str
    type: ColumnType = ColumnType()
    nullable: bool | None = True
    primary_key: bool = False
    unique: bool = False
    index: bool = False
    server_default: str = ""
    default: str = ""
    literal_default: str = ""
    onupdate: str = ""
    computed: bool = False
    identity: bool = False
    autoincrement: bool | None = None
    foreign_keys: tuple[ForeignKey, ...] = ()
    attribute: str = ""
    path: str = ""
    anchor: str = ""
    python_type: str = ""


def library_name(index: FactIndex, value: Expression | None, path: str) -> str | None:
    """The name that SQLAlchemy, SQLModel or Alembic gives what an expression names (`Column`,
    `postgresql.JSONB`, `String`); None for anything else."""
    symbol = dotted(value)
    if not symbol:
        return None
    return name_in_library(resolve(index, symbol, path))


def name_in_library(symbol: str) -> str | None:
    """The same for a resolved symbol."""
    if symbol.startswith("sqlalchemy.dialects."):
        segments = symbol.split(".")
        return f"{segments[2]}.{segments[-1]}" if len(segments) > 3 else None
    if symbol.startswith(("sqlalchemy.", "sqlmodel.")) and "(" not in symbol:
        return symbol.rpartition(".")[2]
    head, _, name = symbol.rpartition("().")
    # The extension's object carries all names of SQLAlchemy (`db.Column`).
    if head.rpartition(".")[2] in ("SQLAlchemy", "SQLA") and "." not in name:
        return name
    return None


def column(index: FactIndex, call: Call, path: str) -> Column | None:
    """The column that a call of `Column` or `mapped_column` declares; its name is empty where it
    is left to the attribute, and the whole None where its arguments cannot be known."""
    if any(key == "**" for key, _ in call.keywords) or any(isinstance(a, Starred) for a in call.arguments):
        return None
    arguments = list(call.arguments)
    name = ""
    written = call.keyword("name")
    if written is None and arguments and _may_be_text(index, arguments[0], path):
        written = arguments.pop(0)
    if written is not None:
        found = text_in(index, written, path)
        if found is None:
            return None
        name = found
    type_written = call.keyword("type_")
    foreign_keys: list[ForeignKey] = []
    computed = identity = False
    server_default = ""
    for argument in arguments:
        called = library_name(index, argument.function, path) if isinstance(argument, Call) else None
        if called == "ForeignKey" and isinstance(argument, Call):
            foreign_keys.append(foreign_key(index, argument, path))
        elif called == "Computed":
            computed = True
        elif called == "Identity":
            identity = True
        elif called in ("CheckConstraint", "Sequence"):
            continue
        elif called in ("DefaultClause", "FetchedValue"):
            server_default = "?"
        elif type_written is None:
            type_written = argument
    primary_key = is_true(call.keyword("primary_key"))
    column_type = type_of(index, type_written, path) if type_written is not None else ColumnType()
    given_default = call.keyword("server_default")
    if given_default is not None and not _is_none(given_default):
        server_default = source_of(index, given_default, path)[0] or "?"
    return Column(
        name=name,
        type=column_type,
        nullable=_nullable(call, primary_key),
        primary_key=primary_key,
        unique=is_true(call.keyword("unique")),
        index=is_true(call.keyword("index")),
        server_default=server_default,
        default=_default(index, call, path),
        literal_default=literal_default(call.keyword("default")),
        onupdate=_symbol_or(index, call.keyword("onupdate"), path),
        computed=computed,
        identity=identity,
        autoincrement=_flag(call.keyword("autoincrement")),
        foreign_keys=tuple(foreign_keys),
    )


def foreign_key(index: FactIndex, call: Call, path: str) -> ForeignKey:
    """What a `ForeignKey(...)` says; a target given as an attribute of a model stays empty."""
    target = text_in(index, call.keyword("column", 0), path) or ""
    ondelete = text_in(index, call.keyword("ondelete"), path) or ""
    return ForeignKey(target, ondelete.upper(), text_in(index, call.keyword("name"), path) or "")


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
    if call is None and (constant := constant_at(index, symbol)) is not None:
        return type_of(index, constant[1], constant[0], depth - 1)
    return _decorated_type(index, symbol, call, path, depth)


def source_of(index: FactIndex, value: Expression | None, path: str) -> tuple[str, tuple[str, ...]]:
    """How a migration writes an expression made of SQLAlchemy's names and literals, and the
    dialects it needs; an empty text where it holds anything else."""
    dialects: list[str] = []
    text = _source(index, value, path, dialects)
    return (text or "", tuple(dict.fromkeys(dialects)) if text else ())


def literal_default(value: Expression | None) -> str:
    """A literal default as a server default; empty where it is none."""
    match value:
        case Constant(value=bool(flag)):
            return "sa.true()" if flag else "sa.false()"
        case Constant(value=str(text)):
            return quoted(text)
        case Constant(value=int(number)) | Constant(value=float(number)):
            return f'sa.text("{number}")'
    return ""


def is_true(value: Expression | None) -> bool:
    return isinstance(value, Constant) and value.value is True


def python_type(name: str) -> str:
    """The type name for a Python type's symbol, as SQLAlchemy maps annotations."""
    return _PYTHON_TYPES.get(name, ("", ""))[0]


def type_for_annotation(index: FactIndex, symbol: str, *, text_length: int | None = None) -> ColumnType:
    """The type that SQLAlchemy derives from an annotation (`builtins.str`, an enum's symbol)."""
    name, source = _PYTHON_TYPES.get(symbol, ("", ""))
    if name == "VARCHAR" and text_length is not None:
        return ColumnType(name, length=text_length, source=f"sa.String(length={text_length})")
    if name:
        return ColumnType(name, timezone=False if name in ("DATETIME", "TIME") else None, source=source)
    labels = enum_members(index, symbol)
    if labels is not None:
        return _enum_type(index, symbol, tuple(label for label, _ in labels))
    return ColumnType()


_PYTHON_TYPES = {
    "builtins.int": ("INTEGER", "sa.Integer()"),
    "builtins.str": ("VARCHAR", "sa.String()"),
    "builtins.bool": ("BOOLEAN", "sa.Boolean()"),
    "builtins.float": ("FLOAT", "sa.Float()"),
    "builtins.bytes": ("BLOB", "sa.LargeBinary()"),
    "decimal.Decimal": ("NUMERIC", "sa.Numeric()"),
    "datetime.datetime": ("DATETIME", "sa.DateTime()"),
    "datetime.date": ("DATE", "sa.Date()"),
    "datetime.time": ("TIME", "sa.Time()"),
    "datetime.timedelta": ("INTERVAL", "sa.Interval()"),
    "uuid.UUID": ("UUID", "sa.Uuid()"),
}

# What SQLAlchemy's own classes are called in a schema, where it is not just their upper-case name.
_TYPE_NAMES = {
    "String": "VARCHAR",
    "Unicode": "VARCHAR",
    "AutoString": "VARCHAR",
    "UnicodeText": "TEXT",
    "LargeBinary": "BLOB",
    "DateTime": "DATETIME",
    "SmallInteger": "SMALLINT",
    "BigInteger": "BIGINT",
    "Double": "DOUBLE",
    "Uuid": "UUID",
    "PickleType": "BLOB",
}
_LENGTH_TYPES = frozenset(
    {
        "String", "Unicode", "VARCHAR", "NVARCHAR", "CHAR", "NCHAR", "AutoString", "LargeBinary", "Text",
        "UnicodeText", "VARBINARY", "BINARY",
    }
)  # fmt: skip
_TYPES = frozenset(
    {
        "ARRAY", "BIGINT", "BINARY", "BLOB", "BOOLEAN", "BigInteger", "Boolean", "CHAR", "CLOB", "DATE",
        "DATETIME", "DECIMAL", "DOUBLE", "DOUBLE_PRECISION", "Date", "DateTime", "Double", "Enum",
        "FLOAT", "Float", "INT", "INTEGER", "Integer", "Interval", "JSON", "LargeBinary", "NCHAR",
        "NUMERIC", "NVARCHAR", "NullType", "Numeric", "PickleType", "REAL", "SMALLINT", "SmallInteger",
        "String", "TEXT", "TIME", "TIMESTAMP", "Text", "Time", "TupleType", "UUID", "Unicode",
        "UnicodeText", "Uuid", "VARBINARY", "VARCHAR", "AutoString",
    }
)  # fmt: skip


def _library_type(index: FactIndex, name: str, call: Call | None, value: Expression, path: str) -> ColumnType:
    plain = name.rpartition(".")[2]
    if plain not in _TYPES and "." not in name:
        return ColumnType()
    if plain in ("Enum", "ENUM"):
        return _enum_call(index, call, path, name)
    source, dialects = source_of(index, value, path)
    if source and call is None:
        source += "()"
    length = None
    if plain in _LENGTH_TYPES and call is not None:
        length = number_in(index, call.keyword("length", 0), path)
        if length is None and call.keyword("length", 0) is not None and source:
            source = ""
    timezone = None
    if plain.upper() in ("DATETIME", "TIMESTAMP", "TIME"):
        position = 0 if plain in ("DateTime", "Time", "TIMESTAMP") else None
        timezone = is_true(call.keyword("timezone", position)) if call is not None else False
    if plain == "AutoString":
        source, dialects = (f"sa.String(length={length})" if length else "sa.String()"), ()
    return ColumnType(
        _TYPE_NAMES.get(plain, plain.upper()), length, timezone, source=source, dialects=dialects
    )


def _enum_call(index: FactIndex, call: Call | None, path: str, name: str) -> ColumnType:
    if call is None:
        return ColumnType("ENUM")
    arguments = call.arguments
    symbol = dotted(arguments[0]) if arguments else None
    if symbol is None:
        found = [text_in(index, argument, path) for argument in arguments]
        known = tuple(label for label in found if label is not None)
        if len(known) < len(found):
            return ColumnType("ENUM")
        source, dialects = source_of(index, call, path)
        return ColumnType("ENUM", labels=known, source=source, dialects=dialects)
    symbol = definition_of(index, symbol, path)
    members = enum_members(index, symbol)
    if members is None:
        return ColumnType("ENUM", enum=symbol)
    uses_values = call.keyword("values_callable") is not None
    labels = tuple(label for label, _ in members)
    if uses_values:
        stored = [text_in(index, value, path) for _, value in members]
        if any(value is None for value in stored):
            return ColumnType("ENUM", enum=symbol)
        labels = tuple(value or "" for value in stored)
    extra = ""
    for key in ("native_enum", "length", "create_constraint"):
        option = call.keyword(key)
        if isinstance(option, Constant):
            extra += f", {key}={option.value!r}"
    written = text_in(index, call.keyword("name"), path)
    return _enum_type(index, symbol, labels, written or "", extra)


def _enum_type(
    index: FactIndex, symbol: str, labels: tuple[str, ...], name: str = "", extra: str = ""
) -> ColumnType:
    name = name or symbol.rpartition(".")[2].lower()
    listed = ", ".join(quoted(label) for label in labels)
    return ColumnType(
        "ENUM", labels=labels, enum=symbol, source=f"sa.Enum({listed}, name={quoted(name)}{extra})"
    )


def _decorated_type(index: FactIndex, symbol: str, call: Call | None, path: str, depth: int) -> ColumnType:
    """A type of the workspace: a subclass of one of SQLAlchemy's, or a decorator around one."""
    for name in mro(index, symbol)[0]:
        found = class_at(index, name)
        if found is None:
            library = name_in_library(name)
            if library is not None and library.rpartition(".")[2] in _TYPES:
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


def _source(index: FactIndex, value: Expression | None, path: str, dialects: list[str]) -> str | None:
    match value:
        case Constant(value=constant):
            return quoted(constant) if isinstance(constant, str) else repr(constant)
        case Name() | Attribute():
            symbol = dotted(value)
            if symbol is None:
                return None
            resolved = resolve(index, symbol, path)
            if (written := _written(resolved, dialects)) is not None:
                return written
            definition = definition_of(index, symbol, path)
            found = constant_at(index, definition)
            return _source(index, found[1], found[0], dialects) if found is not None else None
        case Call(function=function, arguments=arguments, keywords=keywords):
            head = _callee(index, function, path, dialects)
            if head is None:
                return None
            parts: list[str] = []
            for argument in arguments:
                text = _source(index, argument, path, dialects)
                if text is None:
                    return None
                parts.append(text)
            for key, argument in keywords:
                text = _source(index, argument, path, dialects)
                if text is None or key == "**":
                    return None
                parts.append(f"{key}={text}")
            # A single length is written the way autogenerate does.
            if len(parts) == 1 and head in ("sa.String", "sa.Unicode") and parts[0].isdigit():
                parts[0] = f"length={parts[0]}"
            return f"{head}({', '.join(parts)})"
        case Operation(operator="-", operands=(operand,)):
            text = _source(index, operand, path, dialects)
            return f"-{text}" if text is not None else None
        case Collection(kind=kind, items=items) if kind in ("list", "tuple"):
            texts = [_source(index, item, path, dialects) for item in items]
            if any(text is None for text in texts):
                return None
            joined = ", ".join(text or "" for text in texts)
            return f"[{joined}]" if kind == "list" else f"({joined}{',' if len(texts) == 1 else ''})"
        case Mapping() | Subscript():
            return None
    return None


def _callee(index: FactIndex, function: Expression, path: str, dialects: list[str]) -> str | None:
    if isinstance(function, Attribute) and isinstance(function.owner, Call):
        if library_name(index, function, path) is not None:
            return _source(index, function, path, dialects)
        owner = _source(index, function.owner, path, dialects)
        return f"{owner}.{function.name}" if owner is not None else None
    if isinstance(function, Attribute) and function.name == "with_variant":
        owner = _source(index, function.owner, path, dialects)
        return f"{owner}.with_variant" if owner is not None else None
    return _source(index, function, path, dialects)


def _written(symbol: str, dialects: list[str]) -> str | None:
    """A resolved symbol of SQLAlchemy as a migration with `import sqlalchemy as sa` writes it."""
    if symbol.startswith(("sqlalchemy.func.", "sqlalchemy.sql.func.", "sqlalchemy.sql.functions.")):
        return f"sa.func.{symbol.rpartition('.')[2]}"
    name = name_in_library(symbol)
    if name is None:
        return None
    if "." in name:
        dialects.append(name.split(".")[0])
        return name
    if not name[:1].isalpha() or (not name[0].isupper() and name not in ("text", "true", "false", "null")):
        return None
    return f"sa.{name}"


def quoted(text: str) -> str:
    """A string literal, with double quotes where it can be."""
    # A leading single quote makes `repr` choose double ones.
    return repr(text) if '"' in text else '"' + repr("'" + text)[2:]


def _may_be_text(index: FactIndex, value: Expression, path: str) -> bool:
    if isinstance(value, Constant):
        return isinstance(value.value, str)
    return not isinstance(value, Call) and text_in(index, value, path) is not None


def _nullable(call: Call, primary_key: bool) -> bool | None:
    written = call.keyword("nullable")
    if written is None:
        return not primary_key
    return _flag(written)


def _flag(value: Expression | None) -> bool | None:
    return value.value if isinstance(value, Constant) and isinstance(value.value, bool) else None


def _is_none(value: Expression) -> bool:
    return isinstance(value, Constant) and value.value is None


def _default(index: FactIndex, call: Call, path: str) -> str:
    value = call.keyword("default")
    if value is None:
        value = call.keyword("default_factory") or call.keyword("insert_default")
    return _symbol_or(index, value, path)


def _symbol_or(index: FactIndex, value: Expression | None, path: str) -> str:
    if value is None or _is_none(value):
        return ""
    symbol = dotted(value)
    return resolve(index, symbol, path) if symbol else "?"
