"""Frames of a replay: the names of one call of a function, and how it may be left."""

from __future__ import annotations

from bugcatalog_ls.facts.replay_values import Value
from bugcatalog_ls.facts.schema import Schema


class RaisedError(Exception):
    """The migration would raise here."""


class BudgetError(Exception):
    """The replay of one revision took too many steps."""


class Frame:
    """One call of a function: its names, and the schemas with which it was left so far."""

    def __init__(self, path: str, symbol: str, names: dict[str, Value]) -> None:
        self.path = path
        self.symbol = symbol
        self.names = names
        self.left: list[Schema] = []
        self.values: list[Value] = []
        self.loops: list[Loop] = []


class Loop:
    def __init__(self) -> None:
        self.continued: list[Schema] = []
        self.broken: list[Schema] = []
