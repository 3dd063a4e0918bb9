"""DDL with parts that are put in at run time: those that cannot bring a column are left out."""

from __future__ import annotations

from bugcatalog_ls.syntax.sql_tokens import HOLE, SqlToken, sql_statements

_BEHIND = frozenset({"NOT", "PRIMARY", "DEFAULT", "UNIQUE", "NULL", "REFERENCES", "CHECK"})


def with_types_left_out(text: str) -> str:
    """A text without the holes that stand for a type, a default or an option of a column or table.

    What may hold columns of its own stays a hole.
    """
    if HOLE not in text:
        return text
    changed = list(text)
    for tokens in sql_statements(text):
        if tokens[0].word in ("CREATE", "ALTER"):
            for start, end, content in _harmless(tokens):
                changed[start:end] = [content, *[""] * (end - start - 1)]
    return "".join(changed)


def _harmless(tokens: tuple[SqlToken, ...]) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    depth = 0
    is_closed = False
    for at, token in enumerate(tokens):
        if token.kind == "operator" and token.text in "()":
            depth += 1 if token.text == "(" else -1
            is_closed = is_closed or depth == 0
        if token.kind == "word" and HOLE in token.text and at and tokens[at - 1].word == "REFERENCES":
            n_holes = len(token.text) - len(token.text.lstrip(HOLE))
            found.append((token.start, token.start + n_holes, " "))
        if token.kind != "hole":
            continue
        before = tokens[at - 1] if at else None
        behind = tokens[at + 1] if at + 1 < len(tokens) else None
        if (
            before is None
            or before.text in ("TABLE", "EXISTS")
            or before.word in ("TABLE", "EXISTS", "INDEX", "ON", "TO")
        ):
            continue
        if before.word == "DEFAULT":
            found.append((token.start, token.end, "0"))
        elif depth == 0 and is_closed:
            found.append((token.start, token.end, " "))
        elif _is_column_name(tokens, at - 1):
            found.append((token.start, token.end, " UNKNOWN "))
        elif depth == 1 and behind is not None and behind.word in _BEHIND and before.name:
            found.append((token.start, token.end, " "))
    return found


def _is_column_name(tokens: tuple[SqlToken, ...], at: int) -> bool:
    """Whether a token is the name that a column's definition begins with."""
    if not tokens[at].name or at == 0 or HOLE in tokens[at].text:
        return False
    before = tokens[at - 1]
    if before.text in ("(", ","):
        return True
    return before.word in ("COLUMN", "ADD") or (
        before.word == "EXISTS" and "COLUMN" in [each.word for each in tokens[:at]]
    )
