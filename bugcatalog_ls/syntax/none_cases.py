"""Cases of None: what a `match` on a name tells about it behind and beside its `case None`."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from tree_sitter import Node

from bugcatalog_ls.syntax.guards import always_leaves, statements_before
from bugcatalog_ls.syntax.nodes import FUNCTIONS, enclosing, text_of


def is_matched_otherwise(node: Node, names: Collection[str]) -> bool:
    """Whether `case None` of a `match` on one of the names leaves before a node, or stands above its case."""
    if any(
        always_leaves(block)
        for statement in statements_before(node)
        if statement.type == "match_statement"
        for block in _blocks_of_none(statement, names)
    ):
        return True
    clause = enclosing(node, "case_clause", *FUNCTIONS)
    if clause is None or clause.type != "case_clause":
        return False
    match = enclosing(clause, "match_statement")
    return match is not None and any(
        block.start_byte < clause.start_byte for block in _blocks_of_none(match, names)
    )


def _blocks_of_none(match: Node, names: Collection[str]) -> Iterator[Node]:
    """The blocks of `case None` where it is one of the names that is matched."""
    subject, body = match.child_by_field_name("subject"), match.child_by_field_name("body")
    if subject is None or body is None or text_of(subject) not in names:
        return
    for clause in body.named_children:
        block = clause.child_by_field_name("consequence")
        pattern = next((child for child in clause.named_children if child.type == "case_pattern"), None)
        has_guard = clause.child_by_field_name("guard") is not None
        if block is not None and pattern is not None and text_of(pattern) == "None" and not has_guard:
            yield block
