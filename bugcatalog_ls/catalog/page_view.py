"""A catalog page while it is written: its parts by rows, also where the page as a whole is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple

from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.loader import load_page
from bugcatalog_ls.catalog.page_error import PageError
from bugcatalog_ls.catalog.yaml_text import YamlError, locate, parse_mapping


class Fence(NamedTuple):
    """A fenced block: the rows of its fences (the last may be missing), its language and its section."""

    first_row: int
    last_row: int
    language: str
    section: str


class PageView:
    """One text of a page. Rows count from 0, in the whole page."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.rows = _LINE_END.split(text)
        self._text = text

    @cached_property
    def loaded(self) -> Entry | list[PageError]:
        return load_page(self.path, self._text, "workspace")

    @property
    def entry(self) -> Entry | None:
        return self.loaded if isinstance(self.loaded, Entry) else None

    @property
    def errors(self) -> list[PageError]:
        return self.loaded if isinstance(self.loaded, list) else []

    @cached_property
    def end_of_front(self) -> int:
        """The row of the second `---`, or that after the last where there is none; 0 without front matter."""
        if not self.rows or self.rows[0].rstrip().lstrip("\ufeff") != "---":
            return 0
        rows = (row for row in range(1, len(self.rows)) if self.rows[row].rstrip() == "---")
        return next(rows, len(self.rows))

    @cached_property
    def front(self) -> dict[str, Any]:
        """The front matter as plain values; empty where it is no YAML."""
        try:
            return parse_mapping(self._front_text)
        except YamlError:
            return {}

    @property
    def code(self) -> str:
        """The code that the page gives, whatever else is wrong with it."""
        for row in self.rows[1 : self.end_of_front]:
            match = _CODE.match(row)
            if match:
                return match[1]
        return ""

    def rules(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """The rules that the page gives, each with its row."""
        rules = self.front.get("rules")
        for index, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, dict):
                yield 1 + locate(self._front_text, ("rules", index))[0], rule

    @cached_property
    def fences(self) -> list[Fence]:
        found: list[Fence] = []
        section, opening, begin = "", "", 0
        for row in range(self.end_of_front, len(self.rows)):
            line = self.rows[row]
            if opening:
                closing = line.strip()
                if closing and set(closing) == {opening[0]} and len(closing) >= len(opening):
                    found.append(found.pop()._replace(last_row=row))
                    opening = ""
                continue
            fence = _FENCE.match(line)
            if fence:
                opening, begin = fence[1], row
                found.append(Fence(begin, len(self.rows), fence[2].lower(), section))
            elif line.startswith("## "):
                section = line[3:].strip().lower()
        return found

    def fence_at(self, row: int) -> Fence | None:
        """The block that a row is inside of."""
        return next((fence for fence in self.fences if fence.first_row < row < fence.last_row), None)

    @cached_property
    def _front_text(self) -> str:
        return "\n".join(self.rows[1 : self.end_of_front])


_LINE_END = re.compile(r"\r\n|\n|\r")
_CODE = re.compile(r"""code\s*:\s*["']?([A-Z]+-?\d+)\b""")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})\s*([\w+#-]*)")
