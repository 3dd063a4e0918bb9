"""Zone branches: naive times that the next branch, which always runs, gives their zone."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.clocks import Clocks
from bugcatalog_ls.syntax.nodes import ancestors, enclosing, is_none, text_of, walk

# What gives a zone, and never nothing.
_ZONES = frozenset(
    {
        "django.utils.timezone.get_current_timezone()",
        "django.utils.timezone.get_default_timezone()",
        "pytz.timezone()",
        "zoneinfo.ZoneInfo()",
        "dateutil.tz.tzlocal()",
    }
)


def is_localised_next(clocks: Clocks, node: Node) -> bool:
    """Whether the variable that a naive time is put in becomes aware on a branch that asks for a zone
    which is always there: `if tz: start = tz.localize(start)`."""
    parent = node.parent
    left = parent.child_by_field_name("left") if parent is not None and parent.type == "assignment" else None
    if left is None or left.type != "identifier":
        return False
    found = clocks.file.scopes.lookup(text_of(left), left.start_byte)
    return any(
        binding.value is not None
        and binding.node.start_byte > node.end_byte
        and _is_on_zone_branch(clocks, binding.value, node)
        and clocks.is_aware(binding.value)
        for binding in (found[1] if found is not None else [])
    )


def _is_on_zone_branch(clocks: Clocks, value: Node, before: Node) -> bool:
    branch, assignment = enclosing(value, "if_statement"), enclosing(value, "expression_statement")
    condition = branch.child_by_field_name("condition") if branch is not None else None
    body = branch.child_by_field_name("consequence") if branch is not None else None
    if branch is None or condition is None or body is None or assignment is None:
        return False
    zone = _asked(condition)
    if zone is None or assignment.parent is None or assignment.parent.id != body.id:
        return False
    reads_zone = any(text_of(one) == text_of(zone) for one in walk(value) if one.type == "identifier")
    is_after = branch.parent is not None and any(one.id == branch.parent.id for one in ancestors(before))
    return reads_zone and is_after and clocks.file.symbol(zone) in _ZONES


def _asked(condition: Node) -> Node | None:
    """The variable that a condition finds to be there: `tz`, `tz is not None`."""
    if condition.type == "identifier":
        return condition
    if condition.type != "comparison_operator" or condition.named_child_count != 2:
        return None
    left, right = condition.named_children
    is_there = " is not " in text_of(condition) and is_none(right) and left.type == "identifier"
    return left if is_there else None
