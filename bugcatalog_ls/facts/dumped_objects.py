"""What a dump of an object gives away (`settings.model_dump()`, `vars(user)`), and what it leaves out."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.revealed import Revealed, ValueKind
from bugcatalog_ls.facts.secret_names import secret_kind
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, called_name, string_value, text_of, walk

# `attrs.asdict(settings, filter=…)`, `dataclasses.asdict(settings, dict_factory=…)`.
_SIFTS = frozenset({"filter", "dict_factory"})
_SETTINGS_NAME = re.compile(r"(?:\w+_)?settings", re.IGNORECASE)


def dumped_object(file: PyFile, owner: Node, written: str, excluded: tuple[str, ...]) -> Revealed | None:
    symbol = file.symbol(owner)
    if owner.type == "identifier" and text_of(owner) == "self":
        return None
    if symbol is not None and symbol.endswith("()") and not symbol.startswith("builtins."):
        kind: ValueKind = "settings" if _SETTINGS_NAME.fullmatch(called_name(owner)) else "object"
        return Revealed(kind, written, symbol, excluded)
    if _SETTINGS_NAME.fullmatch(called_name(owner)) and symbol not in ("builtins.dict()", "builtins.list()"):
        return Revealed("settings", written, symbol, excluded)
    return Revealed("object", written, symbol, excluded) if symbol is not None else None


def fields_left_out(call: Node) -> tuple[str, ...]:
    """The fields that `exclude={…}` leaves out; `*` where that cannot be told, or no secret is taken in."""
    arguments = arguments_of(call)
    taken = arguments.keywords.get("include")
    if taken is not None:
        return () if any(secret_kind(name) for name in _named_in(taken) or ()) else ("*",)
    given = arguments.keywords.get("exclude")
    if given is None:
        return ("*",) if _SIFTS.intersection(arguments.keywords) else ()
    names = _named_in(given)
    return ("*",) if names is None else names


def leaves_out_secrets(excluded: tuple[str, ...]) -> bool:
    """Whether a dump leaves out fields as somebody does who means to hide what is secret."""
    return any(name == "*" or secret_kind(name) == "secret" for name in excluded)


def _named_in(given: Node) -> tuple[str, ...] | None:
    """The fields that a literal names, those of inner objects too: `{"db": {"password"}}`."""
    if given.type not in ("set", "dictionary", "list", "tuple"):
        return None
    strings = (string_value(node) for node in walk(given) if node.type == "string")
    return tuple(name for name in strings if name is not None)
