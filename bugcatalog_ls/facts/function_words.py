"""Which functions of a file hold a word: found in the text, without a look at each node."""

from __future__ import annotations

from collections.abc import Iterator

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words


def functions_with(file: PyFile, words: Words) -> Iterator[str]:
    """The symbols of the functions whose body holds one of the words, each once."""
    if not file.holds(words):
        return
    data = file.source.data
    held = file.held(words)
    for scope in file.scopes.functions:
        start, end = scope.start, scope.end
        if scope.name and any(data.find(word, start, end) >= 0 for word in held):
            yield f"{file.module}.{scope.qualname}" if file.module else scope.qualname
