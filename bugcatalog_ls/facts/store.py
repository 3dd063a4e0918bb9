"""The facts of all files by kind, key and file, and which files a module name may mean."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from typing import Any, TypeVar, cast

from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.facts.groups import Group, Groups
from bugcatalog_ls.syntax.modules import is_module, module_name

F = TypeVar("F", bound=Fact)

_MAX_READ = 20_000
"""Of how many files and kinds the facts are kept as objects once they were read."""

_MAX_LAST = 64


class FactStore:
    """Facts as files gave them. It knows nothing of who reads them."""

    def __init__(self) -> None:
        # The files that hold facts of a key: one path, or several in their order.
        self._by_key: dict[type[Fact], dict[str, str | list[str]]] = defaultdict(dict)
        self._by_file: dict[str, Groups] = {}
        # By kind and path: the facts that were read, by their keys.
        self._read: dict[type[Fact], dict[str, dict[str, tuple[Fact, ...]]]] = defaultdict(dict)
        self._n_read = 0
        # The last ones read in their order: joins of one file ask for the same kinds, one after another.
        self._last: dict[Group, tuple[Fact, ...]] = {}
        self._modules: dict[str, tuple[str, ...]] | None = None

    def get(self, kind: type[F], key: str) -> tuple[tuple[str, F], ...]:
        """All facts of a kind with a key, as (path of the file, fact), by path."""
        found = self._by_key[kind].get(key)
        if found is None:
            return ()
        paths = (found,) if isinstance(found, str) else found
        return tuple([(path, cast(F, fact)) for path in paths for fact in self._facts(path, kind)[key]])

    def one(self, kind: type[F], key: str) -> tuple[str, F] | None:
        """The only fact of a kind with a key; None where there is none or more than one."""
        path = self._by_key[kind].get(key)
        if path.__class__ is not str:
            return None
        facts: Any = self._facts(path, kind)[key]
        return (path, facts[0]) if len(facts) == 1 else None

    def keys(self, kind: type[Fact]) -> Collection[str]:
        return self._by_key[kind].keys()

    def group(self, path: str, kind: type[Fact]) -> Group | None:
        """The facts of a kind that one file gave."""
        return self._by_file.get(path, {}).get(kind)

    def kinds(self, path: str) -> Set[type[Fact]]:
        """The kinds of facts that one file gave."""
        return self._by_file.get(path, {}).keys()

    def in_file(self, path: str, kind: type[Fact]) -> tuple[Fact, ...]:
        """The facts of a kind that one file gave, in its order."""
        group = self.group(path, kind)
        if group is None:
            return ()
        found = self._last.get(group)
        if found is None:
            if len(self._last) >= _MAX_LAST:
                self._last.clear()
            found = self._last[group] = group.facts
        return found

    def n_facts(self, path: str) -> int:
        return sum(len(group.keys) for group in self._by_file.get(path, {}).values())

    def paths(self) -> Collection[str]:
        return self._by_file.keys()

    def module_paths(self, module: str) -> tuple[str, ...]:
        """The files whose dotted path ends with a module's name, sorted."""
        if self._modules is None:
            table: dict[str, list[str]] = defaultdict(list)
            for path in sorted(path for path in self._by_file if is_module(path)):
                for suffix in suffixes(module_name(path)):
                    table[suffix].append(path)
            self._modules = {name: tuple(paths) for name, paths in table.items()}
        return self._modules.get(module, ())

    def replace(self, path: str, groups: Groups | None) -> Mapping[type[Fact], Mapping[str, bool]]:
        """Let a file give other facts than before (None: it is gone).

        What has changed: by kind the keys whose facts are others now, and of each key whether it came
        or went altogether.
        """
        if (path in self._by_file) != (groups is not None):
            self._modules = None
        old, new = self._by_file.get(path, {}), groups or {}
        if groups is None:
            self._by_file.pop(path, None)
        else:
            self._by_file[path] = groups
        changes = {kind: self._changed(path, kind, old.get(kind), new.get(kind)) for kind in {*old, *new}}
        return {kind: dict(changed) for kind, changed in changes.items() if changed is not None}

    def _changed(
        self, path: str, kind: type[Fact], old: Group | None, new: Group | None
    ) -> Iterable[tuple[str, bool]] | None:
        """The changed keys of a kind; none where only the order has changed, None where nothing has."""
        if old is not None and old.equals(new):
            return None
        self._read[kind].pop(path, None)
        return self._hold(path, kind, old, new)

    def _hold(
        self, path: str, kind: type[Fact], old: Group | None, new: Group | None
    ) -> Iterator[tuple[str, bool]]:
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
            yield key, had != (key in holders)

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


def suffixes(module: str) -> list[str]:
    """A dotted name and what is left of it without its first parts."""
    parts = module.split(".")
    return [".".join(parts[start:]) for start in range(len(parts))]


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
