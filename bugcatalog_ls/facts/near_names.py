"""How near names are to each other: which of the known ones may be meant by an unknown one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

_MIN_SCORE = 60.0
# From here on a name is a slip of another one, whatever the owner may be.
_SLIP = 85.0


def near(name: str, other: str) -> float:
    """How near a name is to another one, from 0 to 100; 0 where it is too far."""
    # Imported where a name is unknown: it costs 6 ms.
    from rapidfuzz import fuzz

    plain, other_plain = _plain(name), _plain(other)
    score: float = fuzz.ratio(plain, other_plain)
    if _begins(plain, other_plain):
        return max(score, 25.0 + score / 2)
    return score if score >= _MIN_SCORE else 0.0


def is_slip(name: str, names: Iterable[str]) -> bool:
    """Whether a name is written nearly like one of others."""
    return any(near(name, other) >= _SLIP for other in names)


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """The names that are near enough to one, nearest first."""
    scored = _near_ones(name, [other for other in names if other != name])
    is_private = name.startswith("_")
    ranked = sorted(scored, key=lambda pair: (-pair[1], pair[0].startswith("_") != is_private, pair[0]))
    return [other for other, _ in ranked]


def _near_ones(name: str, others: Sequence[str]) -> Iterator[tuple[str, float]]:
    """Those of many names that are near enough, with how near each is; all are compared at once."""
    from rapidfuzz import fuzz, process

    plain, others_plain = _plain(name), [_plain(other) for other in others]
    found = process.extract(plain, others_plain, scorer=fuzz.ratio, score_cutoff=_MIN_SCORE, limit=None)
    scores = {position: score for _, score, position in found}
    for position, other in enumerate(others_plain):
        score = scores.get(position, 0.0)
        if _begins(plain, other):
            ratio = fuzz.ratio(plain, other)
            score = max(ratio, 25.0 + ratio / 2)
        if score:
            yield others[position], score


def _plain(name: str) -> str:
    return name.strip("_").lower()


def _begins(plain: str, other: str) -> bool:
    """Whether one of two names begins with the other one."""
    return len(other) > 3 and (plain.startswith(other) or other.startswith(plain))
