"""How things are called in sentences and names: with an article, counted, in snake case."""

from __future__ import annotations

import re


def with_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def counted(number: int, noun: str) -> str:
    """`1 file`, `2 files`; for nouns whose plural takes an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def in_snake_case(name: str) -> str:
    """`AuditEvent` as `audit_event`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
