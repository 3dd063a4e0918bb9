"""Code that knows what it did already: idempotency keys, upserts, a look before the write."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.syntax.literals import Words

_RECOGNISED = re.compile(
    rb"idempot|on_conflict|ON CONFLICT|ON DUPLICATE|INSERT OR |INSERT IGNORE|get_or_create|update_or_create"
    rb"|\.merge\(|upsert|dedup|already_exists|merge_into|ignore_conflicts"
    # What a receiver tells a delivery apart by: `"X-Shop-Event-ID": event_id`.
    rb"|[\"'](?:[\w-]+-)?(?:event|delivery|message|webhook)-id[\"']\s*[\]:]",
    re.IGNORECASE,
)
RECOGNISING_WORDS = Words(
    *(
        b"idempot",
        b"Idempot",
        b"on_conflict",
        b"ON CONFLICT",
        b"ON DUPLICATE",
        b"INSERT OR ",
        b"INSERT IGNORE",
    ),
    *(b"get_or_create", b"update_or_create", b".merge(", b"upsert", b"UPSERT", b"dedup", b"already_exists"),
)
_LOOKS_FIRST = re.compile(
    rb"\bif\b[^\n]*exist|\.exists\(\)|(?:first|one_or_none|scalar_one_or_none)\(\)"
    rb"|\.(?:get|scalar|fetchone|fetchrow|fetchval)\([^\n]*\) is None|\bif not [^\n]*\.(?:scalar|fetchval)\("
    # `found = session.scalar(…)`, of one row or several, and then `if found is not None:`
    rb"|\b(?P<found>\w+) = (?:await )?[\w.]+\.(?:scalar|first|one_or_none|fetch(?:one|row|val)|find_one)\("
    rb"(?:(?!\n\s*\n)[^=]|==|\w=){0,400}?\n\s*if (?:not )?(?P=found)(?: is (?:not )?None)?:"
)


class RecognisesRepeats(Fact, frozen=True):
    """A function that knows what it did already: an idempotency key, an upsert, a look before the write."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol


def recognises_repeats(text: bytes, *, looks_first: bool = True) -> bool:
    """Whether code says that doing the same again does no harm."""
    return _RECOGNISED.search(text) is not None or (looks_first and _LOOKS_FIRST.search(text) is not None)
