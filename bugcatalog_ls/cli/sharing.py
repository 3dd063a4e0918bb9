"""`bugcatalog catalog push` and `pull`: the pages of `.bugcatalog/` and those of the store, brought together.

What was changed on one side goes to the other; what both changed is merged by `pull` where the changes do
not meet, else it is shown, and nothing is lost until somebody says which side is to win.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from bugcatalog_ls.catalog.page_sharing import (
    Compared,
    Page,
    compared,
    free_path,
    pages_in,
    read_bases,
    write_bases,
    write_file,
)
from bugcatalog_ls.catalog.store import Store, StoreError, opened_store
from bugcatalog_ls.catalog.store_pages import (
    StoredPage,
    newest_pages,
    page_version,
    put_page,
    version_with_text,
)
from bugcatalog_ls.cli.catalog_in_force import configuration_here
from bugcatalog_ls.cli.differences import difference
from bugcatalog_ls.cli.exits import FOUND, OK, UsageError, warn
from bugcatalog_ls.cli.paint import Paint
from bugcatalog_ls.cli.streams import has_colours, write_out
from bugcatalog_ls.cli.targets import filename_of
from bugcatalog_ls.text.wording import counted
from bugcatalog_ls.workspace.configuration import WORKSPACE_CATALOG
from bugcatalog_ls.workspace.repository_name import person_at
from bugcatalog_ls.workspace.settings import Settings
from bugcatalog_ls.workspace.settings_roots import find_root
from bugcatalog_ls.workspace.store_address import StoreAddress, store_address


def run(options: argparse.Namespace) -> int:
    configuration = configuration_here()
    work = _push if options.action == "push" else _pull
    return _share(find_root(Path.cwd()), configuration.loaded.settings, options, work)


class _Desk(NamedTuple):
    """What a push or pull works on; `bases` are the noted versions, which it changes."""

    store: Store
    folder: Path
    name: str
    person: str
    pages: list[Compared]
    newest: dict[str, StoredPage]
    bases: dict[str, int]
    paint: Paint


def _share(
    root: Path,
    settings: Settings,
    options: argparse.Namespace,
    work: Callable[[_Desk, argparse.Namespace], int],
) -> int:
    address = store_address(settings.store, root)
    url = address.url()
    if url is None:
        raise UsageError(f"the setting `store` has no URL: {address.secret} is not set")
    folder = root / WORKSPACE_CATALOG
    mine, errors = pages_in(folder)
    for error in errors:
        warn(f"{filename_of(root, error.path)}:{error.line}:{error.column}: {error.message}")
    try:
        with opened_store(url, root) as store:
            desk = _desk(store, folder, address, mine, options.codes, person_at(root))
            try:
                code = work(desk, options)
            finally:
                if not options.dry_run:
                    # Also what was done before the store died.
                    write_bases(folder, store.key, desk.bases)
    except StoreError as error:
        raise UsageError(f"{_in_sentence(address)} {error}; nothing else was done") from None
    return FOUND if errors else code


def _desk(
    store: Store, folder: Path, address: StoreAddress, mine: dict[str, Page], asked: list[str], person: str
) -> _Desk:
    newest = newest_pages(store)
    bases = read_bases(folder, store.key)
    codes = sorted({*mine, *newest} & {word.upper() for word in asked} if asked else {*mine, *newest})
    for word in asked:
        if word.upper() not in codes:
            raise UsageError(f"neither {WORKSPACE_CATALOG} nor the store has a page with the code `{word}`")
    pages = []
    for code in codes:
        page, stored = mine.get(code), newest.get(code)
        version = bases.get(code)
        if version is None and page is not None and stored is not None:
            # Whoever got the page without its note has one of the store's versions all the same.
            version = version_with_text(store, code, page.text)
        base = page_version(store, code, version) if version is not None and stored is not None else None
        theirs = _page(stored) if stored is not None and not stored.is_deleted else None
        pages.append(compared(code, page, _page(base) if base is not None else None, theirs))
    return _Desk(
        store, folder, _in_sentence(address), person, pages, newest, bases, Paint(has_colours(sys.stdout))
    )


def _in_sentence(address: StoreAddress) -> str:
    """The store's name inside of a sentence."""
    return address.name[0].lower() + address.name[1:]


def _page(stored: StoredPage) -> Page:
    return Page(stored.code, stored.path, stored.text, stored.version)


def _push(desk: _Desk, options: argparse.Namespace) -> int:
    code = OK
    for page in desk.pages:
        stored = desk.newest.get(page.code)
        before = stored.version if stored is not None else 0
        match page.standing:
            case "new here" | "changed here":
                code = max(code, _send(desk, page, before, options.dry_run))
            case "conflict" | "changed on both sides" if options.mine and page.mine is not None:
                code = max(code, _send(desk, page, before, options.dry_run))
            case "changed on both sides":
                _tell(desk, page.code, "was changed on both sides; `catalog pull` merges it")
                code = FOUND
            case "conflict":
                _show_conflict(desk, page, "`push --mine` or `pull --theirs`")
                code = FOUND
            case "deleted here" if options.delete:
                assert page.theirs is not None
                done = options.dry_run or put_page(
                    desk.store,
                    page.code,
                    before,
                    page.theirs.path,
                    page.theirs.text,
                    desk.person,
                    is_deleted=True,
                )
                desk.bases.pop(page.code, None)
                _tell(desk, page.code, f"deleted (version {before + 1})" if done else _OVERTAKEN)
            case "deleted here":
                _tell(desk, page.code, "is gone here; `push --delete` deletes it there too")
            case "changed there" | "deleted there":
                _tell(desk, page.code, f"was {page.standing}{_by(stored)}; `catalog pull` brings it")
            case "same" if page.theirs is not None:
                desk.bases[page.code] = page.theirs.version
    _sum_up(desk, "Nothing to push", {"new here", "changed here", "conflict", "changed on both sides"})
    return code


def _send(desk: _Desk, page: Compared, before: int, dry_run: bool) -> int:
    """Make ours the next version; `FOUND` where somebody has done that meanwhile."""
    assert page.mine is not None
    if not dry_run:
        mine = page.mine
        if not put_page(desk.store, page.code, before, mine.path, mine.text, desk.person):
            _tell(desk, page.code, _OVERTAKEN)
            return FOUND
        desk.bases[page.code] = before + 1
    _tell(desk, page.code, f"pushed (version {before + 1})" if not dry_run else f"is {page.standing}")
    return OK


_OVERTAKEN = "was changed there at this moment by somebody else; do it again"


def _pull(desk: _Desk, options: argparse.Namespace) -> int:
    code = OK
    taken = {page.mine.path for page in desk.pages if page.mine is not None}
    for page in desk.pages:
        stored = desk.newest.get(page.code)
        wins = options.theirs
        match page.standing:
            case "new there" | "changed there":
                _take(desk, page, page.theirs, taken, f"pulled{_version(stored)}", options.dry_run)
            case "conflict" | "changed on both sides" if wins and page.theirs is not None:
                _take(
                    desk, page, page.theirs, taken, f"replaced by theirs{_version(stored)}", options.dry_run
                )
            case "changed on both sides":
                assert page.theirs is not None
                both = page.theirs._replace(text=page.text)
                _take(desk, page, both, taken, f"merged with theirs{_version(stored)}", options.dry_run)
            case "deleted there" | "conflict" if page.theirs is None and (
                wins or page.standing != "conflict"
            ):
                assert page.mine is not None
                if not options.dry_run:
                    (desk.folder / page.mine.path).unlink(missing_ok=True)
                    desk.bases.pop(page.code, None)
                _tell(desk, page.code, f"deleted, as it was there{_version(stored)}")
            case "conflict":
                _show_conflict(desk, page, "`pull --theirs` or `push --mine`")
                code = FOUND
            case "deleted here":
                _tell(desk, page.code, "is gone here, and left alone; `push --delete` deletes it there too")
            case "new here" | "changed here":
                _tell(desk, page.code, f"is {page.standing}; `catalog push` shares it")
            case "same" if page.theirs is not None:
                desk.bases[page.code] = page.theirs.version
    _sum_up(desk, "Nothing to pull", {"new there", "changed there", "deleted there", "conflict",
                                      "changed on both sides"})  # fmt: skip
    return code


def _take(desk: _Desk, page: Compared, new: Page | None, taken: set[str], done: str, dry_run: bool) -> None:
    """Write a page of the store, or what was merged with it, and note where it came from."""
    assert new is not None
    path = page.mine.path if page.mine is not None else free_path(new, taken)
    taken.add(path)
    file = desk.folder / path
    if not file.parent.resolve().is_relative_to(desk.folder.resolve()):
        raise UsageError(f"`{filename_of(desk.folder, path)}` leads out of {WORKSPACE_CATALOG}")
    if not dry_run:
        write_file(file, new.text)
        desk.bases[page.code] = new.version
    _tell(desk, page.code, done if not dry_run else f"would be {done}")
    before = page.mine.text if page.mine is not None else None
    if before is not None:
        write_out(difference(filename_of(desk.folder, path), before, new.text, desk.paint))


def _show_conflict(desk: _Desk, page: Compared, choice: str) -> None:
    """Both sides against where they came from, or against each other where that is not known."""
    stored = desk.newest.get(page.code)
    _tell(desk, page.code, f"is in conflict with what was changed there{_by(stored)}: {choice}", "error")
    mine = page.mine.text if page.mine is not None else None
    theirs = page.theirs.text if page.theirs is not None else None
    path = (page.mine or page.theirs or page.base or Page("", "", "")).path
    if page.base is None:
        _show_side(desk, "from here to there", path, mine, theirs)
        return
    _show_side(desk, f"changed here since version {page.base.version}", path, page.base.text, mine)
    _show_side(desk, f"changed there since version {page.base.version}", path, page.base.text, theirs)


def _show_side(desk: _Desk, title: str, path: str, before: str | None, after: str | None) -> None:
    lines: Iterable[str] = difference(path, before, after, desk.paint)
    write_out([f"  {desk.paint(title, 'strong')}\n", *(f"    {line}" for line in lines)])


def _tell(desk: _Desk, code: str, what: str, style: str = "strong") -> None:
    write_out([f"{desk.paint(code, style)}  {what}\n"])


def _by(stored: StoredPage | None) -> str:
    return f" by {stored.person}" if stored is not None and stored.person else ""


def _version(stored: StoredPage | None) -> str:
    return f" (version {stored.version}{_by(stored)})" if stored is not None else ""


def _sum_up(desk: _Desk, nothing: str, moving: set[str]) -> None:
    if not any(page.standing in moving or page.standing == "deleted here" for page in desk.pages):
        pages = counted(len(desk.pages), "page")
        write_out([f"{nothing}: {pages}, {desk.name}.\n"])
