"""The words of a command that a call runs, as far as they are literal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tree_sitter import Node

from bugcatalog_ls.facts.process_waits import is_started, takes_single_words
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of, unawaited

_MAX_WORDS = 20


def command_words(file: PyFile, call: Node, symbol: str) -> tuple[str, ...]:
    """The words of the command that a subprocess call runs, as far as they are literal."""
    if is_started(symbol):
        function = callee_of(call)
        receiver = function.child_by_field_name("object") if function is not None else None
        bindings = (
            file.names.bindings(receiver) if receiver is not None and receiver.type == "identifier" else []
        )
        value = unawaited(bindings[-1].value) if bindings and bindings[-1].value is not None else None
        if value is None or value.type != "call":
            return ()
        call = value
    elif not symbol.startswith("subprocess."):
        return ()
    if takes_single_words(symbol):
        return _words(arguments_of(call).positional)
    command = arguments_of(call).get("args", 0) or arguments_of(call).get("cmd")
    if command is not None and command.type == "identifier":
        bindings = file.names.bindings(command)
        command = bindings[-1].value if len(bindings) == 1 else None
    if command is None:
        return ()
    if command.type in ("list", "tuple"):
        return _words([child for child in command.named_children if child.type != "comment"])
    text = string_value(command)
    if text is None and command.type == "string":
        text = re.sub(r"^[rRfFbB]*['\"]+", "", text_of(command)).split("{")[0]
    return tuple((text or "").split()[:_MAX_WORDS])


def _words(written: Sequence[Node]) -> tuple[str, ...]:
    return tuple(string_value(node) or "" for node in written[:_MAX_WORDS])
