"""The rules of catalog pages as findings: what they match here, and what only a join can decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.page_error import PageError
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import resolve
from bugcatalog_ls.patterns.budget import Quarantined
from bugcatalog_ls.patterns.languages import file_type
from bugcatalog_ls.patterns.matcher import Match, RuleSet
from bugcatalog_ls.patterns.rule import CompiledRule, RuleError, compile_rule
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span


class RuleCandidate(Fact, frozen=True):
    """A match of a rule that holds if names of other modules turn out to be what the rule asks for."""

    path: str
    code: str
    rule_index: int
    anchor: str
    message: str
    unresolved: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        return self.path


class Rules:
    """The compiled rules of all entries."""

    def __init__(self, compiled: Iterable[CompiledRule] = ()) -> None:
        self.compiled = {(rule.code, rule.index): rule for rule in compiled}
        self._set = RuleSet(self.compiled.values())
        self._kept: tuple[PyFile, dict[Span, list[Match]]] | None = None

    @cached_property
    def codes(self) -> frozenset[str]:
        return frozenset(code for code, _ in self.compiled)

    @cached_property
    def suffix_languages(self) -> frozenset[str]:
        """The names of the languages that there are rules for."""
        return frozenset(language.name for language in self._set.languages())

    def wants(self, path: str) -> bool:
        """Whether any rule is for the language of a file."""
        kind = file_type(path)
        return kind is not None and kind.language.name in self.suffix_languages

    def check(
        self, path: str, source: Source, file: PyFile | None, facts: Facts
    ) -> tuple[list[Finding], tuple[Quarantined, ...]]:
        """The findings of one text, and the rules that were stopped on it; candidates become facts."""
        if not self.wants(path):
            return [], ()
        matches, quarantined = self._matches(path, source, file)
        findings = []
        for match in matches:
            data = {"rule": str(match.rule_index)}
            if not match.unresolved:
                findings.append(Finding(match.code, match.message, path, match.span, data=data))
                continue
            scope = file.qualname_at(match.span.start) if file is not None else ""
            anchor = facts.anchor(f"{match.code} rule {match.rule_index} in {scope}", match.span)
            names = tuple(sorted(match.unresolved.items()))
            facts.add(RuleCandidate(path, match.code, match.rule_index, anchor, match.message, names))
        return findings, quarantined

    def join(self, index: FactIndex, path: str) -> Iterator[Finding]:
        """The candidates of a file that hold, now that the workspace is known."""
        for candidate in index.in_file(path, RuleCandidate):
            rule = self.compiled.get((candidate.code, candidate.rule_index))
            if rule is not None and all(
                resolve(index, symbol, path) in rule.resolves[name] for name, symbol in candidate.unresolved
            ):
                yield Finding(
                    candidate.code,
                    candidate.message,
                    path,
                    anchor=candidate.anchor,
                    data={"rule": str(candidate.rule_index)},
                )

    def fixes(self, context: FixContext, finding: Finding) -> Iterator[Fix]:
        """The rewrites of the match that stands at a finding's place."""
        for match in self._matches_at(context.file, context.span):
            if match.code != finding.code or str(match.rule_index) != finding.data.get("rule"):
                continue
            for rewrite in match.rewrites:
                for wanted in match.imports:
                    context.imports().need(*_module_and_name(wanted))
                title = rewrite.title or f"Rewrite as {finding.code} says"
                yield context.fix(title, match.applicability, rewrite.edits)
            return

    def _matches_at(self, file: PyFile, span: Span) -> list[Match]:
        """The matches of a span; a file's are kept for the next of its findings."""
        if self._kept is None or self._kept[0] is not file:
            matches, _ = self._matches(file.path, file.source, file if _is_python(file.path) else None)
            by_span: dict[Span, list[Match]] = {}
            for match in matches:
                by_span.setdefault(match.span, []).append(match)
            self._kept = (file, by_span)
        return self._kept[1].get(span, [])

    def _matches(
        self, path: str, source: Source, file: PyFile | None
    ) -> tuple[tuple[Match, ...], tuple[Quarantined, ...]]:
        kind = file_type(path)
        if kind is None:
            return (), ()

        def symbol(start: int, end: int) -> str | None:
            if file is None:
                return None
            node = file.root.named_descendant_for_byte_range(start, end)
            return file.symbol(node) if node is not None else None

        outcome = self._set.match(source, kind.language, symbol)
        return outcome.matches, outcome.quarantined


def _module_and_name(wanted: str) -> tuple[str, str | None]:
    """What `from a import b`, `import a` or `a.b` brings: a module, and a name in it."""
    words = wanted.split()
    if len(words) == 4 and words[0] == "from" and words[2] == "import":
        return words[1], words[3]
    if len(words) == 2 and words[0] == "import":
        return words[1], None
    module, _, name = wanted.rpartition(".")
    return (module, name) if module else (name, None)


def _is_python(path: str) -> bool:
    return path.endswith((".py", ".pyi"))


def compile_rules(entries: Iterable[Entry]) -> tuple[Rules, list[PageError]]:
    """The rules of entries; one that is wrong costs only itself and is said with its line."""
    compiled: list[CompiledRule] = []
    errors: list[PageError] = []
    for entry in entries:
        for index, raw in enumerate(entry.rules):
            try:
                compiled.append(compile_rule(raw, code=entry.code, index=index))
            except RuleError as error:
                keys: list[str | int] = ["rules", index, *filter(None, error.key.split("."))]
                errors.append(PageError(entry.path, entry.line_of(*keys), 1, error.message, "a valid rule"))
    return Rules(compiled), errors
