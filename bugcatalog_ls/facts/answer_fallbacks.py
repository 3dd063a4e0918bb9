"""Places where the failure of using an empty answer is caught, and something else takes its place."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.answer_checks import TextUse
from bugcatalog_ls.facts.llm_answers import AnswerText
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.handlers import caught_name, is_broad
from bugcatalog_ls.syntax.nodes import FUNCTIONS, ancestors, text_of, walk
from bugcatalog_ls.syntax.words import has_word

_LEAVING = frozenset({"return_statement", "continue_statement", "break_statement"})


def falls_back(file: PyFile, text: AnswerText, use: TextUse) -> bool:
    """Whether what a use raises without a text ends in a handler that goes on with something else."""
    child = use.node
    if child.parent is not None and child.parent.type == "return_statement":
        return False  # None is returned, and raises nothing there.
    for parent in ancestors(use.node):
        if parent.type == "try_statement":
            body = parent.child_by_field_name("body")
            handlers = [part for part in parent.children if part.type == "except_clause"]
            broad = next((handler for handler in handlers if is_broad(file, handler)), None)
            if body is not None and body.id == child.id and broad is not None:
                return _gives_other(broad, {text_of(text.node), use.name or ""})
        if parent.type in FUNCTIONS:
            return False
        child = parent
    return False


def _gives_other(handler: Node, names: set[str]) -> bool:
    """Whether a handler raises nothing, and leaves or sets something that is neither the text nor what was
    caught: an answer that tells the error is none."""
    inside = list(walk(handler))
    if any(node.type == "raise_statement" for node in inside):
        return False
    given = [node for node in inside if node.type == "assignment" or node.type in _LEAVING]
    if not given:
        return False
    told = {*names, caught_name(handler) or ""} - {""}
    return not any(has_word(text_of(node).encode(), name.encode()) for node in given for name in told)
