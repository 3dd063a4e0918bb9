"""Errors in texts and logs, line by line: messages by themselves, and tracebacks put together.

Nothing is kept but the block at hand, so that a log may be of any size and need not have an end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bugcatalog_ls.catalog.log_lines import LogLine, plain, time_of


class Frame(NamedTuple):
    """A place that a traceback names: the file as it is called there, the line from 1, the code there."""

    path: str
    line: int
    function: str = ""
    source: str = ""


class Block(NamedTuple):
    """One error of a text.

    `message` is what it says, each message with the line of code that raised before it: of a chained
    traceback all its messages, `last` being where the last of them begins. `line` is where it begins, from 1.
    """

    message: str
    frames: tuple[Frame, ...] = ()
    last: int = 0
    line: int = 1
    time: str = ""


class BlockReader:
    """Takes lines one by one and gives the blocks that they end."""

    def __init__(self) -> None:
        self.n_lines = 0
        self._open: _Traceback | None = None

    @property
    def is_open(self) -> bool:
        """Whether the next line may belong to an error that has begun."""
        return self._open is not None

    def feed(self, line: str, *, continued: bool = False) -> Iterator[Block]:
        """The blocks that are whole once this line, or more of a very long one, is known."""
        self.n_lines += not continued
        for part in plain(line):
            yield from self._take(part, line)

    def skip(self, n_lines: int) -> None:
        """Count lines that nobody needs to read; no error is open."""
        self.n_lines += n_lines

    def finish(self) -> Iterator[Block]:
        """The block that is still open, where no line has come for a while or none will come."""
        if self._open is not None:
            yield self._open.block()
            self._open = None

    def _take(self, part: LogLine, raw: str) -> Iterator[Block]:
        text = part.text
        if self._open is not None:
            if self._open.take(part):
                return
            yield from self.finish()
        group = _in_group(text)
        if TRACEBACK in group:
            self._open = _Traceback(self.n_lines, time_of(raw))
            before = group.partition(TRACEBACK)[0].removesuffix("Exception Group ").strip(" +|")
            if before:
                yield Block(before, line=self.n_lines, time=self._open.time)
            return
        if text.strip():
            yield Block(text[:_MAX_MESSAGE], _loose_frames(text), line=self.n_lines, time=time_of(raw))


def blocks(lines: Iterable[str]) -> Iterator[Block]:
    """The blocks of a text of which all lines come."""
    reader = BlockReader()
    for line in lines:
        yield from reader.feed(line)
    yield from reader.finish()


def whole(text: str) -> Block:
    """A text that is about one error, as one block."""
    found = list(blocks(text.splitlines()))
    if len(found) == 1:
        return found[0]
    message, last = "", 0
    for block in found:
        last = len(message) + block.last if block.frames or not message else last
        message += block.message + "\n"
    frames = tuple(frame for block in found for frame in block.frames)
    return Block(message, frames, last, time=found[0].time if found else "")


def frames_in(line: str) -> Iterator[tuple[int, int, Frame]]:
    """The frames that a line names, each with where it begins and ends in the line."""
    if ".py" not in line and "File " not in line:
        return
    for pattern in (_FRAME_ANYWHERE, _LOOSE_FRAME):
        found = list(pattern.finditer(line))
        for each in found:
            function = (each["function"] or "").strip()
            yield each.start("path"), each.end("line"), Frame(each["path"], int(each["line"][:9]), function)
        if found:
            return


TRACEBACK = "Traceback (most recent call last)"
_FRAME = re.compile(r'\s*(?:>\s)?File "(?P<path>[^"]+)", line (?P<line>\d+)(?:, in (?P<function>.+))?')
# In a JSON record the quotes are escaped.
_FRAME_ANYWHERE = re.compile(
    r'File \\?"(?P<path>[^"]+?)\\?", line (?P<line>\d+)(?:, in (?P<function>[\w.<>]+))?'
)
# pytest, flake and rich: `app/models.py:12: KeyError`, `/app/models.py:12 in create`.
# No path is longer; what a log prints of a file's content in one word may be.
_LOOSE_FRAME = re.compile(
    r"(?P<path>(?:[A-Za-z]:)?[\w./\\~-]{1,512}\.py):(?P<line>\d+)(?::|\s+in\s+(?P<function>[\w.<>]+)|\b)"
)
_CHAINED = (
    "During handling of the above exception, another exception occurred",
    "The above exception was the direct cause of the following exception",
)
_GROUP = re.compile(r"\s*[|+](?:\s|(?=-))(?:\s*[|+](?:\s|(?=-)))*")
_RULE = re.compile(r"[-+\s]*-{6}(?:\s\d+\s-{6,})?\s*")
_AFTER = re.compile(
    r"\s|\[SQL|\[parameters|\[cached|\(Background on|DETAIL|HINT|LINE \d|CONTEXT|For further information"
)
_MAX_MESSAGE = 1 << 16
_MAX_FRAMES = 400
_MAX_LINES = 120


class _Traceback:
    """A traceback of which not all lines have come."""

    def __init__(self, line: int, time: str) -> None:
        self.line, self.time = line, time
        self._messages: list[str] = []
        self._size = self._last = 0
        self._frames: list[Frame] = []
        self._state = "frames"
        self._n_after = 0

    def take(self, part: LogLine) -> bool:
        """Whether the line belongs to this traceback."""
        text = _in_group(part.text)
        if TRACEBACK in text:
            if self._state in ("frames", "chained"):
                self._state = "frames"
                return True
            return False
        frame = _FRAME.match(text)
        if frame is not None and self._state != "blank":
            self._state = "frames"
            self._add_frame(frame)
            return True
        return self._take_frames(part, text) if self._state == "frames" else self._take_message(part, text)

    def _take_frames(self, part: LogLine, text: str) -> bool:
        if not text.strip() or text[:1] in " \t":
            if self._frames and text.strip() and not self._frames[-1].source and text.strip(" ^~"):
                self._frames[-1] = self._frames[-1]._replace(source=text.strip())
            return True
        if part.begins and not self._frames:
            return False
        self._state = "message"
        if self._frames and self._frames[-1].source:
            # The code that raised tells errors of the same words apart.
            self._add_message(self._frames[-1].source)
        self._last, self._n_after = self._size, 0
        self._add_message(text)
        return True

    def _take_message(self, part: LogLine, text: str) -> bool:
        stripped = text.strip()
        if any(words in stripped for words in _CHAINED) or _RULE.fullmatch(text):
            self._state = "chained"
            return True
        if not stripped:
            if self._state != "chained":
                self._state = "blank"
            return True
        if part.begins or self._n_after >= _MAX_LINES or self._state == "chained":
            return False
        if self._state == "blank" and not _AFTER.match(text):
            return False
        self._state = "message"
        self._n_after += 1
        self._add_message(text)
        return True

    def block(self) -> Block:
        return Block("\n".join(self._messages), tuple(self._frames), self._last, self.line, self.time)

    def _add_frame(self, found: re.Match[str]) -> None:
        if len(self._frames) < _MAX_FRAMES:
            function = (found["function"] or "").strip()
            self._frames.append(Frame(found["path"], int(found["line"][:9]), function))

    def _add_message(self, text: str) -> None:
        if self._size < _MAX_MESSAGE:
            self._messages.append(text[:_MAX_MESSAGE])
            self._size += len(self._messages[-1]) + 1


def _in_group(text: str) -> str:
    """A line of an exception group without the bars at its left."""
    found = _GROUP.match(text) if "|" in text or "+" in text else None
    return text[found.end() :] if found is not None else text


def _loose_frames(text: str) -> tuple[Frame, ...]:
    if ".py" not in text:
        return ()
    frame = _FRAME.match(text)
    if frame is not None:
        return (Frame(frame["path"], int(frame["line"][:9]), (frame["function"] or "").strip()),)
    return tuple(
        Frame(found["path"], int(found["line"][:9]), found["function"] or "")
        for found in _LOOSE_FRAME.finditer(text)
    )
