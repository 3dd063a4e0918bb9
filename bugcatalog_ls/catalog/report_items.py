"""The bugs that a report tells of: where each begins and ends, and what is said of none or of all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from bugcatalog_ls.catalog.body import first_sentence
from bugcatalog_ls.catalog.report_labels import labelled
from bugcatalog_ls.catalog.report_outline import Block, Section, is_delimiter
from bugcatalog_ls.catalog.report_pieces import TELLING_ROLES, Item, Piece, Shared, Split
from bugcatalog_ls.catalog.report_rows import is_list_item, list_item, row_item, row_text, table_roles
from bugcatalog_ls.catalog.report_words import (
    SECTION_NAMES,
    Role,
    gathers_items,
    number_of,
    plain_label,
    role_of_heading,
    without_decoration,
)


def split_report(root: Section, name: str) -> Split:
    """Take a report apart; one that does not say of several bugs is about one, named by its title."""
    split = Split(title=_title(root, name))
    if _collect(root, (), split):
        return split
    split = Split(title=split.title)
    whole = Item(split.title, "", (), 0)
    split.items.append(whole)
    top = [root, *root.children]
    only = root.children[0] if len(root.children) == 1 else None
    for section in top:
        is_title = section is only or (section.level == 1 and section.title == split.title)
        if section.level:
            split.headings += _rows(section)
        whole.pieces += _own_pieces(section, split, "symptom" if section is root or is_title else None)
        if section is not root:
            for child in section.children:
                whole.pieces += _part_pieces(child, split)
    if only is not None:
        whole.path = (only.title,)
    return split


_ITEM_ID = re.compile(r"\b(?:BUG|INC|INCIDENT|ISSUE|PM|CASE|[A-Z]{2,6})-\d[\d-]*\b|#\d+\b")
_STRONG_ROLES: frozenset[Role] = frozenset(("cause", "fix", "verify"))
_NO_CONTAINER: frozenset[Role] = frozenset(("verify", "prevention", "place", "meta", "case"))


def _title(root: Section, name: str) -> str:
    """What a report calls itself: by its heading, a label, or its first sentence."""
    headings = [child.title for child in root.children if child.level == 1]
    headings += [child.title for child in root.children] if len(root.children) == 1 else []
    if headings:
        return headings[0]
    for block in root.blocks:
        for line in block.lines if block.kind == "text" else ():
            named = _TITLE_LINE.match(line)
            if named:
                return named[1]
    first = root.blocks[0] if root.blocks else None
    if first is None or first.kind != "text" or labelled(first)[0].label:
        return name
    sentence = first_sentence(" ".join(first.lines))
    return sentence if len(sentence) <= _MAX_TITLE else f"{sentence[:_MAX_TITLE].rsplit(' ', 1)[0]} …"


_MAX_TITLE = 90
_TITLE_LINE = re.compile(
    r"^\s*(?:\*\*)?(?:title|incident|subject|标题|主题|titel|vorfall|betreff)(?:\*\*)?\s*[:：]\s*(?:\*\*)?\s*(\S.*?)\s*$",
    re.IGNORECASE,
)


def _rows(section: Section) -> range:
    return range(section.row, section.last_row + 1)


def _collect(section: Section, path: tuple[str, ...], split: Split) -> bool:
    """Add the bugs of a section; False where it has none, and nothing was added."""
    own_path = (*path, section.title) if section.level else path
    if (
        section.level
        and not any(_holds_items(child) for child in section.children)
        and _is_item(section, path)
    ):
        split.items.append(_item(section, own_path, split))
        return True
    if not _holds_items(section) and not any(_holds_items(child) for child in section.children):
        return False
    if section.level:
        split.headings += _rows(section)
    for block in section.blocks:
        _add_block(section, block, own_path, split)
    for child in section.children:
        if not _collect(child, own_path, split):
            _share(child, own_path, split)
    return True


def _holds_items(section: Section, path: tuple[str, ...] = ()) -> bool:
    """Whether a section is a bug or has some below it."""
    if section.level and _is_item(section, path):
        return True
    if any(table_roles(block) is not None or is_list_item(block, section) for block in section.blocks):
        return True
    own = (*path, section.title) if section.level else path
    return any(_holds_items(child, own) for child in section.children)


def _is_item(section: Section, path: Sequence[str]) -> bool:
    title = section.title
    if section.level == 1 and any(_holds_items(child, (title,)) for child in section.children):
        return False
    if any(_is_numbered_item(child, title) for child in section.children):
        return False
    numbered, named = number_of(title), _ITEM_ID.search(title) is not None
    roles = {part.role for block in section.blocks for part in labelled(block) if part.role}
    heads = {role for child in section.children if (role := role_of_heading(child.title))}
    # `Before` and `After` alone are how people show any change.
    n_telling = len((roles | heads) & TELLING_ROLES - {"wrong", "right"})
    if role_of_heading(title) is not None and not named and (n_telling < 2 or not numbered):
        return False
    if path and role_of_heading(path[-1]) in _NO_CONTAINER:
        return n_telling >= 2
    if n_telling >= 2:
        return True
    has_content = bool(section.blocks or section.children)
    under_items = bool(path) and gathers_items(path[-1]) and role_of_heading(path[-1]) != "place"
    if n_telling == 1 and (named or (bool(numbered) and under_items)):
        return True
    return has_content and ((bool(numbered) and under_items) or (named and section.level > 1))


def _is_numbered_item(section: Section, title: str) -> bool:
    return bool(number_of(section.title)) and _is_item(section, (title,))


def _item(section: Section, path: tuple[str, ...], split: Split) -> Item:
    item = Item(
        without_decoration(section.title) or section.title, number_of(section.title), path, section.row
    )
    item.is_lesson = any(role_of_heading(part) == "prevention" for part in path[:-1])
    item.heading_rows = list(_rows(section))
    split.headings += item.heading_rows
    item.pieces += _own_pieces(section, split, "symptom")
    for child in section.children:
        item.pieces += _part_pieces(child, split)
    return item


def _own_pieces(section: Section, split: Split, role: Role | None) -> Iterator[Piece]:
    """The pieces of a section's own blocks; a label holds until the next one."""
    current: Role = role or "details"
    for block in section.blocks:
        if block.kind == "rule":
            split.layout += range(block.first, block.last + 1)
            continue
        for part in labelled(block):
            if part.label:
                current = part.role or "details"
            yield Piece(current, part.text, part.first, part.last, part.code, part.language)


def _part_pieces(section: Section, split: Split) -> Iterator[Piece]:
    """What a section below a bug's heading tells: by its heading, else as it stands."""
    role = role_of_heading(section.title)
    split.headings += _rows(section)
    if role is None or plain_label(section.title) != SECTION_NAMES.get(role):
        yield Piece(role or "details", f"### {section.title}", section.row, section.last_row)
    current: Role = role or "details"
    for block in section.blocks:
        if block.kind == "rule":
            split.layout += range(block.first, block.last + 1)
            continue
        for part in labelled(block):
            if part.label:
                # Under a heading that says nothing, labels keep together what they describe; wrong and right
                # code are told apart under any.
                is_strong = part.role in ("wrong", "right") or (role is None and part.role in _STRONG_ROLES)
                current = part.role if is_strong and part.role else role or "details"
            yield Piece(current, part.text, part.first, part.last, part.code, part.language)
            if part.code is not None and current in ("wrong", "right"):
                current = role or "details"
    for child in section.children:
        inner = role_of_heading(child.title)
        if role is not None and inner is None:
            for piece in _part_pieces(child, split):
                yield msgspec.structs.replace(piece, role=role if piece.role == "details" else piece.role)
        else:
            yield from _part_pieces(child, split)


def _share(section: Section, path: tuple[str, ...], split: Split) -> None:
    own = (*path, section.title)
    split.headings += _rows(section)
    role = role_of_heading(section.title) or next(
        (found for part in reversed(path) if (found := role_of_heading(part))), None
    )
    for block in section.blocks:
        _share_block(block, own, role, split)
    for child in section.children:
        _share(child, own, split)


def _add_block(section: Section, block: Block, path: tuple[str, ...], split: Split) -> None:
    """A block of a section that has bugs: a table or an item of a list may be some, all else is shared."""
    columns = table_roles(block)
    if columns is not None:
        for row, line in _table_rows(block, split):
            split.items.append(row_item(block.lines[0], line, columns, row, path))
    elif is_list_item(block, section):
        split.items.append(list_item(block, path))
    else:
        _share_block(block, path, role_of_heading(section.title), split)


def _share_block(block: Block, path: tuple[str, ...], role: Role | None, split: Split) -> None:
    if block.kind == "rule":
        split.layout += range(block.first, block.last + 1)
        return
    columns = table_roles(block)
    if columns is not None:
        for row, line in _table_rows(block, split):
            told = row_text(block.lines[0], line)
            split.shared.append(Shared(path, Piece(role or "details", told, row, row)))
        return
    for part in labelled(block):
        own_role = part.role if part.label and part.role else role
        piece = Piece(own_role or "details", part.text, part.first, part.last, part.code, part.language)
        split.shared.append(Shared(path, piece))


def _table_rows(block: Block, split: Split) -> Iterator[tuple[int, str]]:
    """The rows of a table below its head, by their numbers; what only lays it out is noted."""
    split.layout.append(block.first)
    for row, line in enumerate(block.lines[1:], start=block.first + 1):
        if is_delimiter(line):
            split.layout.append(row)
        else:
            yield row, line
