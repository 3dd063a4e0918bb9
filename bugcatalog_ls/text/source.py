"""One source text: its UTF-8 bytes, which all offsets count, and its lines."""

from __future__ import annotations

from functools import cached_property

from bugcatalog_ls.text.lines import LineIndex
from bugcatalog_ls.text.spans import Span


class Source:
    """An immutable text. Lone surrogates, which an editor may send, are kept out of the bytes."""

    def __init__(self, text: str | bytes) -> None:
        self.data: bytes = text if isinstance(text, bytes) else text.encode("utf-8", "replace")

    @cached_property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")

    @cached_property
    def lines(self) -> LineIndex:
        return LineIndex(self.data)

    @cached_property
    def newline(self) -> str:
        """The line end that the text uses most where it uses one, else `\\n`."""
        crlf = self.data.count(b"\r\n")
        lf = self.data.count(b"\n") - crlf
        cr = self.data.count(b"\r") - crlf
        return max((("\n", lf), ("\r\n", crlf), ("\r", cr)), key=lambda pair: pair[1])[0]

    def slice(self, span: Span) -> str:
        return self.data[span.start : span.end].decode("utf-8", "replace")

    def in_its_lines(self, text: str) -> str:
        """A text to put in, with the line ends of this one."""
        return text if self.newline == "\n" else text.replace("\r\n", "\n").replace("\n", self.newline)

    def indent_at(self, offset: int) -> str:
        """The white space that begins the line of `offset`."""
        start, end = self.lines.line_span(self.lines.row_of(offset))
        line = self.data[start:end]
        return line[: len(line) - len(line.lstrip(b" \t"))].decode("ascii")
