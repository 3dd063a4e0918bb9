"""Imports that nothing reads any more: which of them may go, and the edits that take them out of a file."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence

from tree_sitter import Node

from bugcatalog_ls.syntax.edits import remove_item
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_lines import ImportedName, ImportLine, Place, import_lines
from bugcatalog_ls.syntax.modules import is_package
from bugcatalog_ls.syntax.nodes import enclosing, statements, string_value, text_of
from bugcatalog_ls.syntax.statement_edits import remove_statement
from bugcatalog_ls.syntax.tree import parse
from bugcatalog_ls.syntax.words import has_word, word_offsets
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import OverlappingEdits, Span, TextEdit, apply_edits

_IMPORTS = ("import_statement", "import_from_statement", "future_import_statement")
_READS_BY_NAME = (b"globals()", b"locals()", b"vars()", b"eval(", b"exec(", b"__getattr__")
_MAX_EXPRESSION = 200
_WORD = re.compile(rb"[^\W\d]\w*")


def may_leave_unread(file: PyFile, edits: Sequence[TextEdit]) -> bool:
    """Whether edits take a word that an import binds: a cheap question before `left_unread`."""
    data, bindings = file.source.data, file.scopes.module.bindings
    words = {word for edit in edits for word in _WORD.findall(data, edit.span.start, edit.span.end)}
    return any(
        binding.kind in ("import", "from") for word in words for binding in bindings.get(word.decode(), ())
    )


def left_unread(
    file: PyFile, lines: Sequence[ImportLine], edits: Sequence[TextEdit], added: Iterable[str]
) -> list[ImportedName]:
    """The imported names whose last reads the edits take, where the import has no other purpose.

    `added` are statements that come into the file besides.
    """
    data, taken = file.source.data, [edit.span for edit in edits if edit.span.start < edit.span.end]
    found = []
    for imported in _removable(file, lines):
        word = imported.bound.encode()
        if not any(has_word(data, word, span.start, span.end + len(word)) for span in taken):
            # Of the others all reads stay.
            continue
        if _takes_all_reads(file, imported.bound, taken):
            found.append(imported)
    if not found:
        return []
    try:
        after = apply_edits(data, edits)
    except OverlappingEdits:
        return []
    root, new = parse(after).root_node, "\n".join(added).encode()
    return [
        imported
        for imported in found
        if not _reads(root, after, imported.bound) and not word_offsets(new, imported.bound.encode())
    ]


def without_unread(before: PyFile, after: PyFile, is_kept: Callable[[ImportedName], bool]) -> PyFile:
    """`after` without the imports that `before` reads and it does not, but those that are kept."""
    had_read = {
        imported.bound
        for imported in _removable(before, import_lines(before))
        if _reads(before.root, before.source.data, imported.bound)
    }
    file = after
    while True:
        lines = import_lines(file)
        unread = next(
            (
                imported
                for imported in _removable(file, lines)
                if imported.bound in had_read
                and not _reads(file.root, file.source.data, imported.bound)
                and not is_kept(imported)
            ),
            None,
        )
        if unread is None:
            return file
        edits = drop_name(file, lines, unread)
        if not edits:
            return file
        file = PyFile(file.path, Source(apply_edits(file.source.data, edits)))


def takes_import(file: PyFile, replaced: Iterable[Span]) -> bool:
    """Whether what is replaced is of an import: a cheap question before `lost_names`."""
    taken = [span for span in replaced if span.start < span.end]
    return bool(taken) and any(
        span.start < line.node.end_byte and line.node.start_byte < span.end
        for line in import_lines(file)
        for span in taken
    )


def lost_names(before: PyFile, after: PyFile) -> set[str]:
    """The names that `before` imports at its top level, and that `after` reads without binding them."""
    bound = {imported.bound for line in import_lines(before) for imported in line.names}
    gone = bound - after.scopes.module.bindings.keys()
    return {name for name in gone if _is_read_free(after, name)}


def drop_name(
    file: PyFile, lines: Sequence[ImportLine], dropped: ImportedName, place: Place = "top"
) -> list[TextEdit]:
    """Edits that take a name out of its import at a place; an emptied statement goes."""
    for line in lines:
        for position, imported in enumerate(line.names):
            if line.place != place or not _is_same(imported, dropped):
                continue
            if len(line.names) == 1:
                return _without_statement(file, line.node)
            nodes = [other.node for other in line.names]
            if any(child.type == "(" for child in line.node.children):
                return remove_item(file, nodes, imported.node)
            if position + 1 < len(nodes):
                return [TextEdit(Span(imported.node.start_byte, nodes[position + 1].start_byte), "")]
            return [TextEdit(Span(nodes[position - 1].end_byte, imported.node.end_byte), "")]
    return []


# -- which imports may go ------------------------------------------------------------------------------


def _removable(file: PyFile, lines: Sequence[ImportLine]) -> Iterator[ImportedName]:
    """Names that the top level imports for the file's own use, as far as one can see."""
    data = file.source.data
    if is_package(file.path) or file.root.has_error or any(text in data for text in _READS_BY_NAME):
        return
    for line in lines:
        if line.place != "top" or line.is_star or line.module == "__future__" or _is_kept(file, line.node):
            continue
        for imported in line.names:
            is_given_on = text_of(imported.node).split() in ([imported.bound, "as", imported.bound],)
            if not is_given_on and len(file.scopes.module.bindings.get(imported.bound, ())) == 1:
                yield imported


def _is_kept(file: PyFile, statement: Node) -> bool:
    """Whether a comment tells linters to leave an import that nothing reads."""
    rows = file.source.lines
    end = rows.line_span(rows.row_of(statement.end_byte))[1]
    return b"noqa" in file.source.data[statement.start_byte : end]


def _is_same(imported: ImportedName, other: ImportedName) -> bool:
    return (imported.target, imported.bound) == (other.target, other.bound)


# -- what reads a name ---------------------------------------------------------------------------------


def _reads(root: Node, data: bytes, name: str) -> list[int]:
    """Where a text may read a name of its module: code, and strings that may be code."""
    return [at for at in word_offsets(data, name.encode()) if _is_read(root, at, at + len(name.encode()))]


def _takes_all_reads(file: PyFile, name: str, taken: Sequence[Span]) -> bool:
    """Whether a file reads a name, and in taken places only; the first read elsewhere decides."""
    is_read = False
    for at in file.word_offsets(name.encode()):
        is_taken = any(span.start <= at < span.end for span in taken)
        if (not is_taken or not is_read) and _is_read(file.root, at, at + len(name.encode())):
            if not is_taken:
                return False
            is_read = True
    return is_read


def _is_read(root: Node, start: int, end: int) -> bool:
    node = root.descendant_for_byte_range(start, end)
    if node is None or enclosing(node, *_IMPORTS) is not None:
        return False
    if node.type == "comment":
        text = text_of(node).replace(" ", "")
        return text.startswith("#type:") and not text.startswith("#type:ignore")
    string = node if node.type == "string" else enclosing(node, "string")
    if node.type != "identifier":
        return string is None or _may_be_code(string)
    parent = node.parent
    if parent is None or parent.type not in ("attribute", "keyword_argument"):
        return True
    field = "attribute" if parent.type == "attribute" else "name"
    part = parent.child_by_field_name(field)
    return part is None or part.id != node.id


def _may_be_code(string: Node) -> bool:
    """Whether a string is an annotation, a name of `__all__`, a doctest: no prose."""
    value = string_value(string)
    if value is None:
        return False
    if ">>>" in value:
        return True
    if len(value) > _MAX_EXPRESSION:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(value.strip(), mode="eval")
    except (SyntaxError, ValueError):
        return False
    return True


def _is_read_free(file: PyFile, name: str) -> bool:
    """Whether code reads a name that no scope around it binds."""
    for at in _reads(file.root, file.source.data, name):
        node = file.root.descendant_for_byte_range(at, at + len(name.encode()))
        if node is not None and node.type == "identifier" and file.scopes.lookup(name, at) is None:
            return True
    return False


# -- a statement that goes whole -----------------------------------------------------------------------


def _without_statement(file: PyFile, statement: Node) -> list[TextEdit]:
    """Remove an import, with the blank lines that would stay doubled, or the `if` that it empties."""
    block = statement.parent
    if block is not None and block.type == "block" and len(statements(block)) == 1:
        holder = block.parent
        if holder is not None and holder.type == "if_statement" and holder.children[-1].id == block.id:
            return _without_statement(file, holder)
    edits = remove_statement(file, statement)
    rows, data = file.source.lines, file.source.data
    first, behind = rows.row_of(statement.start_byte), rows.row_of(statement.end_byte) + 1
    if len(edits) != 1 or edits[0].span != Span(rows.starts[first], _start_of(file, behind)):
        return edits
    above, below = first, behind
    while above > 0 and not rows.line(above - 1).strip():
        above -= 1
    while _start_of(file, below) < len(data) and not rows.line(below).strip():
        below += 1
    n_above, n_below = first - above, below - behind
    if above > 0 and not n_above:
        return edits
    kept = max(n_above, n_below) if above > 0 and _start_of(file, below) < len(data) else 0
    n_dropped = min(n_below, n_above + n_below - kept)
    start = first - (n_above + n_below - kept - n_dropped)
    return [TextEdit(Span(rows.starts[start], _start_of(file, behind + n_dropped)), "")]


def _start_of(file: PyFile, row: int) -> int:
    rows = file.source.lines
    return rows.starts[row] if row < len(rows) else len(file.source.data)
