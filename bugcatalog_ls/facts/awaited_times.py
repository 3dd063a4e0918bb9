"""Times that are naive only if a name of another module, or an own function, is what it has to be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.facts.clocks import NOW, Clocks, clock_of_call, reading
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.pytz_zones import PYTZ_ZONE, given_zones
from bugcatalog_ls.facts.resolve import resolve
from bugcatalog_ls.facts.time_columns import column_of, is_time_type, keeps_zone, type_name
from bugcatalog_ls.facts.time_defaults import naive_types_with_aware_defaults, own_defaults
from bugcatalog_ls.facts.time_functions import time_function
from bugcatalog_ls.facts.time_uses import TimeUses
from bugcatalog_ls.facts.time_verdicts import frozen_verdict, reading_verdict
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, text_of
from bugcatalog_ls.syntax.outside import is_outside

_READERS = ("utcnow", "now", "today")

Kind = Literal["reading", "callable", "frozen", "column", "zone", "own"]
"""What is found: it decides the fix. For an `own` function there is none: its result is found itself."""


class Awaited(Fact, frozen=True):
    """What is to be found if a name of another module, or an own function, is what it has to be.

    `kind` says what `symbol` has to be: a `reading` of the clock, a pytz `zone`, a column's `type`,
    a `column` with zones, or a function that gives times for a default: any (`frozen`), an `aware`
    one in a column of `type_symbol`, or a `naive` one.
    """

    path: str
    anchor: str
    kind: Literal["reading", "zone", "type", "column", "frozen", "aware", "naive"]
    symbol: str
    message: str
    variant: str = ""
    type_symbol: str = ""

    @property
    def key(self) -> str:
        return self.path


def collect_awaited(times: TimeUses, facts: Facts) -> None:
    """Add what one file awaits of others."""
    file = times.file
    for call in file.calls_named(*_READERS):
        symbol = file.callee(call)
        if symbol is None or not _may_read_clock(symbol) or is_outside(symbol, file.module):
            continue
        if not any(arguments_of(call)):
            verdict = reading_verdict(times.of(call), "local", text_of(call))
            if verdict is not None:
                anchor = _anchor(file, facts, "time", call, call)
                facts.add(Awaited(file.path, anchor, "reading", symbol, verdict.message, verdict.variant))
    for zone in given_zones(file):
        if zone.symbol != "None" and not is_outside(zone.symbol, file.module):
            anchor = _anchor(file, facts, "zone", zone.value, zone.argument)
            facts.add(Awaited(file.path, anchor, "zone", zone.symbol, zone_message(zone.value)))
    for kind in naive_types_with_aware_defaults(times.file):
        type_symbol = file.symbol(type_name(kind))
        if type_symbol is not None and not is_time_type(type_symbol):
            anchor = _anchor(file, facts, "column", kind, kind)
            facts.add(Awaited(file.path, anchor, "type", type_symbol, column_message(kind)))
    for call in file.calls_named("datetime"):
        if clock_of_call(file, call, file.callee(call)) == "fixed":
            for attribute, other in _compared_attributes(file, call):
                anchor = _anchor(file, facts, "fixed", call, call)
                message = f"the fixed time has no zone, but {text_of(attribute)} has one"
                facts.add(Awaited(file.path, anchor, "column", other, message))
    _collect_own_defaults(times.clocks, facts)


def _collect_own_defaults(clocks: Clocks, facts: Facts) -> None:
    file = clocks.file
    for default in own_defaults(clocks):
        value, kind = default.value, default.kind
        if default.is_frozen:
            anchor = _anchor(file, facts, "default", value, value)
            message = frozen_verdict(text_of(value)).message
            facts.add(Awaited(file.path, anchor, "frozen", default.symbol, message))
        elif kind is not None and keeps_zone(kind):
            anchor = _anchor(file, facts, "default", value, value)
            facts.add(Awaited(file.path, anchor, "naive", default.symbol, default_message(value)))
        elif kind is not None and (type_symbol := file.symbol(type_name(kind))) is not None:
            anchor = _anchor(file, facts, "column", kind, kind)
            message = column_message(kind)
            facts.add(Awaited(file.path, anchor, "aware", default.symbol, message, type_symbol=type_symbol))


def kind_found(index: FactIndex, awaited: Awaited) -> Kind | None:
    """What is found for what was awaited; None where it does not hold."""
    symbol = resolve(index, awaited.symbol, awaited.path)
    match awaited.kind:
        case "reading":
            return "reading" if reading(symbol) in NOW else None
        case "zone":
            return "zone" if symbol == PYTZ_ZONE else None
        case "type":
            return "column" if is_time_type(symbol) else None
        case "column":
            owner, _, name = awaited.symbol.rpartition(".")
            column = column_of(index, resolve(index, owner, awaited.path).removesuffix("()"), name)
            return "reading" if column is not None and column[1].keeps_zone else None
    function = time_function(index, awaited.symbol, awaited.path)
    if function is None:
        return None
    if awaited.kind == "frozen":
        return "frozen"
    if awaited.kind == "naive":
        return None if function.is_aware else "own"
    is_time = is_time_type(resolve(index, awaited.type_symbol, awaited.path))
    return "column" if function.is_aware and is_time else None


def zone_message(zone: Node) -> str:
    return f"{text_of(zone)} is a pytz zone, which as tzinfo stands for its first recorded offset"


def column_message(kind: Node) -> str:
    return f"the column's {text_of(kind)} drops the zone of its aware default"


def default_message(value: Node) -> str:
    return f"{text_of(value)} gives times without a zone as a default"


def _anchor(file: PyFile, facts: Facts, what: str, named: Node, place: Node) -> str:
    return facts.anchor(f"{what} {file.qualname_at(named.start_byte)} {text_of(named)}", place)


def _may_read_clock(symbol: str) -> bool:
    """Whether a name of the workspace may stand for a reading of the clock."""
    head, name = symbol.partition(".")[0], symbol.rpartition(".")[2]
    return name in _READERS and "()" not in symbol and head not in ("arrow", "pendulum")


def _compared_attributes(file: PyFile, node: Node) -> Iterator[tuple[Node, str]]:
    parent = node.parent
    if parent is None or parent.type != "comparison_operator":
        return
    for other in parent.named_children:
        symbol = file.symbol(other) if other.type == "attribute" else None
        if symbol is not None:
            yield other, symbol
