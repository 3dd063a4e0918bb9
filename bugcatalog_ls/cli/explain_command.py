"""`bugcatalog explain`: from an error, a traceback, a log, words or a code to entries and guilty lines."""

from __future__ import annotations

import argparse
import os
import re

from bugcatalog_ls.analysis.explaining import Explainer
from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.error_blocks import whole
from bugcatalog_ls.catalog.note import entry_page
from bugcatalog_ls.cli.catalog_in_force import configuration_here, named_entry
from bugcatalog_ls.cli.exits import OK, UsageError
from bugcatalog_ls.cli.explain_input import feed_pieces, file_pieces, standard_pieces
from bugcatalog_ls.cli.explain_output import Answers
from bugcatalog_ls.cli.explain_tally import Tally
from bugcatalog_ls.cli.page import write_page
from bugcatalog_ls.workspace.configuration import Configuration


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what",
        metavar="TEXT|FILE|-|CODE",
        nargs="+",
        help="a message, a traceback, words, a log file, - for standard input, or a code or name",
    )
    parser.add_argument(
        "--output-format",
        choices=("text", "json"),
        default="text",
        metavar="FORMAT",
        help="text, json (default: text)",
    )


def run(options: argparse.Namespace) -> int:
    what = " ".join(options.what)
    as_json: bool = options.output_format == "json"
    if len(options.what) > 1 and any(_is_input(each) for each in options.what):
        raise UsageError("`explain` takes one file, one text or `-`")
    if os.path.isdir(what):
        raise UsageError(f"`{what}` is a folder; `bugcatalog check` finds the bugs in it")
    configuration = configuration_here()
    entry = _entry(what, configuration, must_be=not _is_input(what))
    if entry is not None and as_json:
        Answers(as_json).write_entry(entry)
        return OK
    if entry is not None:
        write_page(entry_page(entry))
        return OK
    explainer = Explainer(configuration.entries.values())
    answers = Answers(as_json)
    tally = Tally()
    if what == "-":
        feed_pieces(standard_pieces(), explainer, tally, answers.write_one if not as_json else None)
    elif _is_input(what):
        feed_pieces(file_pieces(what), explainer, tally, None)
    else:
        tally.add(whole(what), explainer.explain_text(what))
        tally.is_log = False
    if tally.is_log and not tally.counts and tally.n_lines <= _MAX_WORDS_LINES:
        # A few lines that hold no known error may be words.
        tally.add(whole(tally.beginning), explainer.explain_text(tally.beginning))
    answers.write(tally)
    return OK


def _is_input(word: str) -> bool:
    return word == "-" or (len(word) < _MAX_PATH and "\n" not in word and os.path.isfile(word))


def _entry(word: str, configuration: Configuration, *, must_be: bool) -> Entry | None:
    """The entry that a code or a name means; what only looks like one is wrong use, if nothing else."""
    if not _NAME.fullmatch(word.strip()):
        return None
    for code, entry in configuration.entries.items():
        if word.strip().lower() in (code.lower(), entry.name.lower()):
            return entry
    # Without a digit or a dash it is a word.
    return named_entry(word, configuration.entries) if must_be and _CODE.fullmatch(word.strip()) else None


# What codes and names of entries look like.
_NAME = re.compile(r"[A-Za-z]+-?\d+|[a-z0-9]+(-[a-z0-9]+)*")
_CODE = re.compile(r"[A-Za-z]{1,10}-?\d{1,5}|[a-z]+(-[a-z]+)+")
_MAX_PATH = 4_000
_MAX_WORDS_LINES = 20
