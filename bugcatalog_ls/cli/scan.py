"""Scanning for a command: workspaces opened, all their files analysed, and what is to be shown."""

from __future__ import annotations

import logging
import os
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from bugcatalog_ls.cli.catalog_stores import fetch_catalogs
from bugcatalog_ls.cli.exits import warn
from bugcatalog_ls.cli.progress import Bar
from bugcatalog_ls.cli.selection import refuse_unknown_codes
from bugcatalog_ls.cli.shown import Shown
from bugcatalog_ls.cli.targets import Target, deepest, filename_of
from bugcatalog_ls.workspace import live_databases
from bugcatalog_ls.workspace.cache import cache_folder
from bugcatalog_ls.workspace.publish import Diagnosis
from bugcatalog_ls.workspace.tool_findings import PAGE_ERROR, SETTINGS_ERROR
from bugcatalog_ls.workspace.workspace import Workspace


class Room(NamedTuple):
    """One root's workspace and what of it somebody asked for."""

    target: Target
    workspace: Workspace


def open_rooms(
    targets: Iterable[Target],
    command_line: Mapping[str, Any],
    *,
    use_cache: bool = True,
    incremental: bool = True,
) -> list[Room]:
    """The workspaces of targets; codes that none of their catalogs holds are wrong use."""
    folder = cache_folder() if use_cache else None
    rooms = [
        Room(
            target,
            Workspace(
                target.root,
                command_line=command_line,
                cache_folder=folder,
                use_cache=use_cache,
                incremental=incremental,
            ),
        )
        for target in targets
    ]
    for _, workspace in rooms:
        if workspace.settings.catalog_stores:
            fetch_catalogs(workspace)
    asked = [*command_line.get("select", ()), *command_line.get("ignore", ())]
    refuse_unknown_codes(asked, [room.workspace.configuration.entries for room in rooms])
    return rooms


def scan(rooms: Iterable[Room], jobs: int, bar: Bar, *, with_databases: bool = True) -> None:
    """Analyse all files of the rooms that were not analysed yet, or have changed since; read the databases
    that settings give a URL for."""
    bar.step("Reading files")
    for target, workspace in rooms:
        found = workspace.find_files()
        # What is asked for by name counts, even where rules leave it out.
        left_out = [path for path in target.paths if path != "." and not _is_covered(path, found)]
        if left_out:
            workspace.find_files(left_out)
        workspace.scan(jobs=jobs, report=bar.report)
        databases = workspace.settings.databases
        if with_databases and live_databases.are_asked(databases):
            answers = workspace.live.read(databases, workspace.root)
            for problem in live_databases.take_over(answers, workspace.project.index):
                warn(problem)


def paths_shown(rooms: Sequence[Room], keep: Callable[[str], bool]) -> Iterator[tuple[Workspace, str]]:
    """The files to be shown, each by the room with the nearest root; `keep` is told their file names."""
    targets = [room.target for room in rooms]
    for room in rooms:
        root = room.workspace.root
        own = [path for path in room.workspace.files() if room.target.shows(path)]
        about_tool = {found.path for found in room.workspace.tool_findings() if found.path}
        stale = {each.place for each in room.workspace.stale_files() if room.target.shows(each.place)}
        for path in sorted({*own, *about_tool, *stale}):
            if len(rooms) > 1 and path not in about_tool and deepest(targets, root / path) != room.target:
                continue
            if keep(filename_of(root, path)):
                yield room.workspace, path


def answer_ahead(
    rooms: Iterable[Room],
    places: Iterable[tuple[Workspace, str]],
    wanted: Callable[[Workspace, Diagnosis], bool],
    jobs: int,
    bar: Bar,
) -> None:
    """Let several processes find out what will be shown."""
    bar.step("Joining files")
    paths: dict[int, list[str]] = {}
    for workspace, path in places:
        paths.setdefault(id(workspace), []).append(path)
    for _, workspace in rooms:
        workspace.answer_ahead(paths.get(id(workspace), []), partial(wanted, workspace), jobs, bar.report)


def ask_third_parties(places: Iterable[tuple[Workspace, str]], bar: Bar) -> None:
    """Find out what the packages that files use have; what it takes depends on no clock."""
    bar.step("Asking about packages")
    paths: dict[Workspace, list[str]] = {}
    for workspace, path in places:
        workspace.look_outside(path)
        paths.setdefault(workspace, []).append(path)
    for workspace, some in paths.items():
        workspace.third_party.answers.ask(workspace.third_party.owners(some))


def diagnose(
    places: Sequence[tuple[Workspace, str]],
    wanted: Callable[[Workspace, Diagnosis], bool],
    bar: Bar,
    *,
    with_accepted: bool = False,
) -> list[Shown]:
    """What is wanted of the diagnoses of files, sorted, each once."""
    bar.step("Joining files")
    found: dict[tuple[object, ...], Shown] = {}
    for number, (workspace, path) in enumerate(places):
        bar.report(number, len(places))
        diagnoses = [
            diagnosis
            for diagnosis in workspace.diagnose(path, with_accepted=with_accepted)
            if wanted(workspace, diagnosis)
        ]
        source = workspace.source(path) if diagnoses else None
        for diagnosis in diagnoses if source is not None else ():
            assert source is not None
            shown = Shown(workspace, diagnosis, source)
            found.setdefault(shown.order, shown)
    return [found[order] for order in sorted(found)]


def warn_of_problems(rooms: Iterable[Room]) -> None:
    """One line for each file or folder that is asked for and could not be read."""
    for target, workspace in rooms:
        for problem in sorted(workspace.problems.values()):
            if not target.shows(problem.path) and problem.path != ".":
                continue
            told = filename_of(workspace.root, problem.path) + problem.message.removeprefix(problem.path)
            warn(f"warning: {told if problem.message.startswith(problem.path) else problem.message}")


def tell_of_faults(rooms: Iterable[Room], shown: Iterable[Shown]) -> bool:
    """Tell what is wrong with settings and pages where no finding tells it; whether settings are wrong."""
    told = {(finding.code, finding.filename, finding.message) for finding in shown}
    is_wrong = False
    for _, workspace in rooms:
        for error in workspace.configuration.settings_errors:
            is_wrong = is_wrong or error.severity == "error"
        for fault in workspace.tool_findings():
            if fault.code not in (PAGE_ERROR, SETTINGS_ERROR):
                continue
            filename = filename_of(workspace.root, fault.path) if fault.path else ""
            if (fault.code, filename, fault.message) not in told:
                warn(
                    f"{filename}:{fault.line}:{fault.column}: {fault.message}" if filename else fault.message
                )
    return is_wrong


def n_cores() -> int:
    """How many processes may run at once for us."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class FailureLog(logging.Handler):
    """Gathers what analyzers and vocabularies raised; each is told once, in one line."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: set[str] = set()
        logger = logging.getLogger("bugcatalog_ls")
        logger.addHandler(self)
        logger.propagate = False

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        told = record.getMessage()
        self.lines.add(f"{told}: {type(error).__name__}: {error}" if error is not None else told)

    def add_results(self, rooms: Iterable[Room]) -> None:
        """What was raised in other processes, or when the cached results were made."""
        for _, workspace in rooms:
            for path, result in workspace.results.items():
                for failed, error in result.failures:
                    self.lines.add(f"{failed} failed on {path}: {error}")

    def tell(self) -> bool:
        """Tell what was gathered, and forget it; whether anything failed."""
        lines = sorted(self.lines)
        self.lines.clear()
        for line in lines:
            warn(line)
        return bool(lines)


def _is_covered(path: str, found: Sequence[str]) -> bool:
    at = bisect_left(found, path)
    if at < len(found) and found[at] == path:
        return True
    at = bisect_left(found, f"{path}/")
    return at < len(found) and found[at].startswith(f"{path}/")
