"""The catalog searched by what people have: a code, a name, words, or an error message."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple

from bugcatalog_ls.catalog.entry import Entry, Symptom, code_order


class Hit(NamedTuple):
    """An entry that fits, how well (0 to 1), and what of it does."""

    entry: Entry
    score: float
    reason: str


class ErrorMatch(NamedTuple):
    """An error symptom found in a text, at `start` to `end` of its characters."""

    entry: Entry
    symptom: Symptom
    start: int
    end: int
    captures: dict[str, str]


def search(entries: Iterable[Entry], query: str, limit: int = 20) -> list[Hit]:
    """The entries that fit `query` by code, name, tags, symptoms or text, best first."""
    wanted = " ".join(query.split())[:_MAX_QUERY]
    if not wanted:
        return []
    listed = list(entries)
    hits = [hit for entry in listed if (hit := _fit(entry, wanted.lower())) is not None]
    if not hits:
        hits = _similar(listed, wanted.lower())
    hits.sort(key=lambda hit: (-hit.score, code_order(hit.entry.code)))
    # Who gives a whole code or name wants that entry, not its likes.
    exact = [hit for hit in hits if hit.score >= _EXACT]
    return (exact or hits)[:limit]


class ErrorSignatures:
    """The error symptoms of a catalog, compiled once, at the first match."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._symptoms = [
            (entry, symptom) for entry in entries for symptom in entry.symptoms if symptom.error
        ]

    def match(self, text: str, limit: int = 1000) -> list[ErrorMatch]:
        """All places in `text` that an error symptom fits, in their order."""
        found: list[ErrorMatch] = []
        for index in self._candidates(text):
            entry, symptom = self._symptoms[index]
            # The set says which expressions match, but neither where nor with what captures.
            for match in self._expression(index).finditer(text):
                captures = {name: value for name, value in match.groupdict().items() if value is not None}
                found.append(ErrorMatch(entry, symptom, match.start(), match.end(), captures))
                if limit <= len(found):
                    break
        found.sort(key=lambda match: (match.start, match.start - match.end, code_order(match.entry.code)))
        return found[:limit]

    def _candidates(self, text: str) -> Iterable[int]:
        if not self._symptoms:
            return ()
        if self._set is None:
            return range(len(self._symptoms))
        # A set that matches nothing answers None.
        return sorted(self._set.Match(text.encode("utf-8", "replace")) or ())

    @cached_property
    def _set(self) -> Any:
        """One automaton for all expressions, or None where they are too many for one."""
        import re2  # type: ignore[import-untyped]

        expressions = re2.Set.SearchSet(_options(_SET_MEMORY))
        try:
            for _, symptom in self._symptoms:
                expressions.Add(_by_line(symptom))
            expressions.Compile()
        except re2.error:
            return None
        return expressions

    @cached_property
    def _compiled(self) -> dict[int, Any]:
        return {}

    def _expression(self, index: int) -> Any:
        import re2

        if index not in self._compiled:
            self._compiled[index] = re2.compile(_by_line(self._symptoms[index][1]), _options())
        return self._compiled[index]


def match_errors(entries: Iterable[Entry], text: str) -> list[ErrorMatch]:
    """The error symptoms that fit `text`; keep an `ErrorSignatures` to match many texts."""
    return ErrorSignatures(entries).match(text)


_EXACT = 0.98
_MAX_QUERY = 400
_SET_MEMORY = 64 << 20
_WORD = re.compile(r"[^\W_]+")
# Words that say nothing of a bug.
_EMPTY_WORDS = frozenset(("and", "are", "can", "for", "from", "that", "the", "this", "was", "with"))


def _options(memory: int = 8 << 20) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = memory
    return options


def _by_line(symptom: Symptom) -> str:
    """In a log, `^` and `$` mean the ends of a line."""
    return f"(?m){symptom.text}"


def _fit(entry: Entry, wanted: str) -> Hit | None:
    code, name = entry.code.lower(), entry.name.lower()
    if wanted == code:
        return Hit(entry, 1.0, f"code {entry.code}")
    if wanted == name:
        return Hit(entry, _EXACT, f"name {entry.name}")
    if code.startswith(wanted):
        return Hit(entry, 0.95, f"code {entry.code}")
    if name.startswith(wanted):
        return Hit(entry, 0.9, f"name {entry.name}")
    if wanted in (tag.lower() for tag in entry.tags):
        return Hit(entry, 0.8, f"tag {wanted}")
    return _fit_words(entry, wanted)


def _fit_words(entry: Entry, wanted: str) -> Hit | None:
    words = {word for word in _WORD.findall(wanted) if len(word) > 2} - _EMPTY_WORDS
    if not words:
        return None
    places = [(0.75, "in its name", entry.name), (0.75, "in its title", entry.title)]
    places += [(0.75, f"symptom: {s.text}", s.text) for s in entry.symptoms if not s.error]
    places += [(0.6, "in its tags", " ".join(entry.tags)), (0.6, "in its summary", entry.summary)]
    places += [(0.45, f"in its section {heading}", text) for heading, text in entry.sections.items()]
    best: tuple[float, str] = (0.0, "")
    for weight, reason, text in places:
        share = len(words & set(_WORD.findall(text.lower()))) / len(words)
        # At least half of the words must stand in one place.
        if share >= 0.5 and best[0] < weight * share:
            best = (weight * share, reason)
    return Hit(entry, round(best[0], 3), best[1]) if best[1] else None


def _similar(entries: list[Entry], wanted: str) -> list[Hit]:
    from rapidfuzz import fuzz

    hits: list[Hit] = []
    for entry in entries:
        known = [entry.name, entry.title, *entry.tags, *(s.text for s in entry.symptoms if not s.error)]
        ratio, text = max((fuzz.WRatio(wanted, text.lower()), text) for text in known if text)
        if ratio >= 70:
            hits.append(Hit(entry, round(ratio / 250, 3), f"similar to {text}"))
    return hits
