"""A rule that is not in force yet, tried on the files of a root."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bugcatalog_ls.analysis.proposing import Trial
from bugcatalog_ls.patterns.languages import PYTHON, file_type
from bugcatalog_ls.patterns.literals import may_match
from bugcatalog_ls.patterns.matcher import RuleSet
from bugcatalog_ls.patterns.rule import CompiledRule, RuleError, compile_rule
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.workspace.discovery import discover
from bugcatalog_ls.workspace.files import ReadResult
from bugcatalog_ls.workspace.reading import read_file
from bugcatalog_ls.workspace.settings import Settings

MAX_SAMPLES = 10
MAX_PLACES = 1_000


class RuleTrial:
    """The files of a root, read and parsed at most once for all rules that are tried."""

    def __init__(
        self, root: Path, settings: Settings, report: Callable[[int, int], None] = lambda done, total: None
    ) -> None:
        self._root = root
        self._settings = settings
        self._report = report
        self._texts: dict[str, Source] | None = None
        self._files: dict[str, PyFile] = {}

    def __call__(self, rule: dict[str, Any]) -> Trial:
        """The places that a rule matches; counting ends at a number that is too large for any rule."""
        try:
            compiled = compile_rule(rule)
        except RuleError:
            return Trial(0)
        rules = RuleSet([compiled])
        n_places = 0
        samples: list[str] = []
        for path, source in self._candidates(compiled):
            file = self._parsed(path, source) if compiled.language == PYTHON else None

            def symbol(start: int, end: int, file: PyFile | None = file) -> str | None:
                node = file.root.named_descendant_for_byte_range(start, end) if file is not None else None
                return file.symbol(node) if file is not None and node is not None else None

            for match in rules.match(source, compiled.language, symbol).matches:
                if match.unresolved:
                    continue
                n_places += 1
                if len(samples) < MAX_SAMPLES:
                    row = source.lines.row_of(match.span.start)
                    start, end = source.lines.line_span(row)
                    line = source.data[start:end].decode("utf-8", "replace").strip()
                    samples.append(f"{path}:{row + 1}: {line}")
            if n_places > MAX_PLACES:
                break
        return Trial(n_places, tuple(samples))

    def _candidates(self, rule: CompiledRule) -> Iterator[tuple[str, Source]]:
        """The files of the rule's language that hold all that it asks for; the last part of a name that must
        resolve stands in every file that imports it, under whatever other name."""
        names = [{target.rpartition(".")[2] for target in targets} for targets in rule.resolves.values()]
        for path, source in self._sources().items():
            kind = file_type(path)
            if kind is None or kind.language != rule.language:
                continue
            text = source.text
            if may_match(rule.literals, text.__contains__) and all(
                any(re.search(rf"\b{name}\b", text) for name in group) for group in names
            ):
                yield path, source

    def _sources(self) -> dict[str, Source]:
        if self._texts is None:
            settings = self._settings
            found = discover(
                self._root,
                lambda path: file_type(path) is not None,
                exclude=(*settings.exclude, *settings.extend_exclude),
                respect_gitignore=settings.respect_gitignore,
            )
            self._texts = {}
            for number, (path, _) in enumerate(found.files):
                self._report(number, len(found.files))
                read = read_file(self._root, path, settings.max_file_size)
                if isinstance(read, ReadResult):
                    self._texts[path] = Source(read.data)
        return self._texts

    def _parsed(self, path: str, source: Source) -> PyFile:
        if path not in self._files:
            self._files[path] = PyFile(path, source)
        return self._files[path]
