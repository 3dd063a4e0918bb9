"""Marks in example text: `# ^^^^ BC201 message` lines, read out of a text and written back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span


class Mark(NamedTuple):
    """What is expected at `span` (UTF-8 bytes of the text without its mark lines)."""

    span: Span
    code: str
    variant: str = ""
    message: str = ""

    @property
    def name(self) -> str:
        """The code as a mark writes it: `BC703`, or `BC703.stale` where there is a variant."""
        return f"{self.code}.{self.variant}" if self.variant else self.code


class Annotated(NamedTuple):
    """A text without its mark lines, and the marks, sorted."""

    text: str
    marks: tuple[Mark, ...]


class AnnotationError(ValueError):
    """A mark that stands under nothing; `row` counts the lines of the marked text from 0."""

    def __init__(self, row: int, message: str) -> None:
        super().__init__(message)
        self.row = row


def parse_annotations(text: str) -> Annotated:
    """Take the mark lines out of `text`. Several in a row all belong to the line above them.

    `# ^^^^` marks the columns that its carets stand under. `# <---` marks as many columns as it
    is long itself, from its own first one on; `# <N` marks N columns, from its own first one on.
    Columns count code points. The comment may begin with `#`, `//`, `--` or `;`.
    """
    kept: list[str] = []
    marks: list[Mark] = []
    marked, start = "", 0
    for row, line in enumerate(_LINE.findall(text)):
        match = _MARK.match(line)
        if match is None:
            start += len(marked.encode("utf-8", "replace"))
            marked = line
            kept.append(line)
            continue
        if not kept:
            raise AnnotationError(row, "a mark needs a line above it")
        content = marked.rstrip("\r\n")
        first, last = _columns(match)
        if len(content) < last:
            raise AnnotationError(row, f"the mark reaches past its line, which has {len(content)} columns")
        left = start + len(content[:first].encode("utf-8", "replace"))
        right = left + len(content[first:last].encode("utf-8", "replace"))
        message = (match["message"] or "").strip()
        marks.append(Mark(Span(left, right), match["code"], match["variant"] or "", message))
        if not line.endswith(("\n", "\r")):
            kept[-1] = content
    return Annotated("".join(kept), tuple(sorted(marks)))


def render_annotations(text: str, marks: Iterable[Mark], leader: str = "#") -> str:
    """Write `marks` into `text`, the inverse of `parse_annotations`.

    A range over several lines is marked on its first one, to its end.
    """
    source = Source(text)
    lines_of_text = _LINE.findall(text) or [""]
    by_row: dict[int, list[Mark]] = {}
    for mark in sorted(marks):
        row = min(source.lines.row_of(mark.span.start), len(lines_of_text) - 1)
        by_row.setdefault(row, []).append(mark)
    out: list[str] = []
    for row, line in enumerate(lines_of_text):
        content = line.rstrip("\r\n")
        end_of_line = line[len(content) :]
        lines = [content]
        for mark in by_row.get(row, ()):
            _, end = source.lines.line_span(row)
            _, first = source.lines.position(min(mark.span.start, end))
            _, last = source.lines.position(min(mark.span.end, end))
            lines.append(_mark_line(content, first, last, leader, mark))
        out.append((end_of_line or source.newline).join(lines) + end_of_line)
    return "".join(out)


def comment_leader(path: str) -> str:
    """What begins a comment in the language of the file at `path`."""
    return _LEADER_BY_SUFFIX.get(path.rpartition(".")[2].lower(), "#")


# A line with its end; only \n, \r\n and a lone \r end one, as everywhere in this package.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z")
_LINE_BREAK = re.compile(r"\s*[\r\n]\s*")
_MARK = re.compile(
    r"[ \t]*(?P<leader>#|//|--|;+)[ \t]*(?:(?P<carets>\^+)|<(?P<count>\d{1,6})|(?P<arrow><-*))"
    r"[ \t]+(?P<code>[A-Z]+-?\d+)(?:\.(?P<variant>\w[\w-]*))?"
    r"(?:[ \t]+(?P<message>[^\r\n]*))?[ \t]*(?:\r\n|\n|\r)?\Z"
)
_LEADER_BY_SUFFIX = {
    **dict.fromkeys(
        ("c", "cc", "cpp", "cs", "dart", "go", "h", "hpp", "java", "js", "jsx", "kt", "kts", "mjs"), "//"
    ),
    **dict.fromkeys(("php", "rs", "scala", "sol", "swift", "ts", "tsx"), "//"),
    **dict.fromkeys(("sql", "lua", "hs"), "--"),
    **dict.fromkeys(("clj", "el", "lisp", "scm"), ";"),
}


def _columns(match: re.Match[str]) -> tuple[int, int]:
    if match["carets"]:
        return match.span("carets")
    first = match.start("leader")
    if match["count"]:
        return first, first + int(match["count"])
    return first, match.end("arrow")


def _mark_line(content: str, first: int, last: int, leader: str, mark: Mark) -> str:
    width = last - first
    said = f"{mark.name} {_LINE_BREAK.sub(' ', mark.message)}".rstrip()
    if width and len(leader) < first:
        # The white space of the line above keeps the carets under their text where tabs are used.
        place = first - len(leader) - 1
        return f"{_blank(content[:place])}{leader} {'^' * width} {said}"
    arrow = f"{leader} <".ljust(width, "-")
    if len(arrow) != width:
        arrow = f"{leader} <{width}"
    return f"{_blank(content[:first])}{arrow} {said}"


def _blank(text: str) -> str:
    return "".join("\t" if character == "\t" else " " for character in text)
