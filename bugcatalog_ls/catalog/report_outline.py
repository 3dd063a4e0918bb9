"""The outline of a report: sections under headings, each with its blocks, and the lines of all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

from bugcatalog_ls.catalog.report_words import role_of, role_of_heading

if TYPE_CHECKING:
    from markdown_it.token import Token

BlockKind = Literal["text", "fence", "code", "table", "item", "rule"]


class Block(msgspec.Struct):
    """A piece of a section, at rows `first` to `last` (from 0, both included) of the report.

    `lines` are the report's own, less the indentation that the piece as a whole has. Each item of a list is a
    block: `marker` is what it begins with, and `lines` are what stands behind that.
    """

    kind: BlockKind
    first: int
    last: int
    lines: list[str]
    marker: str = ""
    info: str = ""

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip("\n")

    @property
    def markdown(self) -> str:
        """The block as it may stand in another page."""
        if self.kind in ("fence", "code"):
            from bugcatalog_ls.catalog.note import fenced

            return fenced("\n".join(self.lines), self.info)
        if self.kind == "item":
            first, *others = self.lines
            indent = " " * (len(self.marker) + 1)
            return "\n".join(
                [f"{self.marker} {first}", *(indent + row if row else "" for row in others)]
            ).rstrip()
        if self.kind == "table":
            return "\n".join(with_delimiter(self.lines))
        return self.text if self.kind == "text" else ""


class Section(msgspec.Struct):
    """A heading and what stands under it up to the next one; the report as a whole has level 0."""

    title: str
    level: int
    row: int
    blocks: list[Block] = []
    children: list[Section] = []
    last_row: int = 0

    @property
    def end(self) -> int:
        """The last row of the section and what is below it."""
        rows = [
            self.last_row,
            *(block.last for block in self.blocks),
            *(child.end for child in self.children),
        ]
        return max(rows)

    def walk(self) -> Iterator[Section]:
        yield self
        for child in self.children:
            yield from child.walk()


def outline(text: str) -> Section:
    """The sections of a report that is Markdown, or plain text with lines that serve as headings."""
    lines = _with_headings(text.split("\n"))
    root = Section("", 0, -1)
    path = [root]
    for block, level in _blocks(lines):
        if level:
            while path[-1].level >= level:
                path.pop()
            section = Section(block.text, level, block.first, last_row=block.last)
            path[-1].children.append(section)
            path.append(section)
        else:
            path[-1].blocks.append(block)
    return root


def cells_of(line: str) -> list[str]:
    """The cells of a table's row."""
    return [
        cell.replace("\\|", "|").strip()
        for cell in _CELL_END.split(line.strip().removeprefix("|").removesuffix("|"))
    ]


def is_delimiter(line: str) -> bool:
    return _DELIMITER.fullmatch(line.strip()) is not None and "-" in line


def with_delimiter(lines: Sequence[str]) -> list[str]:
    """The rows of a table; wiki tables have no line under their header, and Markdown's need one."""
    if len(lines) > 1 and is_delimiter(lines[1]):
        return list(lines)
    return [lines[0], "|" + " --- |" * len(cells_of(lines[0])), *lines[1:]]


_OPEN_HTML = re.compile(r"(?i)\s*<(?:!|\?|(?:pre|script|style|textarea)\b)")
_CELL_END = re.compile(r"(?<!\\)\|")
_DELIMITER = re.compile(r"\|?(?:\s*:?-+:?\s*\|?)+")
_PLAIN_HEADING = re.compile(r"^(?:\*\*)?([^\s\-*#>|`].{0,60}?)(?:\*\*)?\s*[:：]?(?:\*\*)?\s*$")
_NUMBERED = re.compile(
    r"^(?:\*\*)?(?:(?:issue|bug|problem|incident|error|fehler|vorfall)\s*#?\d+|(?:问题|缺陷|故障|错误)\s*[一二三四五六七八九十\d]+)"
    r"\s*[:：.)、–—-]\s*\S.{0,100}$",
    re.IGNORECASE,
)
_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})")
_BULLET = re.compile(r"^(\s*)([•●▪◦‣·–]|\(\d+\)|\d+、)\s+")


def _with_headings(lines: list[str]) -> list[str]:
    """Where a report has no headings of Markdown, lines that only name a part are taken for them, and the
    marks that editors put before the items of a list for those of Markdown."""
    in_fence = False
    made, has_headings = [], any(re.match(r"#{1,6}\s", line) for line in lines)
    for row, line in enumerate(lines):
        if _FENCE.match(line):
            in_fence = not in_fence
        elif not in_fence:
            bullet = _BULLET.match(line)
            if bullet:
                number = re.search(r"\d+", bullet[2])
                marker = f"{number[0]}." if number else "-"
                line = f"{bullet[1]}{marker} {line[bullet.end() :]}"
            named = _PLAIN_HEADING.match(line) if not has_headings else None
            above = lines[row - 1].strip() if row else ""
            below = lines[row + 1].strip() if row + 1 < len(lines) else ""
            underlined = re.fullmatch(r"[=\-~]{3,}", below) is not None
            if named and not above and not underlined and (role_of(named[1]) or _is_loud(named[1], below)):
                line = f"## {line.strip()}" if role_of(named[1]) or row else f"# {line.strip()}"
            elif not has_headings and not above and not underlined and _NUMBERED.match(line):
                line = f"## {line.strip()}"
        made.append(line)
    return made


def _is_loud(line: str, below: str) -> bool:
    """Whether a line in capitals is a heading that names a part."""
    return line.isupper() and role_of_heading(line) is not None and below != ""


def _blocks(lines: list[str]) -> Iterator[tuple[Block, int]]:
    """The blocks of a text in order; a heading comes with its level, all else with 0."""
    from markdown_it import MarkdownIt

    # Only blocks matter, and inline parsing takes quadratic time on some hostile texts.
    tokens = MarkdownIt("commonmark").enable("table").disable("inline").parse("\n".join(lines))
    index, row = 0, 0
    while index < len(tokens):
        token = tokens[index]
        if token.level or token.map is None:
            index += 1
            continue
        first, end = token.map
        # What no token speaks of, such as the definition of a link, is text all the same.
        yield from ((block, 0) for block in _unspoken(lines, row, first))
        row = end
        if token.type == "heading_open":
            title = " ".join(tokens[index + 1].content.split())
            yield Block("text", first, _last(lines, first, end), [title]), int(token.tag[1])
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            yield from ((block, 0) for block in _items(lines, tokens, index))
        else:
            yield from ((block, 0) for block in _block(lines, token))
        index += 1
    yield from ((block, 0) for block in _unspoken(lines, row, len(lines)))


def _unspoken(lines: list[str], first: int, end: int) -> Iterator[Block]:
    while first < end and not lines[first].strip():
        first += 1
    if first < end:
        last = _last(lines, first, end)
        yield Block("text", first, last, lines[first : last + 1])


def _block(lines: list[str], token: Token) -> Iterator[Block]:
    first, end = token.map or [0, 0]
    last = _last(lines, first, end)
    own = lines[first : last + 1]
    if token.type == "fence":
        yield Block(
            "fence", first, last, token.content.removesuffix("\n").split("\n"), info=token.info.strip()
        )
    elif token.type == "code_block":
        yield Block("code", first, last, token.content.removesuffix("\n").split("\n"))
    elif token.type == "hr":
        yield Block("rule", first, last, own)
    elif token.type == "table_open" or (
        len(own) > 1 and all(re.fullmatch(r"\|.*\|", row.strip()) for row in own)
    ):
        yield Block("table", first, last, own)
    elif token.type == "html_block" and _OPEN_HTML.match(own[0]):
        # What is not closed in a report would swallow the rest of any page that it is put into.
        yield Block("fence", first, last, own, info="html")
    else:
        yield Block("text", first, last, own)


def _items(lines: list[str], tokens: list[Token], index: int) -> Iterator[Block]:
    """The items of the list that opens at `index`, one block each."""
    for token in tokens[index + 1 :]:
        if token.level == 0:
            return
        if token.type != "list_item_open" or token.level != 1 or token.map is None:
            continue
        first, end = token.map
        last = _last(lines, first, end)
        marker = f"{token.info}{token.markup}" if token.info else token.markup
        begin = re.match(r"\s*(?:[-*+]|\d+[.)])[ \t]*", lines[first])
        width = begin.end() if begin else 0
        rest = [_without_indent(row, width) for row in lines[first + 1 : last + 1]]
        yield Block("item", first, last, [lines[first][width:], *rest], marker=marker)


def _without_indent(line: str, width: int) -> str:
    own = len(line) - len(line.lstrip(" \t"))
    return line[min(own, width) :]


def _last(lines: list[str], first: int, end: int) -> int:
    last = min(end, len(lines)) - 1
    while last > first and not lines[last].strip():
        last -= 1
    return last
