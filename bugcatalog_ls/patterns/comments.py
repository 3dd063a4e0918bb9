"""Comments of a text in any language: found by the signs of its language, strings left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bugcatalog_ls.patterns.languages import file_type, file_type_of_id
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span


def comments_in(source: Source, path: str, language_id: str = "") -> Iterator[Span]:
    """The comments of a text, by its file's name or its editor's id; none where neither is known."""
    signs = _signs(path, language_id)
    if signs is None:
        return
    for match in _pattern(*signs).finditer(source.data):
        if match.lastgroup == "comment":
            yield Span(*match.span())


Signs = tuple[str, str, str, str]
"""The sign of a comment to the line's end, those around a longer one, and the family of strings."""


def _signs(path: str, language_id: str) -> Signs | None:
    kind = file_type(path) or file_type_of_id(language_id)
    suffix = path.rpartition(".")[2].lower() if "." in path else ""
    if kind is None:
        return _OTHERS.get(suffix) or _OTHERS.get(language_id)
    language = kind.language
    begin, end = language.block_comment or ("", "")
    return language.line_comment, begin, end, _FAMILIES.get(language.name, "c")


# Languages that no rule can be for, by suffix or id.
_OTHERS: dict[str, Signs] = {
    "toml": ("#", "", "", "c"),
    "ini": ("#", "", "", "none"),
    "cfg": ("#", "", "", "none"),
    "xml": ("", "<!--", "-->", "none"),
    "vue": ("//", "<!--", "-->", "none"),
    "svelte": ("//", "<!--", "-->", "none"),
    "dart": ("//", "/*", "*/", "c"),
    "dockerfile": ("#", "", "", "words"),
    "makefile": ("#", "", "", "words"),
    "graphql": ("#", "", "", "c"),
    "proto": ("//", "/*", "*/", "c"),
}
_FAMILIES = {
    **dict.fromkeys(("Yaml", "Bash", "Ruby", "Elixir", "Nix", "Php"), "words"),
    **dict.fromkeys(("Html",), "none"),
    **dict.fromkeys(("Sql", "Lua"), "sql"),
    **dict.fromkeys(("Rust", "Haskell", "Scala"), "ticks"),
}
_DOUBLE = rb'"(?:\\.|[^"\\\n])*"'
_STRINGS = {
    "c": rb'"""(?:\\.|[^\\])*?"""|' + _DOUBLE + rb"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`",
    "sql": rb"'(?:''|[^'])*'|" + _DOUBLE,
    "words": _DOUBLE + rb"|(?<!\w)'(?:\\.|[^'\\\n])*'",
    "ticks": _DOUBLE + rb"|'(?:\\[^\n]{1,8}?|[^'\\\n])'",
    "none": b"",
}


@cache
def _pattern(line: str, begin: str, end: str, family: str) -> re.Pattern[bytes]:
    comments = []
    if begin:
        comments.append(re.escape(begin.encode()) + rb"[\s\S]*?(?:" + re.escape(end.encode()) + rb"|\Z)")
    if line:
        # A sign within a word, as in `#anchor` of an address, begins nothing.
        before = rb"(?<![^\s;{}(),])" if line == "#" else rb"(?<!:)" if line == "//" else b""
        comments.append(before + re.escape(line.encode()) + rb"[^\n\r]*")
    strings = _STRINGS[family]
    both = b"(?P<comment>" + b"|".join(comments) + b")"
    return re.compile(both + (b"|(?P<string>" + strings + b")" if strings else b""))
