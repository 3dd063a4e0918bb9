"""The constructs of a SQL text that not every database can run, with their places.

Found on tokens, so that literals, comments and names in quotes never count; what stands around a
token decides what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from bugcatalog_ls.facts.sql_ddl_features import ddl_feature
from bugcatalog_ls.facts.sql_dialects import cast_feature, function_feature
from bugcatalog_ls.syntax.sql_tokens import SqlToken, sql_statements


class FoundFeature(NamedTuple):
    """`name` is what `feature_of` knows it by; `start` and `end` count characters of the text."""

    name: str
    start: int
    end: int


_NOT_CALLED_AFTER = frozenset(
    {"INTO", "TABLE", "EXISTS", "INDEX", "ON", "AS", "UPDATE", "REFERENCES", "KEY", "UNIQUE", "VIEW",
    "FUNCTION", "TRIGGER",
     "COLUMN", "PROCEDURE", "TYPE", "CONSTRAINT", "JOIN", "."}
)  # fmt: skip
_SQLITE_TABLES = frozenset({"sqlite_master", "sqlite_schema", "sqlite_sequence"})
_UNITS = frozenset(["SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "MICROSECOND"])
_NAMED_BEFORE = ("FROM", "JOIN", "INTO", "UPDATE", "TABLE")
_OBJECTS = frozenset({"EXTENSION", "TYPE", "SEQUENCE", "DOMAIN", "POLICY"})


@lru_cache(maxsize=512)
def sql_features(text: str) -> tuple[FoundFeature, ...]:
    """Everything in a text of one or more statements that some database lacks, in its order."""
    found: list[FoundFeature] = []
    for tokens in sql_statements(text):
        if tokens:
            found.extend(_features(tokens))
    return tuple(found)


def _features(tokens: tuple[SqlToken, ...]) -> Iterator[FoundFeature]:
    words = [token.word for token in tokens]
    first = words[0]
    has = set(words)
    is_ddl = first in ("CREATE", "ALTER", "DROP", "RENAME")
    if first == "EXPLAIN":
        return
    yield from _of_statement(tokens, words, first, has)
    depth = 0
    for at, token in enumerate(tokens):
        before = words[at - 1] if at else ""
        after = words[at + 1] if at + 1 < len(tokens) else ""
        next_text = tokens[at + 1].text if at + 1 < len(tokens) else ""
        if token.text in "()" and token.kind == "operator":
            depth += 1 if token.text == "(" else -1
        name = ""
        end = token.end
        if token.kind == "operator":
            name, end = _operator(tokens, at)
        elif token.kind == "back":
            name = "backtick"
        elif token.kind == "double":
            name = "double-quoted" if before in _NAMED_BEFORE else ""
        elif token.kind == "string":
            name = "dollar-quoted" if token.text.startswith("$") else ""
        elif token.kind == "word":
            name, end = _word(tokens, words, at, first, is_ddl, depth, before, after, next_text)
        if name:
            yield FoundFeature(name, token.start, end)


def _of_statement(
    tokens: tuple[SqlToken, ...], words: list[str], first: str, has: set[str]
) -> Iterator[FoundFeature]:
    """What the kind of a statement and its first words tell."""
    second = words[1] if len(words) > 1 else ""
    third = words[2] if len(words) > 2 else ""

    def until(n_tokens: int, name: str) -> FoundFeature:
        return FoundFeature(name, tokens[0].start, tokens[min(n_tokens, len(tokens)) - 1].end)

    if first == "INSERT" and second == "IGNORE":
        yield until(2, "insert-ignore")
    elif first in ("INSERT", "UPDATE") and second == "OR":
        yield until(3, "insert-or")
    elif first == "REPLACE" and second == "INTO":
        yield until(2, "replace-into")
    elif first == "TRUNCATE":
        yield until(1, "truncate")
    elif first == "PRAGMA":
        yield until(2, "pragma")
    elif first == "SHOW":
        is_listing = second in (
            "TABLES",
            "COLUMNS",
            "DATABASES",
            "CREATE",
            "INDEX",
            "INDEXES",
            "KEYS",
            "FULL",
            "STATUS",
            "VARIABLES",
        )
        yield until(2, "show-tables" if is_listing else "show")
    elif first in ("CREATE", "ALTER", "DROP", "COMMENT") and (
        second in _OBJECTS or (second == "MATERIALIZED" and third == "VIEW")
    ):
        yield until(2 if second in _OBJECTS else 3, "postgres-object")
    elif first == "UPDATE" and "SET" in has:
        place = words.index("SET")
        if "JOIN" in words[:place]:
            join = words.index("JOIN")
            yield FoundFeature("update-join", tokens[join].start, tokens[join].end)
        elif (source := _top_level(tokens, words, "FROM", place)) is not None:
            yield FoundFeature("update-from", tokens[source].start, tokens[source].end)
    limit = _top_level(tokens, words, "LIMIT", 0) if first in ("UPDATE", "DELETE") else None
    if limit is not None:
        yield FoundFeature("write-limit", tokens[limit].start, tokens[limit].end)


def _top_level(tokens: tuple[SqlToken, ...], words: list[str], wanted: str, start: int) -> int | None:
    """Where a word stands outside of all parentheses."""
    depth = 0
    for at in range(start, len(tokens)):
        if tokens[at].kind == "operator" and tokens[at].text in "()":
            depth += 1 if tokens[at].text == "(" else -1
        if depth == 0 and words[at] == wanted and (at == 0 or words[at - 1] != "DISTINCT"):
            return at
    return None


def _operator(tokens: tuple[SqlToken, ...], at: int) -> tuple[str, int]:
    token = tokens[at]
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    match token.text:
        case "::":
            end = following.end if following is not None else token.end
            # `::double precision`, `::varchar(20)` and `::text[]` are one type.
            return "cast", end
        case "@>" | "<@":
            return "containment", token.end
        case "#>" | "#>>":
            return "hash-path", token.end
        case "->" | "->>":
            is_path = following is not None and following.kind == "string" and following.text.startswith("'$")
            known = following is not None and following.kind in ("string", "number")
            return ("arrow" if is_path or not known else "arrow-key"), token.end
        case "?|" | "?&":
            return "key-exists", token.end
        case "||":
            return "concat", token.end
        case "<=>":
            # In PostgreSQL it is a distance of vectors.
            return "", token.end
        case "~" | "~*" | "!~" | "!~*" if at and _is_operand_end(tokens[at - 1]):
            return "regex", token.end
    return "", token.end


def _is_operand_end(token: SqlToken) -> bool:
    return token.kind in ("word", "double", "string", "parameter", "number") or token.text in (")", "]")


def _word(
    tokens: tuple[SqlToken, ...],
    words: list[str],
    at: int,
    first: str,
    is_ddl: bool,
    depth: int,
    before: str,
    after: str,
    next_text: str,
) -> tuple[str, int]:
    token, word = tokens[at], words[at]
    if at and tokens[at - 1].text == ".":
        return "", token.end
    then = words[at + 2] if at + 2 < len(words) else ""
    match word:
        case "ILIKE":
            return "ilike", token.end
        case "RETURNING" if (
            first in ("INSERT", "DELETE", "UPDATE", "WITH", "REPLACE") and before != "JSON_VALUE"
        ):
            return ("update-returning" if first == "UPDATE" else "returning"), token.end
        case "ON" if after == "CONFLICT":
            return "on-conflict", tokens[at + 1].end
        case "ON" if after == "DUPLICATE" and then == "KEY":
            return "on-duplicate-key", tokens[min(at + 3, len(tokens) - 1)].end
        case "ON" if after == "UPDATE" and then in ("CURRENT_TIMESTAMP", "NOW"):
            return "on-update-now", tokens[at + 2].end
        case "CAST" | "TRY_CAST" if next_text == "(":
            return _cast(tokens, words, at)
        case "AT" if after == "TIME" and then == "ZONE":
            return "at-time-zone", tokens[at + 2].end
        case "INTERVAL" if before not in (".", "AS") and at + 1 < len(tokens):
            return _interval(tokens, words, at)
        case "ARRAY" if next_text == "[":
            return "array", token.end
        case "ANY" | "ALL" | "SOME" if (
            next_text == "(" and then not in ("SELECT", "VALUES") and at and tokens[at - 1].kind == "operator"
        ):
            return "any", token.end
        case "DISTINCT" if after == "ON" and at + 2 < len(tokens) and tokens[at + 2].text == "(":
            return "distinct-on", tokens[at + 1].end
        case "FILTER" if next_text == "(" and then == "WHERE":
            return "filter", token.end
        case "FOR" if after in ("UPDATE", "SHARE") and first in ("SELECT", "WITH"):
            return "for-update", tokens[at + 1].end
        case "NULLS" if after in ("FIRST", "LAST"):
            return "nulls-order", tokens[at + 1].end
        case "REGEXP" | "RLIKE" if next_text != "(" and at:
            return word.lower(), token.end
        case "IS" if after == "DISTINCT" or (after == "NOT" and then == "DISTINCT"):
            return "distinct-from", tokens[at + (2 if after == "DISTINCT" else 3)].end
        case "FULL" if after in ("OUTER", "JOIN") and (after == "JOIN" or then == "JOIN"):
            return "full-join", tokens[at + 1].end
        case "LATERAL":
            return "lateral", token.end
        case "GLOB" if next_text != "(" and at:
            return "glob", token.end
        case "NOCASE" if before == "COLLATE":
            return "collate-nocase", token.end
        case "LIMIT" if _has_comma(tokens, at):
            return "limit-comma", tokens[at + 3].end
        case "INFORMATION_SCHEMA" if next_text == "." or before in _NAMED_BEFORE:
            return "information-schema", token.end
    lowered = token.text.lower()
    if before in ("FROM", "JOIN") and lowered in _SQLITE_TABLES:
        return "sqlite-catalog", token.end
    if before in ("FROM", "JOIN") and lowered.startswith("pg_") and next_text != "(":
        return "postgres-catalog", token.end
    if is_ddl and (named := ddl_feature(tokens, words, at, first, before, after, then, depth)):
        return named
    if next_text == "(" and before not in _NOT_CALLED_AFTER and function_feature(word) is not None:
        return f"function {word}", token.end
    if before in ("FROM", "JOIN") and next_text == "(" and function_feature(word) is not None:
        return f"function {word}", token.end
    return "", token.end


def _cast(tokens: tuple[SqlToken, ...], words: list[str], at: int) -> tuple[str, int]:
    """The type of a CAST, as a feature from the word to the closing parenthesis."""
    depth, declared = 0, ""
    for place in range(at + 1, len(tokens)):
        text = tokens[place].text
        if text == "(":
            depth += 1
        elif text == ")":
            depth -= 1
            if depth == 0:
                name = f"to {declared}" if declared and cast_feature(declared) is not None else ""
                return name, tokens[place].end
        elif depth == 1 and words[place] == "AS" and place + 1 < len(words):
            declared = words[place + 1]
    return "", tokens[at].end


def _interval(tokens: tuple[SqlToken, ...], words: list[str], at: int) -> tuple[str, int]:
    value = tokens[at + 1]
    unit = words[at + 2] if at + 2 < len(words) else ""
    if value.kind == "string":
        has_unit = any(letter.isalpha() for letter in value.text)
        return ("interval-text" if has_unit else "interval"), value.end
    if value.kind in ("number", "parameter", "word", "hole") and unit in _UNITS:
        return "interval-unit", tokens[at + 2].end
    return "", tokens[at].end


def _has_comma(tokens: tuple[SqlToken, ...], at: int) -> bool:
    return (
        at + 3 < len(tokens)
        and tokens[at + 2].text == ","
        and tokens[at + 1].kind in ("number", "parameter", "hole", "word")
        and tokens[at + 3].kind in ("number", "parameter", "hole", "word")
    )
