"""The baseline as a command sees it: named, checked before anything is done, and written."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from bugcatalog_ls.cli.exits import UsageError
from bugcatalog_ls.cli.scan import Room
from bugcatalog_ls.cli.shown import Shown
from bugcatalog_ls.cli.targets import filename_of
from bugcatalog_ls.text.wording import counted
from bugcatalog_ls.workspace.baseline import (
    BaselineError,
    Counts,
    baseline_path,
    identity,
    read_baseline,
    render_baseline,
)
from bugcatalog_ls.workspace.workspace import Workspace


def named(path: str, *, must_exist: bool) -> str:
    """A baseline that the command line names, as settings take it."""
    absolute = os.path.abspath(path)
    if must_exist and not os.path.isfile(absolute):
        raise UsageError(f"there is no baseline `{path}`; `--write-baseline` writes one")
    return absolute


def refuse_broken(rooms: Iterable[Room]) -> None:
    """A baseline that can't be read must not let all old findings through, nor hide any."""
    for _, workspace in rooms:
        _read(workspace)


def write(places: Sequence[tuple[Workspace, str]], shown: Sequence[Shown]) -> str:
    """Accept what is shown; what was accepted in files that were not looked at stays. What was done."""
    files: dict[Path, Counts] = {}
    for workspace in dict.fromkeys(workspace for workspace, _ in places):
        looked_at = {path for owner, path in places if owner is workspace}
        before = files.setdefault(
            workspace.root / baseline_path(workspace.settings), Counter(_read(workspace))
        )
        for known in [known for known in before if known[1] in looked_at]:
            del before[known]
    for finding in shown:
        file = finding.workspace.root / baseline_path(finding.workspace.settings)
        files[file][identity(finding.diagnosis.finding, finding.source)] += 1
    for file, counts in files.items():
        try:
            file.write_text(render_baseline(counts), encoding="utf-8")
        except OSError as error:
            raise UsageError(f"the baseline can't be written: {error.strerror or error} ({file})") from None
    names = ", ".join(filename_of(file.parent, file.name) for file in files)
    findings = counted(len(shown), "finding")
    return f"Accepted {findings} in {names or 'no baseline, since there are no files'}.\n"


def _read(workspace: Workspace) -> Counts:
    try:
        return read_baseline(workspace.root / baseline_path(workspace.settings))
    except BaselineError as error:
        raise UsageError(str(error)) from None
