"""What a dump of an object gives away (`settings.model_dump()`, `vars(user)`), and what it leaves out."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.revealed import Revealed, ValueKind
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, called_name, string_value, text_of

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
    """The fields that `exclude={…}` leaves out; `*` where that cannot be told."""
    arguments = arguments_of(call)
    if "include" in arguments.keywords:
        return ("*",)
    given = arguments.keywords.get("exclude")
    if given is None:
        return ()
    if given.type not in ("set", "dictionary", "list", "tuple"):
        return ("*",)
    names = [string_value(child.child_by_field_name("key") or child) for child in given.named_children]
    return tuple(name for name in names if name is not None)
