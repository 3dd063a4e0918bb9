"""Where an operand of SQL begins and ends, by its tokens."""

from __future__ import annotations

from collections.abc import Sequence

from bugcatalog_ls.syntax.sql_tokens import SqlToken

_KEYWORDS = frozenset([
    "SELECT", "WHERE", "AND", "OR", "NOT", "ON", "IN", "BY", "SET", "FROM", "HAVING", "CASE", "WHEN",
    "THEN", "ELSE", "VALUES", "RETURNING", "LIKE", "BETWEEN", "IS", "AS", "DISTINCT", "LIMIT", "OFFSET",
    "JOIN", "USING", "EXISTS", "ANY", "ALL", "UNION", "ILIKE",
])  # fmt: skip


def operand_start(tokens: Sequence[SqlToken], at: int) -> int | None:
    """The token with which the operand begins that ends with the token at `at`; None where there is none."""
    if at < 0:
        return None
    token = tokens[at]
    if token.text in (")", "]"):
        opening = matching(tokens, at, -1)
        if opening is None:
            return None
        before = tokens[opening - 1] if opening else None
        is_called = before is not None and before.kind == "word" and before.word not in _KEYWORDS
        return _dotted_start(tokens, opening - 1) if is_called or token.text == "]" else opening
    if token.kind == "operator" or token.word in _KEYWORDS:
        return None
    if at >= 2 and tokens[at - 1].text == "::":
        return operand_start(tokens, at - 2)
    return _dotted_start(tokens, at)


def operand_end(tokens: Sequence[SqlToken], at: int) -> int | None:
    """The token with which the operand ends that begins with the token at `at`; None where there is none."""
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.text == "(":
        end = matching(tokens, at, 1)
    elif token.kind == "operator" or token.word in _KEYWORDS:
        return None
    else:
        end = at
        while end + 2 < len(tokens) and tokens[end + 1].text == ".":
            end += 2
        if end + 1 < len(tokens) and tokens[end + 1].text == "(" and tokens[end].kind == "word":
            end = matching(tokens, end + 1, 1) or end
    if end is not None and end + 2 < len(tokens) and tokens[end + 1].text == "::":
        end += 2
    return end


def matching(tokens: Sequence[SqlToken], at: int, step: int) -> int | None:
    """The bracket that belongs to the one at `at`."""
    depth = 0
    while 0 <= at < len(tokens):
        if tokens[at].kind == "operator" and tokens[at].text in "()[]":
            depth += 1 if tokens[at].text in "([" else -1
            if depth == 0:
                return at
        at += step
    return None


def _dotted_start(tokens: Sequence[SqlToken], at: int) -> int:
    while at >= 2 and tokens[at - 1].text == "." and tokens[at - 2].kind not in ("operator", "number"):
        at -= 2
    return at
