"""Quick fixes of catalog pages: marks and *Fixed* blocks written as they come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bugcatalog_ls.analysis.verify import marked_as_found, mended_example
from bugcatalog_ls.catalog.entry import Entry, Example
from bugcatalog_ls.catalog.note import fenced
from bugcatalog_ls.ide.actions import QUICK_FIX, ActionId, Stale, encode
from bugcatalog_ls.ide.api import responses
from bugcatalog_ls.ide.page_desk import Page, PageDesk, example_at
from bugcatalog_ls.patterns.languages import file_type
from bugcatalog_ls.text.spans import Span, TextEdit
from bugcatalog_ls.workspace.tool_findings import PAGE_ERROR

MARKS, MENDED, EXAMPLES = "marks", "mended", "examples"
KINDS = (MARKS, MENDED, EXAMPLES)
_TITLES = {
    MARKS: "Rewrite the marks of this example to what is found",
    MENDED: "Rewrite this Fixed block to what the fix gives",
    EXAMPLES: "Rewrite all marks and Fixed blocks of this page",
}


def page_actions(desk: PageDesk, page: Page, span: Span, digest: str) -> Iterator[responses.Action]:
    """What is offered at a span: for the example there, and for the page."""
    desk.run_all(page)
    first, last = (page.source.lines.row_of(offset) for offset in span)
    wrong: dict[int, Example] = {}
    here: dict[int, Example] = {}
    for outcome in desk.outcomes(page):
        example = example_at(page, outcome.line - 1) if outcome.verdict != "validated" else None
        if example is not None and example.kind != "accepted":
            wrong[example.line] = example
            if first <= outcome.line - 1 <= last:
                here[example.line] = example
    for row in (first, last):
        example = example_at(page, row)
        if example is not None and example.line in wrong:
            here[example.line] = example
    for example in here.values():
        kind = MENDED if example.kind == "fixed" else MARKS
        yield _action(kind, page, digest, example.line, preferred=len(here) == 1)
    if here and len(wrong) > 1:
        yield _action(EXAMPLES, page, digest, 0)


def page_edits(page: Page, identity: ActionId) -> list[TextEdit]:
    """The edits of an action; raises `Stale` where its example is gone."""
    entry = page.entry
    chosen = [
        example
        for example in (entry.examples if entry is not None else ())
        if example.page == page.document
        and example.kind != "accepted"
        and (identity.kind == EXAMPLES or example.line == identity.start)
    ]
    if entry is None or not chosen:
        raise Stale
    edits: list[TextEdit] = []
    for example in chosen:
        edits += _rewritten(page, entry, example)
    return edits


def title_of(identity: ActionId) -> str:
    return _TITLES[identity.kind]


def _action(kind: str, page: Page, digest: str, line: int, *, preferred: bool = False) -> responses.Action:
    identity = encode(ActionId(kind, page.document, digest, PAGE_ERROR, line))
    return responses.Action(_TITLES[kind], QUICK_FIX, identity, (PAGE_ERROR,), preferred=preferred)


def _rewritten(page: Page, entry: Entry, example: Example) -> Iterator[TextEdit]:
    is_fixed = example.kind == "fixed"
    texts = dict(mended_example(entry, example) if is_fixed else marked_as_found(entry, example))
    for file in example.files:
        text = texts.pop(file.path, None)
        if text is None or text.rstrip() == file.text.rstrip():
            continue
        span = _rows(page, file.line - 1, file.text.count("\n"))
        yield TextEdit(span, _with_newline(page, text if text.endswith("\n") or not text else text + "\n"))
    if texts:
        last = max(example.files, key=lambda file: file.line)
        # Below the fence that closes the last block.
        below = _rows(page, last.line + last.text.count("\n"), 0).start
        yield TextEdit(Span(below, below), _with_newline(page, _blocks(texts)))


def _rows(page: Page, row: int, n_rows: int) -> Span:
    starts = [*page.source.lines.starts, len(page.source.data)]
    last = len(starts) - 1
    return Span(starts[min(row, last)], starts[min(row + n_rows, last)])


def _blocks(texts: Mapping[str, str]) -> str:
    blocks = []
    for path, text in sorted(texts.items()):
        kind = file_type(path)
        language = kind.language.name.lower() if kind is not None else path.rpartition(".")[2]
        blocks.append(f"\n`{path}`\n\n{fenced(text, language)}\n")
    return "".join(blocks)


def _with_newline(page: Page, text: str) -> str:
    return text.replace("\n", page.source.newline)
