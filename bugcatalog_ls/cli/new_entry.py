"""`bugcatalog catalog new`: a draft of an entry, empty, from code before and after, or from a commit."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bugcatalog_ls.analysis.proposing import CodeChange
from bugcatalog_ls.catalog.draft import Draft, next_code, slug
from bugcatalog_ls.catalog.report_code import CodePair
from bugcatalog_ls.catalog.report_prose import TO_BE_WRITTEN
from bugcatalog_ls.cli.catalog_in_force import configuration_here
from bugcatalog_ls.cli.drafting import (
    folder_for,
    page_of,
    rules_for,
    show_or_write,
    tell_gaps,
    tell_rules,
    trial_with_bar,
)
from bugcatalog_ls.cli.exits import FOUND, OK, UsageError, warn
from bugcatalog_ls.cli.paint import Paint
from bugcatalog_ls.cli.progress import Bar
from bugcatalog_ls.cli.streams import has_colours, write_out
from bugcatalog_ls.cli.targets import filename_of
from bugcatalog_ls.patterns.languages import file_type
from bugcatalog_ls.workspace.commit_draft import changed_code, draft_from_commit
from bugcatalog_ls.workspace.git_history import GitError, GitHistory
from bugcatalog_ls.workspace.settings_roots import find_root


def run(options: argparse.Namespace) -> int:
    if bool(options.before) != bool(options.after):
        raise UsageError("--before and --after belong together")
    if options.before and options.from_commit:
        raise UsageError("--from-commit brings its own code; leave --before and --after out")
    root = find_root(Path.cwd())
    configuration = configuration_here()
    folder = folder_for(options, configuration, root)
    taken = [*configuration.entries, *(path.partition(".")[0] for path in folder.pages)]
    code = next_code(options.prefix, [*taken, *(_code_of(path) for path in folder.pages)])
    draft, changes = _draft(options, code, root)
    with Bar() as bar:
        try_out = trial_with_bar(configuration, root, bar)
        rules = rules_for(draft, changes, try_out, keep=options.keep_rules, most=options.most)
    path, page = page_of(rules.draft)
    paint = Paint(has_colours(sys.stdout))
    write_out([f"{paint(code, 'strong')} {draft.title}\n    {filename_of(folder.path, path)}\n"])
    tell_rules(rules)
    tell_gaps(rules.draft)
    problems = show_or_write(options, folder, {path: page}, {})
    for problem in problems:
        warn(problem)
    return FOUND if problems else OK


def _code_of(path: str) -> str:
    import re

    match = re.match(r"[A-Z]+-?\d+", path.rpartition("/")[2])
    return match[0] if match else ""


def _draft(options: argparse.Namespace, code: str, root: Path) -> tuple[Draft, list[CodeChange]]:
    if options.from_commit:
        try:
            with GitHistory(root) as history:
                commit = history.commit(options.from_commit)
                changes = changed_code(history, commit)
                draft = draft_from_commit(code, commit, history.message(commit.sha), changes)
        except GitError as error:
            raise UsageError(f"--from-commit: {error}") from None
    elif options.before:
        changes = [_pair(options)]
        draft = _empty(code, options.title or f"Bug shown by {Path(options.before).name}", changes)
    else:
        changes = []
        draft = _empty(code, options.title or "New entry", changes)
    return _named(draft, options), changes


def _named(draft: Draft, options: argparse.Namespace) -> Draft:
    import msgspec

    title = options.title or draft.title
    name = options.name or (slug(title, draft.name) if options.title else draft.name)
    if slug(name, "") != name:
        raise UsageError(f"`{name}` is no name; it is lower-case words with hyphens")
    return msgspec.structs.replace(draft, title=title, name=name)


def _pair(options: argparse.Namespace) -> CodeChange:
    texts = []
    for name in (options.before, options.after):
        try:
            texts.append(Path(name).read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"`{name}` can't be read: {error}") from None
    return CodeChange(f"example{Path(options.before).suffix}", *texts)


def _empty(code: str, title: str, changes: list[CodeChange]) -> Draft:
    kinds = [(change, file_type(change.path)) for change in changes]
    pairs = tuple(
        CodePair(change.before, change.after, kind.language_id if kind else "") for change, kind in kinds
    )
    summary = f"{TO_BE_WRITTEN}: one sentence that says what is wrong here."
    return Draft(code, slug(title, f"entry-{code.lower().replace('-', '')}"), title, summary, pairs=pairs)
