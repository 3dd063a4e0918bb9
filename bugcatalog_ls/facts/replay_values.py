"""What expressions of a migration are worth while it is replayed: plain values, handles, the unknown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bugcatalog_ls.facts.column_types import schema_name
from bugcatalog_ls.facts.ddl import HOLE
from bugcatalog_ls.facts.expressions import (
    NOTHING,
    Collection,
    Constant,
    Expression,
    Mapping,
    Name,
    dotted,
)
from bugcatalog_ls.facts.scripts import Slot, Statement


class Unknowable:
    """A value that is not known before the migration runs."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknowable()
REST = Unknowable()
"""Stands for any number of arguments that are not known."""


@dataclass(frozen=True)
class Term:
    """A construct of a library with its local names put in (`sa.Column("x", sa.Integer())`)."""

    value: Expression


@dataclass(frozen=True)
class Operations:
    """Alembic's `op`, or the `batch_op` of a table."""

    table: str | None = None
    is_batch: bool = False
    is_context: bool = False


@dataclass(frozen=True)
class Connection:
    """A connection, session or engine: what SQL is executed on."""


@dataclass(frozen=True)
class Dialect:
    """The dialect of a connection or of the migration context."""


@dataclass(frozen=True)
class Inspector:
    """What `sqlalchemy.inspect(connection)` gives."""


@dataclass(frozen=True)
class Maybe:
    """A name that may be there."""

    text: str


@dataclass(frozen=True)
class TypeValue:
    """The type of a column as the inspector gives it; the name is empty where it is not known."""

    name: str


@dataclass(frozen=True)
class Pattern:
    """A text of which parts are not known; `ddl.HOLE` stands for each of these."""

    text: str


@dataclass(frozen=True)
class Function:
    """A function of the workspace with the names that it closes over."""

    symbol: str
    path: str
    parameters: tuple[Slot, ...]
    body: tuple[Statement, ...]
    closure: dict[str, Any] = field(default_factory=dict)
    owner: Any = None


@dataclass(frozen=True)
class Instance:
    """An instance of a class of the workspace, or the class itself."""

    symbol: str


Value: TypeAlias = Any


def closed(value: Value) -> Expression:
    """A value as an expression again, to be put into a construct; holes of a text stay in it."""
    match value:
        case Term(value=inner):
            return inner
        case Pattern(text=text):
            return Constant(text)
        case Instance(symbol=symbol):
            return Name(symbol.rpartition(".")[2], symbol)
        case None | bool() | int() | float() | str():
            return Constant(value)
        case list() | tuple() | set() | frozenset():
            kind = "tuple" if isinstance(value, tuple) else "list"
            return Collection(kind, tuple(closed(item) for item in value))
        case dict():
            return Mapping(tuple((closed(key), closed(item)) for key, item in value.items()))
    return NOTHING


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; None where it is not known."""
    if isinstance(value, (Unknowable, Term, Maybe)):
        return None
    if isinstance(value, Pattern):
        return True if value.text.strip(HOLE) else None
    if isinstance(value, (list, tuple, set, frozenset)) and value:
        # Members that may be there do not make a collection certain to have any.
        return True if any(not isinstance(item, Maybe) for item in value) else None
    if isinstance(value, (Operations, Connection, Dialect, Inspector, Function, Instance)):
        return True
    return bool(value)


def equal(one: Value, two: Value) -> bool | None:
    """Whether two values are equal; None where it is not known."""
    if isinstance(one, (Unknowable, Term)) or isinstance(two, (Unknowable, Term)):
        return None
    for first, second in ((one, two), (two, one)):
        if isinstance(first, Maybe):
            return None if first.text == second or isinstance(second, Maybe) else False
        if isinstance(first, Pattern):
            return None if isinstance(second, (str, Pattern)) else False
    return bool(one == two)


def is_type(value: TypeValue, written: Value) -> bool | None:
    """Whether a column's type is an instance of one of SQLAlchemy's classes; None where that is not known."""
    symbol = dotted(written.value) if isinstance(written, Term) else None
    if not value.name or symbol is None or not symbol.startswith("sqlalchemy."):
        return None
    name = schema_name(symbol.rpartition(".")[2])
    if name == value.name:
        return True
    # A text is a string as well; how a type of one library relates to another's is not known here.
    known = ("TEXT", "JSON", "INTEGER", "BOOLEAN", "DATETIME", "BIGINT", "UUID")
    return False if name in known and value.name in (*known, "VARCHAR") and name != "INTEGER" else None


def contains(collection: Value, item: Value) -> bool | None:
    """Whether a collection holds an item; None where it is not known."""
    if isinstance(collection, dict):
        collection = list(collection)
    if isinstance(collection, str) and isinstance(item, str):
        return item in collection
    if not isinstance(collection, (list, tuple, set, frozenset)):
        return None
    answers = [equal(each, item) for each in collection]
    if True in answers:
        return True
    return None if None in answers else False


def joined(parts: list[Value]) -> Value:
    """A text made of parts, with holes for those that are not known."""
    texts = []
    for part in parts:
        if isinstance(part, bool) or part is None or isinstance(part, (str, int, float)):
            texts.append(str(part))
        elif isinstance(part, Pattern):
            texts.append(part.text)
        else:
            texts.append(HOLE)
    text = "".join(texts)
    return Pattern(text) if HOLE in text else text


def either_text(one: str | Pattern, two: str | Pattern) -> Pattern:
    """A text that is one or the other: what they begin with, then a hole."""
    first, second = (each if isinstance(each, str) else each.text for each in (one, two))
    n_shared = 0
    for left, right in zip(first, second, strict=False):
        if left != right:
            break
        n_shared += 1
    return Pattern(first[:n_shared] + HOLE)
