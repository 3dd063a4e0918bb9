"""Casts, operators and names of SQL in the words of a database that lacks those that are written."""

from __future__ import annotations

import re

from bugcatalog_ls.analysis.sql_part import Change, Part
from bugcatalog_ls.syntax.sql_operands import matching, operand_end, operand_start

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


def _type_end(part: Part, at: int) -> int | None:
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


def rewrite_cast(part: Part) -> list[Change]:
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


def rewrite_to(part: Part) -> list[Change]:
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


def rewrite_ilike(part: Part) -> list[Change]:
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


def rewrite_concat(part: Part) -> list[Change]:
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


def rewrite_limit(part: Part) -> list[Change]:
    tokens, at = part.tokens, part.first
    offset, count = tokens[at + 1], tokens[at + 3]
    ordered = [each.kind == "hole" or each.text in ("?", "%s") for each in (offset, count)]
    if all(ordered):
        # They are given by their order.
        return []
    if ordered[1]:
        return [(offset.start, count.start, ""), (count.end, count.end, f" OFFSET {offset.text}")]
    if ordered[0]:
        return [(offset.start, offset.start, f"{count.text} OFFSET "), (offset.end, count.end, "")]
    return [(offset.start, count.end, f"{count.text} OFFSET {offset.text}")]


def rewrite_quoted(part: Part) -> list[Change]:
    token = part.tokens[part.first]
    mark = "`" if part.is_mysql else '"'
    name = token.name
    is_plain = re.fullmatch(r"[a-z_][a-z0-9_]*", name) and name.upper() not in _RESERVED
    return [(token.start, token.end, name if is_plain else f"{mark}{name}{mark}")]


_RESERVED = frozenset([
    "USER", "ORDER", "GROUP", "KEY", "KEYS", "INDEX", "TABLE", "SELECT", "FROM", "WHERE", "LIMIT",
    "OFFSET", "DESC", "ASC", "DEFAULT", "CHECK", "PRIMARY", "RANGE", "ROWS", "RANK", "VALUES",
    "CONDITION", "READ", "WRITE", "OPTION", "COLUMN", "END", "CASE", "AND", "OR", "NOT", "NULL", "TRUE",
    "FALSE", "ALL", "ANY", "BOTH", "CAST", "TO", "UNION", "UNIQUE", "USING", "WHEN",
])  # fmt: skip


def rewrite_distinct_from(part: Part) -> list[Change]:
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


def rewrite_regex(part: Part) -> list[Change]:
    token = part.tokens[part.first]
    if not part.is_mysql:
        return []
    return [(token.start, token.end, "NOT REGEXP" if token.text.startswith("!") else "REGEXP")]


def rewrite_regexp(part: Part) -> list[Change]:
    token = part.tokens[part.first]
    return [(token.start, token.end, "~")] if part.dialect == "postgresql" else []


def rewrite_arrow_key(part: Part) -> list[Change]:
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


def rewrite_at_time_zone(part: Part) -> list[Change]:
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
