"""Matching: all rules of a language against one file, each within its budget."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from bugcatalog_ls.patterns.bounds import Candidates
from bugcatalog_ls.patterns.budget import (
    MAX_FILE_BYTES,
    STEP_BUDGET,
    Quarantined,
    is_too_deep,
    steps_at_most,
)
from bugcatalog_ls.patterns.engine import (
    ByteOffsets,
    EngineError,
    Node,
    binds_comments,
    find,
    find_all,
    parse,
    place_of,
)
from bugcatalog_ls.patterns.languages import Language
from bugcatalog_ls.patterns.literals import may_match
from bugcatalog_ls.patterns.profile import TreeProfile
from bugcatalog_ls.patterns.relax import EVERYTHING
from bugcatalog_ls.patterns.rewrite import Capture, Rewrite, rewrites
from bugcatalog_ls.patterns.rule import Applicability, CompiledRule
from bugcatalog_ls.patterns.template import fill
from bugcatalog_ls.patterns.terms import Rule
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span

# The qualified name of the expression at these byte offsets, or None where it is not known.
Resolve = Callable[[int, int], str | None]


class Match(NamedTuple):
    """A place where a rule matches.

    `unresolved` says what the metavariables under `resolves` are called here where that is none of the names
    asked for: another module of the workspace may export them under this name. The match holds if each of
    them is exported so.
    """

    code: str
    rule_index: int
    span: Span
    message: str
    metavars: Mapping[str, Capture]
    unresolved: Mapping[str, str]
    rewrites: tuple[Rewrite, ...]
    applicability: Applicability
    imports: tuple[str, ...]


class Outcome(NamedTuple):
    """The matches in a file, in its order, and the rules that were not run on it."""

    matches: tuple[Match, ...] = ()
    quarantined: tuple[Quarantined, ...] = ()
    is_too_large: bool = False


class RuleSet:
    """The rules of a catalog by language. Safe to keep; matching changes nothing in it."""

    def __init__(self, rules: Iterable[CompiledRule], *, step_budget: int = STEP_BUDGET) -> None:
        self._by_language: dict[Language, list[CompiledRule]] = {}
        self._step_budget = step_budget
        for rule in rules:
            self._by_language.setdefault(rule.language, []).append(rule)

    def languages(self) -> frozenset[Language]:
        return frozenset(self._by_language)

    def match(self, source: Source | str, language: Language, resolve: Resolve | None = None) -> Outcome:
        """What the rules of `language` find in a text; without `resolve` no name is known."""
        source = source if isinstance(source, Source) else Source(source)
        rules = self._by_language.get(language, [])
        text = source.text
        holds = lru_cache(maxsize=None)(text.__contains__)
        wanted = [rule for rule in rules if may_match(rule.literals, holds)]
        if not wanted:
            return Outcome()
        if len(source.data) > MAX_FILE_BYTES:
            return Outcome(is_too_large=True)
        return _File(source, text, language, resolve or _unknown, self._step_budget).match(wanted)


def _unknown(start: int, end: int) -> None:
    return None


# Where a rule has at most this many candidates, all of them short, it is tried on these alone.
_FEW = 8
_SHORT = 2_000
# To ask more candidates than this for their ancestors takes longer than to measure the whole tree.
_FEW_ANCESTRIES = 100
# Rules that read the text of nodes may do so in the common walk only where the file is short.
_SHORT_FILE = 64_000


class _File:
    """One text while it is matched."""

    def __init__(self, source: Source, text: str, language: Language, resolve: Resolve, budget: int) -> None:
        self.source = source
        self.resolve = resolve
        self.budget = budget
        self.root = parse(text, language)
        self.offsets = ByteOffsets(text)
        self.tree = TreeProfile(self.root, len(text))

    def match(self, rules: Sequence[CompiledRule]) -> Outcome:
        matches: list[Match] = []
        quarantined: list[Quarantined] = []
        for rule, candidates in self._candidates(rules):
            try:
                fault = self._fault(rule, candidates)
                if fault is not None:
                    quarantined.append(fault)
                    continue
                for node in self._confirmed(rule, candidates):
                    match = self._match(rule, node)
                    if match is not None:
                        matches.append(match)
            except EngineError as error:
                quarantined.append(Quarantined(rule.code, rule.index, 0, self.budget, str(error)))
        matches.sort(key=lambda match: (match.span, match.code, match.rule_index))
        return Outcome(tuple(matches), tuple(quarantined))

    def _candidates(self, rules: Sequence[CompiledRule]) -> Iterable[tuple[CompiledRule, list[Node] | None]]:
        """Each rule that has candidates, with the nodes that it may match; None stands for any node."""
        with_regex = self.tree.n_characters <= _SHORT_FILE
        common: list[tuple[CompiledRule, Rule]] = []
        for rule in rules:
            easier = rule.relaxed if with_regex else rule.relaxed_without_regex
            if easier is None or (not binds_comments() and _may_be_comment(easier)):
                yield rule, None
            else:
                common.append((rule, easier))
        if len(common) == 1:
            rule, easier = common[0]
            nodes = find_all(self.root, {"rule": easier})
            if nodes:
                yield rule, nodes
        elif common:
            yield from self._candidates_of_many(common)

    def _candidates_of_many(
        self, common: Sequence[tuple[CompiledRule, Rule]]
    ) -> Iterable[tuple[CompiledRule, list[Node]]]:
        """One walk for all rules: a node that any of them matches is asked each, and a mark says yes."""
        marks = [f"RULE{number}" for number in range(len(common))]
        # As utilities, each is compiled once though it is asked twice: first whether any matches, then which.
        utils = {mark: easier for mark, (_, easier) in zip(marks, common, strict=True)}
        which = [
            {"any": [{"all": [{"matches": mark}, {"pattern": f"${mark}"}]}, EVERYTHING]} for mark in marks
        ]
        anything = {"any": [{"matches": mark} for mark in marks]}
        found = find_all(self.root, {"rule": {"all": [anything, *which]}, "utils": utils})
        for mark, (rule, _) in zip(marks, common, strict=True):
            nodes = [node for node in found if node.get_match(mark) is not None]
            if nodes:
                yield rule, nodes

    def _fault(self, rule: CompiledRule, candidates: list[Node] | None) -> Quarantined | None:
        """Why a rule must not run here, if so."""
        if rule.cost.is_linear:
            return None
        known = self._measured(rule, candidates)
        if is_too_deep(rule.cost, known, self.tree):
            reason = f"it follows every level of the tree, and this file nests {self.tree.depth} deep"
            return Quarantined(rule.code, rule.index, 0, self.budget, reason)
        steps = steps_at_most(rule.config, rule.cost, known, self.tree, self.budget)
        if steps <= self.budget:
            return None
        reason = f"it may take {steps:,} steps on this file, and the budget is {self.budget:,}"
        return Quarantined(rule.code, rule.index, steps, self.budget, reason)

    def _measured(self, rule: CompiledRule, candidates: list[Node] | None) -> Candidates:
        if candidates is None:
            return Candidates(self.tree.widths, self.tree.depth)
        widths = [end - start for start, end in map(place_of, candidates)]
        if rule.cost.looks_down:
            return Candidates(widths, 0)
        many = len(candidates) > _FEW_ANCESTRIES
        return Candidates(
            widths, self.tree.depth if many else max(len(node.ancestors()) for node in candidates)
        )

    def _confirmed(self, rule: CompiledRule, candidates: list[Node] | None) -> list[Node]:
        """The nodes that the whole rule matches, with what it captures there."""
        if candidates is None or len(candidates) > _FEW:
            return find_all(self.root, rule.config)
        confirmed = []
        for candidate in candidates:
            start, end = place_of(candidate)
            if end - start > _SHORT:
                return find_all(self.root, rule.config)
            found = find(candidate, rule.config)
            if found is not None and found == candidate:
                confirmed.append(found)
        return confirmed

    def _match(self, rule: CompiledRule, node: Node) -> Match | None:
        captures = self._captures(rule, node)
        unresolved: dict[str, str] = {}
        for name, targets in rule.resolves.items():
            span = captures[name].span if name in captures else None
            called = self.resolve(span.start, span.end) if span is not None else None
            if called is None:
                return None
            if called not in targets:
                unresolved[name] = called
        at = captures[rule.at].span if rule.at in captures else None
        return Match(
            code=rule.code,
            rule_index=rule.index,
            span=at or self.offsets.span(node),
            message=fill(rule.message, lambda name: captures[name].text if name in captures else None),
            metavars=captures,
            unresolved=unresolved,
            rewrites=rewrites(rule, node, captures, self.source, self.offsets),
            applicability=rule.applicability,
            imports=rule.imports,
        )

    def _captures(self, rule: CompiledRule, node: Node) -> dict[str, Capture]:
        captures: dict[str, Capture] = {}
        for name in sorted(rule.names):
            one = node.get_match(name)
            nodes = [one] if one is not None else node.get_multiple_matches(name)
            if nodes:
                span = Span(self.offsets.span(nodes[0]).start, self.offsets.span(nodes[-1]).end)
                text = self.source.slice(span)
                fixed = _fixed_rows(nodes, self.source.text) if rule.fixes and "\n" in text else frozenset()
                captures[name] = Capture(text, span, fixed)
        for name in sorted(rule.transformed):
            text_made = node.get_transformed(name)
            if text_made is not None:
                captures[name] = Capture(text_made, None)
        return captures


def _may_be_comment(rule: Rule) -> bool:
    """Whether a rule may be about a comment, which older releases do not bind to a metavariable."""
    if "pattern" in rule:
        return False
    if "kind" in rule:
        return "comment" in rule["kind"]
    return all(map(_may_be_comment, rule.get("all", ()))) or any(map(_may_be_comment, rule.get("any", ())))


def _fixed_rows(nodes: Sequence[Node], text: str) -> frozenset[int]:
    """The rows, counted from the first node's, that begin inside of a string, a comment or a token."""
    begin = place_of(nodes[0])[0]
    rows: set[int] = set()
    pending = list(nodes)
    while pending:
        node = pending.pop()
        start, end = place_of(node)
        n_line_ends = text.count("\n", start, end)
        if not n_line_ends:
            continue
        kind = node.kind()
        if node.is_leaf() or any(word in kind for word in ("string", "heredoc", "template", "comment")):
            row = text.count("\n", begin, start)
            rows.update(range(row + 1, row + 1 + n_line_ends))
        else:
            pending.extend(node.children())
    return frozenset(rows)
