"""Error messages that a text quotes, and the expressions that find them again with other names in them."""

from __future__ import annotations

import re
from collections.abc import Iterator


def error_messages(text: str) -> Iterator[str]:
    """The messages of programs in a piece of Markdown, each once."""
    seen: set[str] = set()
    quoted = [*_CODE.findall(text), *_fenced_lines(text)]
    plain = _FENCE.sub("", text)
    # In prose only the name of an exception tells a message from words about one.
    found = [_raised(line) or _of_database(line) for line in quoted]
    for told in [*found, *map(_raised, plain.split("\n"))]:
        if not told:
            continue
        message = " ".join(told.split()).strip(" `*|").rstrip(".,;")
        if len(message) < _SHORTEST or message in seen or any(message in other for other in seen):
            continue
        seen.add(message)
        yield message[:_LONGEST]


def expression_for(message: str) -> str | None:
    """An RE2 expression for a message, with what differs from case to case left open; None where nothing
    telling is left."""
    kind = _KIND.match(message)
    said = message[kind.end() :] if kind else message
    parts: list[str] = []
    done = 0
    for match in _VARIABLE.finditer(said):
        parts.append(_literal(said[done : match.start()]))
        quote = match[0][0]
        if quote in "'\"`":
            parts.append(f"{_literal(quote)}[^{quote}]+{_literal(quote)}")
        else:
            parts.append(r"\d+" if match[0].isdigit() else r"\S+")
        done = match.end()
    parts.append(_literal(said[done:]))
    rest = "".join(parts).strip()
    words = re.findall(r"[^\W\d_]{2,}", re.sub(r"\[\^.\]\+|\\[dSs]\+?", " ", rest))
    if kind and len(words) >= 1:
        rest = f"{re.escape(kind[1])}:\\s+{rest}"
    elif len(words) < _FEWEST_WORDS:
        return None
    return rest if _is_sound(rest) else None


_SHORTEST, _LONGEST, _FEWEST_WORDS = 8, 300, 3
_CODE = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(.*?)^[ \t]*\1", re.DOTALL | re.MULTILINE)
_KIND = re.compile(r"(?:[A-Za-z_]\w*\.)*([A-Z]\w*(?:Error|Exception|Warning|Timeout|Exit)):\s*")
# What an exception's name ends with, where a message stands behind it.
_NAME_END = re.compile(r"(?:Error|Exception|Timeout|InvalidToken)(?=:\s*(\S))")
_CAPITAL = re.compile(r"[A-Z]")
_LETTER = re.compile(r"[A-Za-z_]")
_DATABASE = re.compile(
    r"(?:relation \"|column \"|Unknown column '|invalid input value for enum|Data too long for column|"
    r"foreign key constraint fails|duplicate key value|no such (?:table|column):|has no column named|"
    r"null value in column|connection (?:refused|reset|pool)|deadlock detected|too many connections|"
    r"QueuePool limit)[^`]*"
)
_VARIABLE = re.compile(r"'[^'\n]+'|\"[^\"\n]+\"|(?<!\w)\d+(?!\w)|\b\w+(?:[./_]\w+)+\b|\((?:[A-Z]|\d+)\)")


def _raised(line: str) -> str:
    """The first `package.NameError: …` of a line, up to a backtick behind. The name is read backwards from
    its end: forwards, each letter of a long word would have to be tried."""
    for end in _NAME_END.finditer(line):
        start = end.start()
        while start > 0 and (line[start - 1].isalnum() or line[start - 1] in "_."):
            start -= 1
        package, dot, name = line[start : end.start()].rpartition(".")
        capital, letter = _CAPITAL.search(name), _LETTER.search(package)
        if capital is None:
            continue
        is_whole = bool(dot) and capital.start() == 0 and letter is not None
        first = (
            start + letter.start() if is_whole and letter else start + len(package + dot) + capital.start()
        )
        said = end.end(1)
        return line[first:said] + line[said:].partition("`")[0]
    return ""


def _of_database(line: str) -> str:
    found = _DATABASE.search(line)
    return found[0] if found is not None else ""


def _fenced_lines(text: str) -> list[str]:
    return [line for _, body in _FENCE.findall(text) for line in body.split("\n")]


def _literal(text: str) -> str:
    return (
        re.sub(r"(?:\\ )+", " ", re.escape(text)).replace("\\'", "'").replace('\\"', '"').replace("\\`", "`")
    )


def _is_sound(expression: str) -> bool:
    import re2  # type: ignore[import-untyped]

    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(expression, options)
    except re2.error:
        return False
    return compiled.search("") is None
