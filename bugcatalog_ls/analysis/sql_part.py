"""The part of a SQL statement that is to be rewritten, and what a change of it is."""

from __future__ import annotations

from collections.abc import Sequence

from bugcatalog_ls.facts.sql_features import FoundFeature
from bugcatalog_ls.syntax.sql_tokens import SqlToken

Change = tuple[int, int, str]
"""Characters of the SQL from, to, and what stands there instead."""


class Part:
    """A feature in the tokens of its statement, and those that it begins and ends with."""

    def __init__(self, tokens: Sequence[SqlToken], found: FoundFeature, dialect: str) -> None:
        self.tokens = tokens
        self.first = next(at for at, token in enumerate(tokens) if token.start >= found.start)
        self.last = max(at for at, token in enumerate(tokens) if token.end <= found.end)
        self.dialect = dialect
        self.is_mysql = dialect in ("mysql", "mariadb")

    def word(self, offset: int) -> str:
        at = self.first + offset
        return self.tokens[at].word if 0 <= at < len(self.tokens) else ""
