"""BC004: revisions of which the replay cannot tell what they do to the schema."""

from __future__ import annotations

from collections.abc import Iterator

from bugcatalog_ls.analysis.analyzer import Analyzer, JoinContext
from bugcatalog_ls.analysis.finding import Finding
from bugcatalog_ls.facts.migration_graph import environment_of
from bugcatalog_ls.facts.migrations import REVISION_ANCHOR, RevisionFact
from bugcatalog_ls.facts.schema_replay import opaque_of


def _join(ctx: JoinContext) -> Iterator[Finding]:
    facts = ctx.index.in_file(ctx.path, RevisionFact)
    environment = environment_of(ctx.index, ctx.path) if facts else None
    if environment is None:
        return
    if not facts[0].readable:
        message = "this revision cannot be placed in the history: its ids are not literals"
        yield ctx.find(REVISION_ANCHOR, message)
        return
    notes = opaque_of(ctx.index, environment.name, ctx.path)
    if not notes:
        return
    first = notes[0]
    touched = {table for note in notes for table in note.tables or ()}
    if any(note.tables is None for note in notes):
        what = "any table"
    elif not touched:
        what = "tables that no revision creates"
    elif len(touched) == 1:
        what = f"the table {min(touched)}"
    else:
        what = f"the tables {', '.join(sorted(touched))}"
    message = f"the replay does not know what this revision does to {what}: {first.reason}"
    yield ctx.find(first.anchor or REVISION_ANCHOR, message)


ANALYZER = Analyzer(join=_join, joins=(RevisionFact,), from_absence=True)
