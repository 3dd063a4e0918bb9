"""Incident reports turned into pages: drafts of new entries, cases of known ones, and what is left over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Literal

import msgspec

from bugcatalog_ls.catalog.case_pages import CannotAdd, extension_page, tells_case, with_case
from bugcatalog_ls.catalog.draft import Draft, draft_page, next_code, slug
from bugcatalog_ls.catalog.entry import Case, Entry
from bugcatalog_ls.catalog.loader import load_page
from bugcatalog_ls.catalog.note import fenced
from bugcatalog_ls.catalog.report_account import untold_rows
from bugcatalog_ls.catalog.report_dates import date_in
from bugcatalog_ls.catalog.report_draft import draft_of
from bugcatalog_ls.catalog.report_fold import fold
from bugcatalog_ls.catalog.report_formats import as_markdown
from bugcatalog_ls.catalog.report_items import split_report
from bugcatalog_ls.catalog.report_match import Matcher, case_ids
from bugcatalog_ls.catalog.report_outline import outline
from bugcatalog_ls.catalog.report_pieces import Item, Piece, Shared, Split
from bugcatalog_ls.catalog.report_prose import (
    NO_SUMMARY,
    joined,
    provenance,
    sections_of,
)
from bugcatalog_ls.catalog.report_text import decode_report

Kind = Literal["entry", "case", "known", "left over"]


class Landing(msgspec.Struct, frozen=True):
    """Where a bug of a report went: a new entry, a case of a known one (or one that was there before).
    `adds` says what a known entry's page gains."""

    kind: Kind
    title: str
    line: int
    code: str = ""
    path: str = ""
    reason: str = ""
    adds: str = ""


class Imported(msgspec.Struct):
    """What came of one report. `markdown` is the report as it was read, `layout` the rows (from 0) that hold
    nothing but rules and heads of tables, `headings` those of headings."""

    name: str
    title: str
    encoding: str
    repairs: tuple[str, ...]
    markdown: str
    landings: list[Landing] = []
    left_over: str = ""
    left_over_path: str = ""
    layout: list[int] = []
    headings: list[int] = []


class ImportPlan(msgspec.Struct):
    """What an import would write: pages by path below the target folder, with their text before, if any."""

    reports: list[Imported] = []
    pages: dict[str, str] = {}
    before: dict[str, str] = {}
    drafts: dict[str, Draft] = {}


class Target(msgspec.Struct, frozen=True):
    """Where pages go: the texts there by path relative to the folder, and how new entries are called."""

    pages: Mapping[str, str] = {}
    prefix: str = "TEAM-"
    merge: bool = True
    into: str = ""


def plan_import(
    reports: Iterable[tuple[str, bytes]],
    entries: Mapping[str, Entry],
    own_paths: Mapping[str, str],
    target: Target,
) -> ImportPlan:
    """What importing reports (name and content) would write. `own_paths` leads from the path of a page in
    force to its path in the target folder, for the pages that lie there."""
    planner = _Planner(entries, own_paths, target)
    for name, raw in reports:
        planner.add(name, raw)
    return planner.plan


_NEAR = 0.15


class _Planner:
    def __init__(self, entries: Mapping[str, Entry], own_paths: Mapping[str, str], target: Target) -> None:
        self.plan = ImportPlan()
        self._entries = entries
        self._own_paths = own_paths
        self._target = target
        self._matcher = Matcher(entries)
        self._codes = [
            *entries,
            *(match[0] for path in target.pages if (match := re.match(r"[A-Z]+-?\d+", path))),
        ]

    def add(self, name: str, raw: bytes) -> None:
        read = decode_report(raw)
        markdown = as_markdown(name, read.text)
        stem = re.sub(r"\.\w+$", "", name.rpartition("/")[2]) or name
        split = fold(split_report(outline(markdown), stem))
        imported = Imported(name, split.title, read.encoding, read.repairs, markdown)
        imported.layout, imported.headings = split.layout, split.headings
        self.plan.reports.append(imported)
        left = list(split.shared)
        ids = _ids(split, stem)
        for item, case_id in zip(split.items, ids, strict=True):
            landing = self._land(item, case_id, imported, split)
            imported.landings.append(landing)
            if landing.kind == "left over":
                left += [Shared((*item.path, item.title), piece) for piece in item.pieces]
        pages = {landing.path for landing in imported.landings if landing.kind != "left over"}
        texts = [self.plan.pages.get(path) or self._target.pages.get(path, "") for path in pages]
        left += _untold(markdown, [*texts, _left_over(name, split.title, left)])
        if left:
            imported.left_over = _left_over(name, split.title, left)
            imported.left_over_path = f"left-over-from-{slug(stem, 'report')}.md"
            self._write(imported.left_over_path, imported.left_over)

    def _land(self, item: Item, case_id: str, report: Imported, split: Split) -> Landing:
        case = Case(case_id, " ".join(item.title.split()) or "Untitled")
        told = _case_text(item, report)
        found: tuple[Entry, str] | None = None
        if self._target.into:
            found = (self._entries[self._target.into], "asked for")
        elif self._target.merge and (known := self._matcher.known(item)) is not None:
            found = (known.entry, known.reason)
        line = item.first + 1
        if found is not None:
            entry, reason = found
            path, page = self._page_of(entry)
            if tells_case(page, case) or provenance(item, report.name, report.title) in page:
                return Landing("known", item.title, line, entry.code, path, f"{case.id} is there already")
            try:
                made = with_case(page, case, told)
                if not isinstance(load_page(path, made, "workspace"), Entry):
                    made = with_case(page, case, fenced(told, "text"))
            except CannotAdd as error:
                return Landing("left over", item.title, line, entry.code, path, str(error))
            if isinstance(load_page(path, made, "workspace"), Entry):
                self._write(path, made)
                n_told = sum(1 for row in told.split("\n") if row.strip())
                adds = f"the case {case.id} and {n_told} lines under “Real cases”"
                return Landing("case", item.title, line, entry.code, path, reason, adds)
            return Landing("left over", item.title, line, entry.code, path, "the entry's page would not load")
        return self._draft(item, case, report, split)

    def _draft(self, item: Item, case: Case, report: Imported, split: Split) -> Landing:
        code = next_code(self._target.prefix, self._codes)
        draft = draft_of(item, code, case, report.name, split.title)
        page = draft_page(draft)
        line = item.first + 1
        loaded = load_page(draft.file_name, page, "workspace")
        if not isinstance(loaded, Entry):
            # What a report begins with may be no sentence, and what it holds may be Markdown out of joint.
            sections = {heading: fenced(text, "text") for heading, text in draft.sections.items()}
            draft = msgspec.structs.replace(
                draft, summary=NO_SUMMARY, symptoms=(), errors=(), pairs=(), sections=sections
            )
            page = draft_page(draft)
            loaded = load_page(draft.file_name, page, "workspace")
        if not isinstance(loaded, Entry):
            return Landing("left over", item.title, line, reason=f"no page can hold it ({loaded[0].message})")
        self._codes.append(code)
        self.plan.drafts[draft.file_name] = draft
        self._write(draft.file_name, page)
        near = [known.entry.code for known in self._matcher.ranked(item)[:2] if known.score >= _NEAR]
        reason = f"resembles {' and '.join(near)}" if near else ""
        return Landing("entry", item.title, line, code, draft.file_name, reason)

    def _page_of(self, entry: Entry) -> tuple[str, str]:
        """The page in the target folder that says something of an entry, or the beginning of a new one."""
        for path in (*entry.extended_by, entry.path):
            own = self._own_paths.get(path)
            if own is not None:
                return own, self.plan.pages.get(own, self._target.pages[own])
        path = f"{entry.code}-{entry.name or 'cases'}.md"
        return path, self.plan.pages.get(path) or self._target.pages.get(path) or extension_page(entry)

    def _write(self, path: str, text: str) -> None:
        if path in self._target.pages:
            if self._target.pages[path] == text:
                return
            self.plan.before[path] = self._target.pages[path]
        self.plan.pages[path] = text


def _ids(split: Split, stem: str) -> list[str]:
    """A number for each bug: the team's own, else one made of the report's date or name."""
    said = [split.title, stem, *(shared.piece.text for shared in split.shared)]
    said += [piece.text for item in split.items for piece in item.pieces if piece.role == "meta"]
    found = next((date for text in said if (date := date_in(text))), "")
    base = f"INC-{found}" if found else slug(stem, "report").upper()
    ids: list[str] = []
    for number, item in enumerate(split.items, start=1):
        own = next((each for each in case_ids(item) if each not in ids), None)
        ids.append(own or (f"{base}-{number}" if len(split.items) > 1 or not found else base))
    return ids


def _case_text(item: Item, report: Imported) -> str:
    """All that a report says of a bug, to stand below the heading of its case."""
    parts = [provenance(item, report.name, report.title)]
    for heading, text in sections_of(item.pieces).items():
        lowered = re.sub(r"^### ", "#### ", text, flags=re.MULTILINE)
        parts += [f"*{heading}*", lowered]
    return "\n\n".join(parts)


def _untold(markdown: str, texts: list[str]) -> list[Shared]:
    """The lines that no text says so far, such as headings below which nothing stands."""
    lines = markdown.split("\n")
    return [
        Shared(
            ("Lines that stand nowhere else",),
            Piece("details", f"- `{lines[row].strip().replace('`', '´')}`", row, row),
        )
        for row in untold_rows(lines, texts)
    ]


def _left_over(name: str, title: str, left: Sequence[Shared]) -> str:
    parts = [
        f"# Left over from {name.rpartition('/')[2]}",
        "",
        f"What “{title}” says outside of its bugs, or of several at once.",
        "",
    ]
    for path, group in groupby(
        sorted(left, key=lambda shared: shared.piece.first), key=lambda shared: shared.path
    ):
        together = [shared.piece for shared in group]
        first, last = min(p.first for p in together) + 1, max(p.last for p in together) + 1
        lines = f"line {first}" if first == last else f"lines {first}–{last}"
        parts += [f"## {' › '.join(path) or name} ({lines})", "", joined(together), ""]
    return "\n".join(parts).rstrip() + "\n"
