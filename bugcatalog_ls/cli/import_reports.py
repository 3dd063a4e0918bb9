"""`bugcatalog catalog import`: incident reports to drafts of entries and cases of known ones."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from bugcatalog_ls.catalog.draft import draft_page
from bugcatalog_ls.catalog.report_import import Imported, ImportPlan, Landing, Target, plan_import
from bugcatalog_ls.cli.catalog_in_force import configuration_here, named_entry
from bugcatalog_ls.cli.drafting import (
    Folder,
    Rules,
    changes_of_pairs,
    folder_for,
    names_of,
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
from bugcatalog_ls.text.wording import counted
from bugcatalog_ls.workspace.configuration import Configuration
from bugcatalog_ls.workspace.settings_roots import find_root

MAX_REPORT = 16 * 1024 * 1024


def run(options: argparse.Namespace) -> int:
    root = find_root(Path.cwd())
    configuration = configuration_here()
    folder = folder_for(options, configuration, root)
    into = named_entry(options.into, configuration.entries).code if options.into else ""
    target = Target(folder.pages, options.prefix, not options.no_merge, into)
    reports = [(name, _read(name)) for name in options.files]
    plan = plan_import(reports, configuration.entries, folder.own_paths, target)
    rules = _with_rules(plan, configuration, root, options)
    if options.output_format == "json":
        write_out([_as_json(plan, folder, rules)])
        problems = [] if options.diff or options.dry_run else _write_silently(folder, plan)
    else:
        _tell(plan, folder, rules)
        problems = show_or_write(options, folder, plan.pages, plan.before)
        if not problems:
            _tell_end(plan, options)
    for problem in problems:
        warn(problem)
    return FOUND if problems else OK


def _read(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read(MAX_REPORT)
    try:
        with open(name, "rb") as file:
            data = file.read(MAX_REPORT + 1)
    except OSError as error:
        raise UsageError(f"`{name}` can't be read: {error.strerror or error}") from None
    if len(data) > MAX_REPORT:
        raise UsageError(f"`{name}` is larger than {MAX_REPORT // 1024 // 1024} MiB, which no report is")
    return data


def _with_rules(
    plan: ImportPlan, configuration: Configuration, root: Path, options: argparse.Namespace
) -> dict[str, Rules]:
    """The rules proposed for the drafts of a plan, whose pages then show or hold them."""
    found: dict[str, Rules] = {}
    with Bar() as bar:
        try_out = trial_with_bar(configuration, root, bar)
        for path, draft in plan.drafts.items():
            changes = changes_of_pairs(draft)
            if not changes:
                continue
            found[path] = rules_for(draft, changes, try_out, keep=options.keep_rules, most=options.most)
            plan.pages[path] = draft_page(found[path].draft)
            plan.drafts[path] = found[path].draft
    return found


def _tell(plan: ImportPlan, folder: Folder, rules: dict[str, Rules]) -> None:
    paint = Paint(has_colours(sys.stdout))
    names = names_of(folder, {landing.path for report in plan.reports for landing in report.landings})
    for report in plan.reports:
        head = f"{report.name}: {counted(len(report.landings), 'bug')}"
        repairs = [report.encoding] if report.encoding != "utf-8" else []
        repairs += [f"mended {repair}" for repair in report.repairs]
        write_out([paint(head, "strong"), f" ({'; '.join(repairs)})\n" if repairs else "\n"])
        for landing in report.landings:
            write_out([f"  {_told(landing, names)}\n"])
            if landing.path in plan.drafts and landing.kind == "entry":
                if landing.path in rules:
                    tell_rules(rules[landing.path])
                tell_gaps(plan.drafts[landing.path])
        if report.left_over:
            n_parts = report.left_over.count("\n## ")
            listed = filename_of(folder.path, report.left_over_path)
            write_out([f"  left over: {counted(n_parts, 'part')} of the report, listed in {listed}\n"])


def _told(landing: Landing, names: dict[str, str]) -> str:
    place = f"line {landing.line}: {landing.title}"
    if landing.kind == "entry":
        hint = f"\n    {landing.reason}; `--into CODE` makes it a case" if landing.reason else ""
        return f"{place}\n    → new entry {landing.code}, {names[landing.path]}{hint}"
    if landing.kind == "case":
        page = names[landing.path]
        return f"{place}\n    → case of {landing.code} ({landing.reason}), {page}\n    adds {landing.adds}"
    if landing.kind == "known":
        return f"{place}\n    → nothing to do for {landing.code}: {landing.reason}"
    return f"{place}\n    → left over: {landing.reason}"


def _tell_end(plan: ImportPlan, options: argparse.Namespace) -> None:
    n_new = len([path for path in plan.pages if path not in plan.before])
    said = f"{counted(n_new, 'page')} written, {counted(len(plan.before), 'page')} added to"
    if options.diff or options.dry_run:
        said = f"nothing written; it would be {said}"
    write_out([f"{said[0].upper()}{said[1:]}.\n"])


def _write_silently(folder: Folder, plan: ImportPlan) -> Sequence[str]:
    from bugcatalog_ls.workspace.catalog_folder import write_pages

    return [problem.message for problem in write_pages(folder.path, plan.pages, plan.before)]


def _as_json(plan: ImportPlan, folder: Folder, rules: dict[str, Rules]) -> str:
    records = [_record(report, folder, plan, rules) for report in plan.reports]
    return msgspec.json.format(msgspec.json.encode(records)).decode("utf-8") + "\n"


def _record(report: Imported, folder: Folder, plan: ImportPlan, rules: dict[str, Rules]) -> dict[str, Any]:
    names = names_of(folder, {landing.path for landing in report.landings} | {report.left_over_path})
    return {
        "report": report.name,
        "title": report.title,
        "encoding": report.encoding,
        "repairs": report.repairs,
        "bugs": [
            {
                "title": landing.title,
                "line": landing.line,
                "landed": landing.kind,
                "code": landing.code or None,
                "page": names[landing.path] if landing.path else None,
                "reason": landing.reason or None,
                "adds": landing.adds or None,
                "rules": [
                    {
                        "rule": each.proposal.rule,
                        "kept": each in rules[landing.path].kept,
                        "matches": each.trial.n_places,
                        "samples": each.trial.samples,
                    }
                    for each in (*rules[landing.path].kept, *rules[landing.path].shown)
                ]
                if landing.path in rules
                else [],
            }
            for landing in report.landings
        ],
        "left_over": names[report.left_over_path] if report.left_over else None,
        "pages": {
            path: text for path, text in plan.pages.items() if path in {r.path for r in report.landings}
        },
    }
