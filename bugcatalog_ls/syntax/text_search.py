"""Whether an expression matches anywhere in a text, told in a time that its alternatives do not lengthen."""

from __future__ import annotations

from functools import cached_property
from typing import Any


class TextSearch:
    """An expression in the syntax that `re` and RE2 share, for bytes; compiled when it is first asked.

    `re` tries each alternative at each place, which for a dozen of them takes ten times as long. It gives
    no matches: where there is one, `re` finds it.
    """

    def __init__(self, pattern: bytes, *, ignore_case: bool = False, multiline: bool = False) -> None:
        flags = b"i" * ignore_case + b"m" * multiline
        self._pattern = b"(?" + flags + b")" + pattern if flags else pattern

    def finds(self, data: bytes) -> bool:
        return self._compiled.search(data) is not None

    @cached_property
    def _compiled(self) -> Any:
        # Imported here: it costs some milliseconds, and not all commands read sources.
        import re2  # type: ignore[import-untyped]

        options = re2.Options()
        # One character a byte, as for `re`.
        options.encoding = re2.Options.Encoding.LATIN1
        return re2.compile(self._pattern, options)
