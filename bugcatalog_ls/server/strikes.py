"""Files that brought the analysis process down, and for how long each is left alone."""

from __future__ import annotations

import time

_SECONDS = 5.0


class Strikes:
    """Each strike doubles the time for which a new text does not bring the file back."""

    def __init__(self) -> None:
        self._n_strikes: dict[str, int] = {}
        self._skipped_at: dict[str, float] = {}

    def strike(self, path: str, for_good: bool = False) -> bool:
        """Count one; whether the file is skipped from now on (a first crash has one more try)."""
        n_strikes = self._n_strikes[path] = self._n_strikes.get(path, 0) + 1
        if for_good or n_strikes > 1:
            self._skipped_at[path] = time.monotonic()
        return path in self._skipped_at

    def forgive(self, path: str) -> bool:
        """The file has a new text; whether that brings it back."""
        skipped_at = self._skipped_at.get(path)
        if skipped_at is None or time.monotonic() < skipped_at + _SECONDS * (2 ** self._n_strikes[path] - 2):
            return False
        del self._skipped_at[path]
        return True

    def skipped(self) -> frozenset[str]:
        return frozenset(self._skipped_at)
