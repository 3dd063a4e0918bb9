"""Bugs that are rows of a table or items of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bugcatalog_ls.catalog.report_labels import Labelled, labelled
from bugcatalog_ls.catalog.report_outline import Block, Section, cells_of, outline
from bugcatalog_ls.catalog.report_pieces import TELLING_ROLES, Item, Piece
from bugcatalog_ls.catalog.report_words import Role, plain_label, role_of, without_decoration


def table_roles(block: Block) -> list[Role | None] | None:
    """What the columns of a table tell, where each of its rows is a bug."""
    if block.kind != "table" or len(block.lines) < 2:
        return None
    columns = [role_of(cell) for cell in cells_of(block.lines[0])]
    telling = {role for role in columns if role in TELLING_ROLES}
    return columns if len(telling) >= 2 else None


def is_list_item(block: Block, section: Section) -> bool:
    """Whether an item of a list is a bug: it has labels inside, or is a line of a list of fixes."""
    if block.kind != "item":
        return False
    inner = {role for part in _inner_labels(block) if (role := part.role)}
    if len(inner & {"symptom", "cause", "fix", "verify", "spot"}) >= 2:
        return True
    return bool(_FIX_LINE.match(block.lines[0])) and _LIST_OF_FIXES.search(section.title) is not None


def row_item(header: str, line: str, columns: Sequence[Role | None], row: int, path: tuple[str, ...]) -> Item:
    names, cells = cells_of(header), cells_of(line)
    titles = [cell for name, cell in zip(names, cells, strict=False) if plain_label(name) in _TITLES and cell]
    symptoms = [cell for role, cell in zip(columns, cells, strict=False) if role == "symptom" and cell]
    title = next(iter([*titles, *symptoms, *filter(None, cells)]), line)
    number = next((cell for name, cell in zip(names, cells, strict=False) if name.strip() in _NUMBERS), "")
    pieces = []
    for index, cell in enumerate(cells):
        name = names[index] if index < len(names) else ""
        role = columns[index] if index < len(columns) else None
        if cell:
            pieces.append(Piece(role or "details", f"**{name}**: {cell}" if name else cell, row, row))
    return Item(without_decoration(title) or title, number, path, row, pieces)


def row_text(header: str, line: str) -> str:
    pairs = zip(cells_of(header), cells_of(line), strict=False)
    return "; ".join(f"**{name}**: {cell}" if name else cell for name, cell in pairs if cell)


def list_item(block: Block, path: tuple[str, ...]) -> Item:
    first = block.lines[0]
    quoted = re.search(r"[\"“„「]([^\"”“」]{8,})[\"”“」]", first)
    title = re.sub(
        r"^(?:fix|bugfix)(?:\([^)]*\))?:\s*", "", quoted[1] if quoted else first, flags=re.IGNORECASE
    )
    item = Item(without_decoration(title).split(". ")[0][:120] or first, "", path, block.first)
    item.pieces.append(Piece("symptom", first, block.first, block.first))
    if len(block.lines) > 1:
        role: Role = "symptom"
        for inner in outline("\n".join(block.lines[1:])).blocks:
            for part in labelled(inner):
                role = (part.role or "details") if part.label else role
                begin = block.first + 1
                item.pieces.append(
                    Piece(role, part.text, begin + part.first, begin + part.last, part.code, part.language)
                )
    return item


_TITLES = ("title", "issue", "bug", "problem", "name", "标题", "问题", "titel", "fehler", "error", "incident")
_NUMBERS = ("#", "No", "No.", "ID", "Id", "id", "Nr.", "Nr", "编号", "序号", "Ref")
_LIST_OF_FIXES = re.compile(
    r"\b(?:fixed|fixes|bug ?fixes|changelog|unreleased|v?\d+\.\d+(?:\.\d+)?)\b(?! required)|"
    r"修复|更新日志|behoben",
    re.IGNORECASE,
)
_FIX_LINE = re.compile(
    r"(?:\*\*)?(?:bug\s*fix|fix(?:e[sd])?|fixed|hotfix|修复|behoben|fehlerbehebung)(?:\*\*)?\s*(?:\([^)]*\))?\s*[:：]?\s",
    re.IGNORECASE,
)


def _inner_labels(block: Block) -> Iterable[Labelled]:
    if len(block.lines) < 2 or labelled(block)[0].role:
        return []
    inner = outline("\n".join(block.lines[1:]))
    return [part for each in inner.blocks for part in labelled(each) if part.label]
