"""A report for the terminal: tables, and how things went as small bars."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from datetime import datetime, timezone

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bugcatalog_ls.cli.paint import harmless
from bugcatalog_ls.cli.streams import has_colours
from bugcatalog_ls.workspace.history_report import Report

_MAX_ENTRIES = 20
_MAX_SUPPRESSIONS = 30
_BARS = " ▁▂▃▄▅▆▇█"


def report_text(report: Report, to_terminal: bool) -> str:
    """The report as text, painted where it goes to a terminal that shows colours."""
    colours = to_terminal and has_colours(sys.stdout)
    console = Console(
        file=io.StringIO(),
        force_terminal=colours,
        no_color=not colours,
        width=None if to_terminal else 110,
        highlight=False,
        legacy_windows=False,
    )
    with console.capture() as captured:
        _print(console, report)
    return "\n".join(line.rstrip() for line in captured.get().split("\n"))


def day(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, timezone.utc).date().isoformat()


def _print(console: Console, report: Report) -> None:
    if not report.entries:
        console.print("Nothing was found yet: `bugcatalog check` remembers what it finds.")
        return
    n_introduced, n_mended = sum(report.introduced), sum(report.mended)
    console.print(
        f"[bold]{report.n_open} open[/], {n_introduced} introduced and {n_mended} mended "
        f"from {day(report.since)} to {day(report.until)}"
    )
    console.print(f"introduced  {_bars(report.introduced)}   mended  {_bars(report.mended)}\n")
    console.print(_entries(report))
    _more(console, len(report.entries) - _MAX_ENTRIES, "entries")
    if report.files:
        console.print(_files(report))
    if len(report.repositories) > 1:
        console.print(_repositories(report))
    if report.suppressions:
        console.print(_suppressions(report))
        _more(console, len(report.suppressions) - _MAX_SUPPRESSIONS, "suppressions")


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)


def _entries(report: Report) -> Table:
    table = _table("By entry")
    table.add_column("code", no_wrap=True)
    table.add_column("entry", overflow="fold")
    for name in ("open", "seen", "mended", "suppressed"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("open over time", no_wrap=True)
    for entry in report.entries[:_MAX_ENTRIES]:
        table.add_row(
            entry.code,
            _text(entry.title),
            *map(str, (entry.n_open, entry.n_seen, entry.n_mended, entry.n_suppressed)),
            _bars(entry.open_over_time),
        )
    return table


def _files(report: Report) -> Table:
    table = _table("Hottest files")
    table.add_column("open", justify="right", no_wrap=True)
    table.add_column("seen", justify="right", no_wrap=True)
    table.add_column("file", overflow="fold")
    table.add_column("entries", overflow="fold")
    several = len(report.repositories) > 1
    for file in report.files:
        name = f"{file.repository}: {file.path}" if several else file.path
        table.add_row(str(file.n_open), str(file.n_seen), _text(name), _text(", ".join(file.codes[:6])))
    return table


def _repositories(report: Report) -> Table:
    table = _table("Repositories")
    table.add_column("repository", overflow="fold")
    for name in ("open", "seen", "mended", "suppressed"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("last news", overflow="fold")
    for each in report.repositories:
        numbers = (each.n_open, each.n_seen, each.n_mended, each.n_suppressed)
        table.add_row(
            _text(each.name), *map(str, numbers), _text(f"{day(each.last_run_at)} {each.last_person}")
        )
    return table


def _suppressions(report: Report) -> Table:
    table = _table("Suppressed")
    table.add_column("code", no_wrap=True)
    table.add_column("where", overflow="fold")
    table.add_column("reason", overflow="fold")
    several = len(report.repositories) > 1
    for each in report.suppressions[:_MAX_SUPPRESSIONS]:
        where = f"{each.repository}: {each.path}:{each.line}" if several else f"{each.path}:{each.line}"
        reason = _text(each.reason) if each.reason else Text("no reason given", style="yellow")
        table.add_row(each.code, _text(where), reason)
    return table


def _text(text: str) -> Text:
    return Text(harmless(text))


def _bars(numbers: Sequence[int]) -> str:
    """Numbers as bars, the highest one full."""
    top = max(numbers, default=0)
    shown = numbers[-24:]
    if not top:
        return "·" * len(shown)
    return "".join(_BARS[max(1, round(8 * n / top))] if n else "·" for n in shown)


def _more(console: Console, n_more: int, what: str) -> None:
    if n_more > 0:
        console.print(f"… and {n_more} more {what}\n")
