"""The matches of a page's rules in the workspace, looked for in the background while they are written."""

from __future__ import annotations

import time
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from bugcatalog_ls.facts.resolve import resolve
from bugcatalog_ls.patterns.languages import file_type
from bugcatalog_ls.patterns.matcher import Match, RuleSet
from bugcatalog_ls.patterns.rule import CompiledRule, RuleError, compile_rule
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span
from bugcatalog_ls.workspace.discovery import discover
from bugcatalog_ls.workspace.files import ReadResult
from bugcatalog_ls.workspace.reading import read_file
from bugcatalog_ls.workspace.workspace import Workspace


class Found(NamedTuple):
    path: str
    span: Span


class RuleMatches:
    """What one rule matches in a workspace, as far as it was looked."""

    def __init__(self, workspace: Workspace, raw: dict[str, Any]) -> None:
        self.found: list[Found] = []
        self.problem = ""
        self.is_done = False
        self.is_stopped = False
        self._workspace = workspace
        self._spent = 0.0
        try:
            self._rule: CompiledRule | None = compile_rule(raw, code="RULE-1")
        except RuleError as error:
            self.problem = error.message
            self._rule, self.is_done = None, True
        self._steps = self._look()

    def work(self, until: float) -> bool:
        """Go on until then; whether more is left."""
        begun = time.monotonic()
        while not self.is_done and time.monotonic() < until:
            if next(self._steps, None) is None:
                self.is_done = True
        self._spent += time.monotonic() - begun
        if not self.is_done and self._spent > _MAX_SECONDS:
            self.is_done = self.is_stopped = True
        return not self.is_done

    @property
    def title(self) -> str:
        """The sentence of the lens."""
        if self.problem:
            return "no matches: the rule is not right yet"
        n_found = len(self.found)
        matches = "1 match" if n_found == 1 else f"{n_found} matches"
        if not self.is_done:
            return f"{matches} in the workspace so far…"
        return f"{matches} in the workspace" + (" (not all of it was looked at)" if self.is_stopped else "")

    def _look(self) -> Iterator[bool]:
        rule, settings = self._rule, self._workspace.settings
        if rule is None:
            return

        def is_wanted(name: str) -> bool:
            kind = file_type(name)
            return kind is not None and kind.language == rule.language

        listed = discover(
            self._workspace.root,
            is_wanted,
            exclude=(*settings.exclude, *settings.extend_exclude),
            respect_gitignore=settings.respect_gitignore,
            max_files=_MAX_FILES,
        )
        self.is_stopped = any(problem.kind == "many" for problem in listed.problems)
        yield True
        rules = RuleSet([rule])
        for file in listed.files:
            source = self._text(file.path)
            if source is not None:
                for match in self._matches(rules, rule, file.path, source):
                    self.found.append(Found(file.path, match.span))
                    if len(self.found) >= _MAX_MATCHES:
                        self.is_stopped = True
                        return
            yield True

    def _matches(self, rules: RuleSet, rule: CompiledRule, path: str, source: Source) -> Iterator[Match]:
        parsed: list[PyFile] = []

        def symbol(start: int, end: int) -> str | None:
            if not parsed:
                parsed.append(PyFile(path, source))
            node = parsed[0].root.named_descendant_for_byte_range(start, end)
            return parsed[0].symbol(node) if node is not None else None

        outcome = rules.match(source, rule.language, symbol if rule.resolves else None)
        if outcome.quarantined:
            self.is_stopped = True
        index = self._workspace.project.index if rule.resolves else None
        for match in outcome.matches:
            if index is None or all(
                resolve(index, name, path) in rule.resolves[variable]
                for variable, name in match.unresolved.items()
            ):
                yield match

    def _text(self, path: str) -> Source | None:
        if self._workspace.is_open(path):
            return self._workspace.source(path)
        read = read_file(self._workspace.root, path, self._workspace.settings.max_file_size)
        return Source(read.data) if isinstance(read, ReadResult) else None


class LiveMatches:
    """The rules of the pages that are open, each looked for once for each of its versions."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], tuple[bytes, RuleMatches]] = {}

    def of(self, document: str, workspace: Workspace, rules: list[dict[str, Any]]) -> list[RuleMatches]:
        """The matches of a page's rules as far as they were looked for; what has changed begins anew."""
        found = []
        for index, raw in enumerate(rules):
            digest = blake2b(msgspec.msgpack.encode((str(workspace.root), raw)), digest_size=16).digest()
            known = self._known.get((document, index))
            if known is None or known[0] != digest:
                known = self._known[document, index] = (digest, RuleMatches(workspace, raw))
            found.append(known[1])
        for index in range(len(rules), len(rules) + _MAX_RULES):
            self._known.pop((document, index), None)
        return found

    def forget(self, document: str | None = None) -> None:
        """Look again: the page was closed, or (without one) files have changed."""
        for key in [key for key in self._known if document in (None, key[0])]:
            del self._known[key]

    @property
    def has_work(self) -> bool:
        return any(not matches.is_done for _, matches in self._known.values())

    def work(self, until: float) -> bool:
        """Go on until then; whether a search has ended."""
        for _, matches in self._known.values():
            if not matches.is_done:
                return not matches.work(until)
        return False


_MAX_FILES = 20_000
_MAX_MATCHES = 1000
_MAX_SECONDS = 5.0
_MAX_RULES = 50
