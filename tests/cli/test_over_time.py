"""Counts over time, in bounded memory."""

from __future__ import annotations

from bugcatalog_ls.cli.explain_over_time import OverTime


def test_a_few_counts_are_drawn_to_scale() -> None:
    counts = OverTime()
    for second, number in ((0, 1), (1, 8), (3, 4)):
        for _ in range(number):
            counts.add(f"2024-05-01T10:00:0{second}.123Z")
    assert counts.drawn() == "▁█ ▄ 2024-05-01 10:00:00 to 2024-05-01 10:00:04, at most 8 in 1 s"


def test_one_moment_and_what_is_no_time_show_nothing() -> None:
    counts = OverTime()
    counts.add("2024-05-01 10:00:00")
    counts.add("yesterday")
    counts.add("")
    assert counts.drawn() == ""


def test_a_year_takes_no_more_room_than_a_minute() -> None:
    counts = OverTime()
    for day in range(1, 29):
        for month in range(1, 13):
            for hour in range(0, 24, 2):
                counts.add(f"2024-{month:02}-{day:02} {hour:02}:00:00,000")
    assert len(counts._counts) <= 1024
    assert sum(counts._counts.values()) == 28 * 12 * 12
    drawn = counts.drawn()
    assert drawn.index(" 20") <= 48
    assert drawn.endswith(" d")
