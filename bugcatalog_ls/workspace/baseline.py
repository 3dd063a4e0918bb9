"""The baseline: findings that a team has accepted for now, so that only new ones are shown.

A finding is known by its code, its file and the text it stands on, not by its line, so that edits
elsewhere do not bring it back; of several alike as many are hidden as the baseline counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

import msgspec

from bugcatalog_ls.analysis.finding import Edit, Finding, Fix, NewFile
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span
from bugcatalog_ls.workspace.publish import Diagnosis
from bugcatalog_ls.workspace.settings import Settings

_DEFAULT_FILE = ".bugcatalog-baseline.json"

Counts = Counter[tuple[str, str, str]]
"""How many findings are accepted, by code, path and fingerprint of the text."""


class BaselineError(ValueError):
    """A baseline file that can't be read, with one sentence that names it."""


class _Known(msgspec.Struct, frozen=True, order=True):
    code: str
    path: str
    text: str
    count: int = 1


class _File(msgspec.Struct):
    version: int
    findings: list[_Known]


def read_baseline(file: Path) -> Counts:
    """The accepted findings; empty where there is no such file. Raises `BaselineError`."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return Counter()
    except OSError as error:
        raise BaselineError(f"The baseline {file.name} can't be read: {error.strerror}.") from error
    try:
        known = msgspec.json.decode(data, type=_File)
    except msgspec.MsgspecError as error:
        raise BaselineError(f"The baseline {file.name} is not one: {error}.") from error
    return Counter({(item.code, item.path, item.text): item.count for item in known.findings})


def render_baseline(counts: Counts) -> str:
    """The baseline file's text: sorted, one finding a line, so that it merges well."""
    known = sorted(_Known(code, path, text, count) for (code, path, text), count in counts.items() if count)
    rows = [msgspec.json.encode(item).decode("utf-8") for item in known]
    inner = ",\n    ".join(rows)
    return f'{{\n  "version": 1,\n  "findings": [\n    {inner}\n  ]\n}}\n' if rows else _EMPTY


_EMPTY = '{\n  "version": 1,\n  "findings": []\n}\n'


def identity(finding: Finding, source: Source) -> tuple[str, str, str]:
    """By what a finding is known: code, path, and a fingerprint of its first line's text."""
    row = source.lines.row_of(finding.span.start if finding.span is not None else 0)
    text = " ".join(source.lines.line(row).split())
    digest = blake2b(text.encode("utf-8"), digest_size=8).hexdigest()
    return finding.code, finding.path, digest


def without_known(diagnoses: Iterable[Diagnosis], source: Source, counts: Counts) -> tuple[Diagnosis, ...]:
    """The diagnoses of one file that the baseline does not cover."""
    left = Counter(counts)
    kept = []
    for diagnosis in diagnoses:
        known = identity(diagnosis.finding, source)
        if left[known] > 0:
            left[known] -= 1
        else:
            kept.append(diagnosis)
    return tuple(kept)


def baseline_path(settings: Settings) -> str:
    """The baseline's path relative to the root: the one that settings name, else the default one."""
    return settings.baseline or _DEFAULT_FILE


def addition(root: Path, file: str, finding: Finding, source: Source) -> Fix:
    """The fix that adds one finding to the baseline file (relative to the root)."""
    counts = read_baseline(root / file)
    counts[identity(finding, source)] += 1
    text = render_baseline(counts)
    title = f"Add this {finding.code} to the baseline"
    if not (root / file).exists():
        return Fix(title, "safe", creates=(NewFile(file, text),))
    old = Source((root / file).read_bytes())
    return Fix(title, "safe", (Edit(file, Span(0, len(old.data)), text),))
