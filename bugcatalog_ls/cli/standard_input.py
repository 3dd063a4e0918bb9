"""A text from standard input, taken for the text of a file."""

from __future__ import annotations

import sys

from bugcatalog_ls.cli.exits import warn
from bugcatalog_ls.cli.scan import Room
from bugcatalog_ls.workspace.files import ReadProblem
from bugcatalog_ls.workspace.reading import decode

DEFAULT_NAME = "stdin.py"


def take_text(room: Room) -> None:
    """Read standard input to its end and set it over the file that the room is about."""
    path = room.target.paths[0]
    raw = sys.stdin.buffer.read()
    limit = room.workspace.settings.max_file_size
    if len(raw) > limit:
        warn(f"warning: the text of {path} is too large to be analysed (`max-file-size` is {limit} bytes)")
        raw = b""
    decoded = decode(path, raw)
    if isinstance(decoded, ReadProblem):
        warn(f"warning: {decoded.message}")
        decoded = (b"", "utf-8")
    room.workspace.set_text(path, decoded[0].decode("utf-8"))
