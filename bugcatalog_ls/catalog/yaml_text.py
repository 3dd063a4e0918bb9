"""Front matter as text that nobody vouches for: its bounds, its parse, the line of each key."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

MAX_FRONT_MATTER = 128 * 1024
_MAX_INDENTATION = 128
_MAX_INDICATORS = 32
_MAX_ALIASES = 8
_MAX_DEPTH = 64


class YamlError(ValueError):
    """`row` and `column` count from 0 within the YAML text."""

    def __init__(self, message: str, row: int = 0, column: int = 0, expected: str = "") -> None:
        super().__init__(message)
        self.row = row
        self.column = column
        self.expected = expected


def parse_mapping(text: str) -> dict[str, Any]:
    """The one mapping that `text` holds, made of plain values; raises `YamlError`."""
    _check_bounds(text)
    import yaml12

    try:
        documents: list[Any] = yaml12.parse_yaml(text, multi=True)
    except ValueError as error:
        raise _located(str(error)) from None
    if len(documents) == 0 or documents == [None]:
        return {}
    if len(documents) > 1:
        raise YamlError("the front matter holds several YAML documents", expected="one mapping")
    if not isinstance(documents[0], dict):
        raise YamlError("the front matter is not a mapping", expected="`key: value` lines")
    _check_duplicates(text)
    _check_plain(documents[0], (), text)
    return documents[0]


def locate(text: str, keys: Sequence[str | int]) -> tuple[int, int]:
    """Row and column of a nested key or list item in block style; else of what surrounds it."""
    region = list(enumerate(text.split("\n")))
    found = (0, 0)
    for key in keys:
        place = _find_key(region, key) if isinstance(key, str) else _find_item(region, key)
        if place is None:
            return _find_inside(region, keys[-1]) or found
        index, column, value_column = place
        row, line = region[index]
        found = (row, column)
        rest = [(row, " " * value_column + line[value_column:])]
        for below in region[index + 1 :]:
            indentation = _indentation(below[1])
            is_item = isinstance(key, str) and _ITEM.match(below[1]) and indentation == column
            if below[1].strip() and indentation <= column and not is_item:
                break
            rest.append(below)
        region = rest
    return found


# The looks ahead and behind keep long runs of blanks linear: a hostile page must not stop the loader.
_KEY = re.compile(r"""\s*(?!\s)(["']?)(.*?)\1(?<!\s)\s*:(?=\s|$)""")
_ITEM = re.compile(r"\s*-(?=\s|$)")
_TOP_LEVEL_KEY = re.compile(r"""(?m)^(["']?)([^\s#"'\-][^\n:"']*?)\1(?<![ \t])[ \t]*:(?=\s|$)""")
_ALIAS = re.compile(r"(?<![^\s\[{,:])\*([^\s\[\]{},]+)")
_ANCHOR = re.compile(r"(?<![^\s\[{,:])&([^\s\[\]{},]+)")
_INDICATOR = re.compile(r"(?<!\S)[-?:](?!\S)")
_PLACE = re.compile(r"\s+at byte \d+ line (\d+) column (\d+)")


def _check_bounds(text: str) -> None:
    # The parser recurses for each level and copies what an alias names: without these bounds
    # a few kilobytes of input would exhaust the stack or the memory and end the process.
    if len(text) > MAX_FRONT_MATTER:
        raise YamlError("the front matter is too large", expected=f"at most {MAX_FRONT_MATTER // 1024} KiB")
    for row, line in enumerate(text.split("\n")):
        if _indentation(line) > _MAX_INDENTATION:
            raise YamlError(
                "the line is indented too deep", row, expected=f"at most {_MAX_INDENTATION} columns"
            )
        if len(_INDICATOR.findall(line)) > _MAX_INDICATORS:
            raise YamlError("the line nests too many lists or mappings", row)
    anchors = set(_ANCHOR.findall(text))
    aliases = [match for match in _ALIAS.finditer(text) if match[1] in anchors]
    if len(aliases) > _MAX_ALIASES:
        row = text.count("\n", 0, aliases[_MAX_ALIASES].start())
        raise YamlError("the front matter has too many aliases", row, expected=f"at most {_MAX_ALIASES}")


def _located(said: str) -> YamlError:
    match = _PLACE.search(said)
    message = "the front matter is not YAML: " + _PLACE.sub("", said).removeprefix("YAML parse error: ")
    return YamlError(message, int(match[1]) - 1, int(match[2]) - 1) if match else YamlError(message)


def _check_duplicates(text: str) -> None:
    seen: set[str] = set()
    for match in _TOP_LEVEL_KEY.finditer(text):
        key = match[2]
        if key in seen:
            raise YamlError(
                f"`{key}` is given twice", text.count("\n", 0, match.start()), expected="each key once"
            )
        seen.add(key)


def _check_plain(value: Any, keys: tuple[str | int, ...], text: str) -> None:
    if len(keys) > _MAX_DEPTH:
        raise YamlError(
            "the value is nested too deep", *locate(text, keys[:1]), f"at most {_MAX_DEPTH} levels"
        )
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str):
                raise YamlError(
                    f"the key `{key!s:.40}` is not a text", *locate(text, keys), expected="a text"
                )
            _check_plain(item, (*keys, key), text)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check_plain(item, (*keys, index), text)
    elif not isinstance(value, (str, int, float, bool, type(None))):
        raise YamlError("YAML tags are not allowed here", *locate(text, keys), expected="a plain value")


def _find_key(region: list[tuple[int, str]], key: str) -> tuple[int, int, int] | None:
    depth = _depth(region)
    for index, (_, line) in enumerate(region):
        # Most lines hold no such key, and an expression of its own for each costs more than all the rest.
        match = _KEY.match(line) if key in line else None
        if match and match[2] == key and _indentation(line) == depth:
            return index, depth, match.end()
    return None


def _find_item(region: list[tuple[int, str]], wanted: int) -> tuple[int, int, int] | None:
    depth = _depth(region)
    n_items = -1
    for index, (_, line) in enumerate(region):
        match = _ITEM.match(line)
        if match and _indentation(line) == depth:
            n_items += 1
            if n_items == wanted:
                return index, depth, match.end()
    return None


def _find_inside(region: list[tuple[int, str]], key: str | int) -> tuple[int, int] | None:
    pattern = re.compile(rf"""(?<![\w-]){re.escape(str(key))}["']?\s*:""")
    for row, line in region if isinstance(key, str) else ():
        match = pattern.search(line)
        if match:
            return row, match.start()
    return None


def _depth(region: list[tuple[int, str]]) -> int:
    lines = (line for _, line in region)
    return min(
        (_indentation(line) for line in lines if line.strip() and not line.lstrip().startswith("#")),
        default=0,
    )


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip(" \t"))
