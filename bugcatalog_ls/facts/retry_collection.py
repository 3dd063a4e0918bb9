"""Reads all retries off a file: those of libraries and adapters, of tasks, and of loops."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.fact import Facts, Vocabulary
from bugcatalog_ls.facts.function_words import functions_with
from bugcatalog_ls.facts.repeat_recognition import RECOGNISING_WORDS, RecognisesRepeats
from bugcatalog_ls.facts.retry_adapters import collect_adapters
from bugcatalog_ls.facts.retry_decorators import collect_decorators, collect_tasks
from bugcatalog_ls.facts.retry_loops import collect_loops
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.modules import is_test_path

# A decorator made in another file, by its name: `@http_retry`.
_POLICY = re.compile(rb"\n[ \t]*@[\w.]*retr", re.IGNORECASE)
_LIBRARIES = Words(b"autoretry_for", b"tenacity", b"backoff", b"retrying", b"stamina")
_POLICY_WORDS = Words(b"retr", any_case=True)


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    data = file.source.data
    for symbol in functions_with(file, RECOGNISING_WORDS):
        facts.add(RecognisesRepeats(symbol))
    if file.holds(_LIBRARIES) or (file.holds(_POLICY_WORDS) and _POLICY.search(b"\n" + data) is not None):
        collect_decorators(file, facts)
    if b"self.retry(" in data:
        collect_tasks(file, facts)
    if b"Retry(" in data or b"urllib3" in data:
        collect_adapters(file, facts)
    if b"except" in data:
        collect_loops(file, facts)


VOCABULARY = Vocabulary(
    _collect,
    (
        *(
            b"tenacity",
            b"backoff",
            b"retry",
            b"stamina",
            b"autoretry_for",
            b"Retry(",
            b"attempt",
            b"retries",
        ),
        *(
            b"tries",
            b"while ",
            b"self.retry(",
            b"in range(",
            b"dempoten",
            b"on_conflict",
            b"ON CONFLICT",
            b"get_or_create",
            b"upsert",
        ),
    ),
)
