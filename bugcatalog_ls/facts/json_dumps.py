"""Objects that are dumped to a mapping and keep values in it that JSON does not have."""

from __future__ import annotations

import re

import msgspec
from tree_sitter import Node

from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.json_values import type_of_symbol
from bugcatalog_ls.facts.resolve import class_at, function_at, mro
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of

_DUMPERS = frozenset({"dataclasses.asdict", "attr.asdict", "attrs.asdict", "builtins.vars"})
_METHODS = frozenset({"dict", "model_dump"})
# What does not change which fields are dumped, nor to what.
_NEUTRAL = frozenset({"by_alias", "exclude_none", "exclude_unset", "exclude_defaults"})
_SCHEMA_ROOTS = ("pydantic.", "sqlmodel.", "pydantic_settings.")
_SERIALIZERS = ("field_serializer()", "model_serializer()", "model_serializer")


_LISTS = re.compile(
    r"(?:\w+\.)?(?:[Ll]ist|[Ss]equence|[Ii]terable|[Ss]et|[Ff]rozen[Ss]et|Collection|[Dd]eque)\[(\w+)\]"
)


class Dumped(msgspec.Struct, frozen=True):
    """An object that is dumped, by its symbol; `by_method` tells that a method of its own does it."""

    symbol: str
    by_method: bool


def dumped_object(file: PyFile, node: Node) -> Dumped | None:
    """The object that an expression dumps as it is: `asdict(job)`, `job.model_dump()`, `job.__dict__`."""
    if node.type == "attribute" and text_of(node).endswith(".__dict__"):
        return _dumped(file, node.child_by_field_name("object"), by_method=False)
    if node.type != "call":
        return None
    function, arguments = callee_of(node), arguments_of(node)
    if function is None or arguments.dict_unpacked or arguments.list_unpacked:
        return None
    owner, by_method = None, False
    if len(arguments.positional) == 1 and not arguments.keywords:
        if file.symbol(function) in _DUMPERS:
            owner = arguments.positional[0]
    elif (
        not arguments.positional
        and function.type == "attribute"
        and arguments.keywords.keys() <= _NEUTRAL
        and text_of(function).rpartition(".")[2] in _METHODS
    ):
        owner, by_method = function.child_by_field_name("object"), True
    return _dumped(file, owner, by_method=by_method)


def _dumped(file: PyFile, owner: Node | None, *, by_method: bool) -> Dumped | None:
    symbol = (element_of(file, owner) or file.symbol(owner)) if owner is not None else None
    return Dumped(symbol, by_method) if symbol is not None and symbol.endswith("()") else None


def element_of(file: PyFile, node: Node) -> str | None:
    """The class's symbol, as of its instance, of a loop's name: that of `jobs: list[Job]`."""
    bindings = file.names.bindings(node) if node.type == "identifier" else []
    over = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "for" else None
    if over is None or over.type != "identifier" or bindings[0].node.type != "identifier":
        return None
    held = file.names.bindings(over)
    annotation = held[0].annotation if len(held) == 1 else None
    match = _LISTS.fullmatch(text_of(annotation)) if annotation is not None else None
    if annotation is None or match is None:
        return None
    name = annotation.descendant_for_byte_range(
        annotation.start_byte + match.start(1), annotation.start_byte + match.end(1) - 1
    )
    symbol = file.names.annotation_symbol(name) if name is not None else None
    return f"{symbol.removesuffix('()')}()" if symbol is not None else None


def kept_value(index: FactIndex, symbol: str, by_method: bool) -> tuple[str, str] | None:
    """The first field of a (resolved) class that a dump keeps in a type that JSON does not have, and
    that type."""
    names, _ = mro(index, symbol)
    if by_method != any(name.startswith(_SCHEMA_ROOTS) for name in names):
        return None
    for name in names:
        found = class_at(index, name)
        if found is None:
            continue
        if _dumps_itself(index, name, tuple(found[1].members)):
            return None
        for field, of_field in found[1].attributes.items():
            kind = type_of_symbol(of_field)
            if kind is not None and not field.startswith("_"):
                return field, kind
    return None


def _dumps_itself(index: FactIndex, owner: str, members: tuple[str, ...]) -> bool:
    """Whether a class says itself what its dumps hold."""
    if not {"dict", "model_dump", "__iter__", "to_dict"}.isdisjoint(members):
        return True
    for member in members:
        method = function_at(index, f"{owner}.{member}")
        if method is not None and any(
            decorator is not None and decorator.endswith(_SERIALIZERS) for decorator in method[1].decorators
        ):
            return True
    return False
