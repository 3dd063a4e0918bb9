"""How often something was met over time, in bounded memory, drawn in one line."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timezone


class OverTime:
    """Counts by spans of time, which grow as more time passes."""

    def __init__(self) -> None:
        self._width = 1
        self._counts: Counter[int] = Counter()

    def add(self, time: str) -> None:
        """One more at a time as a log writes it; what is no time does not count."""
        seconds = _seconds(time)
        if seconds is None:
            return
        self._counts[seconds // self._width] += 1
        while len(self._counts) > _MAX_SPANS:
            self._widen()

    def drawn(self) -> str:
        """Bars, from when to when, and the most in one of them; empty where there is nothing to see."""
        if len(self._counts) < _LEAST_SPANS:
            return ""
        first, last = min(self._counts), max(self._counts)
        # Whole spans in each bar.
        n_each = -(-(last - first + 1) // _COLUMNS)
        bars: Counter[int] = Counter()
        for span, count in self._counts.items():
            bars[(span - first) // n_each] += count
        most = max(bars.values())
        n_bars = (last - first) // n_each + 1
        drawn = "".join(_bar(bars[number], most) for number in range(n_bars))
        begin, end = _told(first * self._width), _told((last + 1) * self._width)
        return f"{drawn} {begin} to {end}, at most {most} in {_length(n_each * self._width)}"

    def _widen(self) -> None:
        self._width *= 2
        wider: Counter[int] = Counter()
        for span, count in self._counts.items():
            wider[span // 2] += count
        self._counts = wider


_MAX_SPANS = 1024
_LEAST_SPANS = 2
_COLUMNS = 48
_BARS = "▁▂▃▄▅▆▇█"


def _bar(count: int, most: int) -> str:
    if count == 0:
        return " "
    return _BARS[min(len(_BARS) - 1, (count * len(_BARS) - 1) // most)]


def _seconds(time: str) -> int | None:
    """Seconds since 1970, the time zone left out: the times of one log are of one zone."""
    text = time[:19].replace("T", " ")
    try:
        return int(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc).timestamp())
    except ValueError:
        return None


def _told(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, timezone.utc):%Y-%m-%d %H:%M:%S}"


def _length(seconds: int) -> str:
    for name, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{round(seconds / size)} {name}"
    return f"{seconds} s"
