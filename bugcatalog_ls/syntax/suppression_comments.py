"""Suppression comments as they are written: what they name, why, and what is wrong with them.

`# bugcatalog: ignore[BC201, BC5] the reason` holds for the statement that it stands on or right
above, `# bugcatalog: ignore-file[…]` for the whole file. A code may be a prefix (`BC5`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span


class SuppressedCode(NamedTuple):
    """One code of a suppression, in upper case, and where it is written."""

    code: str
    span: Span


class SuppressionProblem(NamedTuple):
    """Why a comment that was meant to suppress something does not, or not wholly."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Suppression:
    """One suppression; `span` runs from its comment sign to the end of its reason."""

    span: Span
    codes: tuple[SuppressedCode, ...]
    reason: str
    whole_file: bool
    row: int
    stands_alone: bool
    """Whether no code is before it on its line."""


@dataclass(frozen=True)
class Suppressions:
    """All suppressions of one text, in order."""

    source: Source
    items: tuple[Suppression, ...] = ()
    problems: tuple[SuppressionProblem, ...] = ()

    @cached_property
    def rows_below(self) -> dict[int, int]:
        """For each row of a suppression that stands alone, the first row below that is not a comment."""
        rows: dict[int, int] = {}
        for item in reversed(self.items):
            if item.stands_alone and item.row not in rows:
                sign = self.source.data[item.span.start : item.span.start + 1]
                row = self.source.lines.row_of(item.span.end - 1) + 1
                while row not in rows and self._is_comment(row, sign):
                    row += 1
                rows[item.row] = rows.get(row, row)
        return rows

    def _is_comment(self, row: int, sign: bytes) -> bool:
        if row >= len(self.source.lines):
            return False
        start, end = self.source.lines.line_span(row)
        match = _COMMENT_LINE.match(self.source.data, start, end)
        return match is not None and match[1].startswith(sign)


def parse_comments(source: Source, comments: Iterable[tuple[Span, str]]) -> Suppressions:
    """Read the suppressions in `comments`, each given with its comment signs."""
    if _KEYWORD not in source.data:
        return Suppressions(source)
    return _collect(source, ((span.start, text) for span, text in comments if _WORD in text))


def scan_comments(source: Source) -> Suppressions:
    """Read the suppressions of a text whose grammar is not known, from whatever looks like a comment."""
    if _KEYWORD not in source.data:
        return Suppressions(source)
    lines = source.lines
    rows = sorted({lines.row_of(match.start()) for match in re.finditer(_KEYWORD, source.data)})
    return _collect(source, ((lines.line_span(row)[0], lines.line(row)) for row in rows))


_WORD = "bugcatalog"
_KEYWORD = _WORD.encode()
_SIGN = r"#+|//+|--+|/\*+|<!--"
# A sign inside quotes or right after a letter is prose about a comment, not the start of one.
_MARK = re.compile(
    rf"(?<![\w\"'`:#/-])(?P<sign>{_SIGN})[ \t]*{_WORD}[ \t]*:[ \t]*(?P<verb>[A-Za-z][\w-]*)?(?P<after>[ \t]*)"
)
_LIST = re.compile(r"\[(?P<codes>[^\[\]\r\n]*)\]")
_SELECTOR = re.compile(r"[A-Z]+(?:-?[0-9]+|-)?")
_COMMENT_LINE = re.compile(rf"[ \t\f]*({_SIGN})".encode())
# Other tools' comments after ours, on the same line, are theirs and not a part of the reason.
_OTHER_COMMENT = {
    sign: re.compile(
        rf"[ \t]{re.escape(sign)}+(?=[ \t]|noqa|type:|pragma|pylint|pyright|mypy|ruff|fmt|isort|nosec|nolint|"
        rf"eslint|ts-|{_WORD})"
    )
    for sign in ("#", "//", "--")
}
_MEANT_TO_IGNORE = re.compile(r"(?i)ign|noqa|disable|suppress|skip|allow|off$")
_HOW_TO = "write `ignore[CODE] reason` or `ignore-file[CODE] reason`"


def _collect(source: Source, texts: Iterable[tuple[int, str]]) -> Suppressions:
    items: list[Suppression] = []
    problems: list[SuppressionProblem] = []
    for base, text in texts:
        for match in _MARK.finditer(text):
            read = _read_mark(source, base, text, match)
            for result in read:
                if isinstance(result, Suppression):
                    items.append(result)
                else:
                    problems.append(result)
    return Suppressions(source, tuple(items), tuple(problems))


def _read_mark(
    source: Source, base: int, text: str, match: re.Match[str]
) -> Iterator[Suppression | SuppressionProblem]:
    def span(start: int, end: int) -> Span:
        return Span(base + _width(text[:start]), base + _width(text[:end]))

    verb = match["verb"] or ""
    end, closing = _end_of_comment(text, match)
    whole = span(match.start("sign"), end + closing)
    if verb not in ("ignore", "ignore-file"):
        if _MEANT_TO_IGNORE.match(verb):
            yield SuppressionProblem(whole, f"`{verb}` suppresses nothing; {_HOW_TO}.")
        return
    listed = _LIST.match(text, match.end(), end)
    if listed is None:
        said = "is not closed" if text.startswith("[", match.end()) else "names no code"
        yield SuppressionProblem(whole, f"This suppression {said}; {_HOW_TO}.")
        return
    codes: list[SuppressedCode] = []
    for word in re.finditer(r"[^\s,]+", listed["codes"]):
        start = listed.start("codes") + word.start()
        place = span(start, start + len(word[0]))
        if _SELECTOR.fullmatch(word[0].upper()):
            codes.append(SuppressedCode(word[0].upper(), place))
        else:
            yield SuppressionProblem(place, f"`{word[0]}` is not a code; codes look like `BC201`.")
    if not codes:
        if not listed["codes"].strip(" \t,"):
            yield SuppressionProblem(whole, f"This suppression names no code; {_HOW_TO}.")
        return
    row = source.lines.row_of(whole.start)
    before = source.data[source.lines.starts[row] : whole.start].lstrip(b" \t\f")
    yield Suppression(
        span=whole,
        codes=tuple(codes),
        reason=text[listed.end() : end].strip().lstrip(":-–— ").strip(),
        whole_file=verb == "ignore-file",
        row=row,
        stands_alone=not before or before.startswith(match["sign"][:2].encode()),
    )


def _end_of_comment(text: str, match: re.Match[str]) -> tuple[int, int]:
    """Where the reason ends, and the length of the closing sign after it."""
    sign = match["sign"]
    for opening, closing in (("/*", "*/"), ("<!--", "-->")):
        if sign.startswith(opening):
            at = text.find(closing, match.end())
            return (at, len(closing)) if at >= 0 else (_line_end(text, match.end()), 0)
    end = _line_end(text, match.end())
    other = _OTHER_COMMENT[sign[0] if sign[0] == "#" else sign[:2]].search(text, match.end(), end)
    end = other.start() if other else end
    return match.end() + len(text[match.end() : end].rstrip()), 0


def _line_end(text: str, start: int) -> int:
    found = re.compile(r"[\r\n]").search(text, start)
    return found.start() if found else len(text)


def _width(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
