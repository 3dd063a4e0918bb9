"""Standard output and error: in UTF-8 for machines, never a stack trace for a closed pipe, and colours."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterable
from typing import TextIO


def prepare_streams() -> None:
    """Make sure that no character of a file's name or text can end the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal shows what it can; a pipe carries UTF-8, whatever the locale.
            encoding = stream.encoding if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def write_out(chunks: Iterable[str], file: TextIO | None = None) -> None:
    """Write to a file, or to standard output; who closes that early has seen enough."""
    stream = sys.stdout if file is None else file
    try:
        stream.writelines(chunks)
        stream.flush()
    except BrokenPipeError:
        silence_streams()


def carries_bytes(stream: TextIO) -> bool:
    """Let a stream that is no terminal carry bytes of any encoding, kept as `surrogateescape` keeps them."""
    if not isinstance(stream, io.TextIOWrapper) or stream.isatty():
        return False
    stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    return True


def silence_streams() -> None:
    """Flush what is left, and let nothing be said of a pipe that is closed."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (BrokenPipeError, ValueError):
            with contextlib.suppress(OSError, ValueError):
                nothing = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nothing, stream.fileno())
                os.close(nothing)


def has_colours(stream: TextIO) -> bool:
    """Whether a stream is a terminal that shows colours, and nobody asked for none."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" or not stream.isatty():
        return False
    if sys.platform == "win32":
        # An empty command makes older consoles understand escape sequences.
        os.system("")
    return True
