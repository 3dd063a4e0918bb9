"""The calls of a file by the last name of what they call, so that an analysis looks at few of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from tree_sitter import Node

from bugcatalog_ls.syntax.tree import PyTree


class CallTable:
    """Calls by name, without knowledge of what a name is.

    A name that another name stands for in the file (`from requests import get as fetch`,
    `fetch = requests.get`) leads to the calls of both.
    """

    def __init__(self, tree: PyTree) -> None:
        self._tree = tree
        self._by_name = _by_name(tree)
        self._aliases: dict[bytes, set[bytes]] | None = None

    def named(self, *names: str) -> list[Node]:
        """The calls of anything whose last name is one of these, in the order of the text."""
        wanted = _encoded(names)
        if self._aliases is None:
            self._aliases = _aliases(self._tree)
        pending = [name for name in wanted if name in self._aliases]
        while pending:
            others = self._aliases[pending.pop()] - wanted
            wanted |= others
            pending += [name for name in others if name in self._aliases]
        return _in_order([self._by_name[name] for name in wanted if name in self._by_name])

    def written(self, *names: str) -> list[Node]:
        """The calls of anything whose last name, as it is written, is one of these."""
        return _in_order([self._by_name[name] for name in _encoded(names) if name in self._by_name])

    def where(self, is_wanted: Callable[[str], bool]) -> list[Node]:
        """The calls of anything whose last name, as it is written, is wanted; in the order of the text."""
        found = [calls for name, calls in self._by_name.items() if is_wanted(name.decode("utf-8", "replace"))]
        return _in_order(found)


@lru_cache(maxsize=256)
def _encoded(names: tuple[str, ...]) -> frozenset[bytes]:
    return frozenset(name.encode() for name in names)


def _in_order(found: list[list[Node]]) -> list[Node]:
    if len(found) == 1:
        return list(found[0])
    return sorted(
        (node for nodes in found for node in nodes), key=lambda node: (node.start_byte, -node.end_byte)
    )


def _by_name(tree: PyTree) -> dict[bytes, list[Node]]:
    data = tree.source.data
    found: dict[bytes, list[Node]] = {}
    for call in tree.nodes("call"):
        function = call.child(0)
        if function is None:
            continue
        start, end = function.start_byte, function.end_byte
        # A long chain of calls is not copied for each of them.
        dot = data.rfind(b".", start, end)
        name = data[start if dot < 0 else dot + 1 : end].strip(b" \t\r\n\\")
        found.setdefault(name, []).append(call)
    return found


# What calls, displays, texts and subscripts end with.
_NO_NAME_ENDS = frozenset(b")]}\"'")


def _aliases(tree: PyTree) -> dict[bytes, set[bytes]]:
    """By name: the other names that the file gives to what it names."""
    data = tree.source.data
    found: dict[bytes, set[bytes]] = {}
    for statement in tree.nodes("import_statement", "import_from_statement"):
        if data.find(b" as ", statement.start_byte, statement.end_byte) < 0:
            continue
        for child in statement.named_children:
            if child.type != "aliased_import":
                continue
            original, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
            if original is not None and alias is not None:
                last = (original.text or b"").rpartition(b".")[2]
                found.setdefault(last, set()).add(alias.text or b"")
    for assignment in tree.nodes("assignment"):
        if data[assignment.end_byte - 1] in _NO_NAME_ENDS:
            continue
        right = assignment.child_by_field_name("right")
        if right is None or right.type not in ("attribute", "identifier"):
            continue
        left = assignment.child_by_field_name("left")
        if left is not None and left.type in ("attribute", "identifier"):
            value = data[right.start_byte : right.end_byte].rpartition(b".")[2].strip()
            name = data[left.start_byte : left.end_byte].rpartition(b".")[2].strip()
            if name != value:
                found.setdefault(value, set()).add(name)
    return found
