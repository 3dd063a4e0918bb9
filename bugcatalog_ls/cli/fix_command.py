"""`bugcatalog fix`: mends what can be mended, and tells what is left."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bugcatalog_ls.catalog.entry import Severity
from bugcatalog_ls.cli.differences import difference
from bugcatalog_ls.cli.exits import FOUND, INTERNAL_ERROR, OK, WRONG_USE, UsageError, warn
from bugcatalog_ls.cli.paint import Paint
from bugcatalog_ls.cli.patch_folder import file_of_patch, patch_folder
from bugcatalog_ls.cli.progress import Bar
from bugcatalog_ls.cli.scan import (
    FailureLog,
    Room,
    diagnose,
    n_cores,
    open_rooms,
    paths_shown,
    scan,
    tell_of_faults,
    warn_of_problems,
)
from bugcatalog_ls.cli.selection import add_selection, is_shown, selected_settings
from bugcatalog_ls.cli.streams import carries_bytes, has_colours, write_out
from bugcatalog_ls.cli.targets import filename_of, targets_for
from bugcatalog_ls.cli.written import as_in_file, write_mended
from bugcatalog_ls.workspace.mending import Mended, first_of_any, first_safe, mend
from bugcatalog_ls.workspace.publish import Diagnosis
from bugcatalog_ls.workspace.workspace import Workspace


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", metavar="PATH", nargs="*", help="files and folders (default: here)")
    add_selection(parser)
    parser.add_argument(
        "--fixes",
        choices=("safe", "all"),
        default="safe",
        metavar="WHICH",
        help="safe (which keep the meaning), or all, with the suggested ones (default: safe)",
    )
    parser.add_argument("--diff", action="store_true", help="show what would be changed, and change nothing")
    parser.add_argument(
        "--dry-run", action="store_true", help="name what would be changed, and change nothing"
    )
    parser.add_argument("--no-cache", action="store_true", help="analyse every file anew")


def run(options: argparse.Namespace) -> int:
    if "-" in options.paths:
        raise UsageError("`fix` mends files; `-` is no file")
    failures = FailureLog()
    rooms = open_rooms(
        targets_for(options.paths or ["."]), selected_settings(options), use_cache=not options.no_cache
    )
    lowest: Severity | None = options.severity
    changes_files = not (options.diff or options.dry_run)
    with Bar() as bar:
        scan(rooms, n_cores(), bar)
        places = list(paths_shown(rooms, lambda filename: True))
        bar.step("Mending")
        done = [(room, _mended(room, places, lowest, options.fixes, bar)) for room in rooms]
    n_mended = sum(mended.n_mended for _, mended in done)
    refused = False
    if changes_files:
        for room, mended in done:
            for problem in write_mended(room.workspace, mended):
                refused = True
                filename = filename_of(room.workspace.root, problem.path)
                warn(filename + problem.message.removeprefix(problem.path))
        n_left = _n_left_on_disk(rooms, places, lowest)
    else:
        n_left = sum(len(left) for _, mended in done for left in mended.left.values())
    write_out(_report(done, n_mended, n_left, options))
    warn_of_problems(rooms)
    for _, workspace in rooms:
        workspace.save_cache()
    if tell_of_faults(rooms, ()):
        return WRONG_USE
    failures.add_results(rooms)
    if failures.tell():
        return INTERNAL_ERROR
    return FOUND if n_left or refused else OK


def _mended(
    room: Room,
    places: Iterable[tuple[Workspace, str]],
    lowest: Severity | None,
    which: str,
    bar: Bar,
) -> Mended:
    settings = room.workspace.settings
    own = [path for workspace, path in places if workspace is room.workspace]

    def wanted(diagnosis: Diagnosis) -> bool:
        return is_shown(diagnosis, lowest, settings)

    return mend(room.workspace, own, wanted, first_safe if which == "safe" else first_of_any, bar.report)


def _n_left_on_disk(rooms: list[Room], places: list[tuple[Workspace, str]], lowest: Severity | None) -> int:
    """What a check of the files, as they have been written, still finds."""
    with Bar() as bar:
        scan(rooms, n_cores(), bar)
        made = [place for place in paths_shown(rooms, lambda filename: True) if place not in places]
        left = diagnose(
            [*places, *made],
            lambda workspace, diagnosis: is_shown(diagnosis, lowest, workspace.settings),
            bar,
        )
    return len(left)


def _report(
    done: Sequence[tuple[Room, Mended]], n_mended: int, n_left: int, options: argparse.Namespace
) -> Iterator[str]:
    touched = [
        (room.workspace, path, mended)
        for room, mended in done
        for path in sorted({*mended.texts, *mended.created, *mended.deleted})
    ]
    if options.diff:
        folder = patch_folder((workspace.root, path) for workspace, path, _ in touched)
        for workspace, path, mended in touched:
            yield from _patch(workspace, path, mended, folder)
        # Standard output holds a patch, and nothing but it.
        place = "" if folder == Path.cwd().resolve() else f" The patch is to be applied in {folder}."
        print(_summary(n_mended, n_left, True) + place, file=sys.stderr)
        return
    for workspace, path, mended in touched:
        filename = filename_of(workspace.root, path)
        before, after = mended.before.get(path), _text_after(mended, path)
        if path in mended.deleted and before is None:
            yield f"{'would delete' if options.dry_run else 'deleted'} {filename}\n"
        elif before is None or after is None or before.text != after:
            verb = "create" if before is None else "delete" if after is None else "change"
            verb = f"would {verb}" if options.dry_run else f"{verb.rstrip('e')}ed"
            yield f"{verb} {filename}\n"
    yield _summary(n_mended, n_left, options.dry_run) + "\n"


def _patch(workspace: Workspace, path: str, mended: Mended, folder: Path) -> Iterator[str]:
    file = file_of_patch(workspace.root, path)
    name = file.relative_to(folder).as_posix() if file.is_relative_to(folder) else file.as_posix()
    before = mended.before.get(path)
    if path in mended.deleted and before is None:
        yield f"Binary files a/{name} and /dev/null differ\n"
        return
    old, new = before.text if before else None, _text_after(mended, path)
    if before and carries_bytes(sys.stdout):
        # `patch` and `git apply` compare bytes.
        old = old and as_in_file(workspace, path, old)
        new = new and as_in_file(workspace, path, new)
    yield from difference(name, old, new, Paint(has_colours(sys.stdout)))


def _text_after(mended: Mended, path: str) -> str | None:
    if path in mended.deleted:
        return None
    return mended.texts[path].text if path in mended.texts else mended.created.get(path)


def _summary(n_mended: int, n_left: int, is_conditional: bool) -> str:
    mended = (
        f"{'Would mend' if is_conditional else 'Mended'} {n_mended} finding{'s' if n_mended != 1 else ''}"
    )
    if n_left == 0:
        return f"{mended}; nothing is left." if n_mended else "There is nothing to mend."
    return f"{mended}; {n_left} {'is' if n_left == 1 else 'are'} left."
