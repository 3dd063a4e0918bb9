"""Edits that make the defaults of columns and fields aware, and computed for each row."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.clocks import NOW, clock_of_call, reading
from bugcatalog_ls.facts.resolve import mro, resolve
from bugcatalog_ls.facts.time_columns import zone_edits
from bugcatalog_ls.facts.time_edits import TimeWords, aware_now, utc
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, enclosing, enclosing_function, text_of
from bugcatalog_ls.text.spans import TextEdit

_FIELDS = frozenset(
    {"pydantic.Field", "pydantic.fields.Field", "sqlmodel.Field", "sqlmodel.main.Field", "dataclasses.field"}
)


class LazyDefault(NamedTuple):
    """The edits that compute a default for each row or instance (`owner`)."""

    owner: str
    edits: list[TextEdit]


def callable_edits(words: TimeWords, value: Node) -> list[TextEdit]:
    """Give a column or field aware times instead of a naive callable, its siblings included."""
    if _reads(words, value) == "day":
        return replace_node(value, f"lambda: {_today(words, value)}")
    call = enclosing(value, "call")
    if call is not None and _is_django(words, call):
        return replace_node(value, _django_now(words, value))
    edits = replace_node(value, f"lambda: {aware_now(words, value)}")
    if call is None:
        return edits
    for other in arguments_of(call).keywords.values():
        if other.id != value.id and other.type != "call" and reading(words.file.symbol(other)) in NOW:
            edits += replace_node(other, f"lambda: {aware_now(words, other)}")
    return edits + zone_edits(words.index, words.imports, words.file, call)


def lazy_edits(words: TimeWords, call: Node) -> LazyDefault | None:
    """Give a callable where a default is computed at import; None where no edit is right."""
    parent = call.parent
    if parent is None:
        return None
    if parent.type == "keyword_argument":
        outer, name = enclosing(parent, "call"), parent.child_by_field_name("name")
        if outer is None or name is None:
            return None
        if _is_django(words, outer):
            function = callee_of(call)
            is_clock = function is not None and _reads(words, function) in ("utc", "local")
            return LazyDefault("row", replace_node(call, _django_now(words, call))) if is_clock else None
        edits = replace_node(call, _callable(words, call))
        owner = "row"
        if resolve(words.index, words.file.callee(outer) or "", words.file.path) in _FIELDS:
            edits += replace_node(name, "default_factory")
            owner = "instance"
        return LazyDefault(owner, edits + zone_edits(words.index, words.imports, words.file, outer))
    owner_class = enclosing(call, "class_definition")
    if parent.type != "assignment" or owner_class is None or enclosing_function(call) is not None:
        return None
    field = _field_function(words, owner_class)
    if field is None:
        return None
    made = words.imports.need(*field, at=call.start_byte)
    text = f"{made}(default_factory={_callable(words, call)})"
    return LazyDefault("instance", replace_node(call, text))


def _callable(words: TimeWords, call: Node) -> str:
    """What gives a call's value each time: aware if it was not, a function of the workspace by name."""
    function, symbol = callee_of(call), words.file.callee(call)
    if function is None or clock_of_call(words.file, call, symbol) == "aware":
        return f"lambda: {text_of(call)}"
    match _reads(words, function):
        case "day":
            return f"lambda: {_today(words, call)}"
        case "utc" | "local":
            return f"lambda: {aware_now(words, function)}"
    return f"lambda: {text_of(call)}" if any(arguments_of(call)) else text_of(function)


def _is_django(words: TimeWords, field: Node) -> bool:
    """Whether a call makes a field of Django, whose migrations cannot write a lambda down."""
    symbol = resolve(words.index, words.file.callee(field) or "", words.file.path)
    return symbol.startswith("django.db.models.")


def _django_now(words: TimeWords, node: Node) -> str:
    return f"{words.imports.need('django.utils', 'timezone', at=node.start_byte)}.now"


def _reads(words: TimeWords, function: Node) -> str | None:
    return reading(resolve(words.index, words.file.symbol(function) or "", words.file.path))


def _today(words: TimeWords, node: Node) -> str:
    made = words.imports.need("datetime", "datetime", at=node.start_byte)
    return f"{made}.now({utc(words, node)}).date()"


def _field_function(words: TimeWords, owner: Node) -> tuple[str, str] | None:
    """The module and name of what gives a field of a class a default factory."""
    definition = next((found for found in words.file.classes if found.node.id == owner.id), None)
    if definition is None:
        return None
    decorators = {(words.file.symbol(node) or "").removesuffix("()") for node in definition.decorators}
    if "dataclasses.dataclass" in decorators:
        return "dataclasses", "field"
    if "pydantic.dataclasses.dataclass" in decorators:
        return "pydantic", "Field"
    bases = set(mro(words.index, definition.symbol)[0])
    if "sqlmodel.SQLModel" in bases or "sqlmodel.main.SQLModel" in bases:
        return "sqlmodel", "Field"
    return ("pydantic", "Field") if bases & {"pydantic.BaseModel", "pydantic.main.BaseModel"} else None
