"""The texts that an editor holds, and how far each of them is analysed."""

from __future__ import annotations

from collections.abc import Iterator

from bugcatalog_ls.analysis.analyzer import Options
from bugcatalog_ls.analysis.driver import Plan
from bugcatalog_ls.analysis.result import FileResult
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.workspace.half_typed import Typed, analyse_keystroke, analyse_text, unseen


class OpenTexts:
    """Texts by path. Those that are `unsettled` were analysed as far as a keystroke needs."""

    def __init__(self) -> None:
        self._texts: dict[str, Typed] = {}
        self._unsettled: set[str] = set()

    def __contains__(self, path: str) -> bool:
        return path in self._texts

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __bool__(self) -> bool:
        return bool(self._texts)

    def source(self, path: str) -> Source | None:
        typed = self._texts.get(path)
        return typed.source if typed is not None else None

    def set(
        self,
        path: str,
        source: Source,
        plan: Plan,
        options: Options,
        *,
        quick: bool,
        was_unseen: bool,
    ) -> FileResult:
        """Take a text over; what is shown of it. A text that was not analysed tells nothing of the next."""
        last = self._texts.get(path) if not was_unseen else None
        typed: Typed | None = None
        if quick and last is not None:
            typed = analyse_keystroke(plan, path, source, options, last)
        self._unsettled.discard(path)
        if typed is not None:
            self._unsettled.add(path)
        typed = self._texts[path] = typed or analyse_text(plan, path, source, options, last)
        return typed.shown

    def set_unseen(self, path: str, source: Source) -> None:
        """Hold a text that is not analysed."""
        self._unsettled.discard(path)
        self._texts[path] = unseen(path, source)

    def settle(self, path: str, plan: Plan, options: Options) -> FileResult | None:
        """Finish the analysis of a text; None where that is done already."""
        if path not in self._unsettled:
            return None
        self._unsettled.discard(path)
        typed = self._texts[path] = analyse_text(plan, path, self._texts[path].source, options)
        return typed.shown

    def close(self, path: str) -> bool:
        """Let go of a text; whether it was held."""
        self._unsettled.discard(path)
        return self._texts.pop(path, None) is not None

    def release(self) -> dict[str, Source]:
        """Let go of all texts, and give them back."""
        held = {path: typed.source for path, typed in self._texts.items()}
        self._texts.clear()
        self._unsettled.clear()
        return held
