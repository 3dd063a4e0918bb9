"""Writing: files replaced, created and deleted as a whole, and only if they are what they were.

A file keeps its encoding, byte order mark, line ends, permissions and, where the system lets us, its
owner. Either all of a call's changes are prepared and then made, or none is.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from bugcatalog_ls.workspace.files import ReadResult, digest_of
from bugcatalog_ls.workspace.reading import decode


@dataclass(frozen=True, slots=True)
class Replace:
    """Give the file that was read as `original` the text `data` (UTF-8)."""

    original: ReadResult
    data: bytes

    @property
    def path(self) -> str:
        return self.original.path


@dataclass(frozen=True, slots=True)
class Create:
    """Write a file that must not exist; its folders are made."""

    path: str
    content: str


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove the file whose content has this digest."""

    path: str
    digest: bytes


Change = Replace | Create | Delete


WriteProblemKind = Literal["changed", "encoding", "exists", "failed", "outside", "read-only"]


class WriteProblem(NamedTuple):
    """Why a change was not made, as one sentence for people."""

    path: str
    message: str
    kind: WriteProblemKind


def write_changes(root: Path, changes: Sequence[Change]) -> tuple[WriteProblem, ...]:
    """Make all `changes`, or none where one of them can't be made; return what stood in the way.

    Only where the system fails at the very last step (a disk that goes away) is a part made.
    """
    staged: list[_Staged] = []
    problems: list[WriteProblem] = []
    try:
        for change in changes:
            try:
                staged.append(_stage(root, change))
            except _Refused as refused:
                problems.append(refused.problem)
        for step in staged if not problems else ():
            try:
                _commit(step)
            except _Refused as refused:
                problems.append(refused.problem)
                break
    finally:
        for step in staged:
            if step.prepared is not None:
                with contextlib.suppress(OSError):
                    os.unlink(step.prepared)
    return tuple(problems)


@dataclass(frozen=True, slots=True)
class _Staged:
    """A change whose new content, if any, lies `prepared` next to its target."""

    change: Change
    target: str
    prepared: str | None


class _Refused(Exception):
    def __init__(self, change: Change, said: str, kind: WriteProblemKind) -> None:
        super().__init__(said)
        self.problem = WriteProblem(change.path, f"{change.path} {said}.", kind)


def _stage(root: Path, change: Change) -> _Staged:
    parts = change.path.split("/")
    if os.path.isabs(change.path) or ".." in parts or "" in parts or "\\" in change.path:
        raise _Refused(change, "is not a path inside the workspace", "outside")
    target = os.path.realpath(root / change.path)
    # Of a link to be deleted, the link goes, not what it leads to; any other change is made to the latter.
    changed = os.path.realpath((root / change.path).parent) if isinstance(change, Delete) else target
    if not Path(changed).is_relative_to(os.path.realpath(root)):
        raise _Refused(change, "leads out of the workspace", "outside")
    try:
        if isinstance(change, Create):
            return _Staged(change, target, _stage_new(root, change, target))
        _check_unchanged(change, target)
        if isinstance(change, Delete):
            return _Staged(change, str(root / change.path), None)
        return _Staged(change, target, _stage_replacement(change, target))
    except OSError as error:
        raise _Refused(change, f"can't be written: {error.strerror or error}", "failed") from error


def _commit(step: _Staged) -> None:
    change = step.change
    try:
        if isinstance(change, Create):
            _put_new(step)
            return
        _check_unchanged(change, step.target)
        if step.prepared is None:
            os.unlink(step.target)
        else:
            os.replace(step.prepared, step.target)
    except OSError as error:
        raise _Refused(change, f"can't be written: {error.strerror or error}", "failed") from error


def _stage_replacement(change: Replace, target: str) -> str:
    if not os.access(target, os.W_OK):
        raise _Refused(change, "is read-only", "read-only")
    raw = _encoded(change)
    prepared = _write_beside(target, os.path.dirname(target), raw, 0o600)
    status = os.stat(target)
    if hasattr(os, "chown"):
        with contextlib.suppress(PermissionError):
            os.chown(prepared, status.st_uid, status.st_gid)
    os.chmod(prepared, stat.S_IMODE(status.st_mode))
    return prepared


def _stage_new(root: Path, change: Create, target: str) -> str:
    if os.path.lexists(root / change.path):
        raise _Refused(change, "exists already", "exists")
    folder = os.path.dirname(target)
    while not os.path.isdir(folder):
        if os.path.lexists(folder):
            raise _Refused(change, "can't be created: one of its folders is a file", "exists")
        folder = os.path.dirname(folder)
    return _write_beside(target, folder, change.content.encode("utf-8"), 0o666)


def _put_new(step: _Staged) -> None:
    assert step.prepared is not None
    os.makedirs(os.path.dirname(step.target), exist_ok=True)
    try:
        # A link, unlike a rename, never takes the place of a file that has come up meanwhile.
        os.link(step.prepared, step.target)
    except FileExistsError:
        raise _Refused(step.change, "exists already", "exists") from None
    except OSError:
        # Not every file system has links.
        if os.path.lexists(step.target):
            raise _Refused(step.change, "exists already", "exists") from None
        os.rename(step.prepared, step.target)


def _check_unchanged(change: Replace | Delete, target: str) -> None:
    expected = change.original.digest if isinstance(change, Replace) else change.digest
    try:
        with open(target, "rb") as file:
            unchanged = digest_of(file.read()) == expected
    except FileNotFoundError:
        unchanged = False
    if not unchanged:
        raise _Refused(change, "was changed meanwhile and is left as it is", "changed")


def _encoded(change: Replace) -> bytes:
    original = change.original
    data = change.data
    if original.newline is not None:
        data = re.sub(rb"\r\n|\r|\n", lambda _: str(original.newline).encode(), data)
    mark = b"\xef\xbb\xbf" if original.has_bom else b""
    if original.encoding == "utf-8":
        raw = mark + data
    else:
        try:
            if digest_of(mark + original.text.encode(original.encoding)) != original.digest:
                raise _Refused(change, f"can't be written back as {original.encoding} unchanged", "encoding")
            raw = mark + data.decode("utf-8").encode(original.encoding)
        except UnicodeEncodeError as error:
            strange = error.object[error.start]
            said = f"is {original.encoding}, which has no `{strange}`"
            raise _Refused(change, said, "encoding") from None
    if decode(change.path, raw) != (data, original.encoding):
        raise _Refused(change, f"would no longer be read as {original.encoding}", "encoding")
    return raw


def _write_beside(target: str, folder: str, raw: bytes, mode: int) -> str:
    """Write `raw` to a new file in `folder` whose name nothing takes for a source, down to the disk."""
    prepared = os.path.join(folder, f".{os.path.basename(target)[:100]}.{secrets.token_hex(4)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(prepared, flags, mode), "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(prepared)
        raise
    return prepared
