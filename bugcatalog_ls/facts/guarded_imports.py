"""Imports of the workspace whose failure is swallowed, so that the program starts without them."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import absolute_module
from bugcatalog_ls.syntax.nodes import (
    LOOPS,
    ancestors,
    arguments_of,
    called_name,
    is_docstring,
    statements,
    string_value,
    text_of,
    unparenthesised,
    walk,
)
from bugcatalog_ls.text.spans import Span

_SWALLOWED = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_LOGGING = frozenset(
    {
        "debug", "info", "warning", "warn", "error", "exception", "critical", "log", "fatal", "print", "echo",
        "secho", "print_exc", "print_exception", "capture_exception", "capture_message", "notice", "trace",
        "success", "write",
    }
)  # fmt: skip


class GuardedImport(Fact, frozen=True):
    """Names imported in a `try` whose handler goes on without them; `anchor` is the handler's head."""

    path: str
    anchor: str
    targets: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.path


def collect_guarded_imports(file: PyFile, facts: Facts) -> None:
    data = file.source.data
    for node in file.nodes("try_statement"):
        body = node.child_by_field_name("body")
        if body is None or data.find(b"import", body.start_byte, body.end_byte) < 0:
            continue
        handler = _swallowing_handler(node)
        if handler is None:
            continue
        targets = tuple(dict.fromkeys(_imported(file, body)))
        if targets:
            anchor = facts.anchor(f"guarded import of {targets[0]}", _head(handler))
            facts.add(GuardedImport(file.path, anchor, targets))
    for node in file.nodes("with_statement") if b"suppress" in data else ():
        call, body = _suppressing(file, node), node.child_by_field_name("body")
        if call is None or body is None:
            continue
        targets = tuple(dict.fromkeys(_imported(file, body)))
        if targets:
            anchor = facts.anchor(f"guarded import of {targets[0]}", call)
            facts.add(GuardedImport(file.path, anchor, targets))


def block_in(node: Node) -> Node | None:
    return next((child for child in node.children if child.type == "block"), None)


def _swallowing_handler(node: Node) -> Node | None:
    """The first handler that takes an import error and goes on as if nothing had happened."""
    for handler in node.children:
        if handler.type != "except_clause" or not _takes_import_errors(handler):
            continue
        block = block_in(handler)
        return handler if block is not None and all(map(_goes_on, statements(block))) else None
    return None


def _takes_import_errors(handler: Node) -> bool:
    caught = [child for child in handler.named_children if child.type not in ("block", "comment")]
    if not caught:
        return True
    expression = caught[0].named_children[0] if caught[0].type == "as_pattern" else caught[0]
    expression = unparenthesised(expression)
    names = expression.named_children if expression.type == "tuple" else [expression]
    return any(text_of(name).rpartition(".")[2] in _SWALLOWED for name in names)


def _goes_on(statement: Node) -> bool:
    """Whether a statement of a handler neither raises, nor ends the program, nor mends anything."""
    if statement.type in ("pass_statement", "continue_statement") or is_docstring(statement):
        return True
    if statement.type == "return_statement":
        return all(_is_nothing(child) for child in statement.named_children)
    if statement.type == "import_statement":
        return text_of(statement) in ("import traceback", "import logging", "import warnings", "import sys")
    if statement.type == "if_statement":
        parts = [statement, *statement.children_by_field_name("alternative")]
        blocks = [child for part in parts for child in part.children if child.type == "block"]
        return all(_goes_on(inner) for block in blocks for inner in statements(block))
    if statement.type != "expression_statement" or statement.named_child_count != 1:
        return False
    expression = statement.named_children[0]
    if expression.type == "await":
        expression = expression.named_children[0]
    if expression.type == "assignment":
        right = expression.child_by_field_name("right")
        return right is not None and _is_nothing(right)
    if expression.type == "call":
        return called_name(expression) in _LOGGING
    return expression.type == "ellipsis"


def _is_nothing(node: Node) -> bool:
    if node.type in ("list", "tuple", "dictionary"):
        return node.named_child_count == 0
    return node.type in ("none", "false")


def _imported(file: PyFile, body: Node) -> Iterator[str]:
    for node in walk(body):
        if node.type in ("import_from_statement", "import_statement"):
            module = node.child_by_field_name("module_name")
            for child in node.children_by_field_name("name"):
                written = child.child_by_field_name("name") or child
                target = text_of(written)
                if module is not None:
                    target = f"{text_of(module)}{'' if text_of(module).endswith('.') else '.'}{target}"
                yield absolute_module(target, file.path)
        elif node.type == "call" and file.callee(node) == "importlib.import_module":
            name = string_value(arguments_of(node).get("name", 0))
            if name and not name.startswith(".") and not any(p.type in LOOPS for p in ancestors(node)):
                yield name


def _head(handler: Node) -> Span:
    """`except ImportError as exc`, without the colon."""
    colon = next((child for child in handler.children if child.type == ":"), None)
    return Span(handler.start_byte, colon.start_byte if colon is not None else handler.end_byte)


def _suppressing(file: PyFile, node: Node) -> Node | None:
    items = [
        child
        for clause in node.named_children
        if clause.type == "with_clause"
        for child in clause.named_children
    ]
    if len(items) != 1:
        return None
    call = items[0].named_children[0] if items[0].named_children else None
    if call is None or call.type != "call" or file.callee(call) != "contextlib.suppress":
        return None
    caught = arguments_of(call).positional
    return call if any(text_of(name).rpartition(".")[2] in _SWALLOWED for name in caught) else None
