"""Charts of a report stay on their canvas, whatever the numbers."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

from bugcatalog_ls.cli.report_charts import HEIGHT, WIDTH, Series, sparkline, stacked_areas, up_and_down

DAY = 86_400_000


@pytest.mark.parametrize("n", [1, 2, 13, 60])
@pytest.mark.parametrize("top", [0, 1, 7, 12_345])
def test_nothing_is_cut_off(n: int, top: int) -> None:
    numbers = [top * (index + 1) // n for index in range(n)]
    periods = [index * DAY for index in range(n)]
    two = [Series("a & b", numbers), Series("<c>", numbers[::-1])]
    for chart in (stacked_areas(two, periods, "t"), up_and_down(*two, periods, "t")):
        root = ElementTree.fromstring(chart)
        for shape in root:
            for x, y in points_of(shape):
                assert 0 <= x <= WIDTH
                assert 0 <= y <= HEIGHT
        assert "a &amp; b" in chart or top == 0
    ElementTree.fromstring(sparkline(numbers, "t"))


def points_of(shape: ElementTree.Element) -> list[tuple[float, float]]:
    get = shape.attrib.get
    if "points" in shape.attrib:
        return [(float(x), float(y)) for x, y in re.findall(r"([-\d.]+),([-\d.]+)", shape.attrib["points"])]
    if "x1" in shape.attrib:
        return [(float(get(f"x{end}", 0)), float(get(f"y{end}", 0))) for end in "12"]
    x, y = float(get("x", 0)), float(get("y", 0))
    return [(x, y), (x + float(get("width", 0)), y + float(get("height", 0)))]
