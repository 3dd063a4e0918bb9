"""TOML files with the places of their keys, which the standard library's parser does not give."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, NamedTuple

_toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

KeyPath = tuple[str | int, ...]


class Place(NamedTuple):
    """A line and a column (in code points) of a file, both from 1."""

    line: int
    column: int


class TomlProblem(NamedTuple):
    """Why a file is not TOML, and where."""

    place: Place
    message: str


class TomlFile(NamedTuple):
    """The values of a file, and where each key and each item of an array is written."""

    values: Mapping[str, Any]
    places: Mapping[KeyPath, Place]


def read_toml(data: bytes) -> TomlFile | TomlProblem:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return TomlProblem(Place(line, 1), f"is not UTF-8 at line {line}")
    try:
        values = _toml.loads(text)
    except (_toml.TOMLDecodeError, RecursionError, ValueError) as error:
        return _problem(text, str(error))
    return TomlFile(values, _places(text))


def _problem(text: str, message: str) -> TomlProblem:
    at = re.search(r" \(at line (\d+), column (\d+)\)$", message)
    reason = re.sub(r" \(at [^()]*\)$", "", message)
    reason = f"is not TOML: {reason[:1].lower()}{reason[1:]}"
    if at:
        return TomlProblem(Place(int(at[1]), int(at[2])), reason)
    return TomlProblem(Place(max(1, len(text.splitlines())), 1), reason)


_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRINGS = (
    re.compile(r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}', re.DOTALL),
    re.compile(r"'''(?:[^']|'{1,2}(?!'))*'{3,5}", re.DOTALL),
    re.compile(r'"(?:[^"\\\n]|\\.)*"'),
    re.compile(r"'[^'\n]*'"),
)
_PLAIN_VALUE = re.compile(r"[^,\]}#\r\n]*")


def _places(text: str) -> dict[KeyPath, Place]:
    """Walk over a text that the parser has accepted; only keys and array items are of interest."""
    walk = _Walk(text)
    walk.document()
    starts = [0, *(match.end() for match in re.finditer(r"\n", text))]
    places: dict[KeyPath, Place] = {}
    row = 0
    for path, offset in sorted(walk.offsets.items(), key=lambda item: item[1]):
        while row + 1 < len(starts) and starts[row + 1] <= offset:
            row += 1
        places[path] = Place(row + 1, offset - starts[row] + 1)
    return places


class _Walk:
    """A position in a TOML text that only moves on, and the keys that it has passed."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.offsets: dict[KeyPath, int] = {}
        self.n_tables: dict[KeyPath, int] = {}

    def document(self) -> None:
        prefix: KeyPath = ()
        while self.blank() < len(self.text):
            before = self.at
            if self.take("[["):
                prefix = self.key(())
                self.n_tables[prefix] = self.n_tables.get(prefix, -1) + 1
                prefix = (*prefix, self.n_tables[prefix])
                self.take("]]")
            elif self.take("["):
                prefix = self.key(())
                self.take("]")
            else:
                self.pair(prefix)
            if self.at == before:
                return

    def pair(self, prefix: KeyPath) -> None:
        path = self.key(prefix)
        self.take("=")
        self.value(path)

    def key(self, prefix: KeyPath) -> KeyPath:
        path = prefix
        while True:
            self.blank()
            start = self.at
            match = _BARE_KEY.match(self.text, start) or self.string()
            if match is None:
                return path
            self.at = match.end()
            name = match[0]
            if name[0] in "\"'":
                name = _toml.loads(f"name = {name}")["name"]
            path = (*path, name)
            self.offsets.setdefault(path, start)
            if not self.take("."):
                return path

    def value(self, path: KeyPath) -> None:
        self.blank()
        string = self.string()
        if string is not None:
            self.at = string.end()
        elif self.take("["):
            number = 0
            while not self.take("]") and self.at < len(self.text):
                item: KeyPath = (*path, number)
                self.offsets[item] = before = self.at
                self.value(item)
                number += 1
                if not self.take(",") and self.at == before:
                    return
        elif self.take("{"):
            while not self.take("}") and self.at < len(self.text):
                before = self.at
                self.pair(path)
                if not self.take(",") and self.at == before:
                    return
        else:
            plain = _PLAIN_VALUE.match(self.text, self.at)
            self.at = plain.end() if plain else self.at

    def string(self) -> re.Match[str] | None:
        for pattern in _STRINGS:
            match = pattern.match(self.text, self.at)
            if match is not None:
                return match
        return None

    def blank(self) -> int:
        match = _BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def take(self, sign: str) -> bool:
        self.blank()
        if self.text.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False
