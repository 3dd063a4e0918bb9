"""Functions of the workspace that give the time, known by what they return."""

from __future__ import annotations

from collections.abc import Iterator

from bugcatalog_ls.facts.clocks import NAIVE, Clock, Clocks
from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import resolve


class TimeFunction(Fact, frozen=True):
    """A plain function whose every result is a time, and whether that knows its zone."""

    symbol: str
    is_aware: bool

    @property
    def key(self) -> str:
        return self.symbol


def time_functions(clocks: Clocks) -> Iterator[TimeFunction]:
    """The functions of a file that give times."""
    for symbol, function in clocks.functions.items():
        found: set[Clock] = set()
        for value in clocks.returned(function):
            found |= clocks.clocks(value)
            if not _are_alike(found):
                break
        if found and _are_alike(found):
            yield TimeFunction(symbol, found == {"aware"})


def _are_alike(found: set[Clock]) -> bool:
    """Whether all of some times know their zone, or none does."""
    return found == {"aware"} or found <= NAIVE


def time_function(index: FactIndex, symbol: str, path: str) -> TimeFunction | None:
    """The function that gives times which a file calls by a symbol, followed across the workspace."""
    found = index.one(TimeFunction, resolve(index, symbol, path))
    return found[1] if found is not None else None
