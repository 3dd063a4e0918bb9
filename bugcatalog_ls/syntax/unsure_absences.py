"""What leaves it open whether an unchecked use of an optional import is a mistake."""

from __future__ import annotations

import re
from collections.abc import Collection

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.function_checks import FunctionChecks
from bugcatalog_ls.syntax.guards import conditions_at, implied, present
from bugcatalog_ls.syntax.nodes import ancestors, body_of, decorators_of, is_docstring, text_of
from bugcatalog_ls.syntax.object_uses import is_label, is_written
from bugcatalog_ls.syntax.optional_imports import OptionalImport
from bugcatalog_ls.syntax.words import identifiers_named

# What a handler says that binds nothing: it is known, and meant, that uses fail.
_ANNOUNCED = re.compile(
    r"\b(?:will|would|could|may|might|going to)\W* (?:crash|fail|break|not work)|\brequires?\b"
    r"|\bplease install\b",
    re.IGNORECASE,
)
# `@requires_backend`, `@skip_if_not_installed`
_ASKING = re.compile(
    r"_?(?:requires?|needs?|skip|ensure|only|check|when|if|optional|with)_\w*"
    r"(?:backend|lib|dep|extra|package|module|install|avail|import|support|feature|driver|plugin|engine)"
)
# A comment of so many words in a handler tells why nothing has to be done there.
_MIN_WORDS = 8
_FOR_TESTS = re.compile(
    r"#[^\n]*\b(?:unit ?tests?|testing|test ?suite|nose|pytest|sphinx|autodoc|docs)\b", re.IGNORECASE
)


def is_caught_only(use: Node) -> bool:
    """Whether it is what an `except` catches: asked for only where something has failed before."""
    for parent in ancestors(use):
        if parent.type == "except_clause":
            return True
        if parent.type not in ("attribute", "tuple", "parenthesized_expression", "as_pattern"):
            return False
    return False


def is_told_to_others(file: PyFile, optional: OptionalImport) -> bool:
    """Whether the module sets a flag that it never reads itself, says that only tests go without, or
    leaves the name unbound and announces that uses fail, or explains at length why that is right."""
    statement = optional.statement
    handlers = [one for one in statement.children if one.type == "except_clause"] if statement else []
    told = [file.text(handler) for handler in handlers]
    if any(_FOR_TESTS.search(text) for text in told):
        return True
    if optional.kind == "unbound" and any(_ANNOUNCED.search(text) or _explains(text) for text in told):
        return True
    flags = [flag for flag in optional.flags if flag.isidentifier()]
    return bool(flags) and not any(
        not is_written(node) and not is_label(node)
        for flag in flags
        for node in identifiers_named(file.root, file.source.data, flag.encode())
    )


def _explains(handler: str) -> bool:
    comments = re.findall(r"^\s*#(.*)", handler, re.MULTILINE)
    return len(" ".join(comments).split()) >= _MIN_WORDS


def may_be_asked_before(functions: FunctionChecks, node: Node, told: Collection[str]) -> bool:
    """Whether the node only runs where something says yes that this file does not show: a method
    (`if not self.can_run(): return`) of a base from elsewhere, a decorator (`@requires_backend`), or
    who calls the class and has it say first whether one of the names `told` is there."""
    for parent in ancestors(node):
        if parent.type == "class_definition" and _hands_out_answer(functions, parent, told):
            return True
        if parent.type in ("function_definition", "class_definition") and functions.is_decorated(parent):
            names = (
                text_of(one).lstrip("@ ").rpartition("(")[0] or text_of(one) for one in decorators_of(parent)
            )
            if any(_ASKING.match(name.lstrip("@ ").rpartition(".")[2]) for name in names):
                return True
    for condition in conditions_at(node):
        for part in implied(condition):
            subject = present(part)
            function = subject.child(0) if subject is not None and subject.type == "call" else None
            owner, _, name = text_of(function).rpartition(".") if function is not None else ("", "", "")
            if owner in ("self", "cls") and not functions.named(name):
                return True
    return False


def _hands_out_answer(functions: FunctionChecks, class_definition: Node, told: Collection[str]) -> bool:
    """Whether a method (`is_available`) does nothing but return whether a name is there."""
    for function, body in functions.methods(class_definition):
        own = [each for each in body_of(function) if not is_docstring(each)] if body is not None else []
        if len(own) == 1 and own[0].type == "return_statement":
            words = set(re.findall(r"\w+", text_of(own[0])))
            if words - _OF_ANSWERS <= set(told) and not words.isdisjoint(told):
                return True
    return False


_OF_ANSWERS = frozenset({"return", "bool", "is", "not", "None", "self", "cls", "and", "or"})
