"""A report as one HTML page that needs no network and runs no script; light or dark as its reader likes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from html import escape

from bugcatalog_ls.cli.report_charts import N_SERIES, Series, sparkline, stacked_areas, up_and_down
from bugcatalog_ls.cli.report_style import STYLE
from bugcatalog_ls.cli.report_text import day
from bugcatalog_ls.workspace.history_report import EntryFigures, Report

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def report_page(report: Report) -> str:
    """The page's text."""
    several = len(report.repositories) > 1
    name = (
        f"{len(report.repositories)} repositories"
        if several
        else "".join(each.name for each in report.repositories)
    )
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>Bug report: {escape(name)}</title><style>{STYLE}</style></head><body><main>",
        f"<header><h1>Known bugs, found and mended</h1><p>{escape(name)} · {day(report.since)} to "
        f"{day(report.until)}</p></header>",
    ]
    if report.entries:
        parts += [_tiles(report), _open_over_time(report), _introduced_and_mended(report), _entries(report)]
        parts += [_files(report, several)]
        parts += [_repositories(report)] if several else []
        parts += [_suppressions(report, several)]
    else:
        parts.append("<p>Nothing was found yet: <code>bugcatalog check</code> remembers what it finds.</p>")
    made = datetime.fromtimestamp(report.until / 1000, timezone.utc)
    parts.append(f"<footer>Made by bugcatalog on {made:%Y-%m-%d %H:%M} UTC</footer></main></body></html>")
    return "\n".join(parts) + "\n"


def _tiles(report: Report) -> str:
    rows = (
        ("open now", report.n_open, ""),
        ("introduced", sum(report.introduced), "up"),
        ("mended", sum(report.mended), "down"),
        ("suppressed", len(report.suppressions), ""),
    )
    tiles = [
        f'<div class="tile {kind}"><strong>{number:,}</strong><span>{label}</span></div>'
        for label, number, kind in rows
    ]
    return f'<section class="tiles">{"".join(tiles)}</section>'


def _open_over_time(report: Report) -> str:
    drawn = [entry for entry in report.entries if any(entry.open_over_time)]
    drawn.sort(key=lambda entry: -max(entry.open_over_time))
    series = [Series(_label(entry), entry.open_over_time) for entry in drawn[: N_SERIES - 1]]
    rest = drawn[N_SERIES - 1 :]
    if rest:
        sums = [sum(ns) for ns in zip(*(entry.open_over_time for entry in rest), strict=True)]
        series.append(Series(f"{len(rest)} others", sums))
    legend = "".join(
        f'<li><i style="background:var(--series-{number + 1})"></i>{escape(each.name)} '
        f"<b>{each.numbers[-1]:,}</b></li>"
        for number, each in enumerate(series)
    )
    chart = stacked_areas(series, report.periods, "Open findings by entry over time")
    return _section("Open findings by entry", chart + f'<ul class="legend">{legend}</ul>')


def _introduced_and_mended(report: Report) -> str:
    chart = up_and_down(
        Series("introduced", report.introduced),
        Series("mended", report.mended),
        report.periods,
        "Findings introduced and mended over time",
    )
    legend = (
        '<ul class="legend"><li><i class="up"></i>introduced</li><li><i class="down"></i>mended</li></ul>'
        "<p class='note'>What stood there when a repository was first looked at is not counted as "
        "introduced.</p>"
    )
    return _section("Introduced against mended", chart + legend)


def _entries(report: Report) -> str:
    rows = (
        (
            f"<code>{escape(entry.code)}</code>",
            escape(entry.title),
            *(f"{n:,}" for n in (entry.n_open, entry.n_seen, entry.n_mended, entry.n_suppressed)),
            sparkline(entry.open_over_time, f"open findings of {entry.code} over time"),
        )
        for entry in report.entries
    )
    heads = ("Code", "Entry", "#Open", "#Seen", "#Mended", "#Suppressed", "Open over time")
    return _section("By entry", _table(heads, rows))


def _files(report: Report, several: bool) -> str:
    if not report.files:
        return ""
    top = max(file.n_open for file in report.files)
    rows = (
        (
            _place(file.repository if several else "", file.path),
            f'<span class="bar" style="width:{100 * file.n_open / top:.0f}%"></span>',
            f"{file.n_open:,}",
            " ".join(f"<code>{escape(code)}</code>" for code in file.codes[:5]),
        )
        for file in report.files
    )
    heads = ("File", "", "#Open", "Entries")
    return _section("Hottest files", _table(heads, rows))


def _repositories(report: Report) -> str:
    rows = (
        (
            escape(each.name),
            *(f"{n:,}" for n in (each.n_open, each.n_seen, each.n_mended, each.n_suppressed)),
            f"{day(each.last_run_at)} {escape(each.last_person)}",
        )
        for each in report.repositories
    )
    heads = ("Repository", "#Open", "#Seen", "#Mended", "#Suppressed", "Last news")
    return _section("Repositories", _table(heads, rows))


def _suppressions(report: Report, several: bool) -> str:
    if not report.suppressions:
        return ""
    rows = (
        (
            f"<code>{escape(each.code)}</code>",
            _place(each.repository if several else "", f"{each.path}:{each.line}"),
            escape(each.reason) or '<em class="missing">no reason given</em>',
            f"{day(each.at)} {escape(each.person)}",
        )
        for each in report.suppressions
    )
    heads = ("Code", "Where", "Reason", "Noticed")
    return _section("Suppressed", _table(heads, rows))


def _place(repository: str, path: str) -> str:
    """A path that breaks after its folders, under the repository's name where there are several."""
    shown = escape(path).replace("/", "/<wbr>").replace("_", "_<wbr>")
    above = f'<span class="repository">{escape(repository)}</span>' if repository else ""
    return f'{above}<span class="path">{shown}</span>'


def _label(entry: EntryFigures) -> str:
    return f"{entry.code} {entry.title}".strip()


def _section(title: str, inner: str) -> str:
    return f"<section><h2>{escape(title)}</h2>\n{inner}</section>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; heads with `#` are of numbers."""
    numbers = [head.startswith("#") for head in heads]

    def cells(tag: str, texts: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{' class=number' if is_number else ''}>{text}</{tag}>"
            for text, is_number in zip(texts, numbers, strict=True)
        )

    head = cells("th", [escape(name.lstrip("#")) for name in heads])
    body = "\n".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>'
