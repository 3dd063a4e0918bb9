"""Lines of logs: what a program said, without what servers, containers and loggers put around it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple


class LogLine(NamedTuple):
    """The text of one line; `begins` tells that a logger began a new message with it."""

    text: str
    begins: bool = False


def plain(line: str) -> list[LogLine]:
    """What a line of a log says: itself without its prefixes, or the texts of a JSON record."""
    line = line.rstrip("\r\n")
    if "\x1b" in line:
        line = _ANSI.sub("", line)
    carried = _CARRIER.match(line)
    while carried is not None:
        line = line[carried.end() :]
        carried = _CARRIER.match(line)
    if line.startswith("{") and line.endswith("}"):
        record = _record(line)
        if record is not None:
            return record
    return [_without_head(line)]


def time_of(line: str) -> str:
    """The time that a line of a log gives, as written; empty where there is none."""
    found = _TIME_ANYWHERE.search(line[:200])
    return found[0] if found else ""


_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_TIME = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[ ]?[+-]\d\d:?\d\d)?"
_TIME_ANYWHERE = re.compile(_TIME)
# What a container's runtime, `docker compose logs`, journald or syslog put before each line, tracebacks too.
_CARRIER = re.compile(
    rf"{_TIME}\s(?:stdout|stderr)\s[FP]\s"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z\s"
    r"|(?!Exception|Traceback)[\w./-]*[\w/-](?:\[\w+\])?\s*\|(?:\s|$)"
    r"|\[[\w-]+\](?:\s|$)(?=\s*File \"|\s*Traceback|\s\s)"
    # A time before white space or a traceback's own line stands at every line of that.
    rf"|{_TIME}\s(?=\s|File \"|Traceback|[\w-]+\s+\|\s)"
    r"|[A-Z][a-z][a-z]\s[\s\d]\d\s\d\d:\d\d:\d\d\s\S+\s[\w./@-]+(?:\[\d+\])?:(?:\s|$)"
)
_LEVEL = r"(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|CRITICAL|FATAL|SUCCESS)"
_HEADS = (
    # uvicorn: `ERROR:    Exception in ASGI application`.
    re.compile(rf"{_LEVEL}:\s+"),
    # logging's own default: `ERROR:root:message`.
    re.compile(rf"{_LEVEL}:[\w.]+:"),
    # Celery: `[2024-01-01 00:00:00,000: ERROR/ForkPoolWorker-1] `.
    re.compile(rf"\[{_TIME}:\s{_LEVEL}/[^\]]+\]\s"),
    # gunicorn: `[2024-01-01 00:00:00 +0000] [7] [ERROR] `, Flask: `[2024-…] ERROR in app: `.
    re.compile(rf"\[{_TIME}\](?:\s\[\d+\])?\s\[?{_LEVEL}\]?(?:\sin\s\w+:)?\s"),
    # The usual: a time, perhaps names in brackets or after dashes, a level, and a separator.
    re.compile(
        rf"\[?{_TIME}\]?[\s|:-]*(?:[\w.\[\]()/-]+[\s|:-]+){{0,4}}?\[?{_LEVEL}\]?\b[\s|:\]-]*"
        r"(?:[\w.]+(?::[\w<>]+)?(?::\d+)?\s(?:-|\|)\s)?"
    ),
    re.compile(rf"\[{_LEVEL}\]\s"),
    re.compile(rf"\[?{_TIME}\]?[\s:-]+"),
)
_MESSAGE_KEYS = ("message", "msg", "event", "log", "error", "err", "exception", "exc_info", "exc_text")
_TRACE_KEYS = (
    "traceback",
    "stack",
    "stack_trace",
    "stacktrace",
    "stack_info",
    "exc",
    "detail",
    "textPayload",
)
_KEYS = frozenset((*_MESSAGE_KEYS, *_TRACE_KEYS, "value", "type", "name", "text", "record", "jsonPayload"))
_MARK_NAMES = (
    "level levelname log.level severity levelno time timestamp @timestamp ts asctime logger logger_name "
    "exc_info exception traceback stack_trace record"
)
_MARKS = frozenset(_MARK_NAMES.split())
_MAX_RECORD = 1 << 18


def _without_head(line: str) -> LogLine:
    first = line[:1]
    if first == "[" or first.isdigit() or first.isupper():
        for head in _HEADS:
            found = head.match(line)
            if found is not None:
                return LogLine(line[found.end() :], True)
    return LogLine(line)


def _record(line: str) -> list[LogLine] | None:
    """The texts of a JSON record of a logger or of Docker; None where it is no record."""
    if len(line) > _MAX_RECORD:
        return None
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("log"), str) and "stream" in value:
        return plain(value["log"])
    if _MARKS.isdisjoint(value):
        # The body of an answer is no record of a logger.
        return None
    texts = list(_texts(value, 0))
    if not texts:
        return None
    lines = [LogLine(part) for text in texts for part in text.splitlines()]
    return [LogLine(lines[0].text, True), *lines[1:]] if lines else None


def _texts(value: dict[str, Any], depth: int) -> Iterator[str]:
    for key, inner in value.items():
        if key.rpartition(".")[2] not in _KEYS:
            continue
        if isinstance(inner, str):
            # A type by itself is no message.
            if depth or key not in ("type", "name", "value"):
                yield inner
        elif isinstance(inner, list):
            parts = [part for part in inner if isinstance(part, str)]
            if parts:
                yield "".join(parts) if any(part.endswith("\n") for part in parts) else "\n".join(parts)
            for part in inner:
                if isinstance(part, dict) and depth < 3:
                    yield from _texts(part, depth + 1)
        elif isinstance(inner, dict) and depth < 3:
            yield from _texts(inner, depth + 1)
