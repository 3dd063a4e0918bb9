"""SQL as tokens: words, names in quotes, literals, parameters and operators, with their places.

Only tokens: what a statement means is for a parser. A part of a text that is not known until it
runs is `HOLE`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

HOLE = "\0"
"""Stands in a text for a part that is not known."""

Kind = Literal["word", "double", "back", "bracket", "string", "number", "parameter", "operator", "hole"]


class SqlToken(NamedTuple):
    """`start` and `end` count characters of the text. Comments and white space are no tokens."""

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def word(self) -> str:
        """A bare word in upper case; empty for anything else."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def name(self) -> str:
        """The name that a word or quoted name gives; empty for anything else."""
        if self.kind == "word":
            return self.text
        return self.text[1:-1] if self.kind in ("double", "back", "bracket") else ""


_TOKEN = re.compile(
    r"""
    (?P<comment>--[^\n]*|/\*.*?\*/)
  | (?P<string>[EeNnXx]?'(?:[^']|'')*'|\$(?P<tag>[A-Za-z_]*)\$.*?\$(?P=tag)\$)
  | (?P<double>"(?:[^"]|"")*")
  | (?P<back>`[^`]*`)
  | (?P<bracket>(?<![\w\])])\[[A-Za-z_][\w ]*\])
  | (?P<cast>::)
  | (?P<parameter>%\(\w+\)s|%s|\$\d+|:[A-Za-z_]\w*|@[A-Za-z_]\w*|\?\d*(?![|&]))
  | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)
  | (?P<word>(?:[^\W\d]|\0+(?=\w)|(?<=\w)\0)[\w$\0]*)
  | (?P<hole>\0)
  | (?P<operator>->>|->|\#>>|\#>|@>|<@|\|\||\?\||\?&|<=>|<>|!=|>=|<=|:=|=>|!~~?\*?|~~?\*?|&&|[^\s\w])
    """,
    re.VERBOSE | re.DOTALL,
)

_KINDS: dict[str, Kind] = {
    "string": "string", "double": "double", "back": "back", "bracket": "bracket", "cast": "operator",
    "parameter": "parameter", "number": "number", "word": "word", "hole": "hole", "operator": "operator",
}  # fmt: skip

_STATEMENT = re.compile(
    r"^[\s(]*(?:--[^\n]*\n\s*|/\*(?:(?!\*/).)*\*/\s*)*(?:"
    r"SELECT\s|INSERT\s+(?:OR\s+\w+\s+|IGNORE\s+)?INTO\s|REPLACE\s+INTO\s|UPDATE\s+(?:OR\s+\w+\s+|ONLY\s+)?\S+(?:\s+(?:AS\s+)?\w+)?\s+SET\s|"
    r"UPDATE\s+[^;]*?\sSET\s|DELETE\s+FROM\s|DELETE\s+\w+\s+FROM\s|WITH\s+(?:RECURSIVE\s+)?[\w\"`]+\s*(?:\([^)]*\)\s*)?AS\s|"
    r"(?:CREATE|ALTER|DROP|RENAME)\s+(?:OR\s+REPLACE\s+)?(?:GLOBAL\s+|LOCAL\s+)?(?:TEMP\s+|TEMPORARY\s+|UNIQUE\s+|VIRTUAL\s+|"
    r"UNLOGGED\s+|MATERIALIZED\s+)?(?:TABLE|INDEX|VIEW|TYPE|EXTENSION|SCHEMA|FUNCTION|TRIGGER|SEQUENCE|DATABASE|PROCEDURE)\b|"
    r"TRUNCATE\s|PRAGMA\s|DO\s+\$|EXPLAIN\s|SHOW\s|MERGE\s+INTO\s)",
    re.IGNORECASE | re.DOTALL,
)


def is_statement(text: str) -> bool:
    """Whether a text begins like a SQL statement; cheap, for before anything reads it."""
    return _STATEMENT.match(text) is not None


@lru_cache(maxsize=256)
def sql_tokens(text: str) -> tuple[SqlToken, ...]:
    """All tokens of a text."""
    found: list[SqlToken] = []
    for match in _TOKEN.finditer(text):
        group = match.lastgroup
        if group == "tag":
            group = "string"
        kind = _KINDS.get(group or "")
        if kind is not None:
            found.append(SqlToken(kind, match.group(), match.start(), match.end()))
    return tuple(found)


def sql_statements(text: str) -> list[tuple[SqlToken, ...]]:
    """The tokens of each statement of a text, without the semicolons between."""
    found: list[tuple[SqlToken, ...]] = []
    current: list[SqlToken] = []
    for token in sql_tokens(text):
        if token.text == ";" and token.kind == "operator":
            found.append(tuple(current))
            current = []
        else:
            current.append(token)
    return [*filter(None, [*found, tuple(current)])]
