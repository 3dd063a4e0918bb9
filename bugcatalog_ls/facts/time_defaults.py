"""Defaults of columns and fields that give the time: callables, calls at import, own functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.clocks import Clocks
from bugcatalog_ls.facts.orm import is_revision
from bugcatalog_ls.facts.time_columns import DEFAULTS, keeps_zone, time_type
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.keyword_arguments import calls_given, keyword_arguments
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    callee_of,
    enclosing,
    enclosing_function,
    string_value,
    text_of,
    unparenthesised,
)

_KEYWORDS = frozenset({*DEFAULTS, "factory", "missing", "load_default", "dump_default"})
_OPTIONS = frozenset({"add_argument", "option", "argument", "Option", "Argument", "get", "pop"})


class OwnDefault(NamedTuple):
    """A default that a function with a symbol gives: called for each row, or once at import.

    `kind` is the type of times that its column names, if it names one.
    """

    value: Node
    symbol: str
    is_frozen: bool
    kind: Node | None


def default_callables(file: PyFile) -> Iterator[Node]:
    """The values of `default=`, `onupdate=` and the like that are names, not calls.

    The columns of a migration are a picture of the past: what new rows get, the models say.
    """
    if is_revision(file) or b"migrations.Migration" in file.source.data:
        return
    for value in _default_values(file):
        if value.type in ("attribute", "identifier"):
            yield value


def own_defaults(clocks: Clocks) -> Iterator[OwnDefault]:
    """The defaults that a function of the workspace may give."""
    file = clocks.file
    for value in _default_values(file):
        call = enclosing(value, "call")
        function = _function_of(value)
        if call is None or function is None or (symbol := file.symbol(function)) is None:
            continue
        if symbol.startswith(("datetime.", "builtins.")) or "()" in symbol:
            continue
        is_frozen = value.type == "call"
        if not is_frozen or is_import_default(value):
            yield OwnDefault(value, symbol, is_frozen, time_type(file, call))


def is_import_default(node: Node) -> bool:
    """Whether a call is a default of a column or field that is computed when the module is imported."""
    parent = node.parent
    if parent is None or parent.type != "keyword_argument" or enclosing_function(node) is not None:
        return False
    name, call = parent.child_by_field_name("name"), enclosing(parent, "call")
    if name is None or call is None or text_of(name) not in _KEYWORDS:
        return False
    if any(parent.type == "decorator" for parent in ancestors(call)):
        return False
    function = callee_of(call)
    return function is None or text_of(function).split(".")[-1] not in _OPTIONS


def is_frozen(node: Node) -> bool:
    """Whether a reading stands where it is taken once: a parameter's default, a class's attribute."""
    return any(
        parent.type in ("default_parameter", "typed_default_parameter", "assignment")
        for parent in ancestors(node)
    )


def naive_types_with_aware_defaults(file: PyFile) -> tuple[Node, ...]:
    """The types of columns without zones whose defaults, as this file tells, have one."""
    return file.once(_naive_types)


def _naive_types(file: PyFile) -> tuple[Node, ...]:
    clocks = file.once(Clocks)
    kinds = (_naive_type_with_aware_default(clocks, call) for call in calls_given(file, DEFAULTS))
    return tuple(kind for kind in kinds if kind is not None)


def _naive_type_with_aware_default(clocks: Clocks, call: Node) -> Node | None:
    keywords = arguments_of(call).keywords
    given = [keywords[name] for name in DEFAULTS if name in keywords]
    kind = time_type(clocks.file, call)
    if kind is None or keeps_zone(kind):
        return None
    for value in given:
        if clocks.called(value) == {"aware"} or clocks.is_aware(value):
            return kind
    return None


def _default_values(file: PyFile) -> tuple[Node, ...]:
    return file.once(_given_defaults)


def _given_defaults(file: PyFile) -> tuple[Node, ...]:
    values = [keyword.child_by_field_name("value") for keyword in keyword_arguments(file, _KEYWORDS)]
    # SQLModel hands the arguments of its columns on.
    for keyword in keyword_arguments(file, ("sa_column_kwargs",)):
        given = keyword.child_by_field_name("value")
        values += _values_of(given) if given is not None and given.type == "dictionary" else []
    return tuple(value for value in values if value is not None)


def _values_of(dictionary: Node) -> list[Node | None]:
    pairs = [child for child in dictionary.named_children if child.type == "pair"]
    keyed = [(string_value(pair.child_by_field_name("key")), pair) for pair in pairs]
    return [pair.child_by_field_name("value") for key, pair in keyed if key in DEFAULTS]


def _function_of(value: Node) -> Node | None:
    """The function that a default names, calls with no arguments, or calls inside a lambda."""
    if value.type in ("attribute", "identifier"):
        return value
    node: Node | None = value
    if value.type == "lambda":
        node = value.child_by_field_name("body")
        while node is not None and (node := unparenthesised(node)).type == "binary_operator":
            node = node.child_by_field_name("left")
    if node is None or node.type != "call" or any(arguments_of(node)):
        return None
    return callee_of(node)
