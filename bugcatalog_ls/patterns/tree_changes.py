"""What differs between two versions of a code: the smallest nodes, with all that surrounds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from bugcatalog_ls.patterns.engine import Node


class Change(NamedTuple):
    """Pairs of nodes that enclose each other, from the smallest that differ to the roots. `removed` and
    `added` are the parts of the smallest that stand on one side alone, where these are known."""

    pairs: tuple[tuple[Node, Node], ...]
    added: tuple[Node, ...] = ()
    removed: tuple[Node, ...] = ()


Tokens = tuple[str, ...]


def tokens_of(node: Node) -> Tokens:
    """The texts of a node's leaves; comments and layout say nothing."""
    return tuple(_leaves(node))


def changes(before: Node, after: Node) -> list[Change]:
    """Everything that differs, in the order of the text."""
    found: list[Change] = []
    _compare(before, after, (), found)
    return found


def parts(node: Node) -> list[Node]:
    """The children of a node that are no comments."""
    return [child for child in node.children() if not is_comment(child)]


def is_comment(node: Node) -> bool:
    return "comment" in node.kind()


def is_text(node: Node) -> bool:
    """Whether a node is a piece of text, which is compared and shown as a whole."""
    return any(word in node.kind() for word in ("string", "template", "char_literal", "heredoc"))


# Kinds of nodes whose children are a list of statements or members, by what their names hold.
_BODIES = (
    "block",
    "body",
    "module",
    "program",
    "source_file",
    "declaration_list",
    "compilation_unit",
    "translation",
)
_MAX_DEPTH = 400
_MAX_PARTS = 1_500


def _leaves(node: Node) -> Iterator[str]:
    pending = [node]
    while pending:
        current = pending.pop()
        if is_comment(current):
            continue
        if current.is_leaf() or is_text(current):
            if text := current.text().strip():
                yield text
        else:
            pending.extend(reversed(current.children()))


def _compare(before: Node, after: Node, above: tuple[tuple[Node, Node], ...], found: list[Change]) -> None:
    if tokens_of(before) == tokens_of(after):
        return
    here = ((before, after), *above)
    if before.kind() != after.kind() or before.is_leaf() or is_text(before) or len(above) > _MAX_DEPTH:
        found.append(Change(here))
        return
    old, new = parts(before), parts(after)
    if len(old) > _MAX_PARTS or len(new) > _MAX_PARTS:
        found.append(Change(here))
        return
    pairs, added, removed = _aligned(old, new)
    is_body = any(word in before.kind() for word in _BODIES)
    only = [node for node in (*added, *removed) if node.is_named()]
    apart = is_body or len(pairs) == 1 or "definition" in before.kind() or "declaration" in before.kind()
    if not only and (apart or all(_are_statements(one) for one, _ in pairs)):
        for one, other in pairs:
            _compare(one, other, here, found)
    elif is_body:
        for one, other in pairs:
            _compare(one, other, here, found)
        if only:
            found.append(
                Change(
                    here, tuple(n for n in added if n.is_named()), tuple(n for n in removed if n.is_named())
                )
            )
    else:
        found.append(
            Change(here, tuple(n for n in added if n.is_named()), tuple(n for n in removed if n.is_named()))
        )


def _are_statements(node: Node) -> bool:
    """Whether what changed inside of a node has nothing to do with what changed beside it."""
    return any(word in node.kind() for word in ("block", "clause", "body", "statement", "suite"))


def _aligned(
    old: Sequence[Node], new: Sequence[Node]
) -> tuple[list[tuple[Node, Node]], list[Node], list[Node]]:
    """The children that changed from one to another, and those that stand on one side alone."""
    pairs: list[tuple[Node, Node]] = []
    added: list[Node] = []
    removed: list[Node] = []
    matcher = SequenceMatcher(
        None, [tokens_of(node) for node in old], [tokens_of(node) for node in new], False
    )
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        one, other = list(old[i1:i2]), list(new[j1:j2])
        partners = list(_partners(one, other))
        pairs += partners
        removed += [node for node in one if all(node != left for left, _ in partners)]
        added += [node for node in other if all(node != right for _, right in partners)]
    return pairs, added, removed


def _partners(old: Sequence[Node], new: Sequence[Node]) -> Iterator[tuple[Node, Node]]:
    """Of neighbours that changed, those that are versions of each other: alike, and in the same order."""
    if len(old) == len(new):
        yield from zip(old, new, strict=True)
        return
    begin = 0
    for left in old:
        for position in range(begin, len(new)):
            right = new[position]
            if left.kind() == right.kind() and _likeness(left, right) >= 0.5:
                yield left, right
                begin = position + 1
                break


def _likeness(one: Node, other: Node) -> float:
    return SequenceMatcher(None, tokens_of(one)[:400], tokens_of(other)[:400], False).ratio()
