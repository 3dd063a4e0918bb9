"""Which codes and severities a command line asks for."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bugcatalog_ls.catalog.entry import Entry, Severity
from bugcatalog_ls.cli.exits import UsageError
from bugcatalog_ls.cli.parser import suggestion
from bugcatalog_ls.syntax.suppressions import selector_matches
from bugcatalog_ls.workspace.publish import Diagnosis
from bugcatalog_ls.workspace.settings import Settings
from bugcatalog_ls.workspace.settings_values import SEVERITIES

DEFAULT_LOWEST: Severity = "information"


def add_selection(parser: argparse.ArgumentParser) -> None:
    """The options that choose among entries."""
    parser.add_argument(
        "--select",
        metavar="CODE[,…]",
        action="append",
        help="look for these codes, or codes that begin so, and for nothing else",
    )
    parser.add_argument(
        "--ignore", metavar="CODE[,…]", action="append", help="leave these codes out, or codes that begin so"
    )
    parser.add_argument(
        "--severity",
        choices=SEVERITIES,
        metavar="LOWEST",
        help="show this severity and above: error, warning, information or hint (default: information; "
        "a code that is selected in full shows its hints too)",
    )


def selected_settings(options: argparse.Namespace) -> dict[str, Any]:
    """The command line's layer of the settings."""
    layer: dict[str, Any] = {}
    if options.select is not None:
        layer["select"] = _codes(options.select, "--select")
    if options.ignore is not None:
        layer["ignore"] = _codes(options.ignore, "--ignore")
    return layer


def refuse_unknown_codes(words: Iterable[str], catalogs: Sequence[Mapping[str, Entry]]) -> None:
    """A code that no catalog in force holds is wrong use."""
    names = {code: entry.name for entries in catalogs for code, entry in entries.items()}
    for word in words:
        if not any(selector_matches(word.upper(), code) for code in names):
            raise UsageError(f"no entry has the code `{word}`{nearest_entry(word, names)}")


def nearest_entry(word: str, names: Mapping[str, str]) -> str:
    """`; did you mean …?` with the code of the entry whose code or name is the nearest."""
    codes = {name: code for code, name in names.items()}
    near = suggestion(word.lower(), codes) if any(letter.islower() for letter in word) else ""
    near = near or suggestion(word.upper(), names) or suggestion(word.lower(), codes)
    if not near:
        return ""
    found = near.split("`")[1]
    return f"; did you mean `{codes[found]}` ({found})?" if found in codes else near


def is_shown(diagnosis: Diagnosis, lowest: Severity | None, settings: Settings) -> bool:
    """Whether a diagnosis is heavy enough to be shown; `lowest` is what was asked for, if anything."""
    rank = SEVERITIES.index(diagnosis.severity)
    if lowest is not None:
        return rank <= SEVERITIES.index(lowest)
    # What makes the command fail is never hidden.
    floor = max(SEVERITIES.index(DEFAULT_LOWEST), _fail_rank(settings))
    return rank <= floor or diagnosis.finding.code in settings.select


def fails(diagnosis: Diagnosis, settings: Settings) -> bool:
    """Whether a diagnosis is at or above the setting `fail-on`."""
    return SEVERITIES.index(diagnosis.severity) <= _fail_rank(settings)


def _fail_rank(settings: Settings) -> int:
    return -1 if settings.fail_on == "never" else SEVERITIES.index(settings.fail_on)


def _codes(given: Sequence[str], option: str) -> list[str]:
    codes = [word.strip() for text in given for word in text.split(",") if word.strip()]
    if not codes:
        raise UsageError(f"{option} needs a code such as `BC201`")
    return codes
