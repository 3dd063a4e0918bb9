"""How the pages of a folder stand to those of a store: what is new or changed on which side, and since when.

The version that a page came from is noted next to the pages, so that it travels with them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.loader import load_page
from bugcatalog_ls.catalog.page_error import PageError
from bugcatalog_ls.text.merging import merged

BASES_FILE = ".store.json"

Standing = Literal[
    "same",
    "new here",
    "new there",
    "changed here",
    "changed there",
    "changed on both sides",
    "conflict",
    "deleted here",
    "deleted there",
]


class Page(NamedTuple):
    """A page as one side has it; `path` is relative to the catalog's folder, with `/`."""

    code: str
    path: str
    text: str
    version: int = 0


class Compared(NamedTuple):
    """A page on both sides, and where they came from. `text` is what both changes make together."""

    code: str
    standing: Standing
    mine: Page | None
    theirs: Page | None
    base: Page | None
    text: str = ""


def compared(code: str, mine: Page | None, base: Page | None, theirs: Page | None) -> Compared:
    """How a page stands; `theirs` is None where the store has none (any more), `base` where none is known."""
    standing, text = _standing(mine, base, theirs)
    return Compared(code, standing, mine, theirs, base, text)


def _standing(mine: Page | None, base: Page | None, theirs: Page | None) -> tuple[Standing, str]:
    if mine is None and theirs is None:
        return "same", ""
    if mine is None:
        assert theirs is not None
        is_known = base is not None and base.version == theirs.version
        return ("deleted here" if is_known else "new there" if base is None else "conflict"), ""
    if theirs is None:
        if base is None:
            return "new here", ""
        return ("deleted there" if mine.text == base.text else "conflict"), ""
    if mine.text == theirs.text:
        return "same", ""
    if base is None:
        return "conflict", ""
    if base.version == theirs.version:
        return "changed here", ""
    if mine.text == base.text:
        return "changed there", ""
    both = merged(base.text, mine.text, theirs.text)
    return ("conflict", "") if both is None else ("changed on both sides", both)


def pages_in(folder: Path) -> tuple[dict[str, Page], list[PageError]]:
    """The pages of a catalog's folder by code, and what is wrong with others."""
    pages: dict[str, Page] = {}
    errors: list[PageError] = []
    for file in sorted(folder.rglob("*.md")):
        path = file.relative_to(folder).as_posix()
        if not is_page_path(path) or not file.is_file():
            continue
        data = file.read_bytes()
        if not data.removeprefix(b"\xef\xbb\xbf").startswith(b"---"):
            continue
        entry = load_page(file.as_posix(), data, "workspace")
        if not isinstance(entry, Entry):
            errors += entry
        elif entry.code in pages:
            message = f"`{entry.code}` is the code of another page too: {pages[entry.code].path}"
            errors.append(PageError(file.as_posix(), entry.line_of("code"), 1, message, "a code of its own"))
        else:
            text = data.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
            pages[entry.code] = Page(entry.code, path, text)
    return pages, errors


def is_page_path(path: str) -> bool:
    """Whether a page's path, as somebody else may have written it, stays within a catalog's folder."""
    parts = path.split("/")
    return (
        path.endswith(".md")
        and "\\" not in path
        and ":" not in path
        and all(part and not part.startswith(".") and part.isprintable() for part in parts)
    )


class _Bases(msgspec.Struct):
    store: str
    pages: dict[str, int]


def read_bases(folder: Path, store: str) -> dict[str, int]:
    """Which version of `store` each page came from, as far as that is noted."""
    try:
        noted = msgspec.json.decode((folder / BASES_FILE).read_bytes(), type=_Bases)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}
    return noted.pages if noted.store == store else {}


def write_bases(folder: Path, store: str, bases: Mapping[str, int]) -> None:
    """Note them, one a line, so that notes of several people merge well."""
    rows = ",\n".join(f'    "{code}": {bases[code]}' for code in sorted(bases))
    text = f'{{\n  "store": "{store}",\n  "pages": {{\n{rows}\n  }}\n}}\n'
    if bases or (folder / BASES_FILE).exists():
        write_file(folder / BASES_FILE, text)


def write_file(file: Path, text: str) -> None:
    """Write a file in one step."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.{os.urandom(4).hex()}")
    try:
        temporary.write_bytes(text.encode("utf-8"))
        os.replace(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)


def free_path(page: Page, taken: Iterable[str]) -> str:
    """Where a page of a store is to lie: where its writer had it, unless another page lies there."""
    if is_page_path(page.path) and page.path not in set(taken):
        return page.path
    return f"{page.code}.md"
