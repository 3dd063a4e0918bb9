"""Which functions of a file hold a word: found in the text, without a look at each function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bugcatalog_ls.syntax.file import PyFile


def functions_with(file: PyFile, words: Iterable[bytes]) -> Iterator[str]:
    """The symbols of the functions whose body holds one of the words, each once."""
    data, seen = file.source.data, set[int]()
    for word in words:
        start = data.find(word)
        while start >= 0:
            scope = file.scopes.at(start)
            start = data.find(word, max(start + 1, scope.end if scope.kind == "function" else 0))
            while scope.parent is not None:
                if scope.kind == "function" and scope.name and id(scope) not in seen:
                    seen.add(id(scope))
                    yield f"{file.module}.{scope.qualname}" if file.module else scope.qualname
                scope = scope.parent
