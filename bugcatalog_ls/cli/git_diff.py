"""The lines that changed since a revision, asked of git."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from bugcatalog_ls.cli.exits import UsageError

Changed = dict[str, list[tuple[int, int]]]
"""First and last changed rows (from 1) by path relative to the root; no rows stand for the whole file."""


def changed_lines(root: Path, revision: str) -> Changed:
    """What differs between `revision` and the files as they are; files that git does not know are new."""
    if revision.startswith("-") or not revision:
        raise UsageError(f"--diff: `{revision}` is not a revision")
    diff = _git(
        root,
        revision,
        *("diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv", "--relative"),
        *("--src-prefix=a/", "--dst-prefix=b/", revision, "--"),
    )
    changed = _changed(diff)
    others = _git(root, revision, "ls-files", "--others", "--exclude-standard", "-z")
    changed.update((path, []) for path in others.split("\0") if path)
    return changed


def touches(changed: Changed, path: str, first: int, last: int) -> bool:
    """Whether any of the rows from `first` to `last` of a file was changed."""
    rows = changed.get(path)
    return rows is not None and (not rows or any(start <= last and first <= end for start, end in rows))


def _git(root: Path, revision: str, *arguments: str) -> str:
    # A repository's own configuration may name a program for git to start.
    options = ("-c", "core.quotepath=off", "-c", "core.fsmonitor=false")
    command = ["git", "--no-optional-locks", *options, "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    except FileNotFoundError:
        raise UsageError("--diff needs git, which is not installed") from None
    if done.returncode == 0:
        return done.stdout.decode("utf-8", "surrogateescape")
    said = done.stderr.decode("utf-8", "replace").strip()
    if "not a git repository" in said.lower():
        raise UsageError(f"--diff needs a git repository, and {root} is in none")
    if "bad revision" in said or "unknown revision" in said or "bad object" in said:
        raise UsageError(f"--diff: git knows no revision `{revision}`")
    first = said.splitlines()[0] if said else "git failed"
    raise UsageError(f"--diff: {first}")


_HUNK = re.compile(r"@@ -\S+ \+(\d+)(?:,(\d+))? @@")
_ESCAPE = re.compile(r"\\([0-7]{3}|.)")
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def _changed(diff: str) -> Changed:
    changed: Changed = {}
    rows: list[tuple[int, int]] | None = None
    in_head = False
    for line in diff.split("\n"):
        if line.startswith("diff --git "):
            rows, in_head = None, True
        elif in_head and line.startswith("+++ "):
            path = _path(line[4:])
            rows = None if path is None else changed.setdefault(path, [])
        elif line.startswith("@@ "):
            in_head = False
            hunk = _HUNK.match(line)
            if hunk and rows is not None:
                start, count = int(hunk[1]), int(hunk[2] or 1)
                # Where lines were only taken away, nothing of the new text has changed.
                rows.append((start, start + count - 1))
    return changed


def _path(written: str) -> str | None:
    written = written.rstrip("\t\r")
    if written.startswith('"') and written.endswith('"'):
        written = _ESCAPE.sub(_unescaped, written[1:-1])
    return written.removeprefix("b/") if written != "/dev/null" else None


def _unescaped(match: re.Match[str]) -> str:
    given = match[1]
    return chr(int(given, 8)) if given.isdigit() else _ESCAPES.get(given, given)
