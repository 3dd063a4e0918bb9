"""Which entry of the catalog a bug of a report is a case of, if it is one of any."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from bugcatalog_ls.catalog.entry import Entry, code_order
from bugcatalog_ls.catalog.error_expressions import error_messages
from bugcatalog_ls.catalog.report_pieces import Item
from bugcatalog_ls.catalog.search import ErrorSignatures
from bugcatalog_ls.catalog.word_weights import WordWeights


class Known(NamedTuple):
    """The entry that a bug belongs to, how well it fits (0 to 1), and why."""

    entry: Entry
    score: float
    reason: str


class Matcher:
    """A catalog made ready to recognise bugs of reports."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        # What the tool says of itself is nobody's incident.
        own = [entry for entry in entries.values() if entry.detects or not entry.code.startswith("BC00")]
        self._entries = own
        self._signatures = ErrorSignatures(own)
        self._words = WordWeights({entry.code: _parts_of_entry(entry) for entry in own})

    def known(self, item: Item) -> Known | None:
        """The entry that the bug is a case of; None where none is sure, or two are alike."""
        ranked = self.ranked(item)
        if not ranked or ranked[0].score < _LEAST:
            return None
        if len(ranked) > 1 and ranked[0].score < _AHEAD * ranked[1].score:
            return None
        return ranked[0]

    def ranked(self, item: Item) -> list[Known]:
        """The entries that the bug may belong to, best first."""
        scores: dict[str, float] = defaultdict(float)
        reasons: dict[str, tuple[float, str]] = {}
        entries = {entry.code: entry for entry in self._entries}

        def add(code: str, score: float, reason: str) -> None:
            scores[code] += score
            if code not in reasons or reasons[code][0] < score:
                reasons[code] = (score, reason)

        for entry in self._entries:
            same = {case.id for case in entry.cases} & set(case_ids(item))
            if same:
                add(entry.code, _BY_ID, f"has the case {min(same)}")
            if _plain(entry.title) == _plain(item.title):
                add(entry.code, _BY_ID, "has the same title")
        by_message: dict[str, int] = {}
        for message in _messages(item):
            for match in self._signatures.match(message):
                fixed = match.end - match.start - sum(map(len, match.captures.values()))
                by_message[match.entry.code] = max(by_message.get(match.entry.code, 0), fixed)
        for code, fixed in by_message.items():
            # The longer the part that the signature itself says, the surer.
            add(code, min(0.05 + fixed / 200, 0.25), "knows its error message")
        for code, like in self._words.likeness(_parts_of_item(item)).items():
            add(code, like, "it is told in like words")
        ranked = [
            Known(entries[code], round(min(score, 1.0), 3), reasons[code][1])
            for code, score in scores.items()
        ]
        return sorted(ranked, key=lambda known: (-known.score, code_order(known.entry.code)))


def case_ids(item: Item) -> list[str]:
    """The numbers by which a team calls the bug, as `BUG-012`."""
    said = " ".join(
        [item.title, *item.path[-1:], *(piece.text for piece in item.pieces if piece.role in _NAMING)]
    )
    return list(dict.fromkeys(_CASE_ID.findall(said)))


_NAMING = ("case", "meta")
_CASE_ID = re.compile(r"\b(?:BUG|INC|INCIDENT|PM|POSTMORTEM|ISSUE|SEV|OPS)-\d[\d-]*\b")
_BY_ID = 1.0
# Found with reports about bugs that the catalog knows, and with others that it does not.
_LEAST, _AHEAD = 0.2, 1.2


def _messages(item: Item) -> Iterable[str]:
    for piece in item.pieces:
        if piece.role in ("symptom", "details", "spot", "cause"):
            yield from error_messages(piece.text)


def _parts_of_entry(entry: Entry) -> list[tuple[float, str]]:
    symptoms = " ".join(symptom.text for symptom in entry.symptoms if not symptom.error)
    cases = " ".join(case.title for case in entry.cases)
    named = [(4.0, entry.title), (4.0, entry.name.replace("-", " ")), (2.0, " ".join(entry.tags))]
    return [
        *named,
        (2.0, symptoms),
        (2.0, entry.summary),
        (2.0, cases),
        *((1.0, t) for t in entry.sections.values()),
    ]


def _parts_of_item(item: Item) -> list[tuple[float, str]]:
    told = [(2.0 if piece.role in ("symptom", "cause") else 1.0, piece) for piece in item.pieces]
    return [(4.0, item.title), *((weight, piece.text) for weight, piece in told if piece.code is None)]


def _plain(title: str) -> str:
    return " ".join(re.findall(r"\w+", title.lower()))
