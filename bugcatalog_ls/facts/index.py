"""The fact index: facts of all files by kind and key, and who read what.

Readers are joins (per file and analyzer) and derived values. Every read is recorded, misses
included. A change of a file's facts marks the readers of exactly the keys that changed; a derived
value that comes out equal stops the change there.
"""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.facts.groups import Group, Groups, grouped
from bugcatalog_ls.syntax.modules import module_name

F = TypeVar("F", bound=Fact)
P = ParamSpec("P")
R = TypeVar("R")

_Input = tuple[str, type[Fact] | None, str]
NodeKey = tuple[Hashable, ...]
"""Names a reader; its first member is the name under which its runs are counted."""


_MAX_READ = 20_000
"""Of how many files and kinds the facts are kept as objects once they were read."""


_Readers = dict[Any, "NodeKey | set[NodeKey]"]
"""By what is read: the key of its reader, or of several. Most have one, and a set takes 200 bytes."""


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
        # The files that hold facts of a key: one path, or several in their order.
        self._by_key: dict[type[Fact], dict[str, str | list[str]]] = defaultdict(dict)
        self._by_file: dict[str, Groups] = {}
        # By kind and path: the facts that were read, by their keys.
        self._read: dict[type[Fact], dict[str, dict[str, tuple[Fact, ...]]]] = defaultdict(dict)
        self._n_read = 0
        self._nodes: dict[NodeKey, _Node] = {}
        self._inputs: dict[_Input, _Input] = {}
        self._input_readers: _Readers = {}
        self._node_readers: _Readers = {}
        self._active: list[_Reading] = []
        self._stale: set[NodeKey] = set()
        self._module_table: dict[str, tuple[str, ...]] | None = None
        self.n_runs: dict[str, int] = defaultdict(int)

    # -- reading --------------------------------------------------------------------------------

    def get(self, kind: type[F], key: str) -> tuple[tuple[str, F], ...]:
        """All facts of a kind with a key, as (path of the file, fact), by path."""
        if self._active:
            self._record(("key", kind, key))
        found = self._by_key[kind].get(key)
        if found is None:
            return ()
        paths = (found,) if isinstance(found, str) else found
        return tuple([(path, cast(F, fact)) for path in paths for fact in self._facts(path, kind)[key]])

    def one(self, kind: type[F], key: str) -> tuple[str, F] | None:
        """The only fact of a kind with a key; None where there is none or more than one."""
        if self._active:
            self._record(("key", kind, key))
        path = self._by_key[kind].get(key)
        if path.__class__ is not str:
            return None
        facts: Any = self._facts(path, kind)[key]
        return (path, facts[0]) if len(facts) == 1 else None

    def keys(self, kind: type[Fact]) -> frozenset[str]:
        """All keys of a kind; the reader wakes when one comes or goes."""
        self._record(("keys", kind, ""))
        return frozenset(self._by_key[kind])

    def in_file(self, path: str, kind: type[F]) -> tuple[F, ...]:
        """The facts of a kind that one file gave, in its order."""
        self._record(("file", kind, path))
        group = self._by_file.get(path, {}).get(kind)
        return cast("tuple[F, ...]", group.facts) if group is not None else ()

    def files(self) -> frozenset[str]:
        """The paths of all files; the reader wakes when a file comes or goes."""
        self._record(("paths", None, ""))
        return frozenset(self._by_file)

    def has_file(self, path: str) -> bool:
        self._record(("path", None, path))
        return path in self._by_file

    def holds(self, path: str, kinds: Iterable[type[Fact]]) -> bool:
        """Whether a file gave facts of any of the kinds; no reader is told when that changes."""
        given = self._by_file.get(path, {})
        return any(kind in given for kind in kinds)

    # -- writing --------------------------------------------------------------------------------

    def set_file(self, path: str, facts: Iterable[Fact] | Groups) -> None:
        """Replace what a file says, and mark the readers of what changed."""
        new = facts if isinstance(facts, Mapping) else grouped(facts)
        is_new = path not in self._by_file
        old = self._by_file.get(path, {})
        self._by_file[path] = new
        for kind in {*old, *new}:
            self._replace(path, kind, old.get(kind), new.get(kind))
        if is_new:
            self._paths_changed(path)

    def remove_file(self, path: str) -> None:
        old = self._by_file.pop(path, None)
        if old is None:
            return
        for kind, group in old.items():
            self._replace(path, kind, group, None)
        self._paths_changed(path)

    def _paths_changed(self, path: str) -> None:
        self._module_table = None
        if not self._tracks:
            self._values.clear()
            return
        self._wake(("paths", None, ""))
        self._wake(("path", None, path))
        for suffix in _suffixes(module_name(path)):
            self._wake(("module", None, suffix))

    def _replace(self, path: str, kind: type[Fact], old: Group | None, new: Group | None) -> None:
        if old is not None and old.equals(new):
            return
        self._values.clear()
        self._read[kind].pop(path, None)
        self._wake(("file", kind, path))
        before = set(old.keys) if old is not None else set()
        after = set(new.keys) if new is not None else set()
        changed = before ^ after
        if old is not None and new is not None:
            was, is_now = old.by_key(), new.by_key()
            changed |= {key for key in before & after if was[key] != is_now[key]}
        holders = self._by_key[kind]
        for key in changed:
            had = key in holders
            if key not in before:
                _add(holders, key, path)
            elif key not in after:
                _remove(holders, key, path)
            if had != (key in holders):
                self._wake(("keys", kind, ""))
            self._wake(("key", kind, key))

    def _facts(self, path: str, kind: type[Fact]) -> dict[str, tuple[Fact, ...]]:
        """The facts of a kind in a file by their keys; those that were read last are kept."""
        of_kind = self._read[kind]
        found = of_kind.get(path)
        if found is None:
            if self._n_read >= _MAX_READ:
                self._read.clear()
                self._n_read = 0
                of_kind = self._read[kind]
            self._n_read += 1
            found = of_kind[path] = self._by_file[path][kind].by_key()
        return found

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

    def is_stale(self, key: NodeKey) -> bool:
        """Whether a join has never run, or something that it read may have changed."""
        if not self._tracks:
            return key not in self._values
        node = self._nodes.get(key)
        return node is None or node.dirty or node.suspect

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
        return cast(R, value)

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
            for reader in _readers(self._node_readers, key):
                if (other := self._nodes.get(reader)) is not None:
                    other.dirty = True
                    self._stale.add(reader)
        return changed

    def _record(self, read: _Input) -> None:
        if self._active:
            self._active[-1].inputs.add(read)

    def _wake(self, changed: _Input) -> None:
        for key in _readers(self._input_readers, changed):
            if (node := self._nodes.get(key)) is not None and not node.dirty:
                node.dirty = True
                self._stale.add(key)
                self._suspect_readers(key)

    def _suspect_readers(self, key: NodeKey) -> None:
        pending = [key]
        while pending:
            for reader in _readers(self._node_readers, pending.pop()):
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
            _add_reader(self._input_readers, read, key)
        for other in node.nodes:
            _add_reader(self._node_readers, other, key)

    def _unlink(self, key: NodeKey, node: _Node) -> None:
        for read in node.inputs:
            if _remove_reader(self._input_readers, read, key):
                del self._inputs[read]
        for other in node.nodes:
            _remove_reader(self._node_readers, other, key)
        node.inputs = node.nodes = ()

    # -- modules -----------------------------------------------------------------------------------

    def module_paths(self, module: str) -> tuple[str, ...]:
        """The files that an absolute module name may mean: those whose dotted path ends with it."""
        if self._active:
            self._record(("module", None, module))
        table = self._module_table
        return (self._modules() if table is None else table).get(module, ())

    def _modules(self) -> Mapping[str, tuple[str, ...]]:
        if self._module_table is not None:
            return self._module_table
        table: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self._by_file):
            for suffix in _suffixes(module_name(path)):
                table[suffix].append(path)
        self._module_table = {name: tuple(paths) for name, paths in table.items()}
        return self._module_table


def derived(
    function: Callable[Concatenate[FactIndex, P], R],
) -> Callable[Concatenate[FactIndex, P], R]:
    """Make a function of the index a derived value, kept per its (hashable) arguments."""

    name = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def wrapper(index: FactIndex, *args: P.args, **kwargs: P.kwargs) -> R:
        key = (name, *args, *sorted(kwargs.items())) if kwargs else (name, *args)
        return index.derive(key, lambda: function(index, *args, **kwargs))

    return cast("Callable[Concatenate[FactIndex, P], R]", wrapper)


def _readers(readers: _Readers, read: Any) -> Iterable[NodeKey]:
    found = readers.get(read, ())
    # A copy: whoever is told may read again.
    return list(found) if isinstance(found, set) else (found,) if found else ()


def _add_reader(readers: _Readers, read: Any, key: NodeKey) -> None:
    found = readers.get(read)
    if found is None:
        readers[read] = key
    elif isinstance(found, set):
        found.add(key)
    elif found != key:
        readers[read] = {found, key}


def _remove_reader(readers: _Readers, read: Any, key: NodeKey) -> bool:
    """Whether nobody is left who reads it."""
    found = readers.get(read)
    if isinstance(found, set):
        found.discard(key)
        if found:
            return False
    elif found != key:
        return False
    del readers[read]
    return True


def _add(holders: dict[str, str | list[str]], key: str, path: str) -> None:
    held = holders.get(key)
    if held is None:
        holders[key] = path
    elif isinstance(held, str):
        holders[key] = sorted((held, path))
    else:
        insort(held, path)


def _remove(holders: dict[str, str | list[str]], key: str, path: str) -> None:
    held = holders[key]
    if isinstance(held, str):
        del holders[key]
        return
    held.remove(path)
    if len(held) == 1:
        holders[key] = held[0]


def _suffixes(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[start:]) for start in range(len(parts))]
