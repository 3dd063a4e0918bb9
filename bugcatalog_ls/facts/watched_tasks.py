"""Tasks that are supervised: by a group, by calling back, or by whoever waits and looks why they ended."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.handlers import is_broad
from bugcatalog_ls.syntax.nodes import FUNCTIONS, ancestors, callee_of, enclosing_function, text_of

_GROUP = re.compile(r"(?:^|[._])(?:task_?group|nursery)$", re.IGNORECASE)


def is_of_group(file: PyFile, call: Node) -> bool:
    """Whether a group starts the task: `async with TaskGroup() as group: group.create_task(…)` waits
    for it, and its error ends the group."""
    function = callee_of(call)
    owner = function.child_by_field_name("object") if function is not None else None
    if function is None or owner is None or owner.type not in ("identifier", "attribute"):
        return False
    if text_of(function).rpartition(".")[2] not in ("create_task", "start_soon", "spawn"):
        return False
    if _GROUP.search(text_of(owner)):
        return True
    return owner.type == "identifier" and any(
        binding.kind == "with" for binding in file.names.bindings(owner)
    )


def is_watched(file: PyFile, call: Node) -> bool:
    """Whether the task that a call makes is supervised by the function that makes it."""
    assignment, function = call.parent, enclosing_function(call)
    if assignment is not None and assignment.type == "await":
        return _is_caught(file, assignment)
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
    waits = (node for node in file.nodes("await") if call.end_byte < node.start_byte < function.end_byte)
    if any(
        text_of(node.named_children[0]) == text_of(left) and _is_caught(file, node)
        for node in waits
        if node.named_children
    ):
        return True
    # Whoever waits for the first of several to end looks at why it did.
    return re.search(rf"\bwait\([^()]*{name}[^()]*\bFIRST_(?:COMPLETED|EXCEPTION)", after) is not None


def _is_caught(file: PyFile, wait: Node) -> bool:
    """Whether whoever waits for a task catches what ends it."""
    child = wait
    for parent in ancestors(wait):
        if parent.type in FUNCTIONS:
            return False
        body = parent.child_by_field_name("body") if parent.type == "try_statement" else None
        if body is not None and body.id == child.id:
            handlers = [part for part in parent.children if part.type == "except_clause"]
            if any(is_broad(file, handler) for handler in handlers):
                return True
        child = parent
    return False
