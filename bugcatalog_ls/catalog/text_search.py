"""Entries found by words: full-text search over symptoms, titles and sections, in SQLite's FTS5."""

from __future__ import annotations

import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from bugcatalog_ls.catalog.entry import Entry, code_order
from bugcatalog_ls.catalog.search import Hit


class TextSearch:
    """The passages of a catalog, indexed at the first question."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = list(entries)

    def find(self, words: str, least: float, limit: int = 5) -> list[Hit]:
        """The entries of which a passage says at least the share `least` of what `words` say, best first."""
        passages, terms = self._index
        asked = self._stems(words[:_MAX_WORDS])
        # What no page of the catalog says at all still counts: it is what the pages do not speak of.
        weights = {term: self._weight(term) for term in asked}
        total = sum(weights.values())
        if not total:
            return []
        best: dict[str, Hit] = {}
        for number in {number for term in asked for number in terms.get(term, ())}:
            entry, weight, reason, own = passages[number]
            common = asked & own
            share = sum(weights[term] for term in common) / total
            # Long passages hold a bit of everything.
            enough = least if weight >= _LONG else least + _MORE
            if share < enough or len(common) < min(2, len(asked)):
                continue
            # Of two passages that say it all, the shorter one says little else.
            fit = share * weight + 0.05 * len(common) / len(own)
            hit = Hit(entry, round(min(fit, 1.0) * _HIGHEST, 3), reason)
            if entry.code not in best or best[entry.code].score < hit.score:
                best[entry.code] = hit
        hits = sorted(best.values(), key=lambda hit: (-hit.score, code_order(hit.entry.code)))
        # What fits far less well than the best is an accident of words.
        return [hit for hit in hits if 0.65 * hits[0].score <= hit.score][:limit]

    def _weight(self, term: str) -> float:
        passages, terms = self._index
        return math.log(1 + len(passages) / (1 + len(terms.get(term, ()))))

    @cached_property
    def _database(self) -> sqlite3.Connection:
        database = sqlite3.connect(":memory:", check_same_thread=False)
        database.execute("CREATE VIRTUAL TABLE passage USING fts5(text, tokenize='porter unicode61')")
        database.execute("CREATE VIRTUAL TABLE asked USING fts5(text, tokenize='porter unicode61')")
        database.execute("CREATE VIRTUAL TABLE passage_term USING fts5vocab(passage, instance)")
        database.execute("CREATE VIRTUAL TABLE asked_term USING fts5vocab(asked, row)")
        return database

    @cached_property
    def _index(self) -> tuple[list[tuple[Entry, float, str, frozenset[str]]], dict[str, set[int]]]:
        """All passages, each with its weight and stems, and the passages by stem."""
        found: list[tuple[Entry, float, str, str]] = []
        for entry in self._entries:
            found += [
                (entry, 1.0, f"symptom: {symptom.text}", symptom.text)
                for symptom in entry.symptoms
                if not symptom.error
            ]
            named = " ".join((entry.title, entry.name.replace("-", " "), *entry.tags))
            found += [(entry, 0.9, f"title: {entry.title}", named)]
            found += [(entry, 0.9, f"case {case.id}: {case.title}", case.title) for case in entry.cases]
            found += [(entry, 0.7, "words of its summary", entry.summary)]
            found += [
                (entry, 0.6, f"words of its section {name}", text) for name, text in entry.sections.items()
            ]
        self._database.executemany(
            "INSERT INTO passage(rowid, text) VALUES (?, ?)",
            [(number, text) for number, (*_, text) in enumerate(found)],
        )
        terms: dict[str, set[int]] = defaultdict(set)
        own: dict[int, set[str]] = defaultdict(set)
        for term, number in self._database.execute("SELECT term, doc FROM passage_term"):
            if _says_something(term):
                terms[term].add(number)
                own[number].add(term)
        passages = [
            (entry, weight, reason, frozenset(own[number]))
            for number, (entry, weight, reason, _) in enumerate(found)
        ]
        return passages, dict(terms)

    def _stems(self, words: str) -> frozenset[str]:
        self._database.execute("DELETE FROM asked")
        self._database.execute("INSERT INTO asked(text) VALUES (?)", (words,))
        found = self._database.execute("SELECT term FROM asked_term").fetchall()
        return frozenset(term for (term,) in found if _says_something(term))


_HIGHEST = 0.7
_LONG, _MORE = 0.75, 0.25
_MAX_WORDS = 2_000
# Stems, as the tokenizer gives them.
_EMPTY_STEMS = (
    "the and for are was not with that thi from have has had but can will when then than which there "
    "their it into onli after befor our your you we my in on of to is as at by be an or if no so do doe "
    "did ar wa ha whi what how who where get got"
)
_EMPTY = frozenset(_EMPTY_STEMS.split())


def _says_something(term: str) -> bool:
    return len(term) > 1 and term not in _EMPTY and not term.isdigit()
