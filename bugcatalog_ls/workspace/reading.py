"""Reading sources: bytes to text as Python itself would, or a sentence that says why not."""

from __future__ import annotations

import errno
import io
import os
import re
import stat
import time

from bugcatalog_ls.text.lines import LineIndex
from bugcatalog_ls.workspace.files import (
    DEFAULT_MAX_FILE_SIZE,
    ProblemKind,
    ReadProblem,
    ReadResult,
    settled_stamp_of,
)


def read_file(
    root: str | os.PathLike[str], path: str, max_size: int = DEFAULT_MAX_FILE_SIZE
) -> ReadResult | ReadProblem:
    """Read the file at `path` (relative to `root`, with `/`)."""
    try:
        # A named pipe without a writer would otherwise be waited for.
        handle = os.open(os.path.join(root, path), os.O_RDONLY | _NONBLOCK | _BINARY)
        with open(handle, "rb", buffering=0) as file:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode):
                return _problem(path, "is not a regular file", "special")
            if status.st_size > max_size:
                return too_large(path, status.st_size, max_size)
            stamp = settled_stamp_of(status, time.time_ns())
            raw = _read_all(file, max_size + 1)
    except OSError as error:
        return problem_of(path, error)
    if len(raw) > max_size:
        return too_large(path, len(raw), max_size)
    decoded = decode(path, raw)
    if isinstance(decoded, ReadProblem):
        return decoded
    data, encoding = decoded
    return ReadResult(path, raw, data, encoding, stamp)


def decode(path: str, raw: bytes) -> tuple[bytes, str] | ReadProblem:
    """The text of `raw` as UTF-8, and the encoding that it is written in."""
    if b"\0" in raw:
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            return _problem(path, "is UTF-16; save it as UTF-8", "encoding", 1)
        return _problem(path, "is binary, in spite of its name", "binary", _line_of(raw, raw.index(b"\0")))
    body = raw.removeprefix(_BOM)
    encoding = _declared_encoding(path, raw) if path.endswith(_PYTHON) else "utf-8"
    if isinstance(encoding, ReadProblem):
        return encoding
    try:
        if encoding == "utf-8":
            if not body.isascii():
                body.decode("utf-8")
            return body, encoding
        return body.decode(encoding).encode("utf-8", "replace"), encoding
    except UnicodeDecodeError as error:
        line = _line_of(raw, error.start + len(raw) - len(body))
        byte = f"byte 0x{body[error.start]:02X} in line {line}"
        said = f"says that it is {encoding}, but is not" if encoding != "utf-8" else "is not UTF-8"
        hint = (
            ", and no coding comment names its encoding"
            if encoding == "utf-8" and path.endswith(_PYTHON)
            else ""
        )
        return _problem(path, f"{said} ({byte}){hint}", "encoding", line)
    except (LookupError, ValueError):
        return _problem(path, f"names `{encoding}`, which is not an encoding of text", "encoding", 1)


def problem_of(path: str, error: OSError) -> ReadProblem:
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return _problem(path, "is no longer there", "vanished")
    if isinstance(error, PermissionError):
        return _problem(path, "can't be read: permission denied", "permission")
    if error.errno == errno.ELOOP:
        return _problem(path, "is a link that leads back to itself", "links")
    return _problem(path, f"can't be read: {error.strerror or error}", "special")


def too_large(path: str, size: int, max_size: int) -> ReadProblem:
    """What is said of a text that is not analysed for its size."""
    told = f"is too large to be analysed ({_bytes(size)}; `max-file-size` is {_bytes(max_size)})"
    return _problem(path, told, "large")


_BOM = b"\xef\xbb\xbf"
_PYTHON = (".py", ".pyi", ".pyw")
_NONBLOCK: int = getattr(os, "O_NONBLOCK", 0)
_BINARY: int = getattr(os, "O_BINARY", 0)
_TWO_LINES = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r)?[^\r\n]*")


def _declared_encoding(path: str, raw: bytes) -> str | ReadProblem:
    """The encoding by PEP 263: a byte order mark, or a comment in one of the first two lines."""
    match = _TWO_LINES.match(raw)
    head = match[0] if match else b""
    if b"coding" not in head:
        return "utf-8"
    # Few files speak of their encoding, and this is slow to import.
    import tokenize

    lines = re.sub(rb"\r\n?", b"\n", head)
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(lines).readline)
    except SyntaxError as error:
        reason = str(error.msg)
        if "unknown encoding" in reason or "encoding problem" in reason:
            named = re.search(rb"coding[:=][ \t]*([-\w.]+)", head)
            name = named[1].decode("ascii", "replace") if named else "?"
            if raw.startswith(_BOM):
                return _problem(path, f"has a UTF-8 mark, but says that it is `{name}`", "encoding", 1)
            return _problem(path, f"names the unknown encoding `{name}`", "encoding", 1)
        # Bytes that are not UTF-8 and no declaration: decoding says where.
        return "utf-8"
    return "utf-8" if encoding == "utf-8-sig" else encoding


def _read_all(file: io.FileIO, at_most: int) -> bytes:
    pieces: list[bytes] = []
    while at_most > 0 and (piece := file.read(at_most)):
        pieces.append(piece)
        at_most -= len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _line_of(raw: bytes, offset: int) -> int:
    return LineIndex(raw).row_of(offset) + 1


def _bytes(count: int) -> str:
    return f"{count / 1024 / 1024:.1f} MiB" if count >= 100_000 else f"{count} bytes"


def _problem(path: str, told: str, kind: ProblemKind, line: int = 0) -> ReadProblem:
    return ReadProblem(path, line, f"{path} {told}.", kind)
