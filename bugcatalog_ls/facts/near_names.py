"""How near names are to each other: which of the known ones may be meant by an unknown one."""

from __future__ import annotations

from collections.abc import Iterable

_MIN_SCORE = 60.0


def near(name: str, other: str) -> float:
    """How near a name is to another one, from 0 to 100; 0 where it is too far."""
    plain, other_plain = name.strip("_").lower(), other.strip("_").lower()
    # Imported where a name is unknown: it costs 6 ms.
    from rapidfuzz import fuzz

    score: float = fuzz.ratio(plain, other_plain)
    if len(other_plain) > 3 and (plain.startswith(other_plain) or other_plain.startswith(plain)):
        return max(score, 25.0 + score / 2)
    return score if score >= _MIN_SCORE else 0.0


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """The names that are near enough to one, nearest first."""
    scored = [(other, near(name, other)) for other in names if other != name]
    is_private = name.startswith("_")
    ranked = sorted(scored, key=lambda pair: (-pair[1], pair[0].startswith("_") != is_private, pair[0]))
    return [other for other, score in ranked if score]
