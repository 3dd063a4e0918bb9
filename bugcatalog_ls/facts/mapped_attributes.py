"""The columns that attributes of mapped classes declare, one attribute at a time."""

from __future__ import annotations

import sys
from typing import Literal

import msgspec

from bugcatalog_ls.facts.annotations import AnnotatedType, annotated_type, is_class_var
from bugcatalog_ls.facts.columns import COLUMN_CALLS, NOT_COLUMNS, Column, ForeignKey, column
from bugcatalog_ls.facts.constants import constant_at, definition_of, text_in
from bugcatalog_ls.facts.expressions import (
    Attribute,
    Call,
    Constant,
    Expression,
    Mapping,
    Name,
    Unknown,
    dotted,
)
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.library_names import library_name
from bugcatalog_ls.facts.orm import OrmAttribute, OrmClass, column_anchor
from bugcatalog_ls.facts.resolve import class_at, mro, resolve
from bugcatalog_ls.facts.sources import literal_default
from bugcatalog_ls.facts.sqlmodel_types import sqlmodel_type

Kind = Literal["sqlalchemy", "sqlmodel", "flask"]
NotOne = Literal["other", "maybe"]


def attribute_column(
    index: FactIndex, path: str, fact: OrmClass, attribute: OrmAttribute, kind: str, owner: str = ""
) -> Column | NotOne:
    """The column that an attribute declares, `other` where it is none, `maybe` where it may be one.

    `owner` is the mapped class, where the attribute may be that of a mixin or base of it.
    """
    made = _declared(index, path, attribute, kind, owner or fact.symbol)
    if not isinstance(made, Column):
        return made
    return msgspec.structs.replace(
        made,
        name=made.name or attribute.name,
        attribute=attribute.name,
        path=path,
        anchor=column_anchor(fact.symbol, attribute.name),
    )


def _declared(index: FactIndex, path: str, attribute: OrmAttribute, kind: str, owner: str) -> Column | NotOne:
    value, annotation = attribute.value, attribute.annotation
    if annotation is not None and is_class_var(index, annotation, path):
        return "other"
    # What begins with an underscore is no field of pydantic's.
    if kind == "sqlmodel" and attribute.name.startswith("_"):
        return "other"
    typed = annotated_type(index, annotation, path)
    if isinstance(value, Call):
        return _called(index, path, attribute, value, typed, kind, owner)
    if value is None or (kind == "sqlmodel" and annotation is not None):
        return _annotated(index, path, attribute, typed, kind, owner)
    if isinstance(value, (Name, Attribute)):
        return _shared(index, path, attribute, value)
    return "maybe" if attribute.is_method and isinstance(value, Unknown) else "other"


def _called(
    index: FactIndex,
    path: str,
    attribute: OrmAttribute,
    value: Call,
    typed: AnnotatedType | None,
    kind: str,
    owner: str,
) -> Column | NotOne:
    called = library_name(index, value.function, path)
    if called == "composite":
        # What makes its columns on the spot has more than the attribute's own.
        return "maybe" if any(isinstance(argument, Call) for argument in value.arguments) else "other"
    if called in ("deferred", "column_property") and value.arguments and isinstance(value.arguments[0], Call):
        is_property = called == "column_property"
        value = value.arguments[0]
        called = library_name(index, value.function, path)
        if is_property and called not in COLUMN_CALLS and not _may_make_column(index, value, path):
            return "other"
    if called in COLUMN_CALLS:
        made = column(index, value, path)
        if made is None:
            return "maybe"
        if typed is not None and (typed.is_mapped or kind == "sqlmodel"):
            made = typed.complete(index, made, value, owner=owner)
        return made
    if called == "Field" and kind == "sqlmodel":
        return _field(index, path, attribute, value, typed)
    if called is not None and called.rpartition(".")[2] in NOT_COLUMNS:
        return "other"
    is_field = kind == "sqlmodel" and attribute.annotation is not None
    if not _makes_no_column(index, value, path):
        # What a function of the workspace makes may be anything.
        return Column(attribute.name, nullable=None) if is_field else "maybe"
    field = _annotated(index, path, attribute, typed, kind, owner) if is_field else "other"
    if not isinstance(field, Column):
        return field
    return msgspec.structs.replace(field, default="?", literal_default=literal_default(value))


def _makes_no_column(index: FactIndex, call: Call, path: str) -> bool:
    """Whether a call is one of the standard library, or of a class of which all bases are the workspace's."""
    resolved = resolve(index, dotted(call.function) or "", path)
    if resolved.partition(".")[0] in sys.stdlib_module_names:
        return True
    return class_at(index, resolved) is not None and mro(index, resolved)[1]


def _may_make_column(index: FactIndex, call: Call, path: str) -> bool:
    """Whether a call is one of a function that may make a column, and none of SQL's."""
    symbol = dotted(call.function)
    if not symbol or "(" in symbol:
        return False
    resolved = resolve(index, symbol, path)
    return "(" not in resolved and not resolved.startswith(("sqlalchemy.", "sqlmodel."))


def _annotated(
    index: FactIndex,
    path: str,
    attribute: OrmAttribute,
    typed: AnnotatedType | None,
    kind: str,
    owner: str,
) -> Column | NotOne:
    """The column of a bare annotation, or of one with a plain default."""
    if typed is None or typed.is_relationship or not (typed.is_mapped or kind == "sqlmodel"):
        return "other"
    made = Column(attribute.name, nullable=None)
    if kind == "sqlmodel" and typed.shared is None:
        column_type = sqlmodel_type(index, attribute, typed.symbol, path)
        made = msgspec.structs.replace(made, type=column_type)
    made = typed.complete(index, made, None, owner=owner)
    if isinstance(attribute.value, Constant) and attribute.value.value is not None:
        literal = literal_default(attribute.value)
        made = msgspec.structs.replace(made, default="?", literal_default=literal)
    return made


def _shared(index: FactIndex, path: str, attribute: OrmAttribute, value: Expression) -> Column | NotOne:
    """The column of `email = email_column`, bound elsewhere."""
    symbol = dotted(value)
    constant = constant_at(index, definition_of(index, symbol, path)) if symbol else None
    if constant is not None and isinstance(constant[1], Call):
        if library_name(index, constant[1].function, constant[0]) in COLUMN_CALLS:
            return column(index, constant[1], constant[0]) or "maybe"
        return "maybe"
    return "maybe" if attribute.is_method else "other"


def _field(
    index: FactIndex, path: str, attribute: OrmAttribute, call: Call, typed: AnnotatedType | None
) -> Column | NotOne:
    """The column of a SQLModel field."""
    given = call.keyword("sa_column")
    if given is not None:
        if not isinstance(given, Call):
            return "maybe"
        if library_name(index, given.function, path) not in COLUMN_CALLS:
            # What a function of the workspace makes may be anything.
            return Column("", nullable=None)
        return column(index, given, path) or Column("", nullable=None)
    plain = _plain_column(call)
    made = column(index, plain, path)
    if made is None:
        return "maybe"
    target = text_in(index, call.keyword("foreign_key"), path)
    if target is not None:
        rule = call.keyword("ondelete") or call.keyword("**")
        ondelete = "" if rule in (None, Constant(None)) else text_in(index, rule, path) or "?"
        made = msgspec.structs.replace(made, foreign_keys=(ForeignKey(target, ondelete.upper()),))
    default = call.keyword("default", 0)
    is_given = isinstance(default, Call) or (isinstance(default, Constant) and default.value is not None)
    if is_given and not made.default:
        made = msgspec.structs.replace(made, default="?", literal_default=literal_default(default))
    if typed is not None:
        if not plain.arguments and typed.shared is None:
            column_type = sqlmodel_type(index, attribute, typed.symbol, path)
            made = msgspec.structs.replace(made, type=column_type)
        return typed.complete(index, made, plain)
    return made if plain.keyword("nullable") is not None else msgspec.structs.replace(made, nullable=None)


def _plain_column(field: Call) -> Call:
    """The `Column(...)` that stands for what a field says of its column."""
    kept = [
        (key, value)
        for key, value in field.keywords
        if key in ("nullable", "primary_key", "unique", "index", "default_factory")
    ]
    options = field.keyword("sa_column_kwargs")
    if isinstance(options, Mapping):
        kept.extend(
            (key.value, value)
            for key, value in options.items
            if isinstance(key, Constant) and isinstance(key.value, str)
        )
    elif options is not None:
        kept.append(("**", options))
    sa_type = field.keyword("sa_type")
    return Call(Name("Column"), (sa_type,) if sa_type is not None else (), tuple(kept))
