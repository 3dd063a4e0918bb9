"""What a benchmark prints: facts about the machine, and one row for each figure."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
from collections.abc import Sequence
from typing import Any, NamedTuple


class Row(NamedTuple):
    """One figure. `target` is what the project wants of it (empty: a figure to compare with)."""

    name: str
    value: float
    unit: str
    target: str = ""
    is_met: bool | None = None
    note: str = ""


class Report(NamedTuple):
    """One benchmark's figures. `samples` are the single measurements behind them."""

    title: str
    rows: list[Row]
    versions: dict[str, str]
    samples: dict[str, list[float]]


def at_most(name: str, value: float, unit: str, limit: float, note: str = "") -> Row:
    return Row(name, value, unit, f"≤ {limit:g} {unit}".rstrip(), value <= limit, note)


def at_least(name: str, value: float, unit: str, limit: float, note: str = "") -> Row:
    return Row(name, value, unit, f"≥ {limit:g} {unit}".rstrip(), value >= limit, note)


def p50(samples: Sequence[float]) -> float:
    return statistics.median(samples)


def p95(samples: Sequence[float]) -> float:
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def show(reports: Sequence[Report], as_json: bool) -> None:
    if as_json:
        whole = {"machine": machine(), "benchmarks": [_as_json(report) for report in reports]}
        print(json.dumps(whole, indent=2, ensure_ascii=False))
        return
    facts = machine()
    print(", ".join(f"{name} {value}" for name, value in facts.items()))
    for report in reports:
        versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
        print(f"\n{report.title}" + (f"  ({versions})" if versions else ""))
        for line in _table(report.rows):
            print(line)


def machine() -> dict[str, Any]:
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return {
        "system": platform.platform(terse=True),
        "cores": n_cores(),
        "Python": platform.python_version(),
        "load": load,
    }


def n_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def tell(text: str) -> None:
    """What a person who waits is told; it is no part of the result."""
    print(text, file=sys.stderr, flush=True)


def _table(rows: Sequence[Row]) -> list[str]:
    cells = [
        (row.name, f"{_figure(row.value)} {row.unit}".rstrip(), row.target, _verdict(row.is_met), row.note)
        for row in rows
    ]
    widths = [max(len(row[column]) for row in cells) for column in range(4)]
    lines = []
    for name, value, target, verdict, note in cells:
        columns = (name.ljust(widths[0]), value.rjust(widths[1]), target.ljust(widths[2]))
        lines.append("  ".join(("", *columns, verdict.ljust(widths[3]), note)).rstrip())
    return lines


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _verdict(is_met: bool | None) -> str:
    return "" if is_met is None else "met" if is_met else "MISSED"


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "title": report.title,
        "versions": report.versions,
        "rows": [row._asdict() for row in report.rows],
        "samples": report.samples,
    }
