"""What an import runs of a module: branches for type checkers or scripts, caught errors, early ends."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.handlers import caught_types, is_broad
from bugcatalog_ls.syntax.nodes import ancestors, arguments_of, callee_of, holds_node, statements, text_of

_SCRIPT = re.compile(r"__name__\s*==\s*[\"']__main__[\"']|[\"']__main__[\"']\s*==\s*__name__")
_TYPING = re.compile(r"(?:\w+\.)?TYPE_CHECKING|MYPY|False|0")
# Conditions that ask what there is: in their branches a name may be missing on purpose.
_ASKING = re.compile(
    r"version_info|\bPY[23]\b|platform|\bos\.name\b|hasattr|\bdir\(|hexversion|__name__|implementation"
)
_ENDS = frozenset({"sys.exit", "exit", "quit", "os._exit", "os.abort", "pytest.skip", "pytest.exit"})


def is_for_typing(node: Node) -> bool:
    """Whether a statement stands in a branch that only type checkers see."""
    child = node
    for parent in ancestors(node):
        if parent.type == "if_statement" and _is_branch(parent, child):
            condition = parent.child_by_field_name("condition")
            if condition is not None and _TYPING.fullmatch(text_of(condition)):
                return True
        if parent.type == "else_clause" and parent.parent is not None:
            condition = parent.parent.child_by_field_name("condition")
            if condition is not None and re.fullmatch(r"not (?:\w+\.)?TYPE_CHECKING", text_of(condition)):
                return True
        child = parent
    return False


_OF_PYTHON_2 = frozenset(
    {b"unicode", b"basestring", b"long", b"xrange", b"raw_input", b"unichr", b"execfile", b"cmp", b"buffer"}
)


def never_runs(node: Node) -> bool:
    """Whether an import does not come to a node: a script's part, a checker's, or behind an end; and
    what Python 2 had built in, behind any test: that is of its version."""
    if is_for_typing(node):
        return True
    is_old = node.text in _OF_PYTHON_2
    child = node
    for parent in ancestors(node):
        if parent.type in ("if_statement", "elif_clause", "conditional_expression", "boolean_operator"):
            condition = parent.child_by_field_name("condition") or parent
            if not holds_node(condition, node) or condition.id == parent.id:
                text = text_of(condition) if condition.id != parent.id else _asked(parent)
                if is_old or _SCRIPT.search(text) or _ASKING.search(text):
                    return True
        if parent.type in ("block", "module") and any(
            _ends(statement) for statement in statements(parent) if statement.end_byte <= child.start_byte
        ):
            return True
        child = parent
    return False


def is_caught(file: PyFile, node: Node, name: str) -> bool:
    """Whether a NameError raised at a node is caught around it, or the handler binds what is missing."""
    child = node
    for parent in ancestors(node):
        if parent.type == "try_statement":
            body = parent.child_by_field_name("body")
            if (
                body is not None
                and body.id == child.id
                and any(_catches(file, part) for part in parent.children if part.type.startswith("except"))
            ):
                return True
        if parent.type == "except_clause" and any(
            text_of(kind) == "NameError" for kind in caught_types(parent)
        ):
            # `except NameError: unicode = str` tells that names come and go here.
            return True
        if parent.type == "with_statement" and _suppresses(file, parent):
            return True
        child = parent
    return False


def _is_branch(statement: Node, child: Node) -> bool:
    consequence = statement.child_by_field_name("consequence")
    return consequence is not None and consequence.id == child.id


def _asked(parent: Node) -> str:
    """The part of an expression that decides whether the rest runs."""
    parts = [part for part in parent.named_children if part.type != "comment"]
    if parent.type == "conditional_expression":
        return text_of(parts[1]) if len(parts) == 3 else ""
    return text_of(parts[0]) if parts else ""


def _catches(file: PyFile, handler: Node) -> bool:
    return is_broad(file, handler) or any(
        text_of(kind).rpartition(".")[2] == "NameError" for kind in caught_types(handler)
    )


def _suppresses(file: PyFile, statement: Node) -> bool:
    clause = next((child for child in statement.children if child.type == "with_clause"), None)
    for item in clause.named_children if clause is not None else ():
        value = item.child_by_field_name("value")
        if (
            value is None
            or value.type != "call"
            or not text_of(callee_of(value) or value).endswith("suppress")
        ):
            if (
                value is not None
                and value.type == "call"
                and text_of(callee_of(value) or value).endswith("raises")
            ):
                return True
            continue
        kinds = [text_of(kind).rpartition(".")[2] for kind in arguments_of(value).positional]
        if {"NameError", "Exception", "BaseException"} & set(kinds):
            return True
    return False


def _ends(statement: Node) -> bool:
    """Whether a statement is the end of what is imported."""
    if statement.type == "raise_statement":
        return True
    if statement.type != "expression_statement" or not statement.named_children:
        return False
    call = statement.named_children[0]
    return call.type == "call" and text_of(callee_of(call) or call) in _ENDS
