"""The fact index: facts of all files by kind and key, and who read what.

Readers are joins (per file and analyzer) and derived values. Every read is recorded, misses
included. A change of a file's facts marks the readers of exactly the keys that changed; a derived
value that comes out equal stops the change there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.facts.groups import Groups, grouped
from bugcatalog_ls.facts.readers import NodeKey, Readers
from bugcatalog_ls.facts.store import FactStore, suffixes
from bugcatalog_ls.syntax.modules import module_name

F = TypeVar("F", bound=Fact)
P = ParamSpec("P")
R = TypeVar("R")

_Input = tuple[str, type[Fact] | None, str]


class _Node:
    """One reader: what computes it, what it gave, what it read (facts, and other nodes)."""

    __slots__ = ("compute", "dirty", "inputs", "nodes", "running", "suspect", "value")

    def __init__(self, compute: Callable[[], Any]) -> None:
        self.compute = compute
        self.value: Any = None
        self.inputs: tuple[_Input, ...] = ()
        self.nodes: tuple[NodeKey, ...] = ()
        self.dirty = True
        self.suspect = False
        self.running = False


class _Reading:
    """What a node that is being computed has read so far."""

    __slots__ = ("inputs", "nodes")

    def __init__(self) -> None:
        self.inputs: set[_Input] = set()
        self.nodes: set[NodeKey] = set()


_RUNNING = object()
"""Stands for the value of what is being computed."""


class CyclicDerivation(RuntimeError):
    """A derived value needs itself."""


class FactIndex:
    """Facts by kind and key. Not thread-safe; one process owns it.

    An index that does not `track` records no reads, which halves the cost of joins that run once:
    when any fact changes it forgets all values, and it can't tell which of them are stale.
    """

    def __init__(self, *, track: bool = True) -> None:
        self._tracks = track
        self._values: dict[NodeKey, Any] = {}
        self._store = FactStore()
        self._nodes: dict[NodeKey, _Node] = {}
        self._inputs: dict[_Input, _Input] = {}
        self._input_readers: Readers[_Input] = Readers()
        self._node_readers: Readers[NodeKey] = Readers()
        self._active: list[_Reading] = []
        self._stale: set[NodeKey] = set()
        self.n_runs: dict[str, int] = defaultdict(int)

    # -- reading --------------------------------------------------------------------------------

    def get(self, kind: type[F], key: str) -> tuple[tuple[str, F], ...]:
        """All facts of a kind with a key, as (path of the file, fact), by path."""
        if self._active:
            self._record(("key", kind, key))
        return self._store.get(kind, key)

    def one(self, kind: type[F], key: str) -> tuple[str, F] | None:
        """The only fact of a kind with a key; None where there is none or more than one."""
        if self._active:
            self._record(("key", kind, key))
        return self._store.one(kind, key)

    def keys(self, kind: type[Fact]) -> frozenset[str]:
        """All keys of a kind; the reader wakes when one comes or goes."""
        self._record(("keys", kind, ""))
        return frozenset(self._store.keys(kind))

    def in_file(self, path: str, kind: type[F]) -> tuple[F, ...]:
        """The facts of a kind that one file gave, in its order."""
        self._record(("file", kind, path))
        return cast("tuple[F, ...]", self._store.in_file(path, kind))

    def files(self) -> frozenset[str]:
        """The paths of all files; the reader wakes when a file comes or goes."""
        self._record(("paths", None, ""))
        return frozenset(self._store.paths())

    def has_file(self, path: str) -> bool:
        self._record(("path", None, path))
        return path in self._store.paths()

    def module_paths(self, module: str) -> tuple[str, ...]:
        """The files that an absolute module name may mean: those whose dotted path ends with it."""
        if self._active:
            self._record(("module", None, module))
        return self._store.module_paths(module)

    def kinds(self, path: str) -> Set[type[Fact]]:
        """The kinds of facts that a file gave; no reader is told when that changes."""
        return self._store.kinds(path)

    def n_facts(self, path: str) -> int:
        """How many facts a file gave; no reader is told when that changes."""
        return self._store.n_facts(path)

    # -- writing --------------------------------------------------------------------------------

    def set_file(self, path: str, facts: Iterable[Fact] | Groups) -> None:
        """Replace what a file says, and mark the readers of what changed."""
        is_new = path not in self._store.paths()
        self._replace(path, facts if isinstance(facts, Mapping) else grouped(facts))
        if is_new:
            self._paths_changed(path)

    def remove_file(self, path: str) -> None:
        if path in self._store.paths():
            self._replace(path, None)
            self._paths_changed(path)

    def _replace(self, path: str, groups: Groups | None) -> None:
        for kind, keys in self._store.replace(path, groups).items():
            self._values.clear()
            self._wake(("file", kind, path))
            for key, came_or_went in keys.items():
                if came_or_went:
                    self._wake(("keys", kind, ""))
                self._wake(("key", kind, key))

    def _paths_changed(self, path: str) -> None:
        if not self._tracks:
            self._values.clear()
            return
        self._wake(("paths", None, ""))
        self._wake(("path", None, path))
        for suffix in suffixes(module_name(path)):
            self._wake(("module", None, suffix))

    # -- joins and derived values ------------------------------------------------------------------

    def join(self, key: NodeKey, compute: Callable[[], R]) -> R:
        """The value of a join: computed when it is new or when something it read has changed."""
        if not self._tracks:
            return self._remembered(key, compute)
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = _Node(compute)
        else:
            node.compute = compute
        self._refresh(key, node)
        return cast(R, node.value)

    def forget_join(self, key: NodeKey) -> None:
        self._values.pop(key, None)
        node = self._nodes.pop(key, None)
        self._stale.discard(key)
        if node is not None:
            self._unlink(key, node)

    def stale(self) -> Iterator[NodeKey]:
        """The keys of all joins and derived values that may have to run again."""
        return iter(list(self._stale))

    def derive(self, key: NodeKey, compute: Callable[[], R]) -> R:
        """A value computed from facts and other derived values, kept until what it read changes."""
        if not self._tracks:
            return self._remembered(key, compute)
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = _Node(compute)
        try:
            self._refresh(key, node)
        finally:
            if self._active:
                self._active[-1].nodes.add(key)
        return cast(R, node.value)

    def _remembered(self, key: NodeKey, compute: Callable[[], R]) -> R:
        """The value of a node of an index that does not track."""
        value = self._values.get(key, self)
        if value is _RUNNING:
            raise CyclicDerivation(f"{key[0]} needs itself")
        if value is self:
            self._values[key] = _RUNNING
            self.n_runs[str(key[0])] += 1
            try:
                value = compute()
            except BaseException:
                self._values.pop(key, None)
                raise
            self._values[key] = value
        result: R = value
        return result

    def _refresh(self, key: NodeKey, node: _Node) -> bool:
        """Bring a node up to date; whether its value changed."""
        if node.running:
            raise CyclicDerivation(f"{key[0]} needs itself")
        if not node.dirty and node.suspect:
            node.suspect = False
            for read in node.nodes:
                source = self._nodes.get(read)
                if source is None or ((source.dirty or source.suspect) and self._refresh(read, source)):
                    node.dirty = True
                if node.dirty:
                    break
        if not node.dirty:
            self._stale.discard(key)
            return False
        self._unlink(key, node)
        node.dirty = node.suspect = False
        self._stale.discard(key)
        self.n_runs[str(key[0])] += 1
        reading = _Reading()
        self._active.append(reading)
        node.running = True
        try:
            value = node.compute()
        except BaseException:
            node.dirty = True
            self._stale.add(key)
            raise
        finally:
            node.running = False
            self._active.pop()
            self._link(key, node, reading)
        changed = bool(value != node.value)
        node.value = value
        if changed:
            for reader in self._node_readers.of(key):
                if (other := self._nodes.get(reader)) is not None:
                    other.dirty = True
                    self._stale.add(reader)
        return changed

    def _record(self, read: _Input) -> None:
        if self._active:
            self._active[-1].inputs.add(read)

    def _wake(self, changed: _Input) -> None:
        for key in self._input_readers.of(changed):
            if (node := self._nodes.get(key)) is not None and not node.dirty:
                node.dirty = True
                self._stale.add(key)
                self._suspect_readers(key)

    def _suspect_readers(self, key: NodeKey) -> None:
        pending = [key]
        while pending:
            for reader in self._node_readers.of(pending.pop()):
                node = self._nodes.get(reader)
                if node is not None and not node.dirty and not node.suspect:
                    node.suspect = True
                    self._stale.add(reader)
                    pending.append(reader)

    def _link(self, key: NodeKey, node: _Node, reading: _Reading) -> None:
        # One object stands for equal inputs of all nodes.
        node.inputs = tuple([self._inputs.setdefault(read, read) for read in reading.inputs])
        node.nodes = tuple(reading.nodes)
        for read in node.inputs:
            self._input_readers.add(read, key)
        for other in node.nodes:
            self._node_readers.add(other, key)

    def _unlink(self, key: NodeKey, node: _Node) -> None:
        for read in node.inputs:
            if self._input_readers.remove(read, key):
                del self._inputs[read]
        for other in node.nodes:
            self._node_readers.remove(other, key)
        node.inputs = node.nodes = ()


def derived(
    function: Callable[Concatenate[FactIndex, P], R],
) -> Callable[Concatenate[FactIndex, P], R]:
    """Make a function of the index a derived value, kept per its (hashable) arguments."""

    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def wrapper(index: FactIndex, *args: P.args, **kwargs: P.kwargs) -> R:
        key = (name, *args, *sorted(kwargs.items())) if kwargs else (name, *args)
        if not index._tracks:
            known = index._values.get(key, _RUNNING)
            if known is not _RUNNING:
                value: R = known
                return value
        return index.derive(key, lambda: function(index, *args, **kwargs))

    return cast("Callable[Concatenate[FactIndex, P], R]", wrapper)
