"""`bugcatalog report`: what was found and mended, by entry, file and repository, from the history."""

from __future__ import annotations

import argparse
import re
import time
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

import msgspec

from bugcatalog_ls.cli.exits import OK, UsageError
from bugcatalog_ls.cli.output import write_report
from bugcatalog_ls.cli.targets import targets_for
from bugcatalog_ls.workspace import outbox
from bugcatalog_ls.workspace.cache import cache_folder
from bugcatalog_ls.workspace.configuration import load_configuration
from bugcatalog_ls.workspace.settings_values import SEVERITIES
from bugcatalog_ls.workspace.store_address import StoreAddress, store_address

FORMATS = ("text", "html", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", nargs="?", default=".", help="whose settings name the store")
    parser.add_argument("--output-format", choices=FORMATS, default="text", metavar="FORMAT",
                        help="text, html (one file, no network) or json (default: text)")  # fmt: skip
    parser.add_argument("--output-file", metavar="FILE", help="write the report to a file")
    parser.add_argument(
        "--since", metavar="WHEN", type=_since, default=None, help="30d, 12w, or a date (default: 90d)"
    )
    parser.add_argument(
        "--repository",
        metavar="NAME",
        action="append",
        help="only repositories whose name holds this; `.` is the one at PATH",
    )
    parser.add_argument(
        "--all", action="store_true", help="all repositories (the default where a team shares the store)"
    )
    parser.add_argument(
        "--severity", choices=SEVERITIES, default="information", metavar="LOWEST",
        help="count this severity and above (default: information)",
    )  # fmt: skip


def run(options: argparse.Namespace) -> int:
    [target] = targets_for([options.path])
    configuration = load_configuration(target.root, cache_folder=cache_folder())
    address = store_address(configuration.loaded.settings.store, target.root)
    # One's own store also holds whatever was checked once in passing.
    wanted = options.repository or (None if options.all or address.secret is not None else ["."])
    # Imported only here: they cost more than a start may.
    from bugcatalog_ls.catalog.store import StoreError, opened_store
    from bugcatalog_ls.workspace.delivery import deliver
    from bugcatalog_ls.workspace.history_reading import read_history, repository_names
    from bugcatalog_ls.workspace.history_report import DAY, report_on

    url = address.url()
    if url is None:
        raise UsageError(f"the setting `store` has no URL: {address.secret} is not set")
    outcome = deliver(address, url)
    if outcome.problem:
        raise UsageError(_unusable(address, outcome.problem))
    try:
        with opened_store(url, target.root) as store:
            names = _chosen(repository_names(store), wanted, target.root)
            history = read_history(store, names)
    except StoreError as error:
        raise UsageError(_unusable(address, str(error))) from None
    until = time.time_ns() // 1_000_000
    since = options.since if options.since is not None else until - 90 * DAY
    titles = {code: entry.title for code, entry in configuration.entries.items()}
    severities = SEVERITIES[: SEVERITIES.index(options.severity) + 1]
    report = report_on(history, titles, since, until, severities)
    if options.output_format == "json":
        write_report(
            [msgspec.json.format(msgspec.json.encode(report)).decode("utf-8"), "\n"], options.output_file
        )
    elif options.output_format == "html":
        from bugcatalog_ls.cli.report_page import report_page

        write_report([report_page(report)], options.output_file)
    else:
        from bugcatalog_ls.cli.report_text import report_text

        write_report([report_text(report, options.output_file is None)], options.output_file)
    return OK


def _unusable(address: StoreAddress, problem: str) -> str:
    n_waiting = len(outbox.waiting(address.outbox))
    runs = "1 run waits" if n_waiting == 1 else f"{n_waiting} runs wait"
    waiting = f"; {runs} in {address.outbox}" if n_waiting else ""
    return f"{address.name[0].lower()}{address.name[1:]} {problem}{waiting}"


def _chosen(names: Sequence[str], wanted: Sequence[str] | None, root: Path) -> list[str]:
    if wanted is None:
        return list(names)
    from bugcatalog_ls.workspace.repository_name import repository_name

    chosen: set[str] = set()
    for word in wanted:
        fitting = [repository_name(root)] if word == "." else [name for name in names if word in name]
        if not fitting:
            raise UsageError(f"the store knows no repository whose name holds `{word}`")
        chosen.update(fitting)
    return sorted(chosen)


def _since(text: str) -> int:
    match = re.fullmatch(r"(\d{1,5})([dw])", text)
    if match:
        days = int(match[1]) * (7 if match[2] == "w" else 1)
        return max(time.time_ns() // 1_000_000 - days * 86_400_000, 0)
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.utc)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected 30d, 12w or a date such as 2026-01-31, not `{text}`"
        ) from None
    return max(int(day.timestamp() * 1000), 0)
