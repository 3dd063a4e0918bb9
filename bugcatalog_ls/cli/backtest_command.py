"""`bugcatalog catalog backtest`: an entry over the history of the repository."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from bugcatalog_ls.cli.catalog_in_force import configuration_here, named_entry
from bugcatalog_ls.cli.exits import INTERRUPTED, OK, UsageError, warn
from bugcatalog_ls.cli.paint import Paint
from bugcatalog_ls.cli.progress import Bar
from bugcatalog_ls.cli.streams import has_colours, write_out
from bugcatalog_ls.text.wording import counted
from bugcatalog_ls.workspace.backtest import Backtest, Occurrence, backtest
from bugcatalog_ls.workspace.git_history import Commit, GitError, GitHistory
from bugcatalog_ls.workspace.settings_roots import find_root


def run(options: argparse.Namespace) -> int:
    if options.limit < 0:
        raise UsageError("--limit: a number of commits is at least 1")
    configuration = configuration_here()
    entry = named_entry(options.code, configuration.entries)
    if not entry.detects:
        raise UsageError(f"{entry.code} only explains: nothing finds it, so there is nothing to run")
    result = Backtest(entry.code)
    stopped = False
    try:
        with GitHistory(find_root(Path.cwd())) as history, Bar() as bar:
            commits = history.commits(options.since, options.limit, options.revision)
            bar.step(f"{entry.code} over {len(commits)} commits")
            try:
                backtest(
                    entry,
                    history,
                    commits,
                    result,
                    configuration.options,
                    configuration.loaded.settings.max_file_size,
                    bar.report,
                )
            except KeyboardInterrupt:
                stopped = True
    except GitError as error:
        raise UsageError(f"backtest: {error}") from None
    if options.output_format == "json":
        write_out([msgspec.json.format(msgspec.json.encode(_record(result, stopped))).decode("utf-8") + "\n"])
    else:
        _tell(result, commits[: result.n_commits])
    if stopped:
        warn(f"stopped after {result.n_commits} of {result.total} commits; what is told holds up to there")
    return INTERRUPTED if stopped else OK


def _tell(result: Backtest, commits: Sequence[Commit]) -> None:
    paint = Paint(has_colours(sys.stdout))
    span = f" ({commits[0].date} to {commits[-1].date})" if commits else ""
    write_out([f"{paint(result.code, 'strong')} over {counted(result.n_commits, 'commit')}{span}\n"])
    by_commit: dict[str, list[Occurrence]] = {}
    for occurrence in result.introduced:
        if occurrence.introduced is not None:
            by_commit.setdefault(occurrence.introduced.sha, []).append(occurrence)
    for commit in commits:
        for number, occurrence in enumerate(by_commit.get(commit.sha, ())):
            if number == 0:
                write_out([f"\n{paint(commit.short, 'place')} {commit.date} {commit.subject}\n"])
            write_out(_told(occurrence, paint))
    earlier = [occurrence for occurrence in result.occurrences if occurrence.introduced is None]
    mended = [occurrence for occurrence in earlier if occurrence.outcome == "mended"]
    if mended:
        write_out(["\nThere before, and mended since:\n"])
        for occurrence in mended:
            write_out(_told(occurrence, paint))
    write_out(["\n", *_summary(result, earlier)])


def _told(occurrence: Occurrence, paint: Paint) -> list[str]:
    line = occurrence.line if len(occurrence.line) <= 90 else f"{occurrence.line[:89]}…"
    lines = [f"  {occurrence.path}:{occurrence.row}: {line}\n"]
    ended = occurrence.ended
    if ended is None:
        lines.append("    still there\n")
    elif occurrence.outcome == "mended":
        lines.append(f"    {paint('mended', 'added')} by {ended.short} {ended.date} {ended.subject}\n")
    else:
        lines.append(f"    removed with its code by {ended.short} {ended.date} {ended.subject}\n")
    return lines


def _summary(result: Backtest, earlier: Sequence[Occurrence]) -> list[str]:
    introduced = result.introduced
    n_commits = len({occurrence.introduced.sha for occurrence in introduced if occurrence.introduced})
    lines = [
        f"Would have warned at {counted(len(introduced), 'place')} in {counted(n_commits, 'commit')}"
        f"{_outcomes(introduced)}.\n"
    ]
    if earlier:
        lines.append(f"There at the start: {counted(len(earlier), 'place')}{_outcomes(earlier)}.\n")
    if result.n_missing:
        lines.append(
            f"{counted(result.n_missing, 'blob')} could not be read: the repository does not have them.\n"
        )
    return lines


def _outcomes(occurrences: Sequence[Occurrence]) -> str:
    if not occurrences:
        return ""
    counts = Counter(occurrence.outcome for occurrence in occurrences)
    mended, removed, there = counts["mended"], counts["removed"], counts["still there"]
    in_vain = f"{removed + there} in vain ({there} still there, {removed} removed with the code)"
    return f": {mended} mended later, {in_vain}"


def _record(result: Backtest, stopped: bool) -> dict[str, Any]:
    counts = Counter(occurrence.outcome for occurrence in result.introduced)
    return {
        "code": result.code,
        "commits": result.n_commits,
        "complete": not stopped,
        "blobs_analysed": result.n_blobs,
        "blobs_missing": result.n_missing,
        "introduced": len(result.introduced),
        "mended": counts["mended"],
        "still_there": counts["still there"],
        "removed": counts["removed"],
        "findings": [
            {
                "filename": occurrence.path,
                "row": occurrence.row,
                "line": occurrence.line,
                "message": occurrence.message,
                "introduced": _commit(occurrence.introduced),
                "outcome": occurrence.outcome,
                "ended": _commit(occurrence.ended),
            }
            for occurrence in result.occurrences
        ],
    }


def _commit(commit: Commit | None) -> dict[str, str] | None:
    if commit is None:
        return None
    return {"sha": commit.sha, "date": commit.date, "author": commit.author, "subject": commit.subject}
