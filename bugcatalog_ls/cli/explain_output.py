"""Answers of `bugcatalog explain`: for people with code and fixes, for machines as JSON."""

from __future__ import annotations

import sys
from functools import cached_property
from pathlib import Path

import msgspec

from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.cli.contract import Location
from bugcatalog_ls.cli.explain_tally import Count, Tally
from bugcatalog_ls.cli.paint import Paint, harmless
from bugcatalog_ls.cli.progress import Bar
from bugcatalog_ls.cli.scan import n_cores, open_rooms, scan
from bugcatalog_ls.cli.streams import has_colours, write_out
from bugcatalog_ls.cli.targets import filename_of, targets_for
from bugcatalog_ls.workspace.error_places import ErrorPlaces, Place


class PlaceRecord(msgspec.Struct, frozen=True):
    filename: str
    location: Location
    message: str


class ExplanationRecord(msgspec.Struct, frozen=True):
    """The shape that other programs rely on."""

    code: str
    name: str
    score: float
    reason: str
    locations: tuple[PlaceRecord, ...]


class _Answer(msgspec.Struct, frozen=True):
    entry: Entry
    score: float
    reason: str
    places: tuple[Place, ...]
    over_time: str = ""


class Answers:
    """Writes what was found; the workspace at the working directory is read at the first answer."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json
        self._told: set[str] = set()

    def write(self, tally: Tally) -> None:
        """The answer to a whole text; of a stream, what was told already only counts."""
        answers = self._answers(tally)
        if self._as_json:
            self._write_json(answers)
            return
        if not answers:
            write_out(["Nothing in the catalog fits this.\n"])
            return
        for answer in answers:
            if answer.entry.code not in self._told:
                write_out(self._text(answer))
        if self._told:
            paint = Paint(has_colours(sys.stdout))
            for answer in answers:
                name = paint(f"{answer.entry.code} {answer.entry.name}", answer.entry.severity)
                write_out([f"{name}: {harmless(answer.reason)}\n"])
                if answer.over_time:
                    write_out([f"  {paint('over time', 'faint')} {answer.over_time}\n"])

    def write_one(self, tally: Tally, codes: set[str]) -> None:
        """The answers about some entries, while more of the text may come."""
        for answer in self._answers(tally):
            if answer.entry.code in codes - self._told:
                write_out(self._text(answer))
        self._told |= codes

    def write_entry(self, entry: Entry) -> None:
        """An entry that was asked for by its code or name."""
        reason = f"code or name {entry.code}"
        self._write_json([_Answer(entry, 1.0, reason, ())])

    def _answers(self, tally: Tally) -> list[_Answer]:
        answers = [self._answer(count, tally) for _, count in tally.ranked()]
        return sorted(answers, key=lambda answer: -answer.score)

    def _answer(self, count: Count, tally: Tally) -> _Answer:
        entry, score, *_ = count.best
        places = tuple(self._places.find(entry.code, count.frames, count.names))
        if any(place.is_finding for place in places):
            # The workspace itself bears it out.
            score = min(1.0, round(score + _BORNE_OUT, 3))
        reason = count.reason(with_places=tally.is_log and (tally.n_lines > 1))
        return _Answer(entry, score, reason, places, count.over_time.drawn())

    @cached_property
    def _places(self) -> ErrorPlaces:
        rooms = open_rooms(targets_for(["."]), {})
        with Bar() as bar:
            scan(rooms, n_cores(), bar)
        self._workspace = rooms[0].workspace
        self._workspace.save_cache()
        return ErrorPlaces(self._workspace)

    @property
    def _root(self) -> Path:
        return self._workspace.root

    def _write_json(self, answers: list[_Answer]) -> None:
        records = [
            ExplanationRecord(
                answer.entry.code,
                answer.entry.name,
                answer.score,
                answer.reason,
                tuple(
                    PlaceRecord(
                        filename_of(self._root, place.path), Location(place.row, place.column), place.message
                    )
                    for place in answer.places
                ),
            )
            for answer in answers
        ]
        write_out([msgspec.json.format(msgspec.json.encode(records)).decode("utf-8") + "\n"])

    def _text(self, answer: _Answer) -> list[str]:
        paint = Paint(has_colours(sys.stdout))
        entry = answer.entry
        name = paint(f"{entry.code} {entry.name}", entry.severity)
        lines = [f"{name}: {harmless(entry.title)} ({answer.score:.2f}: {harmless(answer.reason)})\n"]
        if entry.summary:
            lines.append(f"  {' '.join(entry.summary.split())}\n")
        if answer.over_time:
            lines.append(f"  {paint('over time', 'faint')} {answer.over_time}\n")
        for place in answer.places:
            where = f"{harmless(filename_of(self._root, place.path))}:{place.row}:{place.column}"
            lines.append(f"  {paint('at', 'faint')} {paint(where, 'place')}: {harmless(place.message)}\n")
            lines += [f"    {paint('fix', 'faint')} {harmless(title)}\n" for title in place.fixes]
        lines.append(f"  {paint('more', 'faint')} bugcatalog explain {entry.code}\n\n")
        return lines


_BORNE_OUT = 0.05
