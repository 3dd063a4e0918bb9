"""A folder of catalog pages that drafts are written to: what is there, and what is added."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.workspace.files import ReadResult
from bugcatalog_ls.workspace.reading import read_file
from bugcatalog_ls.workspace.writing import Change, Create, Replace, WriteProblem, write_changes


def pages_in(folder: Path) -> dict[str, str]:
    """The texts of the Markdown files below a folder, by path relative to it."""
    found: dict[str, str] = {}
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.endswith(".md") or name.startswith("."):
                continue
            path = Path(parent, name).relative_to(folder).as_posix()
            read = read_file(folder, path)
            if isinstance(read, ReadResult):
                found[path] = read.text.replace("\r\n", "\n")
    return found


def own_paths(folder: Path, entries: Iterable[Entry], pages: Mapping[str, str]) -> dict[str, str]:
    """The paths of pages in force that lie in a folder, and what they are called there."""
    below: dict[str, str] = {}
    for entry in entries:
        for path in (entry.path, *entry.extended_by):
            if Path(path).is_relative_to(folder):
                relative = Path(path).relative_to(folder).as_posix()
                if relative in pages:
                    below[path] = relative
    return below


def write_pages(
    folder: Path, texts: Mapping[str, str], before: Mapping[str, str]
) -> tuple[WriteProblem, ...]:
    """Write pages, all or none. `before` are the texts of those that are there; any other must be new, and
    one that was changed meanwhile is left as it is."""
    changes: list[Change] = []
    for path, text in sorted(texts.items()):
        if path not in before:
            changes.append(Create(path, text))
            continue
        read = read_file(folder, path)
        if not isinstance(read, ReadResult) or read.text.replace("\r\n", "\n") != before[path]:
            return (WriteProblem(path, f"{path} was changed meanwhile and is left as it is.", "changed"),)
        changes.append(Replace(read, text.encode("utf-8")))
    return write_changes(folder, changes)
