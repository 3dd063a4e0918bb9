"""The words of a command that a call runs, as far as they are literal."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of

_MAX_WORDS = 20


def command_words(file: PyFile, call: Node, symbol: str) -> tuple[str, ...]:
    """The words of the command that a subprocess call runs, as far as they are literal."""
    if not symbol.startswith("subprocess."):
        return ()
    if symbol.startswith("subprocess.Popen()"):
        function = callee_of(call)
        receiver = function.child_by_field_name("object") if function is not None else None
        bindings = (
            file.names.bindings(receiver) if receiver is not None and receiver.type == "identifier" else []
        )
        value = bindings[-1].value if bindings else None
        if value is None or value.type != "call":
            return ()
        call = value
    command = arguments_of(call).get("args", 0)
    if command is not None and command.type == "identifier":
        bindings = file.names.bindings(command)
        command = bindings[-1].value if len(bindings) == 1 else None
    if command is None:
        return ()
    if command.type in ("list", "tuple"):
        literal = [
            string_value(child) for child in command.named_children[:_MAX_WORDS] if child.type != "comment"
        ]
        return tuple(word or "" for word in literal)
    text = string_value(command)
    if text is None and command.type == "string":
        text = re.sub(r"^[rRfFbB]*['\"]+", "", text_of(command)).split("{")[0]
    return tuple((text or "").split()[:_MAX_WORDS])
