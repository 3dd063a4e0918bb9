"""Errors and words led to entries: by the catalog's signatures, by keys of libraries, by full-text search."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bugcatalog_ls.catalog.entry import Entry, code_order
from bugcatalog_ls.catalog.error_blocks import Block, whole
from bugcatalog_ls.catalog.search import ErrorMatch, ErrorSignatures, Hit, search
from bugcatalog_ls.catalog.text_search import TextSearch
from bugcatalog_ls.facts.error_keys import error_keys


class Explanation(NamedTuple):
    """An entry that explains an error: how well (0 to 1), why, and what the error names."""

    entry: Entry
    score: float
    reason: str
    names: tuple[tuple[tuple[str, str], ...], ...] = ()


class Explainer:
    """A catalog made ready to explain many errors."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = {entry.code: entry for entry in entries}
        self._signatures = ErrorSignatures(self._entries.values())
        self._texts = TextSearch(self._entries.values())

    @property
    def expressions(self) -> Iterator[str]:
        """The catalog's signatures, in RE2's syntax."""
        for entry in self._entries.values():
            yield from (symptom.text for symptom in entry.symptoms if symptom.error)

    def explain(self, block: Block) -> list[Explanation]:
        """What explains one error of a log, best first; an ordinary line gives nothing."""
        message = block.message
        found = {each.entry.code: each for each in self._by_signature(message, block.last)}
        for key in error_keys(message):
            for place, code in enumerate(key.codes):
                entry = self._entries.get(code)
                if entry is not None and code not in found:
                    found[code] = Explanation(entry, round(_KEY - 0.05 * place, 3), key.text)
        return sorted(found.values(), key=_order)

    def explain_text(self, text: str) -> list[Explanation]:
        """The same for what a person gives, who may also have put it in words of their own."""
        found = self.explain(whole(text))
        if found:
            return found
        # A program that says what a symptom says must say nothing else.
        is_log = _LOOKS_LIKE_A_LOG.search(text) is not None
        words = " ".join(text.split())
        hits = self._texts.find(words, _LEAST_OF_ERROR if is_log else _LEAST_OF_WORDS)
        if not hits and not is_log and len(words.split()) <= _MAX_FUZZY_WORDS:
            # Slips of the pen are for the fuzzy search, which knows names, titles and symptoms.
            hits = [hit for hit in search(self._entries.values(), words, 5) if _is_near(hit, words)]
        return [Explanation(hit.entry, hit.score, hit.reason) for hit in hits]

    def _by_signature(self, message: str, last: int) -> Iterable[Explanation]:
        matches: dict[str, list[ErrorMatch]] = {}
        for match in self._signatures.match(message):
            matches.setdefault(match.entry.code, []).append(match)
        for own in matches.values():
            best = max(own, key=lambda match: (_weight(match, last), -match.start))
            said = message[best.start : best.end].strip()
            score = _SIGNATURE + min(_weight(best, last), _MOST) / 1000
            names = tuple(dict.fromkeys(tuple(match.captures.items()) for match in own if match.captures))
            yield Explanation(best.entry, round(score, 3), f"message `{_cut(said)}`", names)


def _weight(match: ErrorMatch, last: int) -> int:
    """How much of what was said the signature itself says: what it only captures could be anything."""
    captured = sum(len(value) for value in match.captures.values())
    return match.end - match.start - captured + (2 if last and last <= match.start else 0)


def _order(explanation: Explanation) -> tuple[float, tuple[str, int]]:
    return -explanation.score, code_order(explanation.entry.code)


def _is_near(hit: Hit, words: str) -> bool:
    """Whether the words were meant: a tag, a name, or what each of them stands for but for a slip."""
    if not hit.reason.startswith("similar to "):
        return hit.reason.startswith(("name ", "code ", "tag "))
    from rapidfuzz import fuzz

    said = hit.reason.removeprefix("similar to ").lower()
    longer = [word for word in words.lower().split() if len(word) > 3]
    return bool(longer) and all(
        any(fuzz.ratio(word, other) >= _NEAR for other in re.split(r"[\W_]+", said)) for word in longer
    )


def _cut(said: str) -> str:
    said = " ".join(said.split())
    return said if len(said) <= 120 else f"{said[:119]}…"


_SIGNATURE = 0.9
_MOST = 95
_KEY = 0.8
_LEAST_OF_WORDS = 0.5
_LEAST_OF_ERROR = 0.9
_MAX_FUZZY_WORDS = 6
_NEAR = 80
# Messages of programs, against words of people.
_LOOKS_LIKE_A_LOG = re.compile(
    r"\w(?:Error|Exception|Warning|Exit|Interrupt)\b|(?i:\berror:|\bfailed:|\bwarning:)|\d\d:\d\d:\d\d|HTTP/\d|"
    r"\b(?:DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL)\b|Traceback|\w\(.*\)|0x[0-9a-f]+|[{}=<>]|::|\.py\b"
)
