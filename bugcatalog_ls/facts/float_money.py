"""Money kept in binary floats: columns and schema fields of a class that are called like money."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from bugcatalog_ls.facts.annotations import annotated_type
from bugcatalog_ls.facts.columns import COLUMN_CALLS, column
from bugcatalog_ls.facts.constants import text_in
from bugcatalog_ls.facts.expressions import Call, Constant, Expression, dotted
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.library_names import library_name
from bugcatalog_ls.facts.money import MONEY, is_money
from bugcatalog_ls.facts.money_context import is_exact_amount, is_part_of_amount
from bugcatalog_ls.facts.orm import OrmAttribute, OrmClass, TableFact, column_anchor, table_column_anchor
from bugcatalog_ls.facts.resolve import mro, resolve
from bugcatalog_ls.facts.schemas import ROOTS
from bugcatalog_ls.syntax.modules import is_fragment_path, module_name

Kind = Literal["column", "mapped", "field", "django", "drf", "marshmallow", "peewee", "mongoengine"]


class FloatMoney(NamedTuple):
    """One column or field of money that is a float."""

    name: str
    anchor: str
    kind: Kind
    is_sure: bool


_FLOATS = frozenset({"FLOAT", "REAL", "DOUBLE", "DOUBLE_PRECISION"})
_FLOAT_TYPES = frozenset(
    {"builtins.float", "pydantic.PositiveFloat", "pydantic.NonNegativeFloat", "pydantic.StrictFloat"}
    | {
        "pydantic.confloat()",
        "pydantic.types.confloat()",
        "pydantic.FiniteFloat",
        "pydantic.types.PositiveFloat",
        "pydantic.types.NonNegativeFloat",
    }
)
_FIELDS: dict[str, Kind] = {
    "django.db.models.FloatField": "django",
    "rest_framework.serializers.FloatField": "drf",
    "marshmallow.fields.Float": "marshmallow",
    "peewee.FloatField": "peewee",
    "peewee.DoubleField": "peewee",
    "tortoise.fields.FloatField": "peewee",
    "mongoengine.FloatField": "mongoengine",
}


_STORED = frozenset({"column", "mapped", "django", "peewee", "mongoengine"})
_SAYING = ("description", "help_text", "verbose_name", "comment", "doc", "title", "label")


def float_money(index: FactIndex, path: str) -> Iterator[FloatMoney]:
    """The floats of a file that are called like money, where a model or schema declares them."""
    is_example = is_fragment_path(path)
    for fact in index.in_file(path, OrmClass):
        named = [attribute for attribute in fact.attributes if MONEY.search(attribute.name)]
        around = [fact.name, *(other.name for other in fact.attributes if other.name != "total")]
        for attribute in named:
            if not is_money(attribute.name, around) or _is_rate(attribute.value):
                continue
            kind = _kind(index, path, fact, attribute)
            if kind is not None:
                is_stored = kind in _STORED or any(name == "table" for name, _ in fact.keywords)
                is_sure = not is_example and is_exact_amount(
                    attribute.name, fact.name, around[1:], _others(index, path), is_stored=is_stored
                )
                yield FloatMoney(attribute.name, column_anchor(fact.symbol, attribute.name), kind, is_sure)
    for table in index.in_file(path, TableFact):
        yield from _of_table(index, path, table)


def _others(index: FactIndex, path: str) -> Iterator[str]:
    """The names that tell what a file is about: its module and its other classes."""
    yield "_".join(module_name(path).split(".")[-3:])
    for fact in index.in_file(path, OrmClass):
        yield fact.name


def _is_rate(default: Expression | None) -> bool:
    """Whether a field is only a part of an amount: its default is too small for one, as in
    `trade_cost: float = 0.0006`, or what is said of it names the whole."""
    if isinstance(default, Call):
        said = [*default.arguments[:1], *(value for name, value in default.keywords if name in _SAYING)]
        if any(is_part_of_amount(_text_of(value)) for value in said):
            return True
        default = default.keyword("default") or next(iter(default.arguments), None)
    return (
        isinstance(default, Constant) and isinstance(default.value, float) and 0 < abs(default.value) < 0.01
    )


def _text_of(value: Expression) -> str:
    """A literal text, also where a call translates it."""
    if isinstance(value, Call) and len(value.arguments) == 1:
        value = value.arguments[0]
    return value.value if isinstance(value, Constant) and isinstance(value.value, str) else ""


def _kind(index: FactIndex, path: str, fact: OrmClass, attribute: OrmAttribute) -> Kind | None:
    if attribute.is_method:
        return None
    value, annotation = attribute.value, attribute.annotation
    if isinstance(value, Call):
        if library_name(index, value.function, path) in COLUMN_CALLS:
            made = column(index, value, path)
            written = annotated_type(index, annotation, path)
            symbol = written.symbol if written is not None else ""
            if made is not None and (made.type.name in _FLOATS or made.type.source.startswith("sa.Float")):
                return "column"
            is_untyped = made is not None and not made.type.name and not made.type.source
            return "mapped" if is_untyped and symbol == "builtins.float" else None
        called = dotted(value.function)
        if called is not None and (resolved := resolve(index, called, path)) in _FIELDS:
            return _FIELDS[resolved]
    if annotation is None:
        return None
    written = annotated_type(index, annotation, path)
    if written is None or written.symbol not in _FLOAT_TYPES:
        return None
    if written.is_mapped:
        return "mapped" if value is None else None
    if any(name in ROOTS for name in mro(index, fact.symbol)[0]):
        if isinstance(value, Call) and (value.keyword("sa_column") or value.keyword("sa_type")) is not None:
            return None
        return "field"
    return None


def _of_table(index: FactIndex, path: str, table: TableFact) -> Iterator[FloatMoney]:
    call = table.call
    arguments = call.arguments if isinstance(call, Call) else ()
    columns = [
        (position, name, argument)
        for position, argument in enumerate(arguments)
        if isinstance(argument, Call)
        and library_name(index, argument.function, path) == "Column"
        and argument.arguments
        and (name := text_in(index, argument.arguments[0], path))
    ]
    around = [table.symbol.rpartition(".")[2], *(name for _, name, _ in columns if name != "total")]
    for position, name, argument in columns:
        if MONEY.search(name) and is_money(name, around):
            made = column(index, argument, path)
            if made is not None and made.type.name in _FLOATS:
                is_sure = is_exact_amount(name, around[0], around[1:], _others(index, path), is_stored=True)
                yield FloatMoney(name, table_column_anchor(table.symbol, position), "column", is_sure)
