"""Texts that SQL compares columns with or gives to them: `WHERE status = 'paid'`, `SET status = 'paid'`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.facts.sql_references import ColumnRef

_COMPARED = re.compile(
    r"(?<!\w)([A-Za-z_]\w*)[\"`]?\s*(?:=|<>|!=)\s*'([A-Za-z][\w \-]*)'(?!\s*(?:\|\||::\s*(?:var)?text))"
)
_LISTED = re.compile(
    r"(?<!\w)([A-Za-z_]\w*)[\"`]?\s+(?:NOT\s+)?IN\s*\(\s*('[^'()]*'(?:\s*,\s*'[^'()]*')*)\s*\)", re.IGNORECASE
)
_INSERT = re.compile(r"\bINSERT\s+INTO\s+[\w.\"`]+\s*\(([^()]*)\)\s*VALUES\s*\(([^()]*)\)", re.IGNORECASE)
_TEXT = re.compile(r"'([A-Za-z][\w \-]*)'")


class SqlLabel(Fact, frozen=True):
    """`tables` are those of which one has the `column`; `anchor` is the text's place."""

    path: str
    tables: tuple[str, ...]
    column: str
    text: str
    anchor: str

    @property
    def key(self) -> str:
        return self.path


class LabelUse(NamedTuple):
    """A text with its span, beside a column of `tables`."""

    column: ColumnRef
    text: str
    start: int
    end: int


def label_uses(text: str, columns: Iterable[ColumnRef]) -> Iterator[LabelUse]:
    """The texts of a statement that stand beside its columns, given where each column stands."""
    if "'" not in text:
        return
    by_start = {each.start: each for each in columns}
    for match in _COMPARED.finditer(text):
        column = by_start.get(match.start(1))
        if column is not None:
            yield LabelUse(column, match[2], match.start(2) - 1, match.end(2) + 1)
    for match in _LISTED.finditer(text):
        column = by_start.get(match.start(1))
        for each in _TEXT.finditer(match[2]) if column is not None else ():
            if column is not None:
                at = match.start(2)
                yield LabelUse(column, each[1], at + each.start(), at + each.end())
    for match in _INSERT.finditer(text):
        yield from _inserted(match, by_start)


def _inserted(match: re.Match[str], by_start: dict[int, ColumnRef]) -> Iterator[LabelUse]:
    names = list(re.finditer(r"[^,]+", match[1]))
    values = list(re.finditer(r"[^,]+", match[2]))
    if len(names) != len(values):
        return
    for name, value in zip(names, values, strict=True):
        plain = re.search(r"\w+", name[0])
        found = _TEXT.fullmatch(value[0].strip())
        if plain is None or found is None:
            continue
        start = match.start(1) + name.start() + plain.start()
        column = by_start.get(start)
        if column is not None:
            at = match.start(2) + value.start() + value[0].index("'")
            yield LabelUse(column, found[1], at, at + len(found[0]))
