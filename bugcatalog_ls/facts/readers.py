"""Who reads what: the keys of readers by what they read, in little memory."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Generic, TypeVar

R = TypeVar("R", bound=Hashable)

NodeKey = tuple[Hashable, ...]
"""Names a reader; its first member is the name under which its runs are counted."""


class Readers(Generic[R]):
    """The readers of each thing. Most things have one, for which a set would take 200 bytes."""

    def __init__(self) -> None:
        self._by_read: dict[R, NodeKey | set[NodeKey]] = {}

    def of(self, read: R) -> Iterable[NodeKey]:
        """The readers there are now; who is told of a change may read again meanwhile."""
        found = self._by_read.get(read, ())
        return list(found) if isinstance(found, set) else (found,) if found else ()

    def add(self, read: R, key: NodeKey) -> None:
        found = self._by_read.get(read)
        if found is None:
            self._by_read[read] = key
        elif isinstance(found, set):
            found.add(key)
        elif found != key:
            self._by_read[read] = {found, key}

    def remove(self, read: R, key: NodeKey) -> bool:
        """Whether nobody is left who reads it."""
        found = self._by_read.get(read)
        if isinstance(found, set):
            found.discard(key)
            if found:
                return False
        elif found != key:
            return False
        del self._by_read[read]
        return True
