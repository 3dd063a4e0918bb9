"""Marks in examples, judged by the rest of their page."""

from __future__ import annotations

from bugcatalog_ls.catalog.entry import Entry, Example
from bugcatalog_ls.catalog.page_error import PageError, nearest
from bugcatalog_ls.text.annotations import AnnotationError, parse_annotations
from bugcatalog_ls.text.lines import LineIndex


def mark_problems(entry: Entry, path: str) -> list[PageError]:
    """What is wrong with the marks in those examples that the page at `path` gives."""
    problems: list[PageError] = []
    for example in entry.examples:
        if example.page == path:
            problems += _example_problems(entry, example)
    return problems


def _example_problems(entry: Entry, example: Example) -> list[PageError]:
    problems: list[PageError] = []
    for file in example.files:
        try:
            text, marks = parse_annotations(file.text)
        except AnnotationError as error:
            problems.append(
                PageError(example.page, file.line + error.row, 1, str(error), "carets under the code")
            )
            continue
        index = LineIndex(text.encode("utf-8"))
        for n_marks_before, mark in enumerate(marks):
            if example.kind != "flagged":
                message, expected = f"a mark in a section `{example.kind.capitalize()}`", "no marks here"
            elif mark.code != entry.code:
                continue
            elif not entry.detects and not entry.extends:
                message, expected = (
                    "examples are marked, but nothing detects the entry",
                    "`rules:` or `analyzer:`",
                )
            elif mark.variant and mark.variant not in entry.variants and not entry.extends:
                message = f"the entry has no variant `{mark.variant}`"
                close = nearest(mark.variant, list(entry.variants))
                expected = f"`{close}`" if close else "a variant that the front matter declares"
            else:
                continue
            line = file.line + index.row_of(mark.span.start) + 1 + n_marks_before
            problems.append(PageError(example.page, line, 1, message, expected))
            break
    return problems
