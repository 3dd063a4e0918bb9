"""BC901 and BC902 for what installed packages own: uses of a file, and what is known of their owners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from bugcatalog_ls.analysis.finding import Finding
from bugcatalog_ls.facts.attribute_stores import AttributeStore
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.near_names import nearest
from bugcatalog_ls.facts.outside_uses import OutsideUse, outside_uses
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span
from bugcatalog_ls.workspace.change import common_prefix
from bugcatalog_ls.workspace.outside_answers import OutsideAnswers
from bugcatalog_ls.workspace.outside_members import Members

CODES = frozenset({"BC901", "BC902"})
_MAX_NAMES = 3


class _Seen(NamedTuple):
    """What was seen of a file, with the text that it was seen in."""

    data: bytes
    uses: tuple[OutsideUse, ...]


class ThirdParty:
    """Nothing is found before somebody lets it look at a file; `is_on` tells that somebody means to."""

    def __init__(self, root: Path, cache_folder: Path | None) -> None:
        self.is_on = False
        self.answers = OutsideAnswers(root, cache_folder)
        self._seen: dict[str, _Seen] = {}
        # Of which sight and answers what was found.
        self._known: dict[str, tuple[_Seen, int, tuple[Finding, ...]]] = {}
        self.n_looks = 0

    def has_seen(self, path: str) -> bool:
        """Whether anything was ever seen of a file."""
        return path in self._seen

    def is_seen(self, path: str, source: Source) -> bool:
        """Whether a file was looked at as it is now."""
        seen = self._seen.get(path)
        return seen is not None and seen.data == source.data

    def look(self, path: str, source: Source, index: FactIndex) -> None:
        """Note what a file reads off packages."""
        self.n_looks += 1
        uses: tuple[OutsideUse, ...] = ()
        if self.answers.look():
            has = self.answers.has_package
            uses = outside_uses(PyFile(path, source), lambda top: has(top) and not index.module_paths(top))
        self._seen[path] = _Seen(source.data, tuple(use for use in uses if not _is_given(index, use)))

    def forget(self, path: str) -> None:
        self._seen.pop(path, None)
        self._known.pop(path, None)

    def owners(self, paths: Iterable[str]) -> set[str]:
        """The owners whose members some files must be compared with."""
        uses = (use for path in paths if path in self._seen for use in self._seen[path].uses)
        return {_plain(use) for use in uses}

    def findings(self, path: str, source: Source) -> Iterator[Finding]:
        """What is found in a file; where it was looked at before an edit, what the edit left alone."""
        seen = self._seen.get(path)
        if seen is None:
            return
        known = self._known.get(path)
        if known is None or known[0] is not seen or known[1] != self.answers.n_changes:
            known = self._known[path] = (seen, self.answers.n_changes, tuple(self._compared(path, seen)))
        if not known[2] or seen.data == source.data:
            yield from known[2]
            return
        moved = _Moved(seen.data, source.data)
        for finding in known[2]:
            place = moved.span(finding.span) if finding.span is not None else None
            if place is not None:
                yield msgspec.structs.replace(finding, span=place)

    def _compared(self, path: str, seen: _Seen) -> Iterator[Finding]:
        for use in seen.uses:
            members = self.answers.of(_plain(use))
            found = _found(path, use, members) if members is not None else None
            if found is not None:
                yield found


class _Moved:
    """Where the places of one text are in another one, which differs from it at one place."""

    def __init__(self, before: bytes, after: bytes) -> None:
        limit = min(len(before), len(after))
        self._start = common_prefix(before, after, limit)
        n_end = common_prefix(before[::-1], after[::-1], limit - self._start)
        self._end = len(before) - n_end
        self._by = len(after) - len(before)

    def span(self, span: Span) -> Span | None:
        if span.end < self._start:
            return span
        if span.start > self._end:
            return Span(span.start + self._by, span.end + self._by)
        return None


def _found(path: str, use: OutsideUse, members: Members) -> Finding | None:
    owner = _plain(use)
    label = owner.rpartition(".")[2]
    is_instance = use.owner.endswith("()")
    if members.kind == "unknown" or (is_instance and members.kind != "class"):
        return None
    if use.entered and not members.enters_itself:
        return None
    if use.name not in members.names:
        subject = f"the module {owner}" if members.kind == "module" else label
        message = f"{subject} has no attribute {use.name}"
        public = (name for name in members.names if use.name.startswith("_") or not name.startswith("_"))
        near = nearest(use.name, public)[:_MAX_NAMES]
        if near:
            message += f"; the nearest it has: {', '.join(near)}"
        data = {"kind": "outside", "owner": owner, "name": use.name, "nearest": " ".join(near)}
        return Finding("BC901", message, path, use.span, data=data)
    if members.kind == "class" and not is_instance and use.lacks_self and use.name in members.methods:
        message = (
            f"{use.name} is a method of instances and is called on the class {label}, so that self is missing"
        )
        data = {"kind": "outside", "name": use.name, "makes": label if members.needs_nothing else ""}
        return Finding("BC902", message, path, use.whole, data=data)
    return None


def _plain(use: OutsideUse) -> str:
    return use.owner.removesuffix("()")


def _is_given(index: FactIndex, use: OutsideUse) -> bool:
    """Whether the workspace may give an owner the attribute."""
    top = use.owner.partition(".")[0].removesuffix("()")
    stores = index.get(AttributeStore, use.name)
    return any(not owner or owner.partition(".")[0] == top for _, store in stores for owner in store.owners)
