"""Expressions as values without positions: what facts keep of a declaration to be read later.

An expression is turned into these values while its file is parsed, and understood later, when
the facts of other files are there to say what its names mean.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec


class _Value(msgspec.Struct, frozen=True, tag=True, array_like=True, gc=False):
    """The base of all expressions."""


class Constant(_Value, frozen=True):
    """A literal string, number, boolean or None."""

    value: str | int | float | bool | None


class Name(_Value, frozen=True):
    """A name; `symbol` is where a module or class binds it, empty for a local variable."""

    name: str
    symbol: str = ""


class Attribute(_Value, frozen=True):
    owner: Expression
    name: str


class Call(_Value, frozen=True):
    """A call; a keyword's name is `**` for an unpacked mapping."""

    function: Expression
    arguments: tuple[Expression, ...] = ()
    keywords: tuple[tuple[str, Expression], ...] = ()

    def keyword(self, name: str, position: int | None = None) -> Expression | None:
        """The value given by keyword, or at a position."""
        for key, value in self.keywords:
            if key == name:
                return value
        if position is not None and position < len(self.arguments):
            return self.arguments[position]
        return None


class Subscript(_Value, frozen=True):
    owner: Expression
    items: tuple[Expression, ...]


class Starred(_Value, frozen=True):
    value: Expression


class Collection(_Value, frozen=True):
    """A list, tuple or set as written."""

    kind: str
    items: tuple[Expression, ...]


class Mapping(_Value, frozen=True):
    """A dictionary as written; an unpacked mapping has no key."""

    items: tuple[tuple[Expression | None, Expression], ...]


class Joined(_Value, frozen=True):
    """An f-string: constants and the expressions in its holes."""

    parts: tuple[Expression, ...]


class Operation(_Value, frozen=True):
    """Operands under an operator as it is written (`+`, `not in`, `and`, `not`)."""

    operator: str
    operands: tuple[Expression, ...]


class Conditional(_Value, frozen=True):
    test: Expression
    body: Expression
    otherwise: Expression


class Comprehension(_Value, frozen=True):
    """A comprehension with one `for`; that of a dictionary has a `key`."""

    element: Expression
    target: Expression
    iterable: Expression
    conditions: tuple[Expression, ...]
    key: Expression | None = None


class Unknown(_Value, frozen=True):
    """What these values do not tell; `kind` is the syntax."""

    kind: str = ""


Expression: TypeAlias = (
    Constant
    | Name
    | Attribute
    | Call
    | Subscript
    | Starred
    | Collection
    | Mapping
    | Joined
    | Operation
    | Conditional
    | Comprehension
    | Unknown
)

NOTHING = Unknown()


def dotted(value: Expression | None) -> str | None:
    """The symbol of a name, of an attribute of one, or of what a call of one gives."""
    match value:
        case Name(symbol=symbol) if symbol:
            return symbol
        case Attribute(owner=owner, name=name):
            head = dotted(owner)
            return f"{head}.{name}" if head else None
        case Call(function=function):
            head = dotted(function)
            return f"{head}()" if head else None
    return None


def is_true(value: Expression | None) -> bool:
    """Whether an expression is written as `True`."""
    return isinstance(value, Constant) and value.value is True


def written_word(value: Expression) -> str:
    """A constant as text, or the last name of a dotted name; empty for anything else."""
    return str(value.value) if isinstance(value, Constant) else last_word(value)


def last_word(value: Expression) -> str:
    """The last name of a dotted name; empty for anything else."""
    return value.name if isinstance(value, (Name, Attribute)) else ""
