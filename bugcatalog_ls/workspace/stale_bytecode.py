"""BC706: compiled files that Python would run though their source is gone or says something else.

Told of files on disk alone, without reading any source but the one that a hash speaks of.
"""

from __future__ import annotations

import os
import re
import struct
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bugcatalog_ls.analysis.finding import Edit, Finding, Fix, NewFile
from bugcatalog_ls.text.spans import Span
from bugcatalog_ls.workspace.gitignore import IgnoreRules

STALE_BYTECODE = "BC706"
_CACHE = "__pycache__"
_COMPILED_NAME = re.compile(r"(?P<module>.+)\.cpython-3(?P<minor>\d+)(?:t)?(?:\.opt-\w+)?\.pyc$")
_MODULE = re.compile(r"[^\W\d]\w*\.pyc$")
_SOURCES = (".py", ".pyw")
_EXTENSIONS = (".so", ".pyd")
# The numbers that releases of Python 3 have begun their compiled files with.
_MAGIC_NUMBERS = range(3000, 4000)


class StaleFile(NamedTuple):
    """`path` is the compiled file, `place` the file at whose first line it is told."""

    place: str
    path: str
    message: str
    variant: str = ""


def stale_files(root: Path, exclude: Sequence[str] = ()) -> tuple[StaleFile, ...]:
    """All stale compiled files under a root, by path."""
    # Compiled files are ignored by git in most workspaces, and are looked for all the same.
    rules = IgnoreRules(root, [each for each in exclude if each != _CACHE], respect_gitignore=False)
    found: dict[str, StaleFile] = {}
    for folder, names in _folders(root, rules):
        is_cache = folder.rpartition("/")[2] == _CACHE
        for name in names:
            path = f"{folder}/{name}" if folder else name
            stale = _cached(root, folder, name, path) if is_cache else _sourceless(root, folder, name, path)
            if stale is not None:
                found[path] = stale
    for path in _tracked(root):
        if path not in found and (root / path).is_file() and not rules.hides(path):
            place = _source_of(root, path)
            message = f"{path} is under version control, where it outlives its source"
            found[path] = StaleFile(place or path, path, message, "tracked")
    return tuple(found[path] for path in sorted(found))


def removal_of_stale(root: Path, finding: Finding) -> Fix | None:
    """The fix that deletes the compiled file and keeps others out of version control."""
    path = finding.data.get("deletes", "")
    if not path:
        return None
    file = root / ".gitignore"
    try:
        text = file.read_text("utf-8") if file.is_file() else None
    except (OSError, UnicodeDecodeError):
        return Fix(f"Delete {path}", "suggested", deletes=(path,))
    title = f"Delete {path}"
    if text is None:
        return Fix(title, "suggested", creates=(NewFile(".gitignore", f"{_CACHE}/\n"),), deletes=(path,))
    known = {line.strip().strip("/").removeprefix("**/") for line in text.splitlines()}
    if known & {_CACHE, "*.pyc", "*.py[cod]", "*.py[co]", "*.py[codz]"}:
        return Fix(title, "suggested", deletes=(path,))
    end = len(text.encode("utf-8"))
    line = f"{'' if text.endswith(chr(10)) or not text else chr(10)}{_CACHE}/\n"
    return Fix(title, "suggested", (Edit(".gitignore", Span(end, end), line),), deletes=(path,))


def _folders(root: Path, rules: IgnoreRules) -> Iterator[tuple[str, list[str]]]:
    """Folders that hold compiled files, with the names of these."""
    pending = [""]
    while pending:
        folder = pending.pop()
        compiled: list[str] = []
        try:
            with os.scandir(root / folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError:
            continue
        if folder and any(entry.name == "pyvenv.cfg" for entry in entries):
            continue
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if not rules.ignores(folder, entry.name, is_folder=True):
                    pending.append(f"{folder}/{entry.name}" if folder else entry.name)
            elif entry.name.endswith(".pyc") and not rules.ignores(folder, entry.name, is_folder=False):
                compiled.append(entry.name)
        if compiled:
            yield folder, compiled


def _sourceless(root: Path, folder: str, name: str, path: str) -> StaleFile | None:
    """A compiled file that lies where the source would lie, and is imported for want of it."""
    if not _MODULE.match(name) or not _is_compiled(root / path):
        return None
    module = root / folder / name.removesuffix(".pyc")
    # A source, a package or an extension of the same name goes before it.
    if any(module.with_suffix(suffix).exists() for suffix in _SOURCES) or (module / "__init__.py").exists():
        return None
    if any(each.suffix in _EXTENSIONS for each in module.parent.glob(f"{module.name}.*")):
        return None
    message = f"Python imports {path} although there is no source for it"
    return StaleFile(path, path, message)


def _cached(root: Path, folder: str, name: str, path: str) -> StaleFile | None:
    """A cache that Python trusts unseen, of a source that says something else by now."""
    match = _COMPILED_NAME.match(name)
    source = f"{folder.rpartition('/')[0]}/{match['module']}.py".lstrip("/") if match else ""
    if match is None or not (root / source).is_file():
        return None
    header = _header(root / path)
    if header is None:
        return None
    magic, flags, digest = header
    if flags & 0b11 != 0b01:
        return None
    # Python 3.11 took another function to hash with.
    if (int(match["minor"]) >= 11) != (sys.version_info >= (3, 11)):
        return None
    try:
        data = (root / source).read_bytes()
    except OSError:
        return None
    if _source_hash(magic, data) == digest:
        return None
    message = f"Python runs {path} unchecked, and it was compiled from another text than this"
    return StaleFile(source, path, message)


def _source_hash(magic: bytes, data: bytes) -> bytes:
    import _imp

    return _imp.source_hash(int.from_bytes(magic, "little"), data)


def _header(path: Path) -> tuple[bytes, int, bytes] | None:
    try:
        with open(path, "rb") as file:
            head = file.read(16)
    except OSError:
        return None
    if len(head) < 16 or head[2:4] != b"\r\n" or int.from_bytes(head[:2], "little") not in _MAGIC_NUMBERS:
        return None
    return head[:4], struct.unpack("<I", head[4:8])[0], head[8:16]


def _is_compiled(path: Path) -> bool:
    return _header(path) is not None


def _source_of(root: Path, path: str) -> str:
    """The source of a compiled file, empty where there is none."""
    folder, _, name = path.rpartition("/")
    if folder.rpartition("/")[2] == _CACHE:
        folder = folder.rpartition("/")[0]
        name = name.partition(".")[0]
    source = f"{folder}/{name.removesuffix('.pyc')}.py".lstrip("/")
    return source if (root / source).is_file() else ""


def _tracked(root: Path) -> list[str]:
    """The compiled files that git's index names, relative to the root."""
    for top in (root, *root.parents):
        git = top / ".git"
        if git.exists():
            break
    else:
        return []
    try:
        if git.is_file():
            git = (top / git.read_text("utf-8").partition("gitdir:")[2].strip()).resolve()
        data = (git / "index").read_bytes()
    except (OSError, UnicodeDecodeError):
        return []
    if b".pyc\0" not in data:
        return []
    inside = root.relative_to(top).as_posix()
    prefix = "" if inside == "." else f"{inside}/"
    names = [name for name in _names_in_index(data) if name.endswith(".pyc")]
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]


def _names_in_index(data: bytes) -> Iterator[str]:
    """The paths of an index of version 2 or 3; others, which shorten paths, are not read."""
    version, n_entries = struct.unpack(">II", data[4:12])
    if data[:4] != b"DIRC" or version not in (2, 3):
        return
    at = 12
    for _ in range(n_entries):
        flags = struct.unpack(">H", data[at + 60 : at + 62])[0]
        start = at + 62 + (2 if flags & 0x4000 else 0)
        end = data.find(b"\0", start)
        if end < 0:
            return
        yield data[start:end].decode("utf-8", "replace")
        at += ((end - at) // 8 + 1) * 8
