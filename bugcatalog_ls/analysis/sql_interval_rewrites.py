"""Times that SQL moves by an interval, in the words of a database that writes it another way."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bugcatalog_ls.analysis.sql_part import Change, Part
from bugcatalog_ls.syntax.sql_tokens import HOLE, SqlToken


def rewrite_interval_text(part: Part) -> list[Change]:
    tokens, at = part.tokens, part.first
    if part.dialect == "sqlite":
        return rewrite_moved_time(part)
    value = tokens[at + 1]
    match = re.fullmatch(rf"'(\d+|{HOLE})\s+([a-z]+?)s?'", value.text, re.IGNORECASE)
    if match is None or not part.is_mysql:
        return []
    # The number stays where it is: it may be a hole.
    number = (value.start + match.start(1), value.start + match.end(1))
    return [(value.start, number[0], ""), (number[1], value.end, f" {match[2].upper()}")]


def rewrite_moved_time(part: Part) -> list[Change]:
    """`NOW() - INTERVAL '7 days'` as SQLite's `datetime('now', '-7 days')`, from either of its ends."""
    tokens, at = part.tokens, part.first
    if part.word(0) != "INTERVAL":
        at = _interval_behind(tokens, at)
    begin = _time_before(tokens, at - 2)
    value = tokens[at + 1] if 0 < at < len(tokens) - 1 else None
    if part.dialect != "sqlite" or begin is None or value is None or tokens[at - 1].text not in ("+", "-"):
        return []
    function = "date" if tokens[begin].word == "CURRENT_DATE" else "datetime"
    opening = f"{function}('now', '{tokens[at - 1].text}"
    start = tokens[begin].start
    if value.kind == "string":
        number, _, unit = value.text[1:-1].partition(" ")
        if not (re.fullmatch(r"\d+", number) or number == HOLE) or unit.lower() not in _MOVES:
            return []
        return [(start, value.start + 1, opening), (value.end, value.end, ")")]
    unit = tokens[at + 2].word.lower() if at + 2 < len(tokens) else ""
    if value.kind not in ("number", "hole") or value.text in ("?", "%s") or unit not in _MOVES:
        return []
    return [(start, value.start, opening), (value.end, tokens[at + 2].end, f" {unit.rstrip('s')}s')")]


_MOVES = frozenset(
    f"{unit}{ending}" for unit in ("second", "minute", "hour", "day", "month", "year") for ending in ("", "s")
)


def is_moved_time(part: Part) -> bool:
    """Whether an interval is added to the time that a part gives, or taken from it."""
    return _interval_behind(part.tokens, part.first) > 0


def _interval_behind(tokens: Sequence[SqlToken], at: int) -> int:
    """Where the INTERVAL stands that moves the time of now; -1 where none does."""
    behind = at + 3 if at + 1 < len(tokens) and tokens[at + 1].text == "(" else at + 1
    is_moved = behind + 1 < len(tokens) and tokens[behind].text in ("+", "-")
    return behind + 1 if is_moved and tokens[behind + 1].word == "INTERVAL" else -1


def _time_before(tokens: Sequence[SqlToken], at: int) -> int | None:
    """Where the time of now begins that ends at a token."""
    if at >= 0 and tokens[at].word in ("CURRENT_TIMESTAMP", "CURRENT_DATE"):
        return at
    if at >= 2 and [each.text for each in tokens[at - 1 : at + 1]] == ["(", ")"]:
        return at - 2 if tokens[at - 2].word in ("NOW", "CURRENT_TIMESTAMP") else None
    return None


def rewrite_interval_unit(part: Part) -> list[Change]:
    tokens, at = part.tokens, part.first
    if part.dialect == "sqlite":
        return rewrite_moved_time(part)
    if part.dialect != "postgresql" or tokens[at + 1].kind != "number":
        return []
    return [
        (tokens[at + 1].start, tokens[at + 2].end, f"'{tokens[at + 1].text} {tokens[at + 2].text.lower()}'")
    ]
