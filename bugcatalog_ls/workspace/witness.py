"""Sees what is diagnosed in files, what is suppressed or accepted too, and notes it for the history."""

from __future__ import annotations

from collections.abc import Iterable
from zlib import crc32

from bugcatalog_ls.text.source import Source
from bugcatalog_ls.workspace.history import Sighting, State
from bugcatalog_ls.workspace.publish import Diagnosis


class Witness:
    """What was seen, by path. Files in which nothing was found are not told of."""

    def __init__(self) -> None:
        self.seen: dict[str, tuple[Sighting, ...]] = {}

    def note(
        self,
        path: str,
        source: Source,
        found: Iterable[Diagnosis],
        shown: Iterable[Diagnosis],
        suppressed: Iterable[tuple[Diagnosis, str]],
    ) -> None:
        """`found` is what is not suppressed; what of it is not `shown` was accepted by a baseline."""
        kept = {id(diagnosis) for diagnosis in shown}
        sightings = [
            _sighting(diagnosis, source, "open" if id(diagnosis) in kept else "accepted", "")
            for diagnosis in found
            if diagnosis.entry.code not in _ABOUT_THE_TOOL
        ]
        sightings += [
            _sighting(diagnosis, source, "suppressed", reason)
            for diagnosis, reason in suppressed
            if diagnosis.entry.code not in _ABOUT_THE_TOOL
        ]
        self.seen[path] = tuple(sightings)


_ABOUT_THE_TOOL = frozenset({"BC001", "BC002", "BC003", "BC006"})


def _sighting(diagnosis: Diagnosis, source: Source, state: State, reason: str) -> Sighting:
    finding = diagnosis.finding
    row = source.lines.row_of(diagnosis.span.start)
    if finding.anchor:
        mark = finding.anchor
    else:
        start, end = source.lines.line_span(row)
        mark = b" ".join(source.data[start:end].split()).decode("utf-8", "replace")
    return Sighting(
        finding.code,
        diagnosis.severity,
        row + 1,
        finding.message,
        crc32(mark.encode("utf-8", "surrogateescape")),
        state,
        reason,
    )
