"""The desk for catalog pages: what is wrong with them, their examples run, their rules looked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bugcatalog_ls.analysis.rules import compile_rules
from bugcatalog_ls.analysis.verify import Outcome
from bugcatalog_ls.catalog.builtin import builtin_folder
from bugcatalog_ls.catalog.code_words import CodeWords
from bugcatalog_ls.catalog.entry import Entry, Example
from bugcatalog_ls.catalog.note import hover_note
from bugcatalog_ls.catalog.page_view import PageView
from bugcatalog_ls.catalog.yaml_cursor import place_at, word_at
from bugcatalog_ls.ide.api import responses
from bugcatalog_ls.ide.diagnostics import page_url
from bugcatalog_ls.ide.live_matches import LiveMatches
from bugcatalog_ls.ide.page_completion import SECTIONS
from bugcatalog_ls.ide.page_examples import ExampleRuns
from bugcatalog_ls.ide.page_keys import meaning
from bugcatalog_ls.ide.places import place_in
from bugcatalog_ls.ide.rooms import Room
from bugcatalog_ls.patterns.kinds import kinds_of
from bugcatalog_ls.patterns.languages import language_named
from bugcatalog_ls.text.lines import ColumnUnit
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span
from bugcatalog_ls.workspace.settings_selection import is_selected, severity_of
from bugcatalog_ls.workspace.tool_findings import PAGE_ERROR, sentence_of

EXAMPLE = "example"
"""The variant of BC001 for an example that does not behave as it says."""


class Fault(NamedTuple):
    """Something wrong with a page, at a span of it."""

    span: Span
    message: str
    variant: str = ""


class Page(NamedTuple):
    """A page that is open: where it lives, its text, and what that says."""

    room: Room
    document: str
    source: Source
    view: PageView

    @property
    def entry(self) -> Entry | None:
        """The entry that the page gives; of one that extends another, both merged, once that is in force."""
        own = self.view.entry
        if own is None or not own.extends:
            return own
        merged = self.room.workspace.configuration.entries.get(own.code)
        given = {(each.line, each.kind, each.case, each.files) for each in own.examples}
        if merged is None or self.document not in merged.extended_by:
            return None
        known = {
            (each.line, each.kind, each.case, each.files)
            for each in merged.examples
            if each.page == self.document
        }
        return merged if given == known else None


def is_page(room: Room, document: str) -> bool:
    """Whether a document is a page of a catalog that is in force, or of the built-in one."""
    if not document.endswith(".md"):
        return False
    folders = (*room.workspace.configuration.catalog_folders, builtin_folder())
    return any(Path(document).is_relative_to(folder) for folder in folders)


def is_entry_page(source: Source) -> bool:
    """Whether a page means to be an entry: a folder's README does not."""
    return source.data.startswith((b"---", b"\xef\xbb\xbf---"))


class PageDesk:
    """The pages that are open. Examples are run one by one in the background, and kept."""

    def __init__(self) -> None:
        self._runs = ExampleRuns()
        self._wanted: dict[str, Page] = {}
        self.matches = LiveMatches()

    def forget(self, document: str) -> None:
        self._wanted.pop(document, None)
        self.matches.forget(document)

    # -- background ---------------------------------------------------------------------------------

    @property
    def has_work(self) -> bool:
        return bool(self._wanted) or self.matches.has_work

    def next_run(self) -> str | None:
        """The page of which an example is to be run next."""
        return next(iter(self._wanted), None)

    def run_some(self) -> str | None:
        """Run one example; the page that is through with this, if it is."""
        document, page = next(iter(self._wanted.items()))
        entry = page.entry
        example = self._runs.pending(entry, document) if entry is not None else None
        if entry is not None and example is not None:
            self._runs.run(entry, example)
        if entry is None or self._runs.pending(entry, document) is None:
            del self._wanted[document]
            return document
        return None

    # -- answers ------------------------------------------------------------------------------------

    def diagnostics(self, page: Page, unit: ColumnUnit) -> tuple[responses.Diagnostic, ...]:
        """What is wrong with the page; what its examples say is added once they have been run."""
        workspace = page.room.workspace
        own, settings = workspace.configuration.entries.get(PAGE_ERROR), workspace.settings
        if own is None or not is_selected(settings, PAGE_ERROR, page.room.path):
            return ()
        shown = []
        for fault in sorted(set(self._faults(page))):
            severity = severity_of(settings, PAGE_ERROR, fault.variant, own.severity_of(fault.variant))
            shown.append(
                responses.Diagnostic(
                    code=PAGE_ERROR,
                    name=own.name,
                    severity=severity,
                    message=fault.message,
                    place=place_in(page.document, page.source, fault.span, unit),
                    url=page_url(own.path),
                    data={"code": PAGE_ERROR, "variant": fault.variant},
                )
            )
        return tuple(shown)

    def hover(self, page: Page, offset: int) -> tuple[str, Span] | None:
        """The meaning of a key, a kind, a section or a code."""
        row, column = page.source.lines.position(offset)
        line = page.view.rows[row] if row < len(page.view.rows) else ""
        start, end = word_at(line, column)
        span = _span_of(page.source, row, start, end)
        if 0 < row < page.view.end_of_front:
            said = self._said_of_front(page, row, start, end)
            if said:
                return said, span
        elif line.startswith("## ") and page.view.fence_at(row) is None:
            name = line[3:].partition(":")[0].strip().capitalize()
            if name in SECTIONS:
                return f"**{name}** · {SECTIONS[name]}", span_of_row(page.source, row)
        begin, stop = page.source.lines.line_span(row)
        for word in CodeWords(page.room.workspace.configuration.entries).find(page.source.data, begin, stop):
            if word.start <= offset <= word.end:
                return hover_note(word.entry), Span(word.start, word.end)
        return None

    def lenses(self, page: Page, unit: ColumnUnit) -> Iterator[responses.Lens]:
        """What each rule of the page matches in the workspace."""
        rules = list(page.view.rules())
        found = self.matches.of(page.document, page.room.workspace, [rule for _, rule in rules])
        for index, ((row, _), matches) in enumerate(zip(rules, found, strict=True)):
            place = place_in(page.document, page.source, span_of_row(page.source, row), unit)
            has_some = bool(matches.found)
            yield responses.Lens(
                place,
                matches.title,
                "ruleMatches" if has_some else "",
                (page.document, index) if has_some else (),
            )

    def outcomes(self, page: Page) -> tuple[Outcome, ...]:
        """What is known of the page's examples."""
        entry = page.entry
        return tuple(self._runs.outcomes(entry, page.document)) if entry is not None else ()

    def run_all(self, page: Page) -> None:
        """Run what was not run yet, now."""
        entry = page.entry
        while entry is not None and (example := self._runs.pending(entry, page.document)) is not None:
            self._runs.run(entry, example)

    def _faults(self, page: Page) -> Iterator[Fault]:
        if not is_entry_page(page.source):
            return
        for error in page.view.errors:
            yield Fault(
                _from_column(page.source, error.line - 1, error.column - 1),
                sentence_of(error.message, error.expected),
            )
        entry = page.entry or page.view.entry
        if entry is None:
            return
        broken = compile_rules([entry])[1] if entry.rules else []
        for error in broken:
            if error.path == page.document or not entry.extends:
                yield Fault(
                    _from_column(page.source, error.line - 1, 0), sentence_of(error.message, error.expected)
                )
        # What only the other pages show: a code that is taken, an entry that is not there to extend.
        for fault in page.room.workspace.configuration.page_errors:
            if fault.path == page.document and _OF_OTHERS.match(fault.message):
                yield Fault(
                    _from_column(page.source, min(fault.line, len(page.view.rows)) - 1, 0),
                    sentence_of(fault.message, fault.expected),
                )
        if broken or page.entry is None:
            return
        if self._runs.pending(page.entry, page.document) is not None:
            self._wanted[page.document] = page
        for outcome in self._runs.outcomes(page.entry, page.document):
            if outcome.verdict != "validated" and outcome.line <= len(page.view.rows):
                message = f"{_SAID[outcome.verdict]}: {outcome.message}."
                yield Fault(span_of_row(page.source, outcome.line - 1), message, EXAMPLE)

    def _said_of_front(self, page: Page, row: int, start: int, end: int) -> str:
        rows = page.view.rows
        line = rows[row]
        place = place_at(rows[1 : page.view.end_of_front], row - 1, end)
        word = line[start:end]
        if line[end:].lstrip(" \"'").startswith(":"):
            return meaning((*place.keys, word)) if not place.is_value else meaning(place.keys)
        if place.is_value and place.keys[-1:] == ("kind",):
            above = [rule for first, rule in page.view.rules() if first <= row]
            language = language_named(str(above[-1].get("language", ""))) if above else None
            if language is not None and word in kinds_of(language):
                return f"`{word}`: a kind of node in {language.name}"
        return ""


def example_at(page: Page, row: int) -> Example | None:
    """The example that a row stands in, or under whose heading it does."""
    entry = page.entry
    best: Example | None = None
    for example in entry.examples if entry is not None else ():
        if example.page == page.document and example.line - 1 <= row:
            last = max(file.line + file.text.count("\n") for file in example.files)
            if row <= last and (best is None or best.line < example.line):
                best = example
    return best


def span_of_row(source: Source, row: int) -> Span:
    """A row without the white space around it."""
    start, end = source.lines.line_span(min(row, len(source.lines) - 1))
    line = source.data[start:end]
    return Span(end - len(line.lstrip()), start + len(line.rstrip())) if line.strip() else Span(start, end)


# Errors that a page has by the pages beside it.
_OF_OTHERS = re.compile(
    r"there is no entry|`[^`]*` is the code of another|(?:no|the) analyzer|'\w+' is not an A"
)
_SAID = {
    "reported": "Found otherwise than it is marked",
    "noisy": "Found, but not marked",
    "missing": "Marked, but not found",
    "unmended": "The fix does not give this",
}


def _from_column(source: Source, row: int, column: int) -> Span:
    whole = span_of_row(source, max(row, 0))
    start = source.lines.offset(row, column)
    return Span(max(start, whole.start), max(whole.end, start))


def _span_of(source: Source, row: int, start: int, end: int) -> Span:
    return Span(source.lines.offset(row, start), source.lines.offset(row, end))
