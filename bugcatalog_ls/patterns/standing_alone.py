"""Code by itself: whether it means there what it means where it stands, and what it needs around it."""

from __future__ import annotations

from collections.abc import Iterator

from bugcatalog_ls.patterns.engine import EngineError, Node, parse
from bugcatalog_ls.patterns.languages import Language
from bugcatalog_ls.patterns.node_roles import walk

# Languages whose files hold declarations only, and a function for the code of a pattern (`@`).
AROUND = {
    "Go": "func f() { @ }",
    "Java": "class A { void f() { @; } }",
    "CSharp": "class A { void F() { @; } }",
    "Rust": "fn f() { @; }",
    "C": "void f() { @; }",
    "Cpp": "void f() { @; }",
    "Php": "<?php @;",
}


def stands_alone(node: Node, language: Language) -> bool:
    """Whether the text of a node means by itself what it means where it stands."""
    if not node.is_named() or node.is_leaf() or node.kind() == "ERROR":
        return False
    try:
        alone = parse(AROUND.get(language.name, "@").replace("@", node.text()), language)
    except EngineError:
        return False
    if language.name in AROUND:
        return any(each.kind() == node.kind() and each.text() == node.text() for each in walk(alone))
    return any(each.kind() == node.kind() and each.text() == node.text() for each in _spine(alone))


def _spine(node: Node) -> Iterator[Node]:
    """A node and, while it has only one part, what it consists of."""
    while True:
        yield node
        children = [child for child in node.children() if child.is_named()]
        if len(children) != 1:
            return
        node = children[0]
