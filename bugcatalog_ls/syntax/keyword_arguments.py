"""The keyword arguments of a file by their names, without a look at every call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile


def keyword_arguments(file: PyFile, names: Iterable[str]) -> list[Node]:
    """The `keyword_argument` nodes with one of the names, in the order of the text."""
    found = [node for name in names for node in _named(file, name.encode())]
    found.sort(key=attrgetter("start_byte"))
    return found


def calls_given(file: PyFile, names: Iterable[str]) -> list[Node]:
    """The calls that are given one of the keywords, each once, in the order of the keywords."""
    found: dict[int, Node] = {}
    for keyword in keyword_arguments(file, names):
        call = keyword.parent.parent if keyword.parent is not None else None
        if call is not None and call.type == "call":
            found.setdefault(call.id, call)
    return list(found.values())


def _named(file: PyFile, name: bytes) -> Iterator[Node]:
    data = file.source.data
    for offset in file.word_offsets(name):
        behind = data[offset + len(name) : offset + len(name) + 8].lstrip()
        if not behind.startswith(b"=") or behind.startswith(b"=="):
            continue
        node = file.root.descendant_for_byte_range(offset, offset + 1)
        parent = node.parent if node is not None else None
        if parent is not None and parent.type == "keyword_argument" and parent.start_byte == offset:
            yield parent
