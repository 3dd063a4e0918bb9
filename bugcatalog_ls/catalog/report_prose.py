"""The pieces of a bug as the sections of a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from bugcatalog_ls.catalog.body import first_sentence
from bugcatalog_ls.catalog.report_pieces import Item, Piece
from bugcatalog_ls.catalog.report_words import SECTION_NAMES, Role

TO_BE_WRITTEN = "To be written"
NO_SUMMARY = f"{TO_BE_WRITTEN}: one sentence that says what is wrong here."


def sections_of(pieces: Iterable[Piece]) -> dict[str, str]:
    """The prose of a page by heading, in the order in which pages have it."""
    by_role: dict[Role, list[Piece]] = {}
    for piece in pieces:
        by_role.setdefault(_shown_under(piece.role), []).append(piece)
    return {
        name.capitalize(): joined([_without_name(piece, name) for piece in by_role[role]])
        for role, name in SECTION_NAMES.items()
        if role in by_role
    }


def joined(pieces: Sequence[Piece]) -> str:
    """Pieces one below the other; items of one list stay together."""
    text = ""
    for number, piece in enumerate(pieces):
        own = piece.text.strip("\n").rstrip()
        if number == 0:
            text = own
            continue
        together = _is_item(pieces[number - 1].text) and _is_item(own)
        text += ("\n" if together else "\n\n") + own
    return text


def provenance(item: Item, report: str, title: str) -> str:
    """Where a bug was found: the report, the headings above it as they were written, and its line."""
    path = [part for part in item.path if part]
    quoted = f", “{' › '.join(path)}”" if path else f", “{title}”" if title != report else ""
    # Where it lay on somebody's machine is nobody else's business.
    name = report.replace("\\", "/").rpartition("/")[2]
    return f"From `{name}`{quoted}, line {item.first + 1}."


def summary_of(item: Item) -> str:
    """One sentence that says what is wrong: the report's own where it has one."""
    for role in ("cause", "symptom"):
        for piece in item.pieces:
            if piece.role != role or piece.code is not None:
                continue
            plain = without_label(piece.text)
            if len(plain.split()) >= 3 or len(plain) >= 8:
                sentence = first_sentence(plain)
                if not re.match(r"[\w`\"'“‘(「『]", sentence) or re.match(r"\d+[.)]\s", sentence):
                    continue
                return sentence if len(sentence) <= _MAX_SUMMARY else f"{sentence[:_MAX_SUMMARY]}…"
    return NO_SUMMARY


def without_label(markdown: str) -> str:
    """A piece as one line of plain text, without the marker and the label that it begins with."""
    line = " ".join(markdown.split())
    line = re.sub(r"^(?:[-*+•]|\d+[.)])\s+", "", line)
    line = _LABEL.sub("", line)
    return line.strip(" #>|")


def _without_name(piece: Piece, heading: str) -> Piece:
    """A piece without a label that says no more than the heading of its section."""
    name = re.match(
        rf"((?:[-*+] )?)(?:\*\*)?{heading}(?:\*\*)?[:：](?:\*\*)?[ \t]*(?=\S)", piece.text, re.IGNORECASE
    )
    if name is None or piece.code is not None:
        return piece
    # What stands in the list below it was indented for the item.
    rest = piece.text[name.end() :]
    return piece if "\n" in rest else msgspec.structs.replace(piece, text=rest)


_MAX_SUMMARY = 300
_LABEL = re.compile(
    r"^(?:[^\w\s`]{1,3}\s*)?(?:\*\*[^*]{1,60}\*\*\s*[:：]?|[^\W\d][^:：`.]{0,30}[:：](?!//))\s*"
)
_ITEM = re.compile(r"(?:[-*+]|\d+[.)])(?:\s|$)")


def _is_item(text: str) -> bool:
    return _ITEM.match(text) is not None


def _shown_under(role: Role) -> Role:
    """Wrong and right code that makes no example is part of the fix; dates and states are details."""
    if role in ("wrong", "right"):
        return "fix"
    return "details" if role == "meta" else role
