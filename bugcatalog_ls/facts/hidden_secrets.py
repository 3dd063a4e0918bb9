"""Whether what a secret's name stands for hides the secret: a mask, an answer about it, or nothing at all."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import Condition, conditions_at, implied, present
from bugcatalog_ls.syntax.nodes import called_name, constant_value, operator_of, text_of, unparenthesised
from bugcatalog_ls.syntax.scopes import Binding

HIDES = re.compile(r"mask|redact|obfusc|censor|sanit|scrub|hide|anonym|hash|digest|fingerprint", re.I)
ANSWERS = frozenset(
    {"has", "is", "masked", "redacted", "hidden", "count", "set", "present", "enabled", "type", "id"}
    | {"path", "file", "filename", "folder", "dir", "url", "uri", "name", "alias", "ref"}
)
_IS_ERROR = re.compile(r"isinstance\(\s*([\w.]+),\s*[\w.]*(?:Error|Exception)\s*\)$")
# The code itself says what stands there: `api_key == "not set"`.
_IS_WORD = re.compile(r"([\w.]+)\s*([!=]=)\s*(?:\"[^\"]*\"|'[^']*')")


def is_absent(node: Node) -> bool:
    """Whether a test on the way says that the value is none, or an error: `if token is None: …`."""
    if node.type not in ("identifier", "attribute"):
        return False
    return any(_says_absent(condition, text_of(node)) for condition in conditions_at(node))


def is_masked_anew(name: str, node: Node, bindings: list[Binding]) -> bool:
    """Whether the last value before, made of the name's own one, is its mask: `key = key[:4] + "***"`."""
    before = [binding for binding in bindings if binding.offset < node.start_byte]
    value = max(before, key=lambda binding: binding.offset).value if before else None
    if value is None:
        return False
    written = text_of(value)
    is_own = re.search(rf"\b{re.escape(name)}\b", written) is not None
    is_cut = re.search(rf"\b{re.escape(name)}\[", written) is not None and re.search(r"\*|…|\.\.\.", written)
    return is_own and (
        bool(is_cut) or (value.type == "call" and HIDES.search(text_of(value.children[0])) is not None)
    )


def may_hold(file: PyFile, node: Node) -> bool:
    """Whether a value that stands under a secret key may be the secret itself."""
    if constant_value(node) is not ... or node.type in ("string", "lambda"):
        return False
    if node.type in ("identifier", "attribute"):
        return file.symbol(node) not in ("builtins.bool()", "builtins.int()", "None") and not _says_answer(
            node
        )
    return node.type == "subscript" and not any(child.type == "slice" for child in node.named_children)


def _says_answer(node: Node) -> bool:
    name = called_name(node)
    words = set(re.findall(r"[a-z]+", name.lower()))
    return bool(words & ANSWERS) or name.isupper()


def _says_absent(condition: Condition, written: str) -> bool:
    node, holds = unparenthesised(condition.node), condition.holds
    if node.type == "boolean_operator" and operator_of(node) == "or" and holds:
        return all(_says_absent(Condition(side, True), written) for side in node.named_children)
    for part in implied(Condition(node, holds)):
        match = _IS_ERROR.match(text_of(part.node)) if part.holds else None
        is_known = _IS_WORD.fullmatch(text_of(part.node))
        if is_known is not None and is_known[1] == written and (is_known[2] == "==") == part.holds:
            return True
        subject = present(Condition(part.node, not part.holds))
        if match is not None and match[1] == written:
            return True
        if subject is not None and text_of(subject) == written:
            return True
    return False
