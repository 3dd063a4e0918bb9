"""The examples of a page that is open, run again only where they or what runs them has changed."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

import msgspec

from bugcatalog_ls.analysis.verify import Outcome, flagged_of, verify_example
from bugcatalog_ls.catalog.entry import Entry, Example


class ExampleRuns:
    """Outcomes by what was run. A page's examples are few, so the runs of its last text are kept."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[int, tuple[Outcome, ...]]] = {}

    def outcomes(self, entry: Entry, page: str) -> Iterator[Outcome]:
        """What is known so far of the examples that a page gives, at the lines where they are now."""
        for example in _of_page(entry, page):
            known = self._known.get(_key(entry, example))
            if known is not None:
                line, outcomes = known
                yield from (each._replace(line=each.line + example.line - line) for each in outcomes)

    def pending(self, entry: Entry, page: str) -> Example | None:
        """An example that is still to be run."""
        return next((each for each in _of_page(entry, page) if _key(entry, each) not in self._known), None)

    def run(self, entry: Entry, example: Example) -> None:
        """Run one example; an analyzer that fails says so in its outcome."""
        if len(self._known) >= _MAX_KNOWN:
            self._known.clear()
        self._known[_key(entry, example)] = (example.line, verify_example(entry, example))


_MAX_KNOWN = 400


def _of_page(entry: Entry, page: str) -> Iterator[Example]:
    return (example for example in entry.examples if example.page == page)


def _key(entry: Entry, example: Example) -> bytes:
    paired = flagged_of(entry, example) if example.kind == "fixed" else []
    shown = [
        (each.kind, each.title, [(file.path, file.text, file.line - each.line) for file in each.files])
        for each in (example, *paired)
    ]
    # Where the pair stands decides nothing.
    parts = (entry.code, entry.analyzer, entry.rules, entry.data, list(entry.variants), shown)
    return blake2b(msgspec.msgpack.encode(parts), digest_size=16).digest()
