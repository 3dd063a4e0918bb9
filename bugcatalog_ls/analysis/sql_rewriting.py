"""SQL rewritten for a database that lacks what it uses: small edits, parameters and holes stay."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.sql_dialects import NAMES, replacement_of
from bugcatalog_ls.facts.sql_features import FoundFeature, sql_features
from bugcatalog_ls.syntax.sql_operands import matching, operand_end, operand_start
from bugcatalog_ls.syntax.sql_tokens import SqlToken, sql_statements
from bugcatalog_ls.syntax.string_text import StringText, string_texts
from bugcatalog_ls.text.spans import Span, TextEdit

Change = tuple[int, int, str]
"""Characters of the SQL from, to, and what stands there instead."""

Place = Callable[[int, int], Span | None]


class _Part:
    """The feature to be rewritten: its statement's tokens, and those that it begins and ends with."""

    def __init__(self, tokens: Sequence[SqlToken], found: FoundFeature, dialect: str) -> None:
        self.tokens = tokens
        self.first = next(at for at, token in enumerate(tokens) if token.start >= found.start)
        self.last = max(at for at, token in enumerate(tokens) if token.end <= found.end)
        self.dialect = dialect
        self.is_mysql = dialect in ("mysql", "mariadb")

    def word(self, offset: int) -> str:
        at = self.first + offset
        return self.tokens[at].word if 0 <= at < len(self.tokens) else ""


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
    part = _Part(tokens, found, dialects[0])
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


# -- types ---------------------------------------------------------------------------------------------

_CAST_TYPES = {
    "mysql": {
        **dict.fromkeys(
            ("TEXT", "VARCHAR", "CHAR", "CHARACTER", "UUID", "STRING", "CITEXT", "NVARCHAR"), "CHAR"
        ),
        **dict.fromkeys(("INT", "INTEGER", "BIGINT", "SMALLINT", "INT4", "INT8"), "SIGNED"),
        **dict.fromkeys(("NUMERIC", "DECIMAL"), "DECIMAL"),
        **dict.fromkeys(("FLOAT", "REAL", "DOUBLE", "FLOAT8"), "DOUBLE"),
        **dict.fromkeys(("TIMESTAMP", "TIMESTAMPTZ"), "DATETIME"),
        **dict.fromkeys(("JSON", "JSONB"), "JSON"),
        "DATE": "DATE",
        "TIME": "TIME",
        "BOOLEAN": "UNSIGNED",
        "BOOL": "UNSIGNED",
        "BYTEA": "BINARY",
    },
    "sqlite": {
        **dict.fromkeys(("TEXT", "VARCHAR", "CHAR", "CHARACTER", "UUID", "CITEXT"), "TEXT"),
        **dict.fromkeys(
            ("INT", "INTEGER", "BIGINT", "SMALLINT", "BOOLEAN", "BOOL", "INT4", "INT8"), "INTEGER"
        ),
        **dict.fromkeys(("NUMERIC", "DECIMAL"), "NUMERIC"),
        **dict.fromkeys(("FLOAT", "REAL", "DOUBLE", "FLOAT8"), "REAL"),
    },
    "postgresql": {
        "SIGNED": "BIGINT",
        "UNSIGNED": "BIGINT",
        "DATETIME": "TIMESTAMP",
        "DOUBLE": "DOUBLE PRECISION",
        "BINARY": "BYTEA",
    },
}
_CAST_TYPES["mariadb"] = {**_CAST_TYPES["mysql"], "JSON": "CHAR", "JSONB": "CHAR"}
_CALLED_TYPES = {
    "DATE": "DATE",
    "TIMESTAMP": "DATETIME",
    "TIMESTAMPTZ": "DATETIME",
    "TIME": "TIME",
    "JSON": "JSON",
    "JSONB": "JSON",
}
"""What SQLite has functions for."""

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


def _type_end(part: _Part, at: int) -> int | None:
    """The last token of a type that begins at `at`; None for an array."""
    tokens, end = part.tokens, at
    while end + 1 < len(tokens) and tokens[end + 1].word in ("PRECISION", "VARYING"):
        end += 1
    if end + 1 < len(tokens) and tokens[end + 1].text == "(":
        end = matching(tokens, end + 1, 1) or end
    if (
        end + 3 < len(tokens)
        and tokens[end + 1].word in ("WITH", "WITHOUT")
        and tokens[end + 2].word == "TIME"
    ):
        end += 3
    if end + 1 < len(tokens) and tokens[end + 1].text == "[":
        return None
    return end


def _cast(part: _Part) -> list[Change]:
    tokens = part.tokens
    operator = part.first
    start = operand_start(tokens, operator - 1)
    end = _type_end(part, operator + 1) if operator + 1 < len(tokens) else None
    if start is None or end is None:
        return []
    declared = tokens[operator + 1].word
    if part.dialect == "sqlite" and declared in _CALLED_TYPES:
        opening, closing = f"{_CALLED_TYPES[declared]}(", ")"
    else:
        made = _CAST_TYPES.get(part.dialect, {}).get(declared)
        if made is None:
            return []
        opening, closing = "CAST(", f" AS {made})"
    return [
        (tokens[start].start, tokens[start].start, opening),
        (tokens[operator].start, tokens[end].end, closing),
    ]


def _to(part: _Part) -> list[Change]:
    """`CAST(x AS TYPE)` to a type that there is."""
    tokens, depth = part.tokens, 0
    for at in range(part.first + 1, part.last + 1):
        depth += {"(": 1, ")": -1}.get(tokens[at].text, 0)
        if depth == 1 and tokens[at].word == "AS":
            made = _CAST_TYPES.get(part.dialect, {}).get(tokens[at + 1].word)
            end = _type_end(part, at + 1)
            if made is None or end is None:
                return []
            last = at + 1 if tokens[at + 1].word in ("VARCHAR", "DECIMAL", "NUMERIC", "CHAR") else end
            return [(tokens[at + 1].start, tokens[last].end, made)]
    return []


# -- operators -----------------------------------------------------------------------------------------


def _ilike(part: _Part) -> list[Change]:
    tokens, at = part.tokens, part.first
    is_not = part.word(-1) == "NOT"
    start = operand_start(tokens, at - (2 if is_not else 1))
    end = operand_end(tokens, at + 1)
    if start is None or end is None:
        return []
    left_end = tokens[at - (2 if is_not else 1)].end
    # What follows by `||` belongs to the pattern.
    while (
        end + 2 < len(tokens)
        and tokens[end + 1].text == "||"
        and (more := operand_end(tokens, end + 2)) is not None
    ):
        end = more
    return [
        (tokens[start].start, tokens[start].start, "LOWER("),
        (left_end, left_end, ")"),
        (tokens[at].start, tokens[at].end, "LIKE"),
        (tokens[at + 1].start, tokens[at + 1].start, "LOWER("),
        (tokens[end].end, tokens[end].end, ")"),
    ]


def _concat(part: _Part) -> list[Change]:
    tokens = part.tokens
    first = operand_start(tokens, part.first - 1)
    while first is not None and first >= 2 and tokens[first - 1].text == "||":
        first = operand_start(tokens, first - 2)
    if first is None:
        return []
    changes: list[Change] = [(tokens[first].start, tokens[first].start, "CONCAT(")]
    end = operand_end(tokens, first)
    while end is not None and end + 2 < len(tokens) and tokens[end + 1].text == "||":
        changes.append((tokens[end].end, tokens[end + 2].start, ", "))
        end = operand_end(tokens, end + 2)
    if end is None or len(changes) < 2:
        return []
    return [*changes, (tokens[end].end, tokens[end].end, ")")]


def _limit(part: _Part) -> list[Change]:
    tokens, at = part.tokens, part.first
    offset, count = tokens[at + 1], tokens[at + 3]
    if any(each.kind == "hole" or each.text in ("?", "%s") for each in (offset, count)):
        # They are given by their order.
        return []
    return [(offset.start, count.end, f"{count.text} OFFSET {offset.text}")]


def _quoted(part: _Part) -> list[Change]:
    token = part.tokens[part.first]
    mark = "`" if part.is_mysql else '"'
    name = token.name
    is_plain = re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name.upper() not in _RESERVED
    return [(token.start, token.end, name if is_plain else f"{mark}{name}{mark}")]


_RESERVED = frozenset(
    [
        "USER",
        "ORDER",
        "GROUP",
        "KEY",
        "KEYS",
        "INDEX",
        "TABLE",
        "SELECT",
        "FROM",
        "WHERE",
        "LIMIT",
        "OFFSET",
        "DESC",
        "ASC",
        "DEFAULT",
        "CHECK",
        "PRIMARY",
        "RANGE",
        "ROWS",
        "RANK",
        "VALUES",
        "CONDITION",
        "READ",
        "WRITE",
        "OPTION",
        "COLUMN",
        "END",
        "CASE",
        "AND",
        "OR",
        "NOT",
        "NULL",
        "TRUE",
        "FALSE",
        "ALL",
        "ANY",
        "BOTH",
        "CAST",
        "TO",
        "UNION",
        "UNIQUE",
        "USING",
        "WHEN",
    ]
)


def _distinct_from(part: _Part) -> list[Change]:
    tokens, at = part.tokens, part.first
    span = (tokens[at].start, tokens[part.last].end)
    if part.word(1) == "NOT":
        return [(*span, "<=>")]
    start, end = operand_start(tokens, at - 1), operand_end(tokens, part.last + 1)
    if start is None or end is None:
        return []
    return [
        (tokens[start].start, tokens[start].start, "NOT ("),
        (*span, "<=>"),
        (tokens[end].end, tokens[end].end, ")"),
    ]


def _regex(part: _Part) -> list[Change]:
    token = part.tokens[part.first]
    if not part.is_mysql:
        return []
    return [(token.start, token.end, "NOT REGEXP" if token.text.startswith("!") else "REGEXP")]


def _regexp(part: _Part) -> list[Change]:
    token = part.tokens[part.first]
    return [(token.start, token.end, "~")] if part.dialect == "postgresql" else []


def _arrow_key(part: _Part) -> list[Change]:
    tokens, at = part.tokens, part.first
    key = tokens[at + 1] if at + 1 < len(tokens) else None
    start = operand_start(tokens, at - 1)
    if key is None or key.kind != "string" or start is None or not re.fullmatch(r"'\w+'", key.text):
        return []
    path = f"'$.{key.text[1:-1]}'"
    if part.dialect == "mysql":
        return [(key.start, key.end, path)]
    is_text = tokens[at].text == "->>"
    opening, closing = ("JSON_UNQUOTE(JSON_EXTRACT(", "))") if is_text else ("JSON_EXTRACT(", ")")
    return [
        (tokens[start].start, tokens[start].start, opening),
        (tokens[at].start, key.end, f", {path}{closing}"),
    ]


def _at_time_zone(part: _Part) -> list[Change]:
    tokens, at = part.tokens, part.first
    start, zone = (
        operand_start(tokens, at - 1),
        tokens[part.last + 1] if part.last + 1 < len(tokens) else None,
    )
    if start is None or zone is None or zone.text.casefold() not in ("'utc'", '"utc"'):
        return []
    if tokens[start].word not in ("NOW", "CURRENT_TIMESTAMP"):
        return []
    return [(tokens[start].start, zone.end, "UTC_TIMESTAMP()" if part.is_mysql else "CURRENT_TIMESTAMP")]


def _interval_text(part: _Part) -> list[Change]:
    tokens, at = part.tokens, part.first
    match = re.fullmatch(r"'(\d+)\s+([a-z]+?)s?'", tokens[at + 1].text, re.IGNORECASE)
    if match is None or not part.is_mysql:
        return []
    return [(tokens[at + 1].start, tokens[at + 1].end, f"{match[1]} {match[2].upper()}")]


def _interval_unit(part: _Part) -> list[Change]:
    tokens, at = part.tokens, part.first
    if part.dialect != "postgresql" or tokens[at + 1].kind != "number":
        return []
    return [
        (tokens[at + 1].start, tokens[at + 2].end, f"'{tokens[at + 1].text} {tokens[at + 2].text.lower()}'")
    ]


# -- statements ----------------------------------------------------------------------------------------


def _insert_ignore(part: _Part) -> list[Change]:
    tokens = part.tokens
    if part.dialect == "sqlite":
        return [(tokens[1].start, tokens[1].end, "OR IGNORE")]
    if part.dialect != "postgresql":
        return []
    return [(tokens[0].end, tokens[1].end, ""), (tokens[-1].end, tokens[-1].end, " ON CONFLICT DO NOTHING")]


def _insert_or(part: _Part) -> list[Change]:
    tokens = part.tokens
    kind = tokens[2].word
    if part.is_mysql and kind == "IGNORE":
        return [(tokens[1].start, tokens[2].end, "IGNORE")]
    if part.is_mysql and kind == "REPLACE":
        return [(tokens[0].start, tokens[2].end, "REPLACE")]
    if part.dialect == "postgresql" and kind == "IGNORE":
        return [
            (tokens[0].end, tokens[2].end, ""),
            (tokens[-1].end, tokens[-1].end, " ON CONFLICT DO NOTHING"),
        ]
    return []


def _on_conflict(part: _Part) -> list[Change]:
    tokens, at = part.tokens, part.first
    if not part.is_mysql or tokens[0].word != "INSERT" or tokens[1].word != "INTO":
        return []
    do = next((place for place in range(at, len(tokens)) if tokens[place].word == "DO"), None)
    if do is None or do + 1 >= len(tokens):
        return []
    if tokens[do + 1].word == "NOTHING":
        return [(tokens[0].end, tokens[0].end, " IGNORE"), (tokens[at - 1].end, tokens[do + 1].end, "")]
    if tokens[do + 1].word != "UPDATE" or tokens[do + 2].word != "SET":
        return []
    behind = tokens[do + 3 :]
    if any(token.word in ("WHERE", "RETURNING") for token in behind):
        return []
    changes: list[Change] = [(tokens[at].start, tokens[do + 2].end, "ON DUPLICATE KEY UPDATE")]
    for place in range(do + 3, len(tokens) - 2):
        if tokens[place].word == "EXCLUDED" and tokens[place + 1].text == ".":
            changes.append((tokens[place].start, tokens[place + 2].end, f"VALUES({tokens[place + 2].text})"))
    return changes


def _auto_increment(part: _Part) -> list[Change]:
    tokens, at = part.tokens, part.first
    token = tokens[at]
    if part.is_mysql:
        return [(token.start, token.end, "AUTO_INCREMENT")]
    if part.dialect == "postgresql":
        return [(token.start, token.end, "GENERATED BY DEFAULT AS IDENTITY")]
    kind = next(
        (
            place
            for place in range(at - 1, max(at - 6, 0), -1)
            if tokens[place].word in ("INT", "INTEGER", "BIGINT")
        ),
        None,
    )
    around = [each.word for each in tokens[at - 4 : at + 4]]
    if part.dialect != "sqlite" or kind is None or "PRIMARY" not in around:
        return []
    # In SQLite a key of just this type counts up by itself.
    changes: list[Change] = [(tokens[at - 1].end, token.end, "")]
    return (
        changes
        if tokens[kind].word == "INTEGER"
        else [(tokens[kind].start, tokens[kind].end, "INTEGER"), *changes]
    )


def _serial(part: _Part) -> list[Change]:
    token = part.tokens[part.first]
    made = (
        "INTEGER"
        if part.dialect == "sqlite"
        else "BIGINT AUTO_INCREMENT"
        if token.word == "BIGSERIAL"
        else "SMALLINT AUTO_INCREMENT"
    )
    return [(token.start, token.end, made)]


def _removed(part: _Part) -> list[Change]:
    return [(part.tokens[part.first - 1].end, part.tokens[part.last].end, "")] if part.first else []


def _truncate(part: _Part) -> list[Change]:
    end = part.tokens[1 if part.word(1) == "TABLE" else 0].end
    return [(part.tokens[0].start, end, "DELETE FROM")]


def _filter(part: _Part) -> list[Change]:
    tokens, at = part.tokens, part.first
    closing = matching(tokens, at + 1, 1)
    if at < 4 or closing is None or tokens[at - 4].word != "COUNT" or tokens[at - 2].text != "*":
        return []
    return [
        (tokens[at - 2].start, tokens[at + 2].end, "CASE WHEN"),
        (tokens[closing].start, tokens[closing].end, " THEN 1 END)"),
    ]


_REWRITES: dict[str, Callable[[_Part], list[Change]]] = {
    "cast": _cast, "to": _to, "ilike": _ilike, "concat": _concat, "limit-comma": _limit, "backtick": _quoted,
    "double-quoted": _quoted, "distinct-from": _distinct_from, "regex": _regex, "regexp": _regexp,
    "arrow-key": _arrow_key,
    "at-time-zone": _at_time_zone, "interval-text": _interval_text, "interval-unit": _interval_unit,
    "insert-ignore": _insert_ignore,
    "insert-or": _insert_or, "on-conflict": _on_conflict, "auto_increment": _auto_increment,
    "autoincrement": _auto_increment,
    "serial": _serial, "bigserial": _serial, "engine": _removed, "unsigned": _removed,
    "truncate": _truncate, "filter": _filter,
}  # fmt: skip


def _of_name(part: _Part, kind: str, rest: str) -> list[Change]:
    """A function or a column's type by the other database's name for it."""
    token = part.tokens[part.first]
    if kind == "function":
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
