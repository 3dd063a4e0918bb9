"""Readings of the clock: which expressions are times, and whether they know their time zone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Literal, NamedTuple

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    callee_of,
    enclosing,
    is_none,
    string_value,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.syntax.reads import is_own_attribute, own_attributes
from bugcatalog_ls.syntax.words import word_offsets

Clock = Literal["utc", "local", "stamp", "parsed", "fixed", "day", "aware", "delta", "unknown"]
"""`utc` and `local` are naive readings of now, `stamp` a naive time made of a number, `parsed` of
a text, `fixed` of its parts; `day` is today's date; `delta` a duration."""

NAIVE = frozenset({"utc", "local", "stamp", "parsed", "fixed"})
NOW = frozenset({"utc", "local"})

_READINGS: dict[str, Clock] = {
    "datetime.datetime.utcnow": "utc",
    "datetime.datetime.utcfromtimestamp": "stamp",
    "datetime.datetime.now": "local",
    "datetime.datetime.today": "local",
    "datetime.datetime.fromtimestamp": "stamp",
    "datetime.datetime.strptime": "parsed",
    "datetime.datetime": "fixed",
    "datetime.date.today": "day",
}
_ZONE_PARAMETERS = {
    "datetime.datetime.now": ("tz", 0),
    "datetime.datetime.fromtimestamp": ("tz", 1),
    "datetime.datetime": ("tzinfo", 7),
}
_AWARE_CALLS = frozenset(
    {
        "django.utils.timezone.now",
        "django.utils.timezone.make_aware",
        "django.utils.timezone.localtime",
        "arrow.utcnow",
        "arrow.now",
        "pendulum.now",
        "pendulum.today",
        "sqlalchemy_utils.types.aware_datetime",
    }
)
_DELTAS = frozenset({"datetime.timedelta()", "dateutil.relativedelta.relativedelta()"})
_AWARE_TYPES = frozenset({"pydantic.AwareDatetime()", "pydantic.types.AwareDatetime()"})
_DEPTH = 8

READING_NAMES = tuple({symbol.rpartition(".")[2] for symbol in _READINGS})
"""The last names of what reads the clock or makes a time."""


class Origin(NamedTuple):
    """One expression that a value may come from, and what kind of time it is."""

    clock: Clock
    node: Node


def reading(symbol: str | None) -> Clock | None:
    """What the function with a symbol reads when it is called without a zone."""
    return _READINGS.get(symbol or "")


def clock_of_call(file: PyFile, call: Node, symbol: str | None) -> Clock | None:
    """What a call of `symbol` gives, or None where it is no time or cannot be told."""
    clock = reading(symbol)
    if clock is None or symbol is None:
        return "aware" if symbol in _AWARE_CALLS else None
    arguments = arguments_of(call)
    if arguments.list_unpacked or arguments.dict_unpacked:
        return None
    if clock == "parsed":
        layout = string_value(arguments.get("format", 1))
        if layout is None:
            return None
        return "aware" if "%z" in layout or "%:z" in layout else "parsed"
    if clock == "fixed" and len(arguments.positional) + len(arguments.keywords) < 3:
        return None
    if (parameter := _ZONE_PARAMETERS.get(symbol)) is not None:
        zone = arguments.get(*parameter)
        return clock if zone is None or is_none(zone) else "aware"
    return clock


def clock_of_limit(symbol: str | None) -> Clock | None:
    """`datetime.min` and `datetime.max`, which are naive."""
    return "fixed" if symbol in ("datetime.datetime.min", "datetime.datetime.max") else None


def limits(file: PyFile) -> Iterator[Node]:
    """Where a file uses `datetime.min` and `datetime.max`."""
    data = file.source.data
    for name in (b"min", b"max"):
        for offset in word_offsets(data, name):
            if data[offset - 1 : offset] != b".":
                continue
            node = file.root.descendant_for_byte_range(offset, offset + 3)
            attribute = node.parent if node is not None and node.type == "identifier" else None
            if attribute is None or attribute.type != "attribute" or attribute.end_byte != offset + 3:
                continue
            if clock_of_limit(file.symbol(attribute)) is not None:
                yield attribute


class Clocks:
    """Where the times of one file come from, as far as the file itself tells."""

    def __init__(self, file: PyFile) -> None:
        self.file = file
        self._known: dict[tuple[int, int], list[Origin]] = {}

    @cached_property
    def functions(self) -> dict[str, Node]:
        """The plain functions of the file, by their symbols."""
        return {
            definition.symbol: definition.node
            for definition in self.file.functions
            if definition.owner is None and not _is_decorated(definition.node)
        }

    def returned(self, function: Node) -> list[Node]:
        """The expressions that a function or lambda returns."""
        if function.type == "lambda":
            body = function.child_by_field_name("body")
            return [body] if body is not None else []
        return self._returned.get(function.id, [])

    @cached_property
    def _returned(self) -> dict[int, list[Node]]:
        found: dict[int, list[Node]] = {}
        for statement in self.file.nodes("return_statement"):
            if statement.named_child_count:
                function = self.file.scopes.at(statement.start_byte).node.id
                found.setdefault(function, []).append(statement.named_children[0])
        return found

    def origins(self, node: Node | None, depth: int = _DEPTH) -> list[Origin]:
        """All expressions that the value of a node may come from; `unknown` ones included."""
        if node is None or depth <= 0:
            return []
        node = unparenthesised(node)
        key = node.id, depth
        if key not in self._known:
            # Each of many branches may go on with what any of them made.
            self._known[key] = list(dict.fromkeys(self._origins(node, depth)))
        return self._known[key]

    def _origins(self, node: Node, depth: int) -> list[Origin]:
        match node.type:
            case "call":
                return self._of_call(node, depth - 1)
            case "identifier":
                return self._of_name(node, depth - 1)
            case "attribute":
                return self._of_attribute(node, depth - 1)
            case "binary_operator":
                return self._of_arithmetic(node, depth - 1)
            case "conditional_expression" if len(node.named_children) == 3:
                first, _, second = node.named_children
                return self.origins(first, depth - 1) + self.origins(second, depth - 1)
            case "boolean_operator":
                left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
                return self.origins(left, depth - 1) + self.origins(right, depth - 1)
            case "named_expression":
                return self.origins(node.child_by_field_name("value"), depth - 1)
            case "none":
                return []
        return [Origin("unknown", node)]

    def clocks(self, node: Node | None) -> set[Clock]:
        return {origin.clock for origin in self.origins(node)}

    def is_aware(self, node: Node | None) -> bool:
        """Whether the value surely knows its time zone."""
        return self.clocks(node) == {"aware"}

    def is_delta(self, node: Node | None) -> bool:
        return self.clocks(node) == {"delta"}

    def called(self, function: Node | None) -> set[Clock]:
        """What a function given by name or as a lambda returns (`default=utcnow`)."""
        if function is None:
            return set()
        if function.type == "lambda":
            return set().union(*(self.clocks(value) for value in self.returned(function)))
        if function.type == "call":
            arguments = arguments_of(function).positional
            if self.file.callee(function) != "functools.partial" or not arguments:
                return {"unknown"}
            if self.file.symbol(arguments[0]) == "datetime.datetime.now" and len(arguments) > 1:
                return {"aware"}
            return self.called(arguments[0])
        symbol = self.file.symbol(function)
        if (clock := reading(symbol)) is not None and symbol not in ("datetime.datetime", None):
            return {clock}
        if symbol in _AWARE_CALLS:
            return {"aware"}
        definition = self.functions.get(symbol or "")
        if definition is None:
            return {"unknown"}
        return set().union(*(self.clocks(value) for value in self.returned(definition)))

    def _of_call(self, call: Node, depth: int) -> list[Origin]:
        symbol = self.file.callee(call)
        if (clock := clock_of_call(self.file, call, symbol)) is not None:
            return [Origin(clock, call)]
        if f"{symbol}()" in _DELTAS:
            return [Origin("delta", call)]
        function = callee_of(call)
        if function is not None and function.type == "attribute":
            method = function.child_by_field_name("attribute")
            value = function.child_by_field_name("object")
            match text_of(method) if method is not None else "":
                case "replace":
                    zone = arguments_of(call).get("tzinfo", 7)
                    if zone is None:
                        return self.origins(value, depth)
                    return [Origin("unknown" if is_none(zone) else "aware", call)]
                case "astimezone" | "localize":
                    return [Origin("aware", call)]
        definition = self.functions.get(symbol or "")
        if definition is not None:
            found = [o for value in self.returned(definition) for o in self.origins(value, depth)]
            return found or [Origin("unknown", call)]
        return [Origin("unknown", call)]

    def _of_name(self, name: Node, depth: int) -> list[Origin]:
        found: list[Origin] = []
        for binding in self.file.names.bindings(name):
            if binding.kind in ("assign", "walrus") and binding.value is not None:
                found.extend(self.origins(binding.value, depth))
            elif binding.kind == "parameter" and binding.annotation is not None:
                found.append(self._of_annotation(binding.annotation, name))
            elif binding.kind != "augmented":
                found.append(Origin("unknown", name))
        return found or [Origin("unknown", name)]

    def _of_annotation(self, annotation: Node, node: Node) -> Origin:
        symbol = self.file.names.annotation_symbol(annotation)
        if symbol in _DELTAS:
            return Origin("delta", node)
        return Origin("aware" if symbol in _AWARE_TYPES else "unknown", node)

    def _of_attribute(self, node: Node, depth: int) -> list[Origin]:
        if (clock := clock_of_limit(self.file.symbol(node))) is not None:
            return [Origin(clock, node)]
        values = self.assigned(node)
        return [o for value in values for o in self.origins(value, depth)] or [Origin("unknown", node)]

    def assigned(self, attribute: Node) -> list[Node]:
        """What the class around assigns to `self.x`; nothing for attributes of other objects."""
        written = text_of(attribute)
        owner = enclosing(attribute, "class_definition")
        if owner is None or not is_own_attribute(attribute):
            return []
        values: list[Node] = []
        for left in own_attributes(self.file, written):
            assignment = left.parent
            if assignment is None or assignment.type != "assignment":
                continue
            right = assignment.child_by_field_name("right")
            if right is None or left.start_byte != assignment.start_byte:
                continue
            if (around := enclosing(assignment, "class_definition")) is not None and around.id == owner.id:
                values.append(right)
        return values

    def _of_arithmetic(self, node: Node, depth: int) -> list[Origin]:
        operator = node.child_by_field_name("operator")
        left = self.origins(node.child_by_field_name("left"), depth)
        right = self.origins(node.child_by_field_name("right"), depth)
        sign = text_of(operator) if operator is not None else ""
        if sign not in ("+", "-"):
            is_delta = bool(left + right) and any(origin.clock == "delta" for origin in left + right)
            return [Origin("delta" if is_delta else "unknown", node)]
        left_times = [origin for origin in left if origin.clock not in ("delta", "unknown")]
        right_times = [origin for origin in right if origin.clock not in ("delta", "unknown")]
        if sign == "+":
            times = left_times or right_times
        elif right_times:
            return [Origin("delta", node)]
        else:
            times = left_times
        if times:
            return times
        both = {origin.clock for origin in left + right}
        return [Origin("delta" if both == {"delta"} else "unknown", node)]


def _is_decorated(function: Node) -> bool:
    parent = function.parent
    return parent is not None and parent.type == "decorated_definition"
