"""The answers that statements raise, as exceptions which a web framework turns into one."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.syntax.nodes import callee_of, statements, text_of, walk


def passed_on(first: Node, last: Node) -> str:
    """The handler that lets through what the statements from `first` to `last` (of one block) answer by
    raising: it has a status and a reason already. Empty where they raise no answer."""
    classes = sorted({name for name in _raised(first, last) if _is_answer(name)})
    if not classes:
        return ""
    named = classes[0] if len(classes) == 1 else f"({', '.join(classes)})"
    return f"except {named}:\n    raise\n"


def _raised(first: Node, last: Node) -> Iterator[str]:
    block = first.parent
    for statement in statements(block) if block is not None else ():
        if first.start_byte <= statement.start_byte <= last.start_byte:
            for node in (statement, *walk(statement)):
                if node.type == "raise_statement" and node.named_children:
                    raised = node.named_children[0]
                    yield text_of(callee_of(raised) or raised)


def _is_answer(name: str) -> bool:
    return name.rpartition(".")[2] == "HTTPException" or name.startswith("web.HTTP")
