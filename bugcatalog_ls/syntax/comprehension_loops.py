"""The `for` loops that do what comprehensions do whose lists nobody keeps."""

from __future__ import annotations

from textwrap import indent

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import text_of, walk
from bugcatalog_ls.syntax.scopes import Scope


def as_loop(file: PyFile, comprehension: Node, body: str) -> str | None:
    """The loop with another body; None where its names would be in the way of others."""
    clauses = [part for part in comprehension.named_children if part.type.endswith("_clause")]
    names = clauses[0].child_by_field_name("left")
    is_one_loop = [part.type for part in clauses].count("for_in_clause") == 1
    if names is None or not is_one_loop or any("\n" in text_of(clause) for clause in clauses):
        return None
    if any(part.type == "comment" for part in comprehension.named_children):
        return None
    scope: Scope | None = file.scopes.at(comprehension.start_byte)
    while scope is not None and scope.kind == "comprehension":
        scope = scope.parent
    bound = {text_of(node) for node in (names, *walk(names)) if node.type == "identifier"}
    while scope is not None:
        if bound & scope.bindings.keys():
            return None
        scope = scope.parent
    code = body
    for clause in reversed(clauses):
        code = f"{text_of(clause)}:\n{indent(code, '    ')}"
    return code
