"""Texts compared by their words, each weighed by how few texts say it."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

Vector = Mapping[str, float]


class WordWeights:
    """Texts by name, ready to be compared with others."""

    def __init__(self, texts: Mapping[str, Iterable[tuple[float, str]]]) -> None:
        """Each text is given in parts, with how much the words of each count."""
        counted = {name: _counted(parts) for name, parts in texts.items()}
        self._n_texts_with = Counter(word for words in counted.values() for word in words)
        self._n_texts = len(counted)
        self._vectors = {name: self._vector(words) for name, words in counted.items()}

    def likeness(self, parts: Iterable[tuple[float, str]]) -> dict[str, float]:
        """How alike (0 to 1) each of the texts is to another one; those that share no word are left out."""
        asked = self._vector(_counted(parts))
        found = {
            name: sum(asked.get(word, 0.0) * weight for word, weight in vector.items())
            for name, vector in self._vectors.items()
        }
        return {name: like for name, like in found.items() if like}

    def _vector(self, counted: Mapping[str, float]) -> Vector:
        weighed = {
            word: (1 + math.log(count)) * math.log((1 + self._n_texts) / (1 + self._n_texts_with[word]))
            for word, count in counted.items()
            if count >= 1
        }
        length = math.sqrt(sum(weight * weight for weight in weighed.values())) or 1.0
        return {word: weight / length for word, weight in weighed.items()}


def words_of(text: str) -> set[str]:
    """The words that tell something, as stems; of Chinese, pairs of characters."""
    return set(_stems(text))


def _stems(text: str) -> list[str]:
    stems = [_stem(word) for word in _WORD.findall(text.lower()) if word not in _EMPTY]
    for run in _HANZI.findall(text):
        stems += [run[index : index + 2] for index in range(len(run) - 1)]
    return stems


def _counted(parts: Iterable[tuple[float, str]]) -> Mapping[str, float]:
    counts: defaultdict[str, float] = defaultdict(float)
    for weight, text in parts:
        for word in _stems(text):
            counts[word] += weight
    return counts


def _stem(word: str) -> str:
    for ending in ("ation", "ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


_WORD = re.compile(r"[a-zäöüßàâéèêçñ]{2,}|[a-z_]\w*_\w+")
_HANZI = re.compile(r"[\u4e00-\u9fff]{2,}")
_EMPTY_WORDS = (
    "the and for are with that this from of to in is it on as at by be an or if no so do does did what "
    "who how may must one two its they them these those such where while also more most own other each "
    "every some many only same first last because between over under about out up off down here there "
    "being been were was had would could should very just like get got make made new set way has have "
    "but can will when then than which their into der die das und ist nicht mit bei ein eine von zu den "
    "dem des auf für im wird wurde werden sind es sich auch"
)
_EMPTY = frozenset(_EMPTY_WORDS.split())
