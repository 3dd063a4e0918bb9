"""`bugcatalog check`: what the catalog finds in files and folders, or in a text from standard input."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from bugcatalog_ls.catalog.entry import Severity
from bugcatalog_ls.cli import baseline_file
from bugcatalog_ls.cli.exits import FOUND, INTERNAL_ERROR, OK, WRONG_USE, UsageError
from bugcatalog_ls.cli.git_diff import Changed, changed_lines, touches
from bugcatalog_ls.cli.output import FORMATS, Report, render, write_report
from bugcatalog_ls.cli.paint import Paint
from bugcatalog_ls.cli.progress import Bar
from bugcatalog_ls.cli.recording import call_witnesses, remember
from bugcatalog_ls.cli.scan import (
    FailureLog,
    Room,
    answer_ahead,
    ask_third_parties,
    diagnose,
    n_cores,
    open_rooms,
    paths_shown,
    scan,
    tell_of_faults,
    warn_of_problems,
)
from bugcatalog_ls.cli.selection import add_selection, fails, is_shown, selected_settings
from bugcatalog_ls.cli.shown import Shown
from bugcatalog_ls.cli.standard_input import DEFAULT_NAME, take_text
from bugcatalog_ls.cli.statistics import statistics
from bugcatalog_ls.cli.streams import has_colours
from bugcatalog_ls.cli.targets import Target, target_of_text, targets_for
from bugcatalog_ls.workspace.publish import Diagnosis
from bugcatalog_ls.workspace.workspace import Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", metavar="PATH", nargs="*", help="files and folders (default: here; - is stdin)"
    )
    add_selection(parser)
    parser.add_argument(
        "--output-format",
        choices=FORMATS,
        default="text",
        metavar="FORMAT",
        help=f"{', '.join(FORMATS)} (default: text)",
    )
    parser.add_argument("--output-file", metavar="FILE", help="write the findings to a file")
    parser.add_argument("--diff", metavar="REV", help="show only what lies on lines changed since a revision")
    parser.add_argument("--baseline", metavar="FILE", help="leave out the findings that a file accepts")
    parser.add_argument("--write-baseline", action="store_true", help="accept all that is found now")
    parser.add_argument("--statistics", action="store_true", help="count the findings of each entry")
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0 even if there are findings")
    parser.add_argument("--no-cache", action="store_true", help="analyse every file anew")
    parser.add_argument("--no-history", action="store_true", help="do not remember what was found and mended")
    parser.add_argument("--jobs", metavar="N", type=_count, help="processes (default: one for each core)")
    parser.add_argument("--shard", metavar="I/N", type=_shard, help="show the I-th of N parts of the files")
    parser.add_argument(
        "--stdin-filename", metavar="FILE", help="the file that standard input is the text of"
    )
    parser.add_argument(
        "--third-party",
        action="store_true",
        help="also compare with what the packages in the root's .venv, venv or env have (BC901, BC902)",
    )
    parser.add_argument("--watch", action="store_true", help="go on, and check again after each change")


def run(options: argparse.Namespace) -> int:
    check = _begin(options)
    if not options.watch:
        return _check_once(options, check)
    from bugcatalog_ls.cli.watching import watch

    return watch(check.rooms, lambda: _check_once(options, check), options.output_file)


class _Check(NamedTuple):
    rooms: list[Room]
    stdin: Target | None
    failures: FailureLog


def _begin(options: argparse.Namespace) -> _Check:
    """Everything that can be wrong use is found out before any file is read."""
    stdin = _stdin_target(options)
    targets = (stdin,) if stdin is not None else targets_for(options.paths or ["."])
    command_line = selected_settings(options)
    if options.baseline is not None:
        command_line["baseline"] = baseline_file.named(
            options.baseline, must_exist=not options.write_baseline
        )
    failures = FailureLog()
    rooms = open_rooms(targets, command_line, use_cache=not options.no_cache, incremental=options.watch)
    for _, workspace in rooms:
        workspace.third_party.is_on = options.third_party
    baseline_file.refuse_broken(rooms)
    if stdin is not None:
        take_text(rooms[0])
    return _Check(rooms, stdin, failures)


def _check_once(options: argparse.Namespace, check: _Check) -> int:
    rooms = check.rooms
    changed = _changed(options, rooms)
    jobs = n_cores() if options.jobs is None else options.jobs
    with Bar() as bar:
        scan(rooms, jobs, bar)
        if check.stdin is not None:
            places = [(rooms[0].workspace, check.stdin.paths[0])]
        else:
            places = list(paths_shown(rooms, _in_shard(options.shard)))
        if options.third_party:
            ask_third_parties(places, bar)
        answer_ahead(rooms, places, _wanted(options), jobs, bar)
        if check.stdin is None and not options.no_history:
            call_witnesses(rooms)
        shown = diagnose(places, _wanted(options), bar, with_accepted=options.write_baseline)
        shown = [finding for finding in shown if changed is None or _is_changed(finding, changed)]
        bar.step("Making fixes")
        pieces = _pieces(options, places, shown, bar)
        for _, workspace in rooms:
            workspace.save_cache(remember=not check.failures.lines)
    write_report(pieces, None if options.write_baseline else options.output_file)
    if options.statistics and options.output_format != "text":
        sys.stderr.writelines(statistics(shown, Paint(has_colours(sys.stderr))))
    warn_of_problems(rooms)
    has_wrong_settings = tell_of_faults(rooms, shown)
    check.failures.add_results(rooms)
    remember(
        rooms,
        places,
        _in_shard(options.shard),
        has_failed=bool(check.failures.lines),
        chooses_codes=bool(options.select or options.ignore),
    )
    if check.failures.tell():
        return INTERNAL_ERROR
    if has_wrong_settings:
        return WRONG_USE
    failing = any(fails(finding.diagnosis, finding.workspace.settings) for finding in shown)
    return FOUND if failing and not options.exit_zero and not options.write_baseline else OK


def _pieces(
    options: argparse.Namespace, places: Sequence[tuple[Workspace, str]], shown: Sequence[Shown], bar: Bar
) -> list[str]:
    """What is to be written."""
    if options.write_baseline:
        return [baseline_file.write(places, shown)]
    n_files = sum(path in workspace.results for workspace, path in places)
    colours = options.output_file is None and has_colours(sys.stdout)
    report = Report(shown, n_files, options.statistics, colours, bar.report)
    return list(render(options.output_format, report))


def _wanted(options: argparse.Namespace) -> Callable[[Workspace, Diagnosis], bool]:
    lowest: Severity | None = options.severity
    return lambda workspace, diagnosis: is_shown(diagnosis, lowest, workspace.settings)


def _changed(options: argparse.Namespace, rooms: Sequence[Room]) -> dict[Path, Changed] | None:
    if options.diff is None:
        return None
    roots = [room.workspace.root for room in rooms]
    return {root: changed_lines(root, options.diff) for root in roots}


def _is_changed(shown: Shown, changed: dict[Path, Changed]) -> bool:
    path = shown.diagnosis.finding.path
    return touches(changed[shown.workspace.root], path, *shown.git_rows)


def _stdin_target(options: argparse.Namespace) -> Target | None:
    """The one file whose text comes from standard input, where any does."""
    is_asked = "-" in options.paths or (options.stdin_filename is not None and not options.paths)
    if not is_asked:
        if options.stdin_filename is not None:
            raise UsageError("--stdin-filename goes with `-` or no path at all")
        return None
    if options.paths not in ([], ["-"]):
        raise UsageError("`-` stands for standard input and goes with no other path")
    if options.watch or options.write_baseline:
        raise UsageError("standard input can be neither watched nor accepted in a baseline")
    return target_of_text(options.stdin_filename or DEFAULT_NAME)


def _in_shard(shard: tuple[int, int] | None) -> Callable[[str], bool]:
    """By a file's name, so that a file stays in its part when others come and go."""
    if shard is None:
        return lambda filename: True
    number, n_shards = shard
    return lambda filename: crc32(filename.encode("utf-8", "surrogateescape")) % n_shards == number - 1


def _shard(text: str) -> tuple[int, int]:
    number, _, n_shards = text.partition("/")
    if not (number.isdigit() and n_shards.isdigit() and 1 <= int(number) <= int(n_shards)):
        raise argparse.ArgumentTypeError(f"expected I/N with 1 <= I <= N, such as 1/4, not `{text}`")
    return int(number), int(n_shards)


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1, not `{text}`")
    return int(text)
