"""Codes and incidents that comments speak of, and where each is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bugcatalog_ls.catalog.code_words import CodeWord, CodeWords
from bugcatalog_ls.catalog.note import hover_note
from bugcatalog_ls.ide.rooms import Room
from bugcatalog_ls.ide.seen import seen_here
from bugcatalog_ls.patterns.comments import comments_in
from bugcatalog_ls.syntax.tree import parse
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span


def references(room: Room, source: Source, language: str, document: str) -> Iterator[CodeWord]:
    """The codes and ids in the comments of a text, in prose all of them; a page does not speak of itself."""
    words = CodeWords(room.workspace.configuration.entries)
    found = [word for word in words.find(source.data) if word.entry.path != document]
    if not found:
        return
    if room.path.endswith((".py", ".pyi")) or language == "python":
        root = parse(source.data).root_node
        for word in found:
            node = root.descendant_for_byte_range(word.start, word.end)
            if node is not None and node.type == "comment":
                yield word
        return
    places = list(_commented(room.path, source, language))
    for word in found:
        if any(place.start <= word.start and word.end <= place.end for place in places):
            yield word


def reference_at(
    room: Room, source: Source, language: str, document: str, offset: int
) -> tuple[str, Span] | None:
    """What is told of a code or an id at an offset."""
    start, end = source.lines.line_span(source.lines.row_of(offset))
    words = CodeWords(room.workspace.configuration.entries).find(source.data, start, end)
    if not any(word.start <= offset <= word.end for word in words):
        return None
    for word in references(room, source, language, document):
        if word.start <= offset <= word.end:
            note = hover_note(word.entry) + seen_here(room.workspace, word.entry.code)
            if word.case is not None:
                also = "".join(f" · also {other.code} {other.name}" for other in word.others)
                note = f"**{word.case.id}** · {word.case.title}{also}\n\n{note}"
            return note, Span(word.start, word.end)
    return None


def target_of(word: CodeWord) -> tuple[str, int]:
    """The page that tells of it, and the row there."""
    pages = word.entry.extended_by
    return (pages[-1], 0) if pages and not Path(word.entry.path).is_file() else (word.entry.path, word.row)


def _commented(path: str, source: Source, language: str) -> Iterator[Span]:
    if path.endswith((".md", ".mdx")) or language == "markdown":
        yield from _prose(source)
    else:
        yield from comments_in(source, path, language)


_FENCED = re.compile(rb"^[ \t]*(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.MULTILINE)


def _prose(source: Source) -> Iterator[Span]:
    """The text of a Markdown document without its blocks of code."""
    begin = 0
    for match in _FENCED.finditer(source.data):
        yield Span(begin, match.start())
        begin = match.end()
    yield Span(begin, len(source.data))
