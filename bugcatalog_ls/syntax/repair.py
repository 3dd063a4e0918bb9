"""Half-typed code: the text with the line that breaks it replaced, so that the rest parses."""

from __future__ import annotations

import ast
import warnings
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from tree_sitter import Node, Tree

from bugcatalog_ls.syntax.replacements import is_cut_off, replacements
from bugcatalog_ls.syntax.tree import error_spans, parse
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span

_MAX_TRIES = 10


@dataclass(frozen=True)
class Repaired:
    """A text that parses better than the one it was made of.

    `replaced` has, for each line that was replaced, its span in the original and in `source`,
    in the order of the text. `has_error` tells whether `source` still does not parse, and
    `errors` where.
    """

    source: Source
    has_error: bool
    replaced: tuple[tuple[Span, Span], ...] = ()
    errors: tuple[Span, ...] = ()

    @property
    def unseen(self) -> tuple[Span, ...]:
        """The spans of the original that `source` does not show: what was replaced or does not parse."""
        errors = (Span(self._outward(error.start, 0), self._outward(error.end, 1)) for error in self.errors)
        return tuple(sorted((*(original for original, _ in self.replaced), *errors)))

    def to_original(self, span: Span) -> Span | None:
        """Where a span of `source` stands in the original; None where it begins or ends in a
        replaced line."""
        start, end = self._offset(span.start), self._offset(span.end)
        return Span(start, end) if start is not None and end is not None else None

    def _outward(self, offset: int, side: int) -> int:
        """Where an offset of `source` stands in the original; for one in a replaced line, that line's end."""
        for original, new in self.replaced:
            if new.start <= offset <= new.end:
                return original[side]
        found = self._offset(offset)
        assert found is not None
        return found

    def _offset(self, offset: int) -> int | None:
        shift = 0
        for original, new in self.replaced:
            if offset < new.start:
                break
            if offset <= new.end:
                return None
            shift = original.end - new.end
        return offset + shift


def parses(source: Source) -> bool:
    """Whether Python itself takes a text; the grammar of the trees is more forgiving."""
    try:
        _python_tree(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def parses_at(source: Source, root: Node, rows: tuple[int, int]) -> bool:
    """Whether Python takes the statements of a module that touch rows, and those next to them.

    For a text that Python took before these rows were edited, that says as much as `parses` does,
    for less. `root` is the text's tree.
    """
    start, end = source.lines.starts[rows[0]], source.lines.line_span(rows[1])[1]
    statements = [child for child in root.children if child.type != "comment"]
    ends, starts = [child.end_byte for child in statements], [child.start_byte for child in statements]
    first = max(bisect_left(ends, start) - 1, 0)
    last = min(bisect_right(starts, end), len(statements) - 1)
    if last < first:
        return parses(source)
    first_row = min(source.lines.row_of(starts[first]), rows[0])
    last_row = max(source.lines.row_of(ends[last]), rows[1])
    begin, stop = source.lines.starts[first_row], source.lines.line_span(last_row)[1]
    return parses(Source(source.data[begin:stop]))


def repair(source: Source, edited_row: int | None = None) -> Repaired:
    """Replace the line that breaks the parse: the edited one, else where the first error is.

    The whole text is parsed once; what is tried is parsed again around its line only.
    """
    best = _Attempt(source, parse(source.data), ())
    if edited_row is not None and not best.n_errors and is_cut_off(source, edited_row):
        best.n_errors = 1  # The grammar goes on in the next line, where Python does not.
    tried: set[int | None] = {None}
    for find_row in (lambda _: edited_row, _row_of_python_error, _row_of_first_error):
        if not best.n_errors:
            break
        row = find_row(best)
        if row not in tried and row is not None and row < len(best.source.lines):
            tried.add(row)
            best = _best_replacement(best, row)
    return Repaired(best.source, best.n_errors > 0, best.replaced, tuple(best.errors))


class _Attempt:
    """A text on the way to one that parses, with its tree and what it replaces."""

    def __init__(self, source: Source, tree: Tree, replaced: tuple[tuple[Span, Span], ...]) -> None:
        self.source = source
        self.tree = tree
        self.replaced = replaced
        self.errors = error_spans(tree.root_node)
        self.n_errors = sum(span.end - span.start + 1 for span in self.errors)

    def with_line(self, row: int, text: str) -> _Attempt:
        """The same with one line replaced."""
        start, end = self.source.lines.line_span(row)
        data, new = self.source.data, text.encode()
        tree = self.tree.copy()
        new_end = start + len(new)
        tree.edit(start, end, new_end, (row, 0), (row, end - start), (row, len(new)))
        edited = data[:start] + new + data[end:]
        change = new_end - end
        replaced: list[tuple[Span, Span]] = []
        shift = 0
        for original, current in self.replaced:
            if current.start > start:
                current = Span(current.start + change, current.end + change)
            else:
                shift = original.end - current.end
            replaced.append((original, current))
        replaced.append((Span(start + shift, end + shift), Span(start, new_end)))
        return _Attempt(Source(edited), parse(edited, tree), tuple(sorted(replaced)))


def _row_of_python_error(attempt: _Attempt) -> int | None:
    """Where Python's own parser gives up, which is nearer to the cause than the grammar's error."""
    try:
        _python_tree(attempt.source)
    except SyntaxError as error:
        return error.lineno - 1 if error.lineno else None
    except (ValueError, RecursionError, MemoryError):
        return None
    return None


def _row_of_first_error(attempt: _Attempt) -> int | None:
    return attempt.source.lines.row_of(attempt.errors[0].start) if attempt.errors else None


def _python_tree(source: Source) -> ast.AST:
    with warnings.catch_warnings():
        # What Python warns of in somebody's text is not ours to print.
        warnings.simplefilter("ignore")
        # As a string, since the bytes are UTF-8 whatever a coding comment says.
        return ast.parse(source.text)


def _best_replacement(attempt: _Attempt, row: int) -> _Attempt:
    """The first replacement of a line after which all parses, else the one with the least errors."""
    best = attempt
    for text in replacements(attempt.source, row)[:_MAX_TRIES]:
        other = attempt.with_line(row, text)
        if other.n_errors < best.n_errors:
            best = other
        if best.n_errors == 0:
            break
    return best
