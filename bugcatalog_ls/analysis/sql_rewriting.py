"""SQL rewritten for a database that lacks what it uses: small edits, parameters and holes stay."""

from __future__ import annotations

import re
from collections.abc import Callable

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.sql_expression_rewrites import (
    rewrite_arrow_key,
    rewrite_at_time_zone,
    rewrite_cast,
    rewrite_concat,
    rewrite_distinct_from,
    rewrite_ilike,
    rewrite_limit,
    rewrite_quoted,
    rewrite_regex,
    rewrite_regexp,
    rewrite_to,
)
from bugcatalog_ls.analysis.sql_interval_rewrites import (
    is_moved_time,
    rewrite_interval_text,
    rewrite_interval_unit,
    rewrite_moved_time,
)
from bugcatalog_ls.analysis.sql_part import Change, Part
from bugcatalog_ls.analysis.sql_statement_rewrites import (
    rewrite_auto_increment,
    rewrite_filter,
    rewrite_insert_ignore,
    rewrite_insert_or,
    rewrite_on_conflict,
    rewrite_removed,
    rewrite_serial,
    rewrite_truncate,
)
from bugcatalog_ls.facts.sql_dialects import NAMES, replacement_of
from bugcatalog_ls.facts.sql_features import FoundFeature, sql_features
from bugcatalog_ls.syntax.sql_operands import matching
from bugcatalog_ls.syntax.sql_tokens import sql_statements
from bugcatalog_ls.syntax.string_text import StringText, string_texts
from bugcatalog_ls.text.spans import Span, TextEdit

Place = Callable[[int, int], Span | None]


def rewritten(ctx: FixContext, feature: str, dialects: list[str]) -> tuple[str, list[TextEdit]] | None:
    """The title and the edits that rewrite the feature at the finding's span for the first dialect."""
    located = _located(ctx, feature)
    if located is None or not dialects:
        return None
    text, found, place, quote = located
    tokens = next(
        (each for each in sql_statements(text) if each[0].start <= found.start < each[-1].end), None
    )
    if tokens is None:
        return None
    part = Part(tokens, found, dialects[0])
    kind, _, rest = feature.partition(" ")
    rewrite = _REWRITES.get(kind)
    changes = rewrite(part) if rewrite is not None else _of_name(part, kind, rest)
    if not changes:
        return None
    edits: list[TextEdit] = []
    for start, end, content in changes:
        span = place(start, end) if start < end else _insertion(place, start)
        if span is None:
            return None
        if quote and quote in content:
            content = content.replace(quote, "\\" + quote)
        edits.append(TextEdit(span, content))
    return f"Write it for {NAMES.get(dialects[0], dialects[0])}", edits


def _located(ctx: FixContext, feature: str) -> tuple[str, FoundFeature, Place, str] | None:
    """The text of SQL that holds the span, the feature in it, and the way back to the file."""
    if not ctx.file.path.endswith((".py", ".pyi")):
        text = ctx.file.source.text

        def place(start: int, end: int) -> Span:
            return Span(len(text[:start].encode()), len(text[:end].encode()))

        found = next(
            (
                each
                for each in sql_features(text)
                if each.name == feature and place(each.start, each.end) == ctx.span
            ),
            None,
        )
        return (text, found, place, "") if found is not None else None
    node = ctx.node_of("string")
    while (
        node is not None
        and node.parent is not None
        and node.parent.type in ("concatenated_string", "binary_operator", "parenthesized_expression")
    ):
        node = node.parent
    candidates: list[StringText] = string_texts(ctx.file, node) if node is not None else []
    for text_node in candidates:
        for each in sql_features(text_node.text):
            if each.name == feature and text_node.span(each.start, each.end) == ctx.span:
                written = ctx.file.text(text_node.node)
                match = re.search(r"(\"\"\"|'''|\"|')", written)
                quote = match[1] if match is not None and len(match[1]) == 1 else ""
                return text_node.text, each, text_node.span, quote
    return None


def _insertion(place: Place, at: int) -> Span | None:
    """Where a text goes in before a character, or behind the one before it at the end."""
    if (before := place(at - 1, at) if at else None) is not None:
        return Span(before.end, before.end)
    behind = place(at, at + 1)
    return Span(behind.start, behind.start) if behind is not None else None


_COLUMN_TYPES = {
    ("postgres-type", "JSONB"): "JSON", ("postgres-type", "TIMESTAMPTZ"): "TIMESTAMP", ("postgres-type",
    "BYTEA"): "LONGBLOB",
    ("postgres-type", "CITEXT"): "TEXT", ("postgres-type", "INT4"): "INT", ("postgres-type",
    "INT8"): "BIGINT",
    ("mysql-type", "DATETIME"): "TIMESTAMP", ("mysql-type", "TINYINT"): "SMALLINT", ("mysql-type",
    "MEDIUMINT"): "INTEGER",
    ("mysql-type", "LONGTEXT"): "TEXT", ("mysql-type", "MEDIUMTEXT"): "TEXT", ("mysql-type",
    "TINYTEXT"): "TEXT",
    ("mysql-type", "BLOB"): "BYTEA", ("mysql-type", "LONGBLOB"): "BYTEA", ("mysql-type",
    "MEDIUMBLOB"): "BYTEA",
}  # fmt: skip


_REWRITES: dict[str, Callable[[Part], list[Change]]] = {
    "cast": rewrite_cast,
    "to": rewrite_to,
    "ilike": rewrite_ilike,
    "concat": rewrite_concat,
    "limit-comma": rewrite_limit,
    "backtick": rewrite_quoted,
    "double-quoted": rewrite_quoted,
    "distinct-from": rewrite_distinct_from,
    "regex": rewrite_regex,
    "regexp": rewrite_regexp,
    "rlike": rewrite_regexp,
    "arrow-key": rewrite_arrow_key,
    "at-time-zone": rewrite_at_time_zone,
    "interval-text": rewrite_interval_text,
    "interval-unit": rewrite_interval_unit,
    "interval": rewrite_moved_time,
    "insert-ignore": rewrite_insert_ignore,
    "insert-or": rewrite_insert_or,
    "on-conflict": rewrite_on_conflict,
    "auto_increment": rewrite_auto_increment,
    "autoincrement": rewrite_auto_increment,
    "serial": rewrite_serial,
    "bigserial": rewrite_serial,
    "engine": rewrite_removed,
    "unsigned": rewrite_removed,
    "truncate": rewrite_truncate,
    "filter": rewrite_filter,
}


def _of_name(part: Part, kind: str, rest: str) -> list[Change]:
    """A function or a column's type by the other database's name for it."""
    token = part.tokens[part.first]
    if kind == "function":
        if part.dialect == "sqlite" and is_moved_time(part):
            return rewrite_moved_time(part)
        made = replacement_of(rest, part.dialect)
        if not made:
            return []
        calls = made.endswith(")") or made.startswith("CURRENT_")
        closing = matching(part.tokens, part.first + 1, 1)
        if calls and closing is not None:
            return [(token.start, part.tokens[closing].end, made)] if closing == part.first + 2 else []
        return [(token.start, token.end, made)] if rest == "IFNULL" else []
    made = _COLUMN_TYPES.get((kind, token.word), "")
    return [(token.start, token.end, made)] if made else []
