"""BC005: revisions that do not form one graph with one head."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bugcatalog_ls.analysis.analyzer import Analyzer, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.analysis.revisions import merge_file
from bugcatalog_ls.facts.migration_graph import environment_of, graph
from bugcatalog_ls.facts.migrations import RevisionFact


def _join(ctx: JoinContext) -> Iterator[Finding]:
    if not ctx.index.in_file(ctx.path, RevisionFact):
        return
    environment = environment_of(ctx.index, ctx.path)
    if environment is None:
        return
    for problem in graph(ctx.index, environment.name).problems:
        if problem.path == ctx.path:
            related = [ctx.related(path, anchor, message) for path, anchor, message in problem.related]
            data = {"kind": problem.kind, "environment": environment.name}
            yield ctx.find(problem.anchor, problem.message, related=related, data=data)


def _fix(ctx: FixContext, finding: Finding) -> Iterable[Fix]:
    if finding.data.get("kind") != "heads":
        return
    new = merge_file(ctx, finding.data.get("environment", ""))
    if new is not None:
        yield ctx.fix("Write a revision that merges the heads", "suggested", [], creates=[new])


ANALYZER = Analyzer(join=_join, joins=(RevisionFact,), fix=_fix, from_absence=True)
