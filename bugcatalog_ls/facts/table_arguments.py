"""Which item of a class's `__table_args__` declares a constraint."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bugcatalog_ls.facts.expressions import Attribute, Call, Collection, Constant, Expression, Name, last_word
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.orm import OrmClass, table_argument_anchor

_CONSTRAINTS = ("Index", "UniqueConstraint", "ForeignKeyConstraint")


@derived
def argument_of_columns(index: FactIndex, symbol: str, kind: str, columns: tuple[str, ...]) -> str:
    """The anchor of the only `Index`, `UniqueConstraint` or `ForeignKeyConstraint` (the `kind`) of just
    these columns that a class itself lists; else empty."""
    return _only(index, symbol, lambda call: last_word(call.function) == kind and _columns(call) == columns)


@derived
def argument_of_table(index: FactIndex, symbol: str, table: str) -> str:
    """The anchor of the only foreign key to a table that a class itself lists; else empty."""

    def leads_there(call: Call) -> bool:
        referred = [text for each in call.arguments[1:] for text in _texts(each)]
        return any(text.startswith(f"{table}.") for text in referred)

    return _only(index, symbol, leads_there)


def _only(index: FactIndex, symbol: str, is_wanted: Callable[[Call], bool]) -> str:
    found = index.one(OrmClass, symbol)
    written = found[1].attribute("__table_args__") if found is not None else None
    if written is None or written.is_method or not isinstance(written.value, Collection):
        return ""
    places = [
        place
        for place, each in enumerate(written.value.items)
        if isinstance(each, Call) and last_word(each.function) in _CONSTRAINTS and is_wanted(each)
    ]
    return table_argument_anchor(symbol, places[0]) if len(places) == 1 else ""


def _columns(call: Call) -> tuple[str, ...]:
    """The columns that an `Index`, a `UniqueConstraint` or a `ForeignKeyConstraint` lists."""
    name = last_word(call.function)
    given = call.arguments[1:] if name == "Index" else call.arguments
    given = given[:1] if name == "ForeignKeyConstraint" else given
    return tuple(text for each in given for text in _texts(each))


def _texts(of: Expression) -> Iterator[str]:
    match of:
        case Constant(value=str(text)):
            yield text
        case Name(name=name) | Attribute(name=name):
            yield name
        case Collection(items=items):
            for each in items:
                yield from _texts(each)
