"""Columns and their types: what `Column(...)`, `mapped_column(...)` and `Field(...)` declare.

Models and migrations write the same constructs, so both are read here. Nothing here knows a
class or a revision.
"""

from __future__ import annotations

import msgspec

from bugcatalog_ls.facts.column_types import ColumnType, type_of
from bugcatalog_ls.facts.constants import evaluate, text_in
from bugcatalog_ls.facts.expressions import (
    Call,
    Constant,
    Expression,
    Starred,
    dotted,
    is_true,
)
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.library_names import library_name
from bugcatalog_ls.facts.resolve import resolve
from bugcatalog_ls.facts.sources import literal_default, source_of

COLUMN_CALLS = frozenset({"Column", "mapped_column"})


NOT_COLUMNS = frozenset(
    {
        "relationship", "dynamic_loader", "backref", "column_property", "synonym", "composite",
        "query_expression", "association_proxy", "Relationship", "hybrid_property", "hybrid_method",
        "declared_attr", "PrivateAttr", "with_expression", "registry", "MetaData", "Index",
        "UniqueConstraint", "CheckConstraint", "Table", "write_only_relationship",
    }
)  # fmt: skip


class ForeignKey(msgspec.Struct, frozen=True):
    """`target` is `[schema.]table.column`, empty where unknown; `symbol` is the attribute that is given
    instead of it. `ondelete` is in upper case, `?` where it is not known."""

    target: str = ""
    ondelete: str = ""
    name: str = ""
    symbol: str = ""


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


def column(index: FactIndex, call: Call, path: str) -> Column | None:
    """The column that a call of `Column` or `mapped_column` declares; its name is empty where it
    is left to the attribute, and the whole None where its arguments cannot be known."""
    if any(key == "**" for key, _ in call.keywords) or any(isinstance(a, Starred) for a in call.arguments):
        return None
    # A system column (PostgreSQL's `xmin`) is there without being made.
    if is_true(call.keyword("system")):
        return None
    arguments = [_plain_name(index, argument, path) for argument in call.arguments]
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
        literal_default=literal_default(
            evaluate(index, call.keyword("default") or call.keyword("insert_default"), path)
        ),
        onupdate=_symbol_or(index, call.keyword("onupdate"), path),
        computed=computed,
        identity=identity,
        autoincrement=_flag(call.keyword("autoincrement")),
        foreign_keys=tuple(foreign_keys),
    )


def foreign_key(index: FactIndex, call: Call, path: str) -> ForeignKey:
    """What a `ForeignKey(...)` says."""
    written = call.keyword("column", 0)
    target = text_in(index, written, path) or ""
    # What is unpacked may say it.
    ondelete = call.keyword("ondelete", 5) or call.keyword("**")
    said = "" if ondelete is None or _is_none(ondelete) else (text_in(index, ondelete, path) or "?").upper()
    name = text_in(index, call.keyword("name"), path) or ""
    return ForeignKey(target, said, name, "" if target else dotted(written) or "")


def _plain_name(index: FactIndex, value: Expression, path: str) -> Expression:
    """The name in `quoted_name("x", quote=True)`; anything else as it is."""
    if not isinstance(value, Call) or not value.arguments:
        return value
    is_name = library_name(index, value.function, path) in ("quoted_name", "conv")
    return value.arguments[0] if is_name else value


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
