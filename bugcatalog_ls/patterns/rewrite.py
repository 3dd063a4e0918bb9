"""Fix templates applied to a match: small edits where the template keeps the captures in place, else one.

ast-grep-py applies no `fix:`; this does, with two differences on purpose: what the template does not change
keeps its layout (line breaks, trailing commas), and the inner lines of a multi-line string are not indented.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from bugcatalog_ls.patterns.engine import ByteOffsets, Node, find
from bugcatalog_ls.patterns.rule import CompiledRule, FixTemplate
from bugcatalog_ls.patterns.template import Hole, Template
from bugcatalog_ls.patterns.terms import Rule, Utils
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span, TextEdit


class Capture(NamedTuple):
    """What a metavariable stands for. `span` is None for a transformed text and for an empty `$$$X`."""

    text: str
    span: Span | None
    # Rows after the first of `text`, counted from 0, that begin inside of a string or comment.
    fixed_rows: frozenset[int] = frozenset()


class Rewrite(NamedTuple):
    """One way to mend a match."""

    title: str
    edits: tuple[TextEdit, ...]


def rewrites(
    rule: CompiledRule, node: Node, captures: Mapping[str, Capture], source: Source, offsets: ByteOffsets
) -> tuple[Rewrite, ...]:
    """The rewrites of all fixes of a rule for a match of it; one that would change nothing is left out."""
    made = []
    for fix in rule.fixes:
        place = _expanded(fix, node, rule.config.get("utils") or {}, offsets)
        edits = None
        if place == offsets.span(node):
            edits = _edits_between(fix.template, place, captures, source)
        if edits is None:
            edits = [TextEdit(place, render(fix.template, place, captures, source))]
        edits = [edit for edit in edits if source.slice(edit.span) != edit.content]
        if edits:
            made.append(Rewrite(fix.title, tuple(edits)))
    return tuple(made)


def render(template: Template, place: Span, captures: Mapping[str, Capture], source: Source) -> str:
    """The template filled in, indented for `place`."""
    indent = source.indent_at(place.start)
    text, row = "", ""
    for position, literal in enumerate(template.literals):
        if position:
            hole = template.holes[position - 1]
            capture = captures.get(hole.name, _NOTHING)
            own = row[: len(row) - len(row.lstrip(" \t"))]
            filled = _indented(capture, indent + own, source)
            literal = _without_dangling_separator(filled, literal)
            row += filled or hole.source
            if not filled:
                text, literal = _joined_over_nothing(text, literal)
            text += filled
        text += _at_indent(literal, indent, source.newline)
        row = literal.rpartition("\n")[2] if "\n" in literal else row + literal
    return text


_NOTHING = Capture("", None)


def _at_indent(literal: str, indent: str, newline: str) -> str:
    first, *rest = re.split(r"\r\n|\r|\n", literal)
    return newline.join([first, *(indent + row if row.strip() or row is rest[-1] else "" for row in rest)])


def _indented(capture: Capture, indent: str, source: Source) -> str:
    """The captured text for a line that is indented by `indent`."""
    rows = re.split(r"(?<=\n)", capture.text)
    if len(rows) < 2:
        return capture.text
    before = source.indent_at(capture.span.start) if capture.span else ""
    if before == indent and capture.span:
        return capture.text
    moved = [rows[0]]
    for number, row in enumerate(rows[1:], 1):
        keeps = number in capture.fixed_rows or not row.strip() or not row.startswith(before)
        moved.append(row if keeps else indent + row[len(before) :])
    return "".join(moved)


def _without_dangling_separator(filled: str, literal: str) -> str:
    """A captured list may end with the comma that the template is about to add."""
    return literal.removeprefix(",") if filled.rstrip().endswith(",") and literal.startswith(",") else literal


def _joined_over_nothing(text: str, literal: str) -> tuple[str, str]:
    """Drop the comma on one side of a hole that holds nothing."""
    if literal.startswith(","):
        return text, literal[1:].lstrip(" ")
    if literal[:1] in (")", "]", "}") and text.rstrip().endswith(","):
        return text.rstrip()[:-1], literal
    return text, literal


def _edits_between(
    template: Template, place: Span, captures: Mapping[str, Capture], source: Source
) -> list[TextEdit] | None:
    """Edits of the text between captures, where the template has these once and in the text's order."""
    spans = _ordered_spans(template.holes, place, captures)
    if not spans:
        return None
    edits: list[TextEdit] = []
    starts = [place.start, *(span.end for span in spans)]
    ends = [*(span.start for span in spans), place.end]
    indent = source.indent_at(place.start)
    for position, (start, end, literal) in enumerate(zip(starts, ends, template.literals, strict=True)):
        gap = source.slice(Span(start, end))
        if "\n" in literal and literal.count("\n") != gap.count("\n"):
            return None
        if _tokens(gap) == _tokens(literal):
            continue
        if "\n" in literal and _last_indent(gap) != indent + _last_indent(literal):
            return None
        before = source.slice(spans[position - 1]) if position else ""
        wanted = _appended(gap, literal, before, source, spans[position - 1] if position else None)
        if wanted is None:
            wanted = _at_indent(_without_dangling_separator(before, literal), indent, source.newline)
        edits.append(_trimmed(TextEdit(Span(start, end), wanted), gap))
    return edits


def _last_indent(text: str) -> str:
    row = text.rpartition("\n")[2]
    return row[: len(row) - len(row.lstrip(" \t"))]


def _ordered_spans(holes: tuple[Hole, ...], place: Span, captures: Mapping[str, Capture]) -> list[Span]:
    spans: list[Span] = []
    reached = place.start
    for hole in holes:
        span = captures.get(hole.name, _NOTHING).span
        if span is None or span.start < reached or span.end > place.end:
            return []
        spans.append(span)
        reached = span.end
    return spans


def _appended(gap: str, literal: str, before: str, source: Source, span: Span | None) -> str | None:
    """An item added behind a list that is written one item a line, in that layout."""
    closer = gap.strip().removeprefix(",").lstrip()
    if span is None or "\n" not in gap or "\n" in literal or not closer or not literal.endswith(closer):
        return None
    added = literal[: -len(closer)].strip()
    if not added.startswith(","):
        return None
    own_line = source.newline + source.indent_at(span.end)
    comma = before.rstrip().endswith(",") or gap.lstrip().startswith(",")
    rest = gap[gap.index(",") + 1 :] if gap.lstrip().startswith(",") else gap
    lead = "" if before.rstrip().endswith(",") else ","
    return f"{lead}{own_line}{added[1:].strip()}{',' if comma else ''}{rest}"


_AROUND_PUNCTUATION = re.compile(r"\s*([^\w\s])\s*")


def _tokens(text: str) -> str:
    """The text without the white space that only lays it out."""
    return " ".join(_AROUND_PUNCTUATION.sub(r"\1", text.strip()).split())


def _trimmed(edit: TextEdit, old: str) -> TextEdit:
    """The edit without what stays the same at its ends, as far as whole words go."""
    new = edit.content
    n_same = 0
    while n_same < min(len(old), len(new)) and old[-1 - n_same] == new[-1 - n_same]:
        n_same += 1
    while n_same and any(len(text) > n_same and _in_word(text, len(text) - n_same) for text in (old, new)):
        n_same -= 1
    end = edit.span.end - len(old[len(old) - n_same :].encode())
    old, new = old[: len(old) - n_same], new[: len(new) - n_same]
    n_same = 0
    while n_same < min(len(old), len(new)) and old[n_same] == new[n_same]:
        n_same += 1
    while n_same and any(len(text) > n_same and _in_word(text, n_same) for text in (old, new)):
        n_same -= 1
    return TextEdit(Span(edit.span.start + len(old[:n_same].encode()), end), new[n_same:])


def _in_word(text: str, position: int) -> bool:
    pair = text[position - 1 : position + 1]
    return (
        pair.isalnum() or "\r\n" in pair or all(character.isalnum() or character == "_" for character in pair)
    )


def _expanded(fix: FixTemplate, node: Node, utils: Utils, offsets: ByteOffsets) -> Span:
    """The range to replace: the match, grown to the siblings that the fix asks for."""
    start, end = offsets.span(node)
    if fix.expand_start is not None:
        before = _sibling(fix.expand_start, utils, node, backwards=True)
        start = offsets.span(before).start if before is not None else start
    if fix.expand_end is not None:
        after = _sibling(fix.expand_end, utils, node, backwards=False)
        end = offsets.span(after).end if after is not None else end
    return Span(start, end)


# A match has few siblings that a fix may want to take along.
_MAX_SIBLINGS = 200


def _sibling(relation: Rule, utils: Utils, node: Node, *, backwards: bool) -> Node | None:
    rule = {key: value for key, value in relation.items() if key not in ("stopBy", "field")}
    stop = relation.get("stopBy", "neighbor")
    sibling = node.prev() if backwards else node.next()
    for _ in range(1 if stop == "neighbor" else _MAX_SIBLINGS):
        if sibling is None:
            return None
        if _holds(rule, utils, sibling):
            return sibling
        if isinstance(stop, Mapping) and _holds(stop, utils, sibling):
            return None
        sibling = sibling.prev() if backwards else sibling.next()
    return None


def _holds(rule: Rule, utils: Utils, node: Node) -> bool:
    return find(node, {"rule": rule, "utils": utils}) == node
