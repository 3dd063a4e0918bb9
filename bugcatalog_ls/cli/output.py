"""The output of a check: its findings in one of the formats, to standard output or a file."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from bugcatalog_ls.cli.exits import UsageError
from bugcatalog_ls.cli.shown import Shown
from bugcatalog_ls.cli.streams import write_out

FORMATS = ("text", "json", "jsonl", "sarif", "github", "gitlab", "junit")


class Report(NamedTuple):
    """What is to be written. `progress` is told how many findings of how many are done."""

    shown: Sequence[Shown]
    n_files: int
    only_counts: bool = False
    has_colours: bool = False
    progress: Callable[[int, int], None] = lambda done, total: None


def render(name: str, report: Report) -> Iterable[str]:
    """The pieces of a report in the format called `name`."""
    module = importlib.import_module(f"bugcatalog_ls.cli.formats.{name}_format")
    chunks: Iterable[str] = module.render(report)
    return chunks


def write_report(pieces: Iterable[str], file: str | None) -> None:
    """Write what was rendered to standard output, or to a file."""
    if file is None:
        write_out(pieces)
        return
    try:
        with open(file, "w", encoding="utf-8", errors="backslashreplace") as opened:
            opened.writelines(pieces)
    except OSError as error:
        raise UsageError(f"`{file}` can't be written: {error.strerror or error}") from None
