"""*Ignore … here*: the comment that suppresses a finding, put where it holds and nothing breaks."""

from __future__ import annotations

import re

from bugcatalog_ls.patterns.languages import file_type
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.statements import statement_rows
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span, TextEdit

_OURS = re.compile(r"(bugcatalog:\s*ignore\[)([^\]]*)\]")
MAX_LINE = 110


def ignore_edit(path: str, source: Source, span: Span, code: str, reason: str) -> TextEdit:
    """The edit that suppresses `code` for what begins at `span`: an existing comment is extended,
    else the comment goes to the line's end where it fits, else to a line above the statement."""
    lines = source.lines
    row = lines.row_of(span.start)
    first, last = row, row
    if path.endswith((".py", ".pyi")):
        first, last = statement_rows(PyFile(path, source), row)
    for candidate in (*range(first, last + 1), first - 1):
        existing = _OURS.search(lines.line(candidate)) if candidate >= 0 else None
        if existing is not None:
            start = lines.line_span(candidate)[0]
            at = start + len(lines.line(candidate)[: existing.end(2)].encode("utf-8"))
            return TextEdit(Span(at, at), f", {code}" if existing.group(2).strip() else code)
    kind = file_type(path)
    leader = kind.language.line_comment if kind is not None else "#"
    comment = f"bugcatalog: ignore[{code}] {reason}".rstrip()
    if not leader:
        begin, end = (kind.language.block_comment or ("<!--", "-->")) if kind else ("<!--", "-->")
        comment = f"{begin} {comment} {end}"
    else:
        comment = f"{leader} {comment}"
    line = lines.line(last)
    if first == last and len(line) + 2 + len(comment) <= MAX_LINE and not _has_comment(line, leader):
        end_of_line = lines.line_span(last)[1]
        return TextEdit(Span(end_of_line, end_of_line), f"  {comment}")
    start = lines.line_span(first)[0]
    indent = source.indent_at(start)
    return TextEdit(Span(start, start), f"{indent}{comment}{source.newline}")


def _has_comment(line: str, leader: str) -> bool:
    return (bool(leader) and leader in line) or line.rstrip().endswith("\\")
