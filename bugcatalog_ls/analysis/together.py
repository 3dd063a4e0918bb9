"""Fixes of one run made into one: what they ask of the migrations shares a revision per environment."""

from __future__ import annotations

from collections.abc import Sequence

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Edit, Fix, NewFile
from bugcatalog_ls.analysis.revision_steps import Step
from bugcatalog_ls.analysis.revisions import revision_files


def together(context: FixContext, fixes: Sequence[Fix]) -> Fix | None:
    """One fix that does all that `fixes`, which have steps, do; None where no revision can be written."""
    steps: dict[str, dict[Step, None]] = {}
    for fix in fixes:
        for environment, step in fix.steps:
            steps.setdefault(environment, {})[step] = None
    creates: list[NewFile] = []
    for environment, asked in sorted(steps.items()):
        revisions = revision_files(context, environment, list(asked))
        if revisions is None:
            return None
        creates.extend(revisions)
    edits: dict[Edit, None] = {edit: None for fix in fixes for edit in fix.edits}
    title = f"Write what {len(fixes)} findings ask of the migrations"
    return Fix(title, "suggested", tuple(edits), tuple(creates))
