"""The answers that one run over all files gives, kept so that each is found out once."""

from __future__ import annotations

from collections.abc import Callable

from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.workspace.whole_run import WholeRun, name_of, unpack


class RunAnswers:
    """The answers of this run, or of the last one, where they still hold; `has_news` tells that some are
    new."""

    def __init__(self) -> None:
        self.run = WholeRun()
        self.has_news = False

    def findings(self, path: str, find: Callable[[str], tuple[Finding, ...]]) -> tuple[Finding, ...]:
        if path not in self.run.findings:
            self.run.findings[path] = find(path)
            self.has_news = True
        return self.run.findings[path]

    def fixes(self, finding: Finding, make: Callable[[Finding], tuple[Fix, ...]]) -> tuple[Fix, ...]:
        name = name_of(finding)
        if name not in self.run.fixes:
            self.run.fixes[name] = make(finding)
            self.has_news = True
        return self.run.fixes[name]

    def note_text(self, path: str, digest: bytes) -> None:
        """A text was looked at that nobody analyses; there is no such file where `digest` is empty."""
        self.run.others[path] = digest

    def add(self, packed: bytes) -> None:
        """Take over what another process found out."""
        found = unpack(packed)
        if found is not None:
            self.run.add(found)
            self.has_news = True

    def recall(self, run: WholeRun) -> None:
        """Go on with the answers of the last run."""
        self.run, self.has_news = run, False

    def drop(self) -> None:
        """Answers that were given hold no more."""
        if self.run.findings or self.run.fixes:
            self.run = WholeRun(others=self.run.others)
