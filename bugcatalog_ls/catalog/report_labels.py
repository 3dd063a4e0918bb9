"""Labels inside of a block: `**Root cause**: …`, `- Fix: …`, and what each of them labels."""

from __future__ import annotations

import re

import msgspec

from bugcatalog_ls.catalog.report_outline import Block
from bugcatalog_ls.catalog.report_words import Role, role_of


class Labelled(msgspec.Struct, frozen=True):
    """What a label (or none) stands before, in Markdown. `role` is None for a label that no report shares."""

    label: str
    role: Role | None
    text: str
    first: int
    last: int
    code: str | None = None
    language: str = ""


def labelled(block: Block) -> list[Labelled]:
    """The block in pieces, each of which begins with a label, but perhaps the first."""
    if block.kind in ("fence", "code"):
        code = "\n".join(block.lines) + "\n"
        return [Labelled("", None, block.markdown, block.first, block.last, code, block.info)]
    if block.kind == "item":
        label, role, _ = _label_of(block.lines[0])
        return [Labelled(label, role, block.markdown, block.first, block.last)]
    if block.kind != "text":
        return [Labelled("", None, block.markdown, block.first, block.last)]
    found: list[Labelled] = []
    begin = 0
    for row in range(1, len(block.lines) + 1):
        if row == len(block.lines) or _label_of(block.lines[row])[0]:
            label, role, _ = _label_of(block.lines[begin])
            text = "\n".join(block.lines[begin:row])
            found.append(Labelled(label, role, text, block.first + begin, block.first + row - 1))
            begin = row
    return found


_BOLD_LABEL = re.compile(
    r"^\s*(?:[^\w\s*`]+\s*)?\*\*([^*\n]{1,60}?)\s*(?:[:：]\s*\*\*|\*\*\s*(?:\([^)\n]*\)\s*)?[:：]|\*\*\s*$)"
)
_PLAIN_LABEL = re.compile(r"^\s*(?:[^\w\s*`]+\s*)?([^\W\d_](?:[^:：\n*`|]{0,40}))\s*[:：](?!//)")


def _label_of(line: str) -> tuple[str, Role | None, int]:
    """The label that a line begins with, what it announces, and where it ends."""
    bold = _BOLD_LABEL.match(line)
    if bold:
        return bold[1], role_of(bold[1]), bold.end()
    plain = _PLAIN_LABEL.match(line)
    role = role_of(plain[1]) if plain else None
    return (plain[1], role, plain.end()) if plain and role else ("", None, 0)
