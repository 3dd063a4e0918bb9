"""Reasons: whether a comment says in words why code is as it is; directives of tools say nothing."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import statements

# Ruff's BLE001, S110, S112 and E722 by code and by name, and what Pylint calls them.
_MEANT = re.compile(
    r"\b(?:BLE001|S110|S112|E722|SIM105|W0702|W0703|W0718)\b"
    r"|\b(?:blind-except|try-except-(?:pass|continue)|bare-except|broad-except|broad-exception-caught)\b"
)
_DIRECTIVE = re.compile(
    r"(?:noqa|nosec|pragma|type:|pylint:|mypy:|pyright:|ruff:|fmt:|isort:|NOQA)[^#]*?(?=$|#|\s[-–—]\s|\s--\s)"
)
_MAY_FAIL = re.compile(
    r"\b(?:can|may|might|could|will)(?: not|n't)? (?:\w+ )?(?:fail|raise|exist|be missing|be gone|be there)"
    r"|\bfails? (?:in|on|with|for|when|if|under) \w+|\bguard (?:it|this|against)\b"
    r"|\bbest[- ]effort\b|\bif (?:it|this|that) fails\b|\bignore (?:any )?(?:errors?|failures?)\b",
    re.IGNORECASE,
)
# Chinese and Japanese put no spaces between words.
_WITHOUT_SPACES = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]{4,}")
_ONE_WORD = re.compile(
    r"\b(?:defensive|intentional|deliberate|harmless|benign|optional|expected|cosmetic)(?:ly)?\b",
    re.IGNORECASE,
)
_PROMISES = ("TODO", "FIXME", "XXX")


def has_reason(file: PyFile, node: Node) -> bool:
    """Whether a comment on the lines of a node, or right above, says why."""
    rows = file.source.lines
    first, last = rows.row_of(node.start_byte), rows.row_of(node.end_byte)
    texts = [_above(file, first)]
    for comment in file.nodes("comment"):
        if first <= rows.row_of(comment.start_byte) <= last:
            texts.append(file.text(comment))
    return any(is_reason(text) for text in texts)


def tells_other_linters(file: PyFile, node: Node) -> bool:
    """Whether a comment on the lines of a node says to another linter that a lost error is meant."""
    rows = file.source.lines
    first, last = rows.row_of(node.start_byte), rows.row_of(node.end_byte)
    comments = (c for c in file.nodes("comment") if first <= rows.row_of(c.start_byte) <= last)
    return any(_MEANT.search(file.text(comment)) for comment in comments)


def says_it_may_fail(file: PyFile, attempt: Node) -> bool:
    """Whether a comment at a `try`, or right above or below, says that what is tried may fail."""
    rows = file.source.lines
    row = rows.row_of(attempt.start_byte)
    on_row = (c for c in file.nodes("comment") if 0 <= rows.row_of(c.start_byte) - row <= 1)
    outer = attempt
    while (around := _around_only(outer)) is not None:
        # Of a loop that does nothing else, what stands above it speaks of the attempt.
        outer = around
        if _MAY_FAIL.search(_above(file, rows.row_of(outer.start_byte))):
            return True
    return any(_MAY_FAIL.search(text) for text in (_above(file, row), *map(file.text, on_row)))


def _around_only(statement: Node) -> Node | None:
    """The loop or condition of which a statement is the whole body."""
    block = statement.parent
    if block is None or block.type != "block" or statements(block) != [statement]:
        return None
    outer = block.parent
    return outer if outer is not None and outer.type in ("for_statement", "if_statement") else None


def has_reason_on_line(file: PyFile, node: Node) -> bool:
    """Whether a comment on the first line of a node, or right above, says why."""
    rows = file.source.lines
    row = rows.row_of(node.start_byte)
    texts = [_above(file, row)]
    for comment in file.nodes("comment"):
        if rows.row_of(comment.start_byte) == row:
            texts.append(file.text(comment))
    return any(is_reason(text) for text in texts)


def is_reason(comment: str) -> bool:
    """Whether a comment holds a sentence, not just a directive or a promise."""
    text = _DIRECTIVE.sub("", comment.lstrip("# "))
    words = re.findall(r"[^\W\d_]{2,}", text)
    if not words or words[0].upper() in _PROMISES:
        return False
    return len(words) >= 2 or _ONE_WORD.search(text) is not None or _WITHOUT_SPACES.search(text) is not None


def _above(file: PyFile, row: int) -> str:
    line = file.source.lines.line(row - 1).strip() if row > 0 else ""
    return line if line.startswith("#") else ""
