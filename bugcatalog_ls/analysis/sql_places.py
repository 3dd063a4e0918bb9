"""Where `.sql` files declare a column or a key, as offsets into their text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_NAME = r"[\"`\[]?\w+[\"`\]]?"
_TABLE = re.compile(
    rf"\bCREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?((?:{_NAME}\s*\.\s*)?{_NAME})\s*\(", re.IGNORECASE
)
_ALTERED = re.compile(
    rf"\bALTER\s+TABLE\s+(?:ONLY\s+|IF\s+EXISTS\s+)*((?:{_NAME}\s*\.\s*)?{_NAME})\s+([^;]*)", re.IGNORECASE
)
_SKIPPED = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_KEYS = re.compile(
    r"(?:CONSTRAINT|FOREIGN|PRIMARY|UNIQUE|CHECK|KEY|INDEX|EXCLUDE|LIKE|FULLTEXT|SPATIAL)\b", re.IGNORECASE
)
_ENUM = re.compile(r"\bENUM\s*\(([^)]*)\)", re.IGNORECASE)
_ACTION = r"(?:CASCADE|RESTRICT|NO\s+ACTION|SET\s+NULL|SET\s+DEFAULT)"
_CLAUSE = re.compile(
    rf"\bREFERENCES\s+(?:{_NAME}\s*\.\s*)?{_NAME}(?:\s*\([^)]*\))?"
    rf"(?:\s+MATCH\s+\w+|\s+ON\s+(?:DELETE|UPDATE)\s+{_ACTION})*",
    re.IGNORECASE,
)
_RULE = re.compile(rf"(?<!\s)\s+ON\s+DELETE\s+{_ACTION}", re.IGNORECASE)


class Part(NamedTuple):
    """A part of a text, by its offsets in characters."""

    start: int
    end: int


def columns_of(text: str, table: str) -> dict[str, Part]:
    """The definitions of a table's columns, by name in lower case."""
    found: dict[str, Part] = {}
    for part in _items(text, table):
        name = re.match(_NAME, text[part.start : part.end])
        if name is not None and _KEYS.match(text[part.start : part.end]) is None:
            found.setdefault(plain(name[0]), part)
    return found


def references(text: str, table: str, column: str) -> Part | None:
    """The `REFERENCES …` clause of a table's foreign key of one column; None where there is not just one."""
    found: list[Part] = []
    own = columns_of(text, table).get(column.casefold())
    spans = [own] if own is not None else []
    key = re.compile(rf"FOREIGN\s+KEY\s*\(\s*[\"`]?{re.escape(column)}[\"`]?\s*\)", re.IGNORECASE)
    spans.extend(each for each in _items(text, table) if key.search(text, each.start, each.end))
    for match in _ALTERED.finditer(text):
        made = key.search(text, *match.span(2)) if plain(match[1]) == _last(table) else None
        if made is not None:
            # One statement may add several keys.
            spans.append(Part(made.start(), match.end(2)))
    for each in spans:
        said = _CLAUSE.search(text, each.start, each.end)
        if said is not None:
            found.append(Part(said.start(), said.end()))
    return found[0] if len(set(found)) == 1 else None


def with_rule(clause: str, action: str) -> str:
    """A `REFERENCES …` clause with another `ON DELETE`, or with its first."""
    return f"{_RULE.sub('', clause)} ON DELETE {action}"


def labels_of_type(text: str, name: str) -> Part | None:
    """The labels between the parentheses of `CREATE TYPE name AS ENUM (…)`."""
    match = re.search(
        rf"\bCREATE\s+TYPE\s+(?:{_NAME}\s*\.\s*)?[\"]?{re.escape(name)}[\"]?\s+AS\s+ENUM\s*\(([^)]*)\)",
        text,
        re.IGNORECASE,
    )
    return Part(match.start(1), match.end(1)) if match is not None else None


def labels_of_column(text: str, table: str, column: str) -> Part | None:
    """The labels between the parentheses of a column's `ENUM(…)`."""
    part = columns_of(text, table).get(column.casefold())
    match = _ENUM.search(text, *part) if part is not None else None
    return Part(match.start(1), match.end(1)) if match is not None else None


def plain(name: str) -> str:
    """A name without its schema and quotes, in lower case."""
    return _last(re.sub(r"[\"`\[\]\s]", "", name))


def _last(name: str) -> str:
    return name.rpartition(".")[2].casefold()


def _items(text: str, table: str) -> Iterator[Part]:
    """What stands between the commas of a table's definition."""
    masked = _SKIPPED.sub(lambda match: " " * len(match[0]), text)
    for match in _TABLE.finditer(masked):
        if plain(match[1]) == _last(table):
            yield from _split(masked, match.end())


def _split(masked: str, start: int) -> Iterator[Part]:
    depth, begin = 0, start
    for offset in range(start, len(masked)):
        letter = masked[offset]
        if letter == "(":
            depth += 1
        elif letter == ")" and depth:
            depth -= 1
        elif letter in ",)" and not depth:
            inner = masked[begin:offset]
            if inner.strip():
                yield Part(begin + len(inner) - len(inner.lstrip()), begin + len(inner.rstrip()))
            begin = offset + 1
            if letter == ")":
                return
