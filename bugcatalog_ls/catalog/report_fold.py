"""What a report says twice put together: rows, lessons and remarks go to the bug they are about."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import groupby

import msgspec

from bugcatalog_ls.catalog.report_pieces import Item, Piece, Shared, Split
from bugcatalog_ls.catalog.report_words import without_decoration
from bugcatalog_ls.catalog.word_weights import words_of


def fold(split: Split) -> Split:
    """The report with each of its bugs once, and what is shared given to the bug that it names."""
    main = [item for item in split.items if not _is_remark(item)]
    if not main:
        return split
    words = _Words([*split.items])
    for item in split.items:
        if not _is_remark(item):
            continue
        target = _referred(item, main) or words.nearest(_said_by(item), main, _LEAST_FOR_ITEMS)
        if target is None:
            main.append(item)
            continue
        _add(target, item.path, _as_remark(item))
    left: list[Shared] = []
    for path, group in groupby(split.shared, key=lambda shared: shared.path):
        together = list(group)
        heading = " ".join(without_decoration(part) for part in path[1:])
        said = " ".join(shared.piece.text for shared in together)
        is_list = len(together) > 1 and all(_ITEM.match(shared.piece.text) for shared in together)
        is_about_one = len(path) > 1 and not is_list
        target = words.nearest(f"{heading} {said}", main, _LEAST_FOR_REMARKS) if is_about_one else None
        if target is not None:
            _add(target, path, [shared.piece for shared in together])
            continue
        # Only the items of a list can be read one without the other.
        for shared in together:
            is_alone = _ITEM.match(shared.piece.text) and shared.piece.role != "meta"
            target = words.nearest(shared.piece.text, main, _LEAST_FOR_REMARKS) if is_alone else None
            if target is None:
                left.append(shared)
            else:
                _add(target, path, [shared.piece])
    return msgspec.structs.replace(split, items=sorted(main, key=lambda item: item.first), shared=left)


_LEAST_FOR_ITEMS = 0.3
_LEAST_FOR_REMARKS = 0.36
_SYMPTOM_COLUMN = re.compile(r"\*\*[^*]*(?:symptom|症状|现象|fehlerbild)[^*]*\*\*", re.IGNORECASE)
_ITEM = re.compile(r"(?:[-*+]|\d+[.)])\s+")
# Stems of what nearly every report says.
_STEMS_OF_ALL_REPORTS = (
    "error issue problem fix fixed api statu code critical high medium low impact action lesson root "
    "cause risk all any us use used add added after before return http severity symptom possible"
)
_OF_ALL_REPORTS = frozenset(_STEMS_OF_ALL_REPORTS.split())


def _is_remark(item: Item) -> bool:
    """Whether an item only repeats in a few words what the report says of a bug elsewhere."""
    return item.is_lesson or not item.heading_rows


def _said_by(item: Item) -> str:
    return " ".join([item.title, *(piece.text for piece in item.pieces if piece.role != "meta")])


def _referred(item: Item, main: Iterable[Item]) -> Item | None:
    """The bug whose number a row of an index gives (`→ 7.3`), or that has the row's own number and words."""
    numbers = {
        number
        for piece in item.pieces
        for number in re.findall(r"(?:→|§|#|see|->)\s*(\d+(?:\.\d+)+)", piece.text)
    }
    return next((each for each in main if each.number and each.number in numbers), None)


def _as_remark(item: Item) -> list[Piece]:
    """What a row or a lesson says, kept together: torn apart it would say little."""
    if item.is_lesson:
        return [msgspec.structs.replace(piece, role="prevention") for piece in item.pieces]
    if all(piece.first == item.first for piece in item.pieces):
        indexes_symptoms = any(_SYMPTOM_COLUMN.match(piece.text) for piece in item.pieces)
        said = "; ".join(piece.text for piece in item.pieces)
        return [Piece("symptom" if indexes_symptoms else "details", said, item.first, item.first)]
    return [msgspec.structs.replace(piece, role="details") for piece in item.pieces]


def _add(target: Item, path: tuple[str, ...], pieces: list[Piece]) -> None:
    """Remarks below the heading that they stood under, without which they often can't be read."""
    first = pieces[0]
    heading = Piece(first.role, f"### {_heading(path)}", first.first, first.first)
    is_there = any(piece.text == heading.text and piece.role == heading.role for piece in target.pieces[-6:])
    target.pieces += pieces if is_there else [heading, *pieces]


def _heading(path: tuple[str, ...]) -> str:
    """The headings below the report's own title, as they were written."""
    return " › ".join(path[1:] or path) or "Elsewhere in the report"


class _Words:
    """How telling each word of a report is: one that all of its bugs share tells none of them."""

    def __init__(self, items: list[Item]) -> None:
        self._own = {id(item): _telling(_said_by(item)) for item in items}
        self._titles = {id(item): _telling(item.title) for item in items}
        self._counts = Counter(word for words in self._own.values() for word in words)

    def nearest(self, text: str, items: list[Item], least: float) -> Item | None:
        asked = _telling(text)
        scored = sorted(
            ((self._fit(asked, item), -number) for number, item in enumerate(items)), reverse=True
        )
        if not scored or scored[0][0] < least:
            return None
        # Two bugs that fit alike: nobody can say which is meant.
        if len(scored) > 1 and scored[0][0] < 1.15 * scored[1][0]:
            return None
        return items[-scored[0][1]]

    def _fit(self, asked: set[str], item: Item) -> float:
        """The share of the title that is said, or of what is said that the bug says too, by weight."""
        own, title = self._own[id(item)], self._titles[id(item)]
        common = self._sum(asked & own)
        if not common:
            return 0.0
        of_title = self._sum(asked & title) / max(self._sum(title), 0.01)
        of_asked = common / max(self._sum(asked), 0.01)
        return 0.5 * of_title + 0.5 * of_asked

    def _sum(self, words: set[str]) -> float:
        return sum((2.0 if "_" in word else 1.0) / (1 + self._counts[word]) for word in words)


def _telling(text: str) -> set[str]:
    return words_of(text) - _OF_ALL_REPORTS
