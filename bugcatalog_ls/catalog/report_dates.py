"""Dates as people write them in reports."""

from __future__ import annotations

import re


def date_in(text: str) -> str:
    """The first date in a text as `2025-01-03`, or an empty text."""
    found: list[tuple[int, str]] = []
    for pattern in (_NUMBERS, _GERMAN, _DAY_FIRST, _MONTH_FIRST):
        for match in pattern.finditer(text):
            month = match["month"]
            number = int(month) if month.isdigit() else _MONTHS.get(month[:3].lower(), 0)
            day = int(match["day"])
            if 1 <= number <= 12 and 1 <= day <= 31:
                found.append((match.start(), f"{match['year']}-{number:02}-{day:02}"))
    return min(found)[1] if found else ""


_NUMBERS = re.compile(r"(?<!\d)(?P<year>20\d\d)\s?[-/.年]\s?(?P<month>\d{1,2})\s?[-/.月]\s?(?P<day>\d{1,2})")
_GERMAN = re.compile(r"(?<!\d)(?P<day>\d{1,2})\.\s?(?P<month>\d{1,2})\.\s?(?P<year>20\d\d)")
_DAY_FIRST = re.compile(
    r"(?<!\d)(?P<day>\d{1,2})(?:\.|st|nd|rd|th)?\s(?P<month>[^\W\d]{3,9})\.?,?\s(?P<year>20\d\d)"
)
_MONTH_FIRST = re.compile(
    r"\b(?P<month>[^\W\d]{3,9})\.?\s(?P<day>\d{1,2})(?:st|nd|rd|th)?,?\s(?P<year>20\d\d)"
)
_MONTHS = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "mär": 3,
    "apr": 4,
    "may": 5,
    "mai": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "okt": 10,
    "nov": 11,
    "dec": 12,
    "dez": 12,
}
