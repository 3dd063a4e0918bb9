"""Patterns of paths, written as in `.gitignore`, and which paths they fit."""

from __future__ import annotations

import re
from collections.abc import Iterable

import re2  # type: ignore[import-untyped]


class PatternSet:
    """Patterns in their order; of those that fit a path, the last decides."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._includes: list[bool] = []
        self._set = re2.Set.FullMatchSet()
        for pattern in patterns:
            expression = _expression(pattern)
            if expression is not None:
                self._set.Add(expression)
                self._includes.append(not pattern.startswith("!"))
        if self._includes:
            self._set.Compile()

    def verdict(self, path: str) -> bool | None:
        """True where the path is meant, False where a `!` takes it out, None where no pattern fits.

        A folder's path ends in `/`. What lies in a folder is not meant because the folder is: whoever
        walks down has judged the folder before.
        """
        if not self._includes:
            return None
        fitting = self._set.Match(f"{path[:-1]}\0" if path.endswith("/") else path)
        return self._includes[max(fitting)] if fitting else None

    def takes_in(self, path: str) -> bool:
        """Whether the file at `path`, or a folder that it is in, is meant."""
        folders = (match.end() for match in re.finditer("/", path))
        return any(self.verdict(path[:end]) for end in folders) or bool(self.verdict(path))


def is_pattern(text: str) -> bool:
    return _expression(text) is not None


def _expression(pattern: str) -> str | None:
    """The regular expression of one line; None for a comment and for what is no pattern, as in git."""
    text = re.sub(r"(?<!\\) +$", "", pattern)
    if text.startswith("#"):
        return None
    text = text.removeprefix("!")
    # Folders are marked by what no name holds: a slash could be taken for the one before an empty name.
    ending = r"\x00" if text.endswith("/") else r"\x00?"
    text = text.removesuffix("/")
    # A slash ties a pattern to the folder that it is written for; without one it fits at any depth.
    start = "" if "/" in text else "(?:.*/)?"
    body = _body(text.removeprefix("/"))
    if not body:
        return None
    expression = f"(?s){start}{body}{ending}"
    try:
        re2.compile(expression, _QUIET)
    except re2.error:
        return None
    return expression


_QUIET = re2.Options()
_QUIET.log_errors = False
_TOKEN = re.compile(
    r"(?P<any_folders>(?:(?<=/)|^)\*\*/)|(?P<all_inside>(?:(?<=/)|^)\*\*$)|(?P<stars>\*+)|(?P<one>\?)"
    r"|\[(?P<negated>[!^]?)(?P<members>\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*)\]|\\(?P<escaped>.)|(?P<plain>[^\\\[])",
    re.DOTALL,
)
_MEMBER = re.compile(r"\[:[a-z]+:\]|\\.|.", re.DOTALL)


def _body(text: str) -> str | None:
    parts: list[str] = []
    at = 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            return None
        at = token.end()
        if token["any_folders"]:
            parts.append("(?:.*/)?")
        elif token["all_inside"]:
            parts.append(".+")
        elif token["stars"]:
            parts.append(r"[^/\x00]*")
        elif token["one"]:
            parts.append(r"[^/\x00]")
        elif token["members"] is not None:
            parts.append(_class(token["negated"], token["members"]))
        else:
            parts.append(re.escape(token["escaped"] or token["plain"]))
    return "".join(parts)


def _class(negated: str, members: str) -> str:
    """A set of characters; like every wildcard, it never fits a `/`."""
    shown: list[str] = []
    for member in _MEMBER.findall(members):
        if member.startswith("[:") or member == "-":
            shown.append(member)
        elif member.removeprefix("\\") != "/" or negated:
            shown.append(re.escape(member[-1]))
    if negated:
        return rf"[^/\x00{''.join(shown)}]"
    return f"[{''.join(shown)}]"
