"""The driver: runs what a catalog asks for over one file, over the joins of one file, and for fixes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from bugcatalog_ls.analysis.analyzer import Analyzer, FileContext, FixContext, JoinContext, Options
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.loading import AnalyzerMissing, load_analyzer
from bugcatalog_ls.analysis.result import FileResult
from bugcatalog_ls.analysis.rules import Rules, compile_rules
from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.page_error import PageError
from bugcatalog_ls.facts.fact import Facts, collect_facts, is_read, read_facts
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.text.source import Source

log = logging.getLogger(__name__)

PYTHON_SUFFIXES = (".py", ".pyi")
RULES = "rules"
"""Stands for the rules of all entries where a code names what is joined."""


class Looking(NamedTuple):
    """An analyzer that looks at the files which hold one of its words (None: at all)."""

    code: str
    analyzer: Analyzer
    words: Words | None


@dataclass(frozen=True)
class Plan:
    """The analyzers of the entries in force, by code, and their rules."""

    analyzers: Mapping[str, Analyzer]
    rules: Rules = field(default_factory=Rules)

    @property
    def codes(self) -> frozenset[str]:
        """The codes that are looked for."""
        return self.rules.codes | self.analyzers.keys()

    @cached_property
    def looking(self) -> tuple[Looking, ...]:
        """The analyzers that look at files, with the words of which a file must hold one."""
        return tuple(
            Looking(code, analyzer, Words(*analyzer.literals) if analyzer.literals else None)
            for code, analyzer in self.analyzers.items()
            if analyzer.collect is not None or analyzer.check is not None
        )

    def wants(self, path: str) -> bool:
        """Whether anything here has something to say of a file with this name."""
        return path.endswith(PYTHON_SUFFIXES) or is_read(path) or self.rules.wants(path)


def plan_for(entries: Iterable[Entry]) -> tuple[Plan, list[PageError]]:
    """What to run for entries, and what is wrong with their rules or analyzers' names."""
    analyzers: dict[str, Analyzer] = {}
    errors: list[PageError] = []
    chosen = sorted(entries, key=lambda entry: entry.code)
    for entry in chosen:
        if entry.analyzer is None:
            continue
        try:
            analyzers[entry.code] = load_analyzer(entry.analyzer)
        except AnalyzerMissing as reason:
            told = str(reason)
        except Exception as error:
            # Somebody else's package may raise anything while it is imported; only its entry is lost.
            log.exception("the analyzer %s of %s can't be loaded", entry.analyzer, entry.code)
            told = f"the analyzer {entry.analyzer!r} can't be loaded ({type(error).__name__}: {error})"
        else:
            continue
        errors.append(
            PageError(entry.path, entry.line_of("analyzer"), 1, told, "an analyzer that is installed")
        )
    rules, rule_errors = compile_rules(chosen)
    return Plan(analyzers, rules), [*errors, *rule_errors]


def analyse(
    plan: Plan,
    path: str,
    source: Source,
    options: Options,
    parsed: PyFile | None = None,
    shared: Facts | None = None,
) -> FileResult:
    """Everything that one text says by itself; a pure function of its arguments.

    `parsed` is the parsed text where there is one already. `shared` stands in for what the
    vocabularies say, which is the larger half of the work; a keystroke seldom changes it.
    """
    has_suppressions = b"bugcatalog:" in source.data
    if not path.endswith(PYTHON_SUFFIXES):
        facts = read_facts(path, source)
        matched, quarantined = plan.rules.check(path, source, None, facts)
        stopped = tuple((fault.code, fault.rule_index, fault.reason) for fault in quarantined)
        return FileResult(
            tuple(matched),
            tuple(facts.facts),
            facts.anchors,
            failures=tuple(facts.failures),
            quarantined=stopped,
            has_suppressions=has_suppressions,
        )
    looking = plan.looking
    file = parsed or PyFile(path, source)
    facts = shared if shared is not None else collect_facts(file)
    n_shared_facts, n_shared_anchors = len(facts.facts), len(facts.anchors)
    findings, quarantined = plan.rules.check(path, source, file, facts)
    failures = facts.failures[:]
    for code, analyzer, _ in file.wanted_by(looking):
        try:
            if analyzer.collect is not None:
                analyzer.collect(file, facts)
            if analyzer.check is not None:
                findings.extend(analyzer.check(FileContext(code, file, options)))
        except Exception as error:
            failures.append(_failure(code, path, error))
    file.forget_answers()
    return FileResult(
        tuple(findings),
        tuple(facts.facts),
        facts.anchors,
        file.root.has_error,
        tuple(failures),
        tuple((fault.code, fault.rule_index, fault.reason) for fault in quarantined),
        has_suppressions,
        n_shared_facts,
        n_shared_anchors,
    )


def join(plan: Plan, index: FactIndex, path: str, code: str, options: Options) -> tuple[Finding, ...]:
    """What the facts of the workspace say of one file by one entry; run within `FactIndex.join`."""
    try:
        if code == RULES:
            return tuple(plan.rules.join(index, path))
        run = plan.analyzers[code].join
        return tuple(run(JoinContext(code, path, index, options))) if run is not None else ()
    except Exception as error:
        _failure(code, path, error)
        return ()


def fixes_for(
    plan: Plan,
    finding: Finding,
    context: FixContext,
) -> tuple[Fix, ...]:
    """The fixes of a finding that stands at the context's span; best first, empty where there is none."""
    analyzer = plan.analyzers.get(finding.code)
    try:
        if "rule" in finding.data:
            return tuple(plan.rules.fixes(context, finding))
        return tuple(analyzer.fix(context, finding)) if analyzer and analyzer.fix else ()
    except Exception as error:
        _failure(finding.code, finding.path, error)
        return ()


def _failure(code: str, path: str, error: Exception) -> tuple[str, str]:
    failed = f"the analyzer of {code}"
    log.exception("%s failed on %s", failed, path)
    return failed, f"{type(error).__name__}: {error}"
