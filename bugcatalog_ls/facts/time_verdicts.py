"""Verdicts on naive times: whether what becomes of one makes its missing zone matter, and in which words."""

from __future__ import annotations

from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.clocks import Clock, Clocks
from bugcatalog_ls.facts.time_columns import DEFAULTS, keeps_zone, time_type
from bugcatalog_ls.facts.time_roles import Uses
from bugcatalog_ls.facts.zone_branches import is_localised_next
from bugcatalog_ls.syntax.nodes import enclosing, holds_node, text_of

_ROLES = (
    ("frozen", "is computed once, when the module is imported"),
    ("stored", "is stored"),
    ("serialised", "is written out"),
    ("compared", "is compared"),
    ("compared-aware", "is compared with an aware one"),
    ("subtracted", "is compared"),
    ("returned", "is returned"),
    ("epoch", "is read as local time by timestamp()"),
)


class Verdict(NamedTuple):
    """The variant and the message for a naive time."""

    variant: str
    message: str


def reading_verdict(uses: Uses, clock: Clock, written: str) -> Verdict | None:
    """What is wrong with a naive reading of the clock; None where there is nothing to say."""
    name = " ".join(written.split())
    roles = uses.roles
    if (roles and roles <= {"file", "aware"}) or ({"aware", "epoch"} <= roles and not uses.lasts):
        return None
    if "aware" in roles and uses.checks_zone:
        return None
    if uses.is_day and not roles & {"epoch"} and not uses.lasts:
        return Verdict("unstored", f"{name} is the day at the host")
    for role, verb in _ROLES:
        if role in roles and (role != "epoch" or clock == "utc"):
            if role == "epoch" and not uses.lasts:
                return Verdict("", f"{name} has no zone and {verb}")
            if role == "epoch":
                continue
            variant = "date" if uses.is_day and role != "frozen" else ""
            if role in ("stored", "serialised") and uses.is_only_asked_for:
                verb = "is compared"
            return Verdict(variant, f"{name} has no zone and {verb}")
    return Verdict("unstored", f"{name} has no zone")


def frozen_verdict(written: str) -> Verdict:
    """What is wrong with a time that is computed once and then taken for every row."""
    return Verdict("", f"{' '.join(written.split())} {dict(_ROLES)['frozen']}")


def constant_verdict(clocks: Clocks, node: Node, clock: Clock, uses: Uses) -> Verdict | None:
    """What is wrong with a time made of its parts or of a text: it has to meet aware values, or to last."""
    name = " ".join(text_of(node).split())
    if len(name) > 60:
        name = "the parsed time" if clock == "parsed" else "the fixed time"
    if "aware" in uses.roles and uses.checks_zone:
        # `if at.tzinfo is None: at = at.replace(tzinfo=utc)`.
        return None
    if is_localised_next(clocks, node):
        return None
    if "compared-aware" in uses.roles:
        return Verdict("", f"{name} has no zone and is compared with an aware time")
    if clock == "parsed":
        if uses.is_day:
            return None
        is_compared = "compared" in uses.roles and not _meets_only_constants(clocks, uses)
        is_kept = "stored" in uses.roles and bool(uses.attributes or uses.keywords)
        if not (is_kept or is_compared):
            return None
        is_stored = is_kept and not uses.is_only_asked_for
        return Verdict("", f"{name} has no zone and is {'stored' if is_stored else 'compared'}")
    if uses.lasts and _stands_with_aware(clocks, node):
        return Verdict("", f"{name} has no zone and is stored with aware times")
    return None


def _meets_only_constants(clocks: Clocks, uses: Uses) -> bool:
    """Whether everything that a parsed time is compared with was parsed or spelled out as well."""
    partners = list(uses.partners.values())
    return bool(partners) and all(clocks.clocks(node) <= {"parsed", "fixed"} for node in partners)


def _stands_with_aware(clocks: Clocks, node: Node) -> bool:
    """Whether a naive constant shares a variable, an attribute or a column with aware values."""
    parent = node.parent
    if parent is not None and parent.type == "keyword_argument":
        return _is_default_of_aware_column(clocks, parent)
    while parent is not None and parent.type in (
        "boolean_operator",
        "conditional_expression",
        "parenthesized_expression",
    ):
        if any(clocks.is_aware(other) for other in _alternatives(parent) if not holds_node(other, node)):
            return True
        parent = parent.parent
    if parent is None or parent.type != "assignment":
        return False
    left = parent.child_by_field_name("left")
    if left is None:
        return False
    if left.type == "attribute":
        return any(clocks.is_aware(value) for value in clocks.assigned(left))
    if left.type != "identifier":
        return False
    found = clocks.file.scopes.lookup(text_of(left), left.start_byte)
    return any(
        binding.value is not None and binding.node.id != left.id and clocks.is_aware(binding.value)
        for binding in (found[1] if found is not None else [])
    )


def _is_default_of_aware_column(clocks: Clocks, keyword: Node) -> bool:
    call, name = enclosing(keyword, "call"), keyword.child_by_field_name("name")
    if call is None or name is None or text_of(name) not in DEFAULTS:
        return False
    kind = time_type(clocks.file, call)
    return kind is not None and kind.type == "call" and keeps_zone(kind)


def _alternatives(node: Node) -> list[Node]:
    """The values that a choice (`a or b`, `a if c else b`, one in parentheses) is between."""
    if node.type == "boolean_operator":
        operands = [node.child_by_field_name("left"), node.child_by_field_name("right")]
        return [operand for operand in operands if operand is not None]
    if node.type == "conditional_expression" and len(node.named_children) == 3:
        return [node.named_children[0], node.named_children[2]]
    return list(node.named_children)
