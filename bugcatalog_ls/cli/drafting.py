"""What `catalog import` and `catalog new` share: where drafts go, the rules proposed for them, and how both
are shown and written."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bugcatalog_ls.analysis.proposing import (
    CodeChange,
    Proposed,
    propose,
    told_of,
    with_proposals,
    with_rules,
)
from bugcatalog_ls.catalog.draft import Draft, block_style, draft_page, gaps
from bugcatalog_ls.cli.differences import difference
from bugcatalog_ls.cli.exits import UsageError
from bugcatalog_ls.cli.paint import Paint
from bugcatalog_ls.cli.progress import Bar
from bugcatalog_ls.cli.streams import has_colours, write_out
from bugcatalog_ls.cli.targets import filename_of
from bugcatalog_ls.patterns.generalise import Rejection
from bugcatalog_ls.patterns.languages import FILE_TYPES, language_named
from bugcatalog_ls.workspace.catalog_folder import own_paths, pages_in, write_pages
from bugcatalog_ls.workspace.configuration import WORKSPACE_CATALOG, Configuration
from bugcatalog_ls.workspace.rule_trial import RuleTrial


class Folder(NamedTuple):
    """The folder that drafts go to, its pages, and those of its pages that are in force."""

    path: Path
    pages: Mapping[str, str]
    own_paths: Mapping[str, str]


class Rules(NamedTuple):
    """A draft with its rules, kept or only shown, and what is told of them."""

    draft: Draft
    kept: tuple[Proposed, ...]
    shown: tuple[Proposed, ...]
    rejected: tuple[tuple[str, Rejection], ...]
    refused: tuple[str, ...]


def folder_for(options: argparse.Namespace, configuration: Configuration, root: Path) -> Folder:
    folder = Path(options.to).absolute() if options.to else root / WORKSPACE_CATALOG
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"`{filename_of(Path(), str(folder))}` is not a folder")
    if not re.fullmatch(r"[A-Z]+-?", options.prefix):
        raise UsageError(
            f"`{options.prefix}` is no prefix of a code; it is capital letters, with a `-` or without"
        )
    pages = pages_in(folder)
    return Folder(folder, pages, own_paths(folder, configuration.entries.values(), pages))


def rules_for(
    draft: Draft, changes: Sequence[CodeChange], try_out: RuleTrial, *, keep: bool, most: int
) -> Rules:
    """The draft with the rules that its code before and after allows."""
    proposed, rejected = propose(changes, try_out, most)
    if not keep:
        return Rules(with_proposals(draft, proposed), (), tuple(proposed), tuple(rejected), ())
    made, refused = with_rules(draft, proposed)
    kept = [each for each in proposed if all(each.proposal.rule != shown.rule for shown in made.proposals)]
    return Rules(
        made, tuple(kept), tuple(e for e in proposed if e not in kept), tuple(rejected), tuple(refused)
    )


def changes_of_pairs(draft: Draft) -> list[CodeChange]:
    """The code before and after that a report shows, as files of its language."""
    suffix_of = {kind.language: suffix for suffix, kind in reversed(tuple(FILE_TYPES.items()))}
    found = []
    for pair in draft.pairs:
        language = language_named(pair.language) if pair.language and pair.after.strip() else None
        if language is not None:
            found.append(CodeChange(f"example.{suffix_of[language]}", pair.before, pair.after))
    return found


def trial_with_bar(configuration: Configuration, root: Path, bar: Bar) -> RuleTrial:
    bar.step("Reading the workspace")
    return RuleTrial(root, configuration.loaded.settings, bar.report)


def tell_rules(rules: Rules) -> None:
    """What was proposed: each rule, what it would match in the workspace, and why others are none."""
    paint = Paint(has_colours(sys.stdout))
    lines: list[str] = []
    for each in (*rules.kept, *rules.shown):
        word = "keeps" if each in rules.kept else "proposes"
        lines.append(f"    {word} a rule, from line {each.proposal.line} of {each.change.path}:\n")
        lines += [f"      {paint(line, 'strong')}\n" for line in block_style([each.proposal.rule])]
        lines.append(f"      {told_of(each)}\n")
        lines += [f"        {paint(sample, 'faint')}\n" for sample in each.trial.samples]
        n_more = each.trial.n_places - len(each.trial.samples)
        lines += [f"        … and {n_more} more\n"] if n_more > 0 else []
    for reason in rules.refused:
        lines.append(f"    not kept: {reason}\n")
    for path, rejection in rules.rejected[:_MAX_REJECTIONS]:
        lines.append(f"    no rule from line {rejection.line} of {path}: {rejection.reason}\n")
    n_more = len(rules.rejected) - _MAX_REJECTIONS
    lines += [f"    … and {n_more} more places without a rule\n"] if n_more > 0 else []
    write_out(lines)


def tell_gaps(draft: Draft) -> None:
    missing = gaps(draft)
    if missing:
        write_out([f"    still to be written: {', '.join(missing)}\n"])


def show_or_write(
    options: argparse.Namespace, folder: Folder, pages: Mapping[str, str], before: Mapping[str, str]
) -> list[str]:
    """Print the pages as a diff, or write them; what stood in the way. What is added to a page that was there
    is shown in any case."""
    paint = Paint(has_colours(sys.stdout))
    for path in sorted(pages):
        if options.diff or path in before:
            name = filename_of(folder.path, path)
            write_out(difference(name, before.get(path), pages[path], paint))
    if options.diff or options.dry_run:
        return []
    return [problem.message for problem in write_pages(folder.path, pages, before)]


def page_of(draft: Draft) -> tuple[str, str]:
    return draft.file_name, draft_page(draft)


def names_of(folder: Folder, paths: Iterable[str]) -> dict[str, str]:
    """The paths of pages as they are shown."""
    return {path: filename_of(folder.path, path) for path in paths}


_MAX_REJECTIONS = 5
