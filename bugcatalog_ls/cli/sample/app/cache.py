"""Answers of the tracking service, kept for a while."""

import time


class TrackingCache:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._kept: dict[str, tuple[float, dict]] = {}

    def known_answer(self, tracking_code: str) -> dict | None:
        kept_at, answer = self._kept.get(tracking_code, (0.0, {}))
        return answer if time.monotonic() - kept_at < self._seconds else None

    def keep_answer(self, tracking_code: str, answer: dict) -> None:
        self._kept[tracking_code] = (time.monotonic(), answer)

    def forget(self, tracking_code: str) -> None:
        self._kept.pop(tracking_code, None)


tracking_cache = TrackingCache(seconds=60.0)
