"""What the tool has to say of itself: errors in pages and settings, and rules that were stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from bugcatalog_ls.analysis.result import Result
from bugcatalog_ls.text.wording import counted
from bugcatalog_ls.workspace.configuration import Configuration

PAGE_ERROR = "BC001"
SETTINGS_ERROR = "BC002"
RULE_OVER_BUDGET = "BC006"


class ToolFinding(NamedTuple):
    """One fault in a page or a settings file. `path` is relative to the root where the file lies in
    it, else absolute; empty for settings that no file gave. `line` and `column` count from 1."""

    code: str
    path: str
    line: int
    column: int
    message: str


def tool_findings(
    root: Path, configuration: Configuration, results: Mapping[str, Result]
) -> tuple[ToolFinding, ...]:
    """All faults of what is in force at a root, sorted."""
    found: list[ToolFinding] = []
    for page in configuration.page_errors:
        message = sentence_of(page.message, page.expected)
        found.append(ToolFinding(PAGE_ERROR, _relative(root, page.path), page.line, page.column, message))
    for error in configuration.settings_errors:
        path = _relative(root, error.path)
        message = error.message if path else f"{error.message} (given by: {error.origin})"
        found.append(ToolFinding(SETTINGS_ERROR, path, error.line or 1, error.column or 1, message))
    found.extend(_stopped_rules(root, configuration, results.values()))
    return tuple(sorted(set(found), key=lambda finding: finding[1:]))


def sentence_of(message: str, expected: str) -> str:
    """What is said of an error of a page."""
    return f"{_sentence(message)} Expected {expected}." if expected else message


def _stopped_rules(
    root: Path, configuration: Configuration, results: Iterable[Result]
) -> Iterable[ToolFinding]:
    stopped = Counter((code, index) for result in results for code, index, _ in result.quarantined)
    reasons = {(code, index): reason for result in results for code, index, reason in result.quarantined}
    for (code, index), n_files in stopped.items():
        entry = configuration.entries.get(code)
        if entry is None:
            continue
        files = counted(n_files, "file")
        message = f"Rule {index + 1} of {code} was stopped on {files}: {reasons[code, index]}."
        line = entry.line_of("rules", index)
        yield ToolFinding(RULE_OVER_BUDGET, _relative(root, entry.path), line, 1, message)


def _relative(root: Path, path: str) -> str:
    if path and Path(path).is_absolute() and Path(path).is_relative_to(root):
        return Path(path).relative_to(root).as_posix()
    return path


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."
