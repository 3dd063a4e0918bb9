"""Completion in catalog pages: keys, values, sections, languages of fences, marks and codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.page_view import PageView
from bugcatalog_ls.catalog.yaml_cursor import place_at, word_at
from bugcatalog_ls.ide.api import responses
from bugcatalog_ls.ide.page_keys import Word, words_at
from bugcatalog_ls.ide.places import Place, place_in
from bugcatalog_ls.patterns.languages import LANGUAGES
from bugcatalog_ls.text.lines import ColumnUnit
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span


def complete_page(
    view: PageView, source: Source, document: str, offset: int, entries: Mapping[str, Entry], unit: ColumnUnit
) -> tuple[responses.CompletionItem, ...]:
    """What may be written at an offset of a page."""
    row, column = source.lines.position(offset)
    line = view.rows[row] if row < len(view.rows) else ""
    if 0 < row < view.end_of_front:
        place = place_at(view.rows[1 : view.end_of_front], row - 1, column)
        start, end = word_at(line, column)
        if line[start - 1 : start] == "$":
            start -= 1
        words: Iterable[Word] = words_at(place, view, row, entries)
        kind = "value" if place.is_value else "property"
    else:
        start, end, kind, words = _in_body(view, row, line, column, entries)
    begin = source.lines.line_span(row)[0]
    span = Span(begin + len(line[:start].encode("utf-8")), begin + len(line[:end].encode("utf-8")))
    where = place_in(document, source, span, unit)
    indent = " " * _column_of_key(line, start)
    return tuple(_items(words, kind, where, indent, line[end:]))


def _items(
    words: Iterable[Word], kind: str, where: Place, indent: str, after: str
) -> Iterator[responses.CompletionItem]:
    for number, word in enumerate(words):
        insert = word.insert or word.label
        if after.lstrip().startswith(":"):
            # The key is being changed, not written.
            insert = word.label
        is_snippet = "$" in insert and insert != word.label
        yield responses.CompletionItem(
            label=word.label,
            kind="property" if kind == "property" else "keyword" if kind == "keyword" else "value",
            insert=insert.replace("\n", "\n" + indent),
            place=where,
            detail="" if len(word.detail) > _SHORT else word.detail,
            markdown=word.detail if len(word.detail) > _SHORT else "",
            snippet=is_snippet,
            sort=f"{number:04}",
        )


def _in_body(
    view: PageView, row: int, line: str, column: int, entries: Mapping[str, Entry]
) -> tuple[int, int, str, Iterable[Word]]:
    before = line[:column]
    fence = view.fence_at(row)
    mark = _MARK.match(before)
    if fence is not None and mark is not None:
        return mark.start(1), word_at(line, column)[1], "value", _marks(view, entries)
    if fence is not None:
        return column, column, "value", ()
    heading = _HEADING.match(before)
    if heading is not None:
        return heading.start(1), len(line), "keyword", _sections(view)
    opening = _OPENING.match(before)
    if opening is not None:
        return opening.start(1), word_at(line, column)[1], "value", _languages(view)
    code = _CODE.search(before)
    if code is not None:
        words = [Word(each, entry.name) for each, entry in entries.items() if each.startswith(code[1])]
        return code.start(1), word_at(line, column)[1], "value", words
    return column, column, "value", ()


def _marks(view: PageView, entries: Mapping[str, Entry]) -> Iterator[Word]:
    """The page's own code, alone and with each variant, then the others."""
    own = view.code
    variants = view.front.get("variants")
    if own:
        yield Word(own, "what this page is about")
        for name in variants if isinstance(variants, dict) else ():
            yield Word(f"{own}.{name}", "one variant of it")
    yield from (Word(code, entry.name) for code, entry in entries.items() if code != own)


def _sections(view: PageView) -> Iterator[Word]:
    present = {line[3:].strip().lower() for line in view.rows if line.startswith("## ")}
    for name, description in SECTIONS.items():
        if name.lower() not in present:
            yield Word(name, description)


def _languages(view: PageView) -> Iterator[Word]:
    """The languages of the page's rules first."""
    wanted = [str(rule.get("language", "")).lower() for _, rule in view.rules()]
    names = [language.name.lower() for language in LANGUAGES]
    ordered = [name for name in names if name in wanted] + [name for name in names if name not in wanted]
    for name in (*ordered, "sql", "toml", "text"):
        yield Word(name, "an example in this language")


def _column_of_key(line: str, start: int) -> int:
    """The column at which lines below belong to the key that is written."""
    return start if line[:start].strip(" -") == "" else len(line) - len(line.lstrip(" "))


SECTIONS = {
    "Symptom": "How people meet the bug.",
    "How to spot it": "What to look for in code, logs and data.",
    "Root cause": "Why it happens; hovers show it.",
    "Fix": "What to do about it; hovers show it.",
    "Verify": "How to see that it is mended; hovers show it.",
    "Real cases": "Where it has happened, beside `cases` in the front matter.",
    "Flagged": "Examples with `# ^^^^ CODE` marks under what is found.",
    "Fixed": "The same files after the fix.",
    "Fixed: ": "The same files after the fix whose title begins so.",
    "Accepted": "Look-alikes that stay silent.",
}
_SHORT = 60
_MARK = re.compile(r"[ \t]*(?:#|//|--|;+)[ \t]*(?:\^+|<\d+|<-*)[ \t]+([A-Z0-9.\w-]*)$")
_HEADING = re.compile(r"## ?([^#]*)$")
_OPENING = re.compile(r" {0,3}(?:`{3,}|~{3,})\s*([\w+#-]*)$")
_CODE = re.compile(r"(?<![\w-])([A-Z]{2,}-?\d*)$")
