"""`bugcatalog catalog verify`: whether entries find and mend what their pages say they do."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from bugcatalog_ls.analysis.verify import Outcome, verify
from bugcatalog_ls.catalog.builtin import builtin_folder
from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.cli.catalog_in_force import configuration_here
from bugcatalog_ls.cli.exits import FOUND, OK
from bugcatalog_ls.cli.paint import Paint
from bugcatalog_ls.cli.progress import Bar
from bugcatalog_ls.cli.selection import refuse_unknown_codes
from bugcatalog_ls.cli.streams import has_colours, write_out
from bugcatalog_ls.cli.targets import filename_of
from bugcatalog_ls.cli.watching import watch_pages
from bugcatalog_ls.syntax.suppressions import selector_matches
from bugcatalog_ls.workspace.configuration import Configuration

VERDICTS = ("validated", "reported", "noisy", "missing", "unmended")


class Failure(msgspec.Struct, frozen=True):
    """One thing that a page says and that is not so."""

    code: str
    verdict: str
    page: str
    line: int
    message: str


class Verification(msgspec.Struct, frozen=True):
    """How many outcomes there were of each kind, and all failures."""

    entries: int
    outcomes: dict[str, int]
    failures: tuple[Failure, ...]


def verify_catalog(configuration: Configuration, codes: Sequence[str], *, as_json: bool) -> int:
    """Verify the entries with these codes (all by default), and tell; the exit code."""
    refuse_unknown_codes(codes, [configuration.entries])
    chosen = [
        entry
        for code, entry in configuration.entries.items()
        if not codes or any(selector_matches(word.upper(), code) for word in codes)
    ]
    outcomes: list[Outcome] = []
    with Bar() as bar:
        bar.step("Verifying entries")
        for number, entry in enumerate(chosen):
            bar.report(number, len(chosen))
            outcomes += verify(entry)
    verification = _verification(configuration, chosen, outcomes)
    if as_json:
        write_out([msgspec.json.format(msgspec.json.encode(verification)).decode("utf-8") + "\n"])
    else:
        _tell(verification)
    return FOUND if verification.failures else OK


def watch_catalog(configuration: Configuration, codes: Sequence[str], *, as_json: bool) -> int:
    """Verify now, and after each change of a page what it may have changed, until somebody interrupts."""
    verify_catalog(configuration, codes, as_json=as_json)
    known = configuration

    def again(changed: set[str]) -> None:
        nonlocal known
        before, known = known, configuration_here()
        if codes:
            # A code that is gone meanwhile is looked for until it is back.
            wanted = [
                code for code in codes if any(selector_matches(code.upper(), each) for each in known.entries)
            ]
        else:
            wanted = [code for code, entry in known.entries.items() if entry != before.entries.get(code)]
        if wanted:
            verify_catalog(known, wanted, as_json=as_json)
        elif known.page_errors or before.page_errors:
            _tell_errors(known)

    folders = [folder for folder in (*configuration.catalog_folders, builtin_folder()) if folder.is_dir()]
    return watch_pages(folders, again)


def _tell_errors(configuration: Configuration) -> None:
    """What is wrong with pages, where no entry is to be verified."""
    for error in configuration.page_errors:
        place = f"{filename_of(Path(), error.path)}:{error.line}"
        write_out([f"{place}: broken {_described(error.message, error.expected)}\n"])
    write_out([f"{len(configuration.page_errors)} broken.\n"])


def _verification(
    configuration: Configuration, chosen: Sequence[Entry], outcomes: Sequence[Outcome]
) -> Verification:
    pages = {page for entry in chosen for page in (entry.path, *entry.extended_by)}
    is_whole = len(chosen) == len(configuration.entries)
    failures = [
        Failure(
            "",
            "broken",
            filename_of(Path(), error.path),
            error.line,
            _described(error.message, error.expected),
        )
        for error in configuration.page_errors
        if is_whole or error.path in pages
    ]
    failures += [
        Failure(
            outcome.code, outcome.verdict, filename_of(Path(), outcome.page), outcome.line, outcome.message
        )
        for outcome in outcomes
        if outcome.verdict != "validated"
    ]
    failures.sort(key=lambda failure: (failure.page, failure.line, failure.verdict, failure.message))
    counts: Counter[str] = Counter(outcome.verdict for outcome in outcomes)
    counted: Mapping[str, int] = {verdict: counts[verdict] for verdict in VERDICTS}
    return Verification(len(chosen), dict(counted), tuple(failures))


def _tell(verification: Verification) -> None:
    paint = Paint(has_colours(sys.stdout))
    for failure in verification.failures:
        place = paint(f"{failure.page}:{failure.line}", "place")
        verdict = paint(failure.verdict, "error")
        write_out([f"{place}: {verdict} {f'{failure.code} ' if failure.code else ''}{failure.message}\n"])
    counts = ", ".join(f"{count} {verdict}" for verdict, count in verification.outcomes.items())
    n_broken = sum(failure.verdict == "broken" for failure in verification.failures)
    broken = f", {n_broken} broken" if n_broken else ""
    entries = "1 entry" if verification.entries == 1 else f"{verification.entries} entries"
    write_out([f"{entries}: {counts}{broken}.\n"])


def _described(message: str, expected: str) -> str:
    return f"{message}; expected {expected}" if expected else message
