"""Sees what is diagnosed in files, what is suppressed or accepted too, and notes it for the history."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
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
        starts, data = source.lines.starts, source.data
        sightings = [
            _sighting(diagnosis, starts, data, "open", "") for diagnosis in shown if _counts(diagnosis)
        ]
        if shown is not found:
            kept = {id(diagnosis) for diagnosis in shown}
            sightings += [
                _sighting(diagnosis, starts, data, "accepted", "")
                for diagnosis in found
                if id(diagnosis) not in kept and _counts(diagnosis)
            ]
        sightings += [
            _sighting(diagnosis, starts, data, "suppressed", reason)
            for diagnosis, reason in suppressed
            if _counts(diagnosis)
        ]
        self.seen[path] = tuple(sightings)


_ABOUT_THE_TOOL = frozenset({"BC001", "BC002", "BC003", "BC006"})


def _counts(diagnosis: Diagnosis) -> bool:
    """Whether a finding is about the user's code."""
    return diagnosis.finding.code not in _ABOUT_THE_TOOL


def _sighting(
    diagnosis: Diagnosis, starts: Sequence[int], data: bytes, state: State, reason: str
) -> Sighting:
    # All findings of a run come through here: no more is done than must be.
    finding = diagnosis.finding
    line = bisect_right(starts, finding.span.start if finding.span is not None else 0)
    if finding.anchor:
        mark = finding.anchor.encode("utf-8", "surrogateescape")
    else:
        mark = data[starts[line - 1] : starts[line] if line < len(starts) else None].strip()
    return Sighting(finding.code, diagnosis.severity, line, finding.message, crc32(mark), state, reason)
