"""Charts of a report as SVG, drawn with the page's colours: `--series-1` and so on, `--grid`, `--faint`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from html import escape
from typing import NamedTuple

WIDTH, HEIGHT = 760, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 14, 30
N_SERIES = 7


class Series(NamedTuple):
    """A line of numbers with its name."""

    name: str
    numbers: Sequence[int]


def stacked_areas(series: Sequence[Series], periods: Sequence[int], title: str) -> str:
    """Series on top of each other, the first one at the bottom."""
    n = len(periods)
    totals = [sum(each.numbers[number] for each in series) for number in range(n)]
    plot = _Plot(0, _round_up(max(totals, default=0)))
    floor = [0] * n
    shapes = []
    for number, each in enumerate(series):
        top = [below + own for below, own in zip(floor, each.numbers, strict=True)]
        # One period alone would be a line without a width.
        xs = [plot.edge(index, n) for index in range(n)] if n > 1 else [plot.left, plot.right]
        upper, lower = (top, floor) if n > 1 else (top * 2, floor * 2)
        points = [*zip(xs, map(plot.y, upper), strict=True)]
        points += reversed([*zip(xs, map(plot.y, lower), strict=True)])
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        shapes.append(
            f'<polygon points="{path}" fill="var(--series-{number + 1})">'
            f"<title>{escape(each.name)}: {each.numbers[-1]} open</title></polygon>"
        )
        floor = top
    labels = _day_labels(periods, [plot.edge(index, n) for index in range(n)] if n > 1 else [plot.middle])
    return _svg(title, [*plot.grid(), *shapes, *labels])


def up_and_down(up: Series, down: Series, periods: Sequence[int], title: str) -> str:
    """Bars of one series above the line, of the other one below it."""
    n = len(periods)
    plot = _Plot(-_round_up(max(down.numbers, default=0)), _round_up(max(up.numbers, default=0)))
    slot = (plot.right - plot.left) / n
    width = max(2.0, min(slot * 0.7, 46.0))
    shapes = []
    for number, at in enumerate(periods):
        x = plot.left + slot * (number + 0.5) - width / 2
        for series, sign, kind in ((up, 1, "up"), (down, -1, "down")):
            value = series.numbers[number]
            if value:
                y, bottom = sorted((plot.y(sign * value), plot.y(0)))
                shapes.append(
                    f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
                    f'height="{bottom - y:.1f}" rx="1.5">'
                    f"<title>{_day(at)}: {value} {escape(series.name)}</title></rect>"
                )
    zero = plot.y(0)
    shapes.append(f'<line class="axis" x1="{plot.left}" x2="{plot.right}" y1="{zero:.1f}" y2="{zero:.1f}"/>')
    labels = _day_labels(periods, [plot.left + slot * (number + 0.5) for number in range(n)])
    return _svg(title, [*plot.grid(), *shapes, *labels])


def sparkline(numbers: Sequence[int], title: str) -> str:
    """A small line, as high as its highest number."""
    width, height = 120, 24
    top = max(numbers, default=0) or 1
    drawn = list(numbers) if len(numbers) > 1 else list(numbers) * 2
    step = (width - 4) / max(len(drawn) - 1, 1)
    points = [(2 + step * index, height - 3 - (height - 6) * n / top) for index, n in enumerate(drawn)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    end = f'<circle cx="{points[-1][0]:.1f}" cy="{points[-1][1]:.1f}" r="2"/>' if points else ""
    return (
        f'<svg class="spark" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" '
        f'aria-label="{escape(title)}"><polyline points="{path}"/>{end}</svg>'
    )


class _Plot:
    """Where a number of a range lies on the canvas."""

    def __init__(self, low: int, high: int) -> None:
        self.low, self.high = low, max(high, low + 1)
        self.left, self.right = _LEFT, WIDTH - _RIGHT
        self.middle = (self.left + self.right) / 2

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)

    def edge(self, index: int, n: int) -> float:
        return self.left + (self.right - self.left) * index / (n - 1)

    def grid(self) -> list[str]:
        """Lines at round numbers, each with its number."""
        step = _step(self.high - self.low)
        lines = []
        for value in range(-(-self.low // step) * step, self.high + 1, step):
            y = self.y(value)
            lines.append(
                f'<line class="grid" x1="{self.left}" x2="{self.right}" y1="{y:.1f}" y2="{y:.1f}"/>'
                f'<text class="number" x="{self.left - 8}" y="{y + 4:.1f}">{abs(value):,}</text>'
            )
        return lines


def _step(extent: int) -> int:
    """1, 2 or 5 times a power of ten, so that there are about four lines."""
    power = 1
    while True:
        for factor in (1, 2, 5):
            if extent <= 5 * factor * power:
                return factor * power
        power *= 10


def _round_up(number: int) -> int:
    if number <= 0:
        return 0
    step = _step(number)
    return -(-number // step) * step


def _day_labels(periods: Sequence[int], xs: Sequence[float]) -> list[str]:
    """A few of the days under the plot; the outermost ones stay within the canvas."""
    every = max(1, -(-len(periods) // 8))
    labels = []
    for number in range(0, len(periods), every):
        x = xs[number]
        anchor = "start" if x < _LEFT + 24 else "end" if x > WIDTH - _RIGHT - 24 else "middle"
        labels.append(
            f'<text class="day" x="{x:.1f}" y="{HEIGHT - 8}" text-anchor="{anchor}">'
            f"{_day(periods[number])}</text>"
        )
    return labels


def _day(at: int) -> str:
    day = datetime.fromtimestamp(at / 1000, timezone.utc)
    return f"{day.day} {day:%b}"


def _svg(title: str, parts: Sequence[str]) -> str:
    inner = "\n".join(parts)
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">\n'
        f"{inner}\n</svg>"
    )
