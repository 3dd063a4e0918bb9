"""A back end's module of about a thousand lines with findings in it, the same on every run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

_NOUNS = (
    "Parcel", "Courier", "Invoice", "Customer", "Depot", "Route", "Label", "Refund",
    "Contract", "Vehicle", "Shift", "Claim", "Tariff", "Batch",
)  # fmt: skip

_HEAD = '''"""Deliveries: what the dispatch office stores, asks its partners for, and tells its customers."""

import json
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import requests
from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import Boolean, Column, DateTime, ForeignKey, Integer, String
from sqlalchemy.orm import Session, declarative_base, relationship

Base = declarative_base()
logger = logging.getLogger(__name__)
PARTNER_URL = "https://partner.example.com/api"
router = APIRouter(prefix="/deliveries", tags=["deliveries"])


def get_session():
    yield Session()

'''

_BLOCK = '''
class {Noun}(Base):
    __tablename__ = "{noun}s"

    id = Column(Integer, primary_key=True)
    name = Column(String(120), nullable=False)
    is_active = Column(Boolean, default=True)
    created_at = Column(DateTime, default=datetime.utcnow)
    owner_id = Column(Integer, ForeignKey("owners.id"))


@dataclass
class {Noun}Summary:
    """What a page shows of one {noun}."""

    name: str
    amounts: list[int] = field(default_factory=list)

    def total(self, limit=50):
        rows = [amount for amount in self.amounts if amount > 0]
        return sum(rows[:limit])


@router.get("/{noun}s")
def list_{noun}s(limit: int = 50, session: Session = Depends(get_session)):
    found = session.query({Noun}).filter({Noun}.is_active.is_(True)).limit(limit).all()
    return [{{"id": row.id, "name": row.name}} for row in found]


@router.post("/{noun}s/{{{noun}_id}}/send")
async def send_{noun}({noun}_id: int, session: Session = Depends(get_session)):
    row = session.get({Noun}, {noun}_id)
    if row is None:
        raise HTTPException(status_code=404, detail="no such {noun}")
    answer = requests.post(f"{{PARTNER_URL}}/{noun}s", json={{"id": row.id, "name": row.name}})
    if answer.status_code != 202:
        logger.warning("the partner refused %s: %s", row.name, answer.status_code)
        return {{"success": False}}
    return answer.json()


def read_{noun}s(folder: Path):
    rows = []
    for path in sorted(folder.glob("*.json")):
        try:
            with open(path) as file:
                rows.extend(json.load(file)["{noun}s"])
        except Exception:
            pass
    return rows


def merged_{noun}s(first, second):
    """The {noun}s of two lists, each once; those of the second list win."""
    by_name = {{row.name: row for row in first}}
    for row in second:
        known = by_name.get(row.name)
        if known is not None and known.is_active and not row.is_active:
            logger.debug("%s is no longer active", row.name)
        by_name[row.name] = row
    return sorted(by_name.values(), key=lambda row: row.name)


def deadline_of_{noun}(created_at, days={n}):
    deadline = created_at + timedelta(days=days)
    if deadline.weekday() > 4:
        deadline += timedelta(days=7 - deadline.weekday())
    return deadline

'''

_STATEMENTS = (
    "total = sum(rows[:limit])",
    'logger.info("%d", total)',
    "if not rows: return None",
    "rows.sort(key=len)",
    "x = requests.get(PARTNER_URL)",
)


class Typing(NamedTuple):
    """A statement that somebody types, and the row after which it goes; its indentation is there."""

    row: int
    indent: str
    statement: str


def module() -> str:
    """The text of the module."""
    blocks = [_BLOCK.format(Noun=noun, noun=noun.lower(), n=n) for n, noun in enumerate(_NOUNS, start=3)]
    return _HEAD + "".join(blocks)


def statements(text: str) -> Iterator[Typing]:
    """Statements to type, spread over a text: each after a simple statement inside of a function."""
    lines = text.splitlines()
    places = [
        row
        for row, line in enumerate(lines)
        if line.startswith(("    ", "\t")) and " = " in line and line.endswith((")", "]", '"'))
        and not line.lstrip().startswith(("#", '"', "'")) and _is_inside_function(lines, row)
    ]  # fmt: skip
    for number, statement in enumerate(_STATEMENTS):
        row = places[len(places) * (2 * number + 1) // (2 * len(_STATEMENTS))]
        indent = lines[row][: len(lines[row]) - len(lines[row].lstrip())]
        yield Typing(row, indent, statement)


def _is_inside_function(lines: list[str], row: int) -> bool:
    """Whether the nearest line above with less indentation begins a function, on one line."""
    depth = len(lines[row]) - len(lines[row].lstrip())
    for line in reversed(lines[:row]):
        if line.strip() and len(line) - len(line.lstrip()) < depth:
            return line.lstrip().startswith(("def ", "async def ")) and line.endswith(":")
    return False
