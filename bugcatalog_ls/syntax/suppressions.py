"""Suppressions of one text: which rows they cover, and which of them nothing used.

This module must not know entries: whoever asks says which codes exist and which were looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import chain
from typing import NamedTuple

from bugcatalog_ls.syntax.suppression_comments import Suppression, SuppressionProblem, Suppressions
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span, TextEdit

StatementRows = Callable[[int], tuple[int, int]]
"""First and last row of the smallest statement on a row; of a compound one only the header, which
begins at its decorators. A row without a statement (blank, or a comment between two) is its own."""


class Use(NamedTuple):
    """That a suppression, by its index, was needed for one of its codes, by its index."""

    item: int
    code: int


class UnusedSuppression(NamedTuple):
    """Codes that suppress nothing, and the edit that removes them."""

    span: Span
    codes: tuple[str, ...]
    message: str
    title: str
    edit: TextEdit


class Coverage:
    """Which suppressions of a text cover which rows; each is looked at once, however much is found."""

    def __init__(self, suppressions: Suppressions, statement_rows: StatementRows) -> None:
        self._items = suppressions.items
        self._everywhere: list[int] = []
        self._of_range: dict[tuple[int, int], list[int]] = {}
        self._ranges_on: dict[int, list[tuple[int, int]]] = {}
        for number, item in enumerate(suppressions.items):
            if item.whole_file:
                self._everywhere.append(number)
                continue
            covered = _covered(suppressions, item, statement_rows)
            if covered not in self._of_range:
                for row in range(covered[0], covered[1] + 1):
                    self._ranges_on.setdefault(row, []).append(covered)
            self._of_range.setdefault(covered, []).append(number)

    def uses(self, code: str, row: int) -> tuple[Use, ...]:
        """The suppressions that cover a finding of `code` that begins on `row`; empty where none does."""
        around = (self._of_range[covered] for covered in self._ranges_on.get(row, ()))
        return tuple(
            Use(item_number, code_number)
            for item_number in sorted({*self._everywhere, *chain.from_iterable(around)})
            for code_number, named in enumerate(self._items[item_number].codes)
            if selector_matches(named.code, code)
        )


def unused_suppressions(
    suppressions: Suppressions, used: Collection[Use], *, known: Collection[str], checked: Collection[str]
) -> tuple[UnusedSuppression, ...]:
    """What nothing used, where the entries `checked` (of all the `known`) were looked for."""
    unused: list[UnusedSuppression] = []
    for item_number, item in enumerate(suppressions.items):
        idle = [
            number
            for number, named in enumerate(item.codes)
            if (item_number, number) not in used and _was_looked_for(named.code, known, checked)
        ]
        if idle and len(idle) == len(item.codes):
            codes = tuple(named.code for named in item.codes)
            edit = TextEdit(_removal_of_whole(suppressions.source, item), "")
            title = f"Remove the unused suppression of {_listed(codes)}"
            unused.append(UnusedSuppression(item.span, codes, _idle_message(codes, known), title, edit))
            continue
        for number in idle:
            named = item.codes[number]
            edit = TextEdit(_removal_of_code(item, number, idle), "")
            title = f"Remove the unused suppression of {named.code}"
            message = _idle_message((named.code,), known)
            unused.append(UnusedSuppression(named.span, (named.code,), message, title, edit))
    return tuple(unused)


def missing_reasons(suppressions: Suppressions) -> tuple[SuppressionProblem, ...]:
    """What to say of suppressions without a reason, where settings require one."""
    return tuple(
        SuppressionProblem(item.span, "This suppression gives no reason; write it after the bracket.")
        for item in suppressions.items
        if not item.reason
    )


def selector_matches(selector: str, code: str) -> bool:
    """Whether `selector` (`ALL`, letters, or letters and the first digits) takes in `code`."""
    if selector == "ALL":
        return True
    if not code.startswith(selector):
        return False
    rest = code[len(selector) :]
    return not rest or selector[-1].isdigit() or rest.lstrip("-")[:1].isdigit()


def _covered(suppressions: Suppressions, item: Suppression, statement_rows: StatementRows) -> tuple[int, int]:
    first, last = statement_rows(item.row)
    if item.stands_alone and first == last:
        return statement_rows(suppressions.rows_below[item.row])
    return first, last


def _was_looked_for(selector: str, known: Collection[str], checked: Collection[str]) -> bool:
    """True also for a code that no entry has: nothing could ever use it."""
    return any(selector_matches(selector, code) for code in checked) or not any(
        selector_matches(selector, code) for code in known
    )


def _idle_message(codes: tuple[str, ...], known: Collection[str]) -> str:
    strange = [code for code in codes if not any(selector_matches(code, each) for each in known)]
    if strange:
        return f"No entry of the catalog has the code {_listed(strange)}."
    return f"Nothing is left here that the suppression of {_listed(codes)} would hide."


def _listed(codes: Collection[str]) -> str:
    return ", ".join(codes)


def _removal_of_code(item: Suppression, number: int, idle: Collection[int]) -> Span:
    """The code with the comma on the side away from the codes that stay, so that removals never overlap."""
    first_kept = min(set(range(len(item.codes))) - set(idle))
    own = item.codes[number].span
    if number < first_kept:
        return Span(own.start, item.codes[number + 1].span.start)
    return Span(item.codes[number - 1].span.end, own.end)


def _removal_of_whole(source: Source, item: Suppression) -> Span:
    lines, data = source.lines, source.data
    start, end = item.span
    line_start, line_end = lines.line_span(item.row)
    if data[end:line_end].strip(b" \t"):
        # Something follows: it moves to where the suppression began.
        return Span(start, end + len(data[end:line_end]) - len(data[end:line_end].lstrip(b" \t")))
    kept = data[line_start:start].rstrip(b" \t\f")
    if not kept:
        next_line = lines.starts[item.row + 1] if item.row + 1 < len(lines) else len(data)
        return Span(line_start, max(next_line, end))
    return Span(line_start + len(kept), max(line_end, end))
