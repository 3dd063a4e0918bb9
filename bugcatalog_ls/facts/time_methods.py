"""What methods make of a time, a day, or the text of one."""

from __future__ import annotations

from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.facts.time_destinations import TEXT_METHODS, is_file_layout, is_file_text
from bugcatalog_ls.facts.time_roles import Form
from bugcatalog_ls.syntax.nodes import arguments_of, is_none, string_value

Made = Form | Literal["epoch", "aware", "file", "unknown"]
"""A form of the time; the number of seconds, which asks for the zone; a time with one; a file's name."""


def made_by(name: str, call: Node, form: Form) -> Made:
    """What the call of a method gives, by the method's name and the form of what it is called on."""
    if form in ("iso", "text", "mixed"):
        if name == "format":
            return "mixed"
        if name in TEXT_METHODS:
            return "text" if form == "iso" else form
        return "unknown"
    if form in ("day", "number"):
        return "day" if name in ("isoformat", "strftime") and form == "day" else "unknown"
    match name:
        case "isoformat":
            return "iso"
        case "strftime" | "ctime" | "__str__":
            return _laid_out(arguments_of(call).get("format", 0))
        case "timestamp":
            return "epoch"
        case "replace":
            zone = arguments_of(call).get("tzinfo", 7)
            return form if zone is None or is_none(zone) else "aware"
        case "astimezone":
            return "aware"
        case "date":
            return "day"
    return "unknown"


def _laid_out(written: Node | None) -> Made:
    layout = string_value(written)
    if written is not None and layout is None and written.type == "string":
        return "mixed"
    if layout is None:
        return "text"
    names_file = is_file_layout(layout) or (is_file_text(layout.replace("%", "")) and "." in layout[-6:])
    return "file" if names_file else "text"
