"""Blocks that do not go on, helpers that are named for giving up among what ends them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.syntax.guards import Condition, always_leaves
from bugcatalog_ls.syntax.nodes import statements, text_of

_GIVING_UP = ("error", "fail", "die", "abort", "bail", "fatal", "raise", "exit", "skip", "panic")
_MISSING = re.compile(r"(?:handle|on|report|exit|req)\w*missing|missing_(?:dep|extra|require|package)")


def gives_up(block: Node) -> bool:
    """Whether a block does not go on; a helper that is named for giving up (`cli.error(…)`) counts."""
    if always_leaves(block):
        return True
    last = statements(block)[-1:]
    call = last[0].named_children[0] if last and last[0].named_child_count == 1 else None
    function = call.child_by_field_name("function") if call is not None and call.type == "call" else None
    owner, _, name = text_of(function).rpartition(".") if function is not None else ("", "", "")
    name = name.lower().lstrip("_")
    is_told = name.startswith(_GIVING_UP) or _MISSING.search(name) is not None
    return is_told and "log" not in owner.lower()


def conditions_after_giving_up(test: Node) -> Iterator[Condition]:
    """What holds behind an `if` of which the first branches give up by a helper."""
    for branch in (test, *test.children_by_field_name("alternative")):
        condition, block = branch.child_by_field_name("condition"), branch.child_by_field_name("consequence")
        if condition is None or block is None or not gives_up(block):
            return
        yield Condition(condition, False)
