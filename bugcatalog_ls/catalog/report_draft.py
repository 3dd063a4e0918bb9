"""The draft of an entry, made of what a report says of a bug."""

from __future__ import annotations

import re

from bugcatalog_ls.catalog.draft import Draft, short_symptom, slug
from bugcatalog_ls.catalog.entry import Case, Severity
from bugcatalog_ls.catalog.error_expressions import error_messages, expression_for
from bugcatalog_ls.catalog.report_code import code_pairs
from bugcatalog_ls.catalog.report_pieces import Item
from bugcatalog_ls.catalog.report_prose import provenance, sections_of, summary_of, without_label


def draft_of(item: Item, code: str, case: Case, report: str, title: str) -> Draft:
    """An entry about a bug that a report of this name and title tells of."""
    pairs = code_pairs(item.pieces)
    used = {number for pair in pairs for number in pair.pieces}
    prose = [
        piece
        for number, piece in enumerate(item.pieces)
        if number not in used and not _only_labels(item, number, used)
    ]
    sections = sections_of(prose)
    real = sections.get("Real cases", "")
    sections["Real cases"] = "\n\n".join(filter(None, (provenance(item, report, title), real)))
    told = [
        piece
        for piece in item.pieces
        if piece.role == "symptom" and piece.code is None and not piece.text.startswith("#")
    ]
    phrases = [
        short_symptom(without_label(piece.text.split("; **")[0]))
        for piece in told
        if not any(error_messages(piece.text))
    ]
    messages = [
        message for piece in item.pieces if piece.role != "fix" for message in error_messages(piece.text)
    ]
    errors = [expression for message in messages if (expression := expression_for(message))]
    return Draft(
        code=code,
        name=slug(item.title, f"entry-{code.lower().replace('-', '')}"),
        title=item.title.strip(" #") or "Untitled",
        summary=summary_of(item),
        severity=_severity(item),
        symptoms=tuple(dict.fromkeys(phrase for phrase in phrases if len(phrase) > 3))[:_MAX_SYMPTOMS],
        errors=tuple(dict.fromkeys(errors))[:_MAX_SYMPTOMS],
        cases=(case,),
        sections=sections,
        pairs=tuple(pairs),
    )


_WORDS_OF_SEVERITY: tuple[tuple[str, Severity], ...] = (
    (r"critical|blocker|\bp0\b|\bsev-?[01]\b|严重|致命|kritisch", "error"),
    (r"\bhigh\b|important|major|\bp1\b|\bsev-?2\b|hoch|高", "warning"),
    (r"\blow\b|minor|trivial|\bp[34]\b|niedrig|gering|低", "information"),
)
_MAX_SYMPTOMS = 4


def _only_labels(item: Item, number: int, used: set[int]) -> bool:
    """Whether a piece is but the label of code that became an example."""
    piece = item.pieces[number]
    return (
        piece.role in ("wrong", "right")
        and number + 1 in used
        and not without_label(piece.text).strip(":： ")
    )


def _severity(item: Item) -> Severity:
    said = " ".join([*item.path[-1:], *(piece.text for piece in item.pieces if piece.role == "meta")]).lower()
    return next((severity for words, severity in _WORDS_OF_SEVERITY if re.search(words, said)), "warning")
