"""The files of one root as they are on disk: which there are, and which of them changed unanalysed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from bugcatalog_ls.text.source import Source
from bugcatalog_ls.workspace.discovery import discover
from bugcatalog_ls.workspace.files import FileStamp, ReadProblem
from bugcatalog_ls.workspace.settings import Settings


class DiskFiles:
    """`stamps` are those of the files that were last seen, `pending` of those that are still to be
    analysed; `texts` are kept of files that were asked for."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.stamps: dict[str, FileStamp] = {}
        self.pending: dict[str, FileStamp] = {}
        self.texts: dict[str, Source] = {}
        self.problems: dict[str, ReadProblem] = {}

    def look(
        self, wants: Callable[[str], bool], settings: Settings, also: Iterable[str]
    ) -> dict[str, FileStamp]:
        """Look which files there are, by sorted paths."""
        found = discover(
            self.root,
            wants,
            exclude=(*settings.exclude, *settings.extend_exclude),
            respect_gitignore=settings.respect_gitignore,
            also=also,
        )
        self.problems = {problem.path: problem for problem in found.problems}
        return dict(found.files)

    def take_over(self, stamps: dict[str, FileStamp], held: Collection[str]) -> None:
        """These are the files there are; what is new or changed is pending, unless an editor holds it."""
        for path, stamp in stamps.items():
            if path not in held and self.stamps.get(path) != stamp:
                self.pending[path] = stamp
                self.texts.pop(path, None)
        self.stamps = stamps

    def forget(self, path: str) -> None:
        self.pending.pop(path, None)
        self.texts.pop(path, None)
        self.stamps.pop(path, None)

    def begin_anew(self) -> None:
        """Take nothing for analysed."""
        self.pending.clear()
        self.stamps.clear()
