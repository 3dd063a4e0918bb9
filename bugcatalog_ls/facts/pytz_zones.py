"""Zones of pytz: where one is given as `tzinfo=`, which of them are harmless, and `localize` instead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.edits import remove_argument
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.keyword_arguments import keyword_arguments
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    callee_of,
    enclosing,
    string_value,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.text.spans import Span, TextEdit, apply_edits

PYTZ_ZONE = "pytz.timezone()"

_POSITIONS = {"datetime.datetime": 7, "datetime.time": 4, "datetime.datetime.combine": 2}
# What makes times without a zone, and how many positional arguments it has before that.
_MAKERS = {
    "datetime.datetime": 7,
    "datetime.datetime.combine": 2,
    "datetime.datetime.now": 0,
    "datetime.datetime.today": 0,
    "datetime.datetime.utcnow": 0,
    "datetime.datetime.fromtimestamp": 1,
    "datetime.datetime.utcfromtimestamp": 1,
}
_PLACED = tuple({symbol.rpartition(".")[2] for symbol in _POSITIONS})
_FIXED_ZONES = ("utc", "etc/", "gmt", "zulu", "uct", "universal", "greenwich")


class GivenZone(NamedTuple):
    """The value of a `tzinfo` argument with its symbol."""

    value: Node
    symbol: str

    @property
    def argument(self) -> Node:
        """The whole argument, its name included."""
        parent = self.value.parent
        return parent if parent is not None and parent.type == "keyword_argument" else self.value


class Localised(NamedTuple):
    """A call that a text with `zone.localize(…)` replaces."""

    call: Node
    text: str


def given_zones(file: PyFile) -> Iterator[GivenZone]:
    """The zones that calls which make times are given, as far as what they are can be told."""
    for keyword in keyword_arguments(file, ("tzinfo",)):
        value = keyword.child_by_field_name("value")
        if value is None or (symbol := file.symbol(value)) is None:
            continue
        if _takes_zone_as_is(file, keyword):
            yield GivenZone(value, symbol)
    for call in file.calls_named(*_PLACED):
        arguments = arguments_of(call)
        if len(arguments.positional) < 3 or "tzinfo" in arguments.keywords:
            continue
        position = _POSITIONS.get(file.callee(call) or "")
        value = arguments.get("tzinfo", position) if position is not None else None
        if value is not None and (symbol := file.symbol(value)) is not None:
            yield GivenZone(value, symbol)


def _takes_zone_as_is(file: PyFile, keyword: Node) -> bool:
    """Whether the call puts the zone into a time as it is: Babel and pandas ask pytz for the right offset."""
    call = enclosing(keyword, "call")
    function = callee_of(call) if call is not None else None
    if call is None or function is None:
        return False
    return (file.callee(call) or "").startswith("datetime.") or (
        text_of(function).rpartition(".")[2] in (*_PLACED, "replace")
    )


def is_fixed_zone(file: PyFile, zone: Node) -> bool:
    """Whether a pytz zone is known by its name to have one fixed offset."""
    node: Node | None = unparenthesised(zone)
    if node is not None and node.type == "identifier":
        bindings = file.names.bindings(node)
        node = bindings[0].value if len(bindings) == 1 else None
    if node is None or node.type != "call":
        return False
    name = string_value(arguments_of(node).get("zone", 0))
    return name is not None and name.lower().startswith(_FIXED_ZONES)


def localised(file: PyFile, argument: Node) -> Localised | None:
    """The call that an argument `tzinfo=zone` stands in as `zone.localize(…)`; None where there is
    no such way to say it."""
    zone = argument.child_by_field_name("value") if argument.type == "keyword_argument" else argument
    call = enclosing(argument, "call")
    function = callee_of(call) if call is not None else None
    if zone is None or call is None or function is None:
        return None
    arguments = arguments_of(call)
    if function.type == "attribute" and text_of(function).endswith(".replace"):
        inner = function.child_by_field_name("object")
        if inner is None:
            return None
        has_others = len(arguments.positional) + len(arguments.keywords) > 1
        if not _is_naive(file, inner):
            # `localize` takes no aware time, which `replace` gives another zone.
            made = _with_zone(call, zone, "None")
        else:
            made = _without(file, call, argument) if has_others else text_of(inner)
    elif file.callee(call) in ("datetime.datetime", "datetime.datetime.combine"):
        made = _without(file, call, argument)
    else:
        return None
    return Localised(call, f"{text_of(zone)}.localize({made})")


def _is_naive(file: PyFile, node: Node, depth: int = 3) -> bool:
    """Whether a time is known to have no zone, by the call that makes it."""
    node = unparenthesised(node)
    if depth <= 0:
        return False
    if node.type == "identifier":
        if "naive" in text_of(node).lower():
            return True
        bindings = file.names.bindings(node)
        value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        return value is not None and _is_naive(file, value, depth - 1)
    if node.type == "binary_operator":
        return any(_is_naive(file, child, depth - 1) for child in node.named_children)
    if node.type != "call":
        return False
    made_by, arguments = file.callee(node) or "", arguments_of(node)
    if {"tz", "tzinfo"} & arguments.keywords.keys():
        return False
    if made_by == "datetime.datetime.strptime":
        written = string_value(arguments.get("format", 1))
        return written is not None and "%z" not in written
    limit = _MAKERS.get(made_by)
    return limit is not None and len(arguments.positional) <= limit


def _with_zone(call: Node, zone: Node, text: str) -> str:
    """The text of a call with something else in place of a zone that it is given."""
    span = Span(zone.start_byte - call.start_byte, zone.end_byte - call.start_byte)
    return apply_edits((call.text or b""), [TextEdit(span, text)]).decode("utf-8")


def _without(file: PyFile, call: Node, argument: Node) -> str:
    """The text of a call without one of its arguments."""
    edits = [
        TextEdit(Span(edit.span.start - call.start_byte, edit.span.end - call.start_byte), edit.content)
        for edit in remove_argument(file, argument)
    ]
    return apply_edits((call.text or b""), edits).decode("utf-8")
