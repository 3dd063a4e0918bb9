"""Which statements must come along when one of them is put into a block: those that read what it binds."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.syntax.nodes import enclosing, text_of, walk


def with_readers(call: Node, statement: Node) -> list[Node]:
    """A statement, or the one around it, with those behind it that read what it binds; none where
    more would read it than can be guarded."""
    function = enclosing(call, "function_definition")
    while True:
        block = statement.parent
        if function is None or block is None:
            return []
        beside = [child for child in block.named_children if child.type != "comment"]
        behind = beside[[child.id for child in beside].index(statement.id) + 1 :]
        names = {name for node in (statement, *walk(statement)) for name in _bound(node)}
        last = max((n for n, child in enumerate(behind) if names & _names(child)), default=-1)
        guarded = [statement, *behind[: last + 1]]
        # What the others bind is then bound here or nowhere, too.
        while (
            more := {name for part in guarded for node in (part, *walk(part)) for name in _bound(node)}
            - names
        ):
            names |= more
            last = max((n for n, child in enumerate(behind) if names & _names(child)), default=-1)
            guarded = [statement, *behind[: last + 1]]
        outside = [
            node
            for node in walk(function, into_scopes=True)
            if node.type == "identifier"
            and text_of(node) in names
            and not guarded[0].start_byte <= node.start_byte < guarded[-1].end_byte
        ]
        if not outside:
            return guarded
        outer = block.parent
        if outer is None or outer.id == function.id or outer.type != "with_statement":
            return []
        statement = outer


def _bound(node: Node) -> list[str]:
    """The names that an assignment, a loop, a definition, an import or the `as` of a `with` binds."""
    if node.type in ("function_definition", "class_definition", "named_expression"):
        name = node.child_by_field_name("name")
        return [text_of(name)] if name is not None else []
    if node.type in ("import_statement", "import_from_statement"):
        names = (name.child_by_field_name("alias") or name for name in node.children_by_field_name("name"))
        return [text_of(name).partition(".")[0] for name in names]
    if node.type in ("assignment", "for_statement"):
        left = node.child_by_field_name("left")
        parts = [] if left is None else [left, *left.named_children] if "pattern" in left.type else [left]
        return [text_of(part) for part in parts if part.type == "identifier"]
    if node.type == "as_pattern_target":
        return [text_of(child) for child in node.named_children if child.type == "identifier"]
    return []


def _names(node: Node) -> set[str]:
    return {text_of(part) for part in walk(node, into_scopes=True) if part.type == "identifier"}
