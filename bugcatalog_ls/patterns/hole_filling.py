"""Metavariables in the text of a code: where they stand, and the code with them in it."""

from __future__ import annotations

import re
from typing import NamedTuple

from bugcatalog_ls.patterns.engine import Node, place_of
from bugcatalog_ls.patterns.node_roles import ARGUMENTS, walk
from bugcatalog_ls.patterns.tree_changes import Tokens, is_text, parts, tokens_of


class Hole(NamedTuple):
    """A part of the code, from `start` to `end` of its characters, that a metavariable stands for."""

    start: int
    end: int
    name: str
    tokens: Tokens
    is_many: bool = False

    @property
    def written(self) -> str:
        return f"$$${self.name}" if self.is_many else f"${self.name}"


def fill_holes(node: Node, holes: list[Hole], filled: list[tuple[int, int, str]]) -> None:
    """Find what metavariables stand for in the code after the change, the largest parts first."""
    tokens = tokens_of(node)
    whole = next((hole for hole in holes if not hole.is_many and hole.tokens == tokens), None)
    if whole is not None and (node.is_named() or node.is_leaf()):
        start, end = place_of(node)
        filled.append((start, end, whole.written))
        return
    if node.kind() in ARGUMENTS or "block" in node.kind():
        children = [child for child in parts(node) if child.is_named()]
        separator = (",",) if node.kind() in ARGUMENTS else ()
        for hole in (hole for hole in holes if hole.is_many):
            found = _run(children, hole.tokens, separator)
            if found is not None:
                first, last = found
                filled.append((place_of(children[first])[0], place_of(children[last])[1], hole.written))
                children = [child for index, child in enumerate(children) if not first <= index <= last]
            elif not hole.tokens and children and separator:
                start = place_of(children[0])[0]
                filled.append((start, start, f"{hole.written}, "))
        for child in children:
            fill_holes(child, holes, filled)
        return
    if node.kind() == "attribute":
        owner = parts(node)
        if owner:
            fill_holes(owner[0], holes, filled)
        return
    for child in parts(node)[1:] if node.kind() == "keyword_argument" else parts(node):
        fill_holes(child, holes, filled)


def _run(children: list[Node], tokens: Tokens, separator: Tokens) -> tuple[int, int] | None:
    """The first and last of the children that together are these tokens."""
    if not tokens:
        return None
    for first in range(len(children)):
        for last in range(first, len(children)):
            if joined(children[first : last + 1], separator) == tokens:
                return first, last
    return None


def joined(nodes: list[Node], separator: Tokens) -> Tokens:
    joined: Tokens = ()
    for number, node in enumerate(nodes):
        joined = (*joined, *(separator if number else ()), *tokens_of(node))
    return joined


def written(node: Node, filled: list[tuple[int, int, str]]) -> str:
    begin = place_of(node)[0]
    text, parts_written, done = node.text(), [], 0
    for start, end, written in sorted(filled):
        if start - begin < done:
            continue
        parts_written.append(text[done : start - begin])
        parts_written.append(written)
        done = end - begin
    return _dedented("".join([*parts_written, text[done:]]), node)


def _dedented(text: str, node: Node) -> str:
    """Code of several lines as it would stand at the beginning of a line."""
    if "\n" not in text:
        return text
    whole, begin = node.get_root().root().text(), place_of(node)[0]
    line = whole[whole.rfind("\n", 0, begin) + 1 : begin]
    indent = line[: len(line) - len(line.lstrip())]
    return text.replace(f"\n{indent}", "\n") if indent else text


def on_one_line(pattern: str, node: Node) -> str:
    """An expression without the line breaks that it happened to have."""
    if (
        "\n" not in pattern
        or any(_is_laid_out(each) for each in walk(node))
        or re.search(r"#|//|/\*", pattern)
    ):
        return pattern
    line = re.sub(r"\s*\n\s*", " ", pattern)
    return re.sub(r",?\s+([)\]}])", r"\1", re.sub(r"([(\[{])\s+", r"\1", line))


def _is_laid_out(node: Node) -> bool:
    return "block" in node.kind() or "statement" in node.kind() or (is_text(node) and "\n" in node.text())
