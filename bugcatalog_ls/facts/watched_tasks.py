"""Tasks that are supervised: they call back when they are done, or the first to end is looked at."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.nodes import enclosing_function, text_of


def is_watched(call: Node) -> bool:
    """Whether the task that a call makes is supervised by the function that makes it."""
    assignment, function = call.parent, enclosing_function(call)
    if assignment is None or function is None or assignment.type != "assignment":
        return False
    left = assignment.child_by_field_name("left")
    if left is None or left.type not in ("identifier", "attribute"):
        return False
    name = rf"(?<![\w.]){re.escape(text_of(left))}\b"
    start = call.end_byte - function.start_byte
    after = (function.text or b"")[start:].decode(errors="replace")
    called_back = re.search(rf"{name}\.add_done_callback\(\s*([\w.]+)", after)
    if called_back is not None and called_back[1].rpartition(".")[2] not in ("discard", "remove"):
        return True
    # Whoever waits for the first of several to end looks at why it did.
    return re.search(rf"\bwait\([^()]*{name}[^()]*\bFIRST_(?:COMPLETED|EXCEPTION)", after) is not None
