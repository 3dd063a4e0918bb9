"""The Markdown below the front matter: title, summary, prose sections and examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from bugcatalog_ls.catalog.entry import EXAMPLE_SECTIONS, PROSE_SECTIONS, Example, ExampleFile, ExampleKind
from bugcatalog_ls.catalog.page_error import PageError, nearest

if TYPE_CHECKING:
    from markdown_it.token import Token


class Body(msgspec.Struct):
    """A page's body as far as it is right, the lines of its headings, and its errors."""

    title: str = ""
    summary: str = ""
    intro: str = ""
    sections: dict[str, str] = {}
    examples: tuple[Example, ...] = ()
    lines: dict[str, int] = {}
    errors: list[PageError] = []


def parse_body(path: str, text: str, first_line: int) -> Body:
    """Parse the Markdown `text`, which begins at line `first_line` (from 1) of the page."""
    from markdown_it import MarkdownIt

    # Only blocks matter, and inline parsing takes quadratic time on some hostile texts.
    tokens = MarkdownIt("commonmark").disable("inline").parse(text)
    reader = _Reader(path, text.split("\n"), first_line)
    headings = list(_headings(tokens))
    reader.read_title(tokens, headings)
    parts = [heading for heading in headings if heading.level <= 2]
    ends: list[_Heading | None] = [*parts[1:], None]
    for heading, following in zip(parts, ends, strict=False):
        if heading.level == 2:
            inside = tokens[heading.index + 3 : following.index if following else None]
            reader.read_section(heading, following.start if following else None, inside)
    reader.check_pairs()
    return reader.body()


def first_sentence(text: str) -> str:
    """The first sentence of a paragraph, on one line."""
    line = " ".join(text.split())
    match = _SENTENCE_END.search(line)
    return line[: match.end()] if match else line


_END = 1 << 60
_MAX_ALONE = 20
_SENTENCE_END = re.compile(r"(?<!\be\.g)(?<!\bi\.e)(?<!\betc)(?<!\bvs)[.!?][)\"'`*]*(?=\s+[^a-z]|$)")
_PATH_LINE = re.compile(r"`([^`\n]+)`")
_LANGUAGE = re.compile(r"[a-z0-9]{1,16}\b")
_FIXED_TITLE = re.compile(r"(?i)fixed\s*:\s*(\S.*)")
_FENCE_END = re.compile(r"(`{3,}|~{3,})[ \t]*")
_BAD_PATH = re.compile(r"^/|^[A-Za-z]:|\\|(^|/)\.{1,2}(/|$)|//|/$|[\x00-\x1f]")
# Languages whose files end in something else than the language's name.
_SUFFIXES = {
    "bash": "sh",
    "csharp": "cs",
    "elixir": "ex",
    "haskell": "hs",
    "javascript": "js",
    "kotlin": "kt",
    "markdown": "md",
    "python": "py",
    "ruby": "rb",
    "rust": "rs",
    "shell": "sh",
    "text": "txt",
    "typescript": "ts",
}


class _Heading(msgspec.Struct):
    index: int
    level: int
    text: str
    start: int
    end: int


def _headings(tokens: list[Token]) -> Iterator[_Heading]:
    for index, token in enumerate(tokens):
        if token.type == "heading_open" and token.level == 0 and token.map:
            text = " ".join(tokens[index + 1].content.split())
            yield _Heading(index, int(token.tag[1]), text, token.map[0], token.map[1])


def _start(token: Token) -> int:
    return token.map[0] if token.map else -1


class _Reader:
    """Collects what one page says; every row counts from 0 within the body."""

    def __init__(self, path: str, lines: list[str], first_line: int) -> None:
        self._path = path
        self._lines = lines
        self._first_line = first_line
        self._title = self._summary = self._intro = ""
        self._sections: dict[str, str] = {}
        self._examples: list[Example] = []
        self._heading_lines: dict[str, int] = {}
        self._errors: list[PageError] = []

    def body(self) -> Body:
        return Body(
            title=self._title,
            summary=self._summary,
            intro=self._intro,
            sections=self._sections,
            examples=tuple(self._examples),
            lines=self._heading_lines,
            errors=self._errors,
        )

    def read_title(self, tokens: list[Token], headings: list[_Heading]) -> None:
        titles = [heading for heading in headings if heading.level == 1]
        for second in titles[1:]:
            self._wrong(second.start, "the page has a second title", "`##` for a section")
        if not titles:
            return
        title = titles[0]
        self._title = title.text
        self._heading_lines["#"] = self._first_line + title.start
        if not title.text:
            self._wrong(title.start, "the title is empty", "`# ` and a short noun phrase")
        end = next((heading.start for heading in headings if title.start < heading.start), None)
        self._intro = self._text(title.end, end)
        paragraphs = (t for t in tokens if t.type == "paragraph_open" and t.level == 0 and t.map)
        first = next((t.map for t in paragraphs if t.map and title.end <= t.map[0] < (end or _END)), None)
        if first is not None:
            self._summary = first_sentence(self._text(first[0], first[1]))

    def read_section(self, heading: _Heading, end: int | None, tokens: list[Token]) -> None:
        fixed = _FIXED_TITLE.fullmatch(heading.text)
        key = "fixed" if fixed else heading.text.lower()
        name = f"## {heading.text.lower()}"
        if name in self._heading_lines:
            self._wrong(heading.start, f"the page has a second section `{heading.text}`", "each section once")
            return
        self._heading_lines[name] = self._first_line + heading.start
        if key in EXAMPLE_SECTIONS:
            self._read_examples(key, fixed[1] if fixed else "", heading, tokens)
            return
        known = [*PROSE_SECTIONS, *EXAMPLE_SECTIONS]
        close = nearest(key, known) if key not in known else None
        if close and _is_slip(key, close):
            self._wrong(heading.start, f"unknown section `{heading.text}`", f"`## {close.capitalize()}`")
            return
        self._sections[key] = self._text(heading.end, end)

    def check_pairs(self) -> None:
        cases = {example.case for example in self._examples if example.kind == "flagged"}
        alone = [ex for ex in self._examples if ex.kind == "fixed" and ex.case not in cases]
        for example in alone[:_MAX_ALONE]:
            if cases:
                close = nearest(example.case, sorted(cases - {""}))
                expected = f"`### {close}`" if close else "the heading of a flagged case"
                said = (
                    f"the fixed case `{example.case}`" if example.case else "a fixed example without a case"
                )
                self._wrong(example.line - self._first_line, f"{said} has no flagged one", expected)

    def _read_examples(self, kind: ExampleKind, title: str, section: _Heading, tokens: list[Token]) -> None:
        case, case_row = "", section.start
        files: dict[str, ExampleFile] = {}
        seen: set[str] = set()

        def close_case() -> None:
            if files:
                line = self._first_line + case_row
                self._examples.append(Example(kind, case, tuple(files.values()), title, self._path, line))
            elif case:
                self._wrong(case_row, f"the case `{case}` has no code", "a fenced block")
            files.clear()

        for index, token in enumerate(tokens):
            row = _start(token)
            if token.type == "heading_open" and token.tag == "h3" and token.level == 0:
                close_case()
                case, case_row = " ".join(tokens[index + 1].content.split()), row
                if case in seen:
                    self._wrong(row, f"the section has a second case `{case}`", "each case once")
                seen.add(case)
            elif token.type == "fence" and token.level > 0:
                self._wrong(
                    row, "a fenced block inside a list or quotation is no example", "a block of its own"
                )
            elif token.type == "fence":
                file = self._read_file(token, tokens[index - 3 : index])
                if file.path in files:
                    self._wrong(
                        row, f"two files of one case are named `{file.path}`", "a path line above the fence"
                    )
                files[file.path] = file
        close_case()

    def _read_file(self, fence: Token, above: list[Token]) -> ExampleFile:
        start, end = fence.map or [0, 0]
        if end - start < 2 or not self._closes(end - 1, fence):
            self._wrong(start, "the fenced block is never closed", f"a line of `{fence.markup}`")
        named = _LANGUAGE.match(fence.info.strip().lower())
        language = named[0] if named else "text"
        path = f"example.{_SUFFIXES.get(language, language)}"
        if [token.type for token in above] == ["paragraph_open", "inline", "paragraph_close"]:
            match = _PATH_LINE.fullmatch(above[1].content.strip())
            if match and _BAD_PATH.search(match[1]):
                self._wrong(
                    _start(above[0]), f"`{match[1]:.80}` is no path of a file", "a relative path with `/`"
                )
            elif match:
                path = match[1].strip()
        return ExampleFile(path, fence.content, self._first_line + start + 1)

    def _closes(self, row: int, fence: Token) -> bool:
        match = _FENCE_END.fullmatch(self._lines[row].strip()) if row < len(self._lines) else None
        return match is not None and match[1].startswith(fence.markup)

    def _text(self, start: int, end: int | None) -> str:
        return "\n".join(self._lines[start:end]).strip("\n").rstrip()

    def _wrong(self, row: int, message: str, expected: str = "") -> None:
        self._errors.append(PageError(self._path, self._first_line + row, 1, message, expected))


def _is_slip(written: str, known: str) -> bool:
    from rapidfuzz import fuzz

    return fuzz.ratio(written, known) >= 82
