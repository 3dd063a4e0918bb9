"""Deaths of the analysis process: what is told of one, and how long the next process has to wait."""

from __future__ import annotations

import time

from bugcatalog_ls.server.child import Child

_LONGEST_PAUSE = 30.0
_QUIET_SECONDS = 60.0


class Deaths:
    """The deaths of late; after a quiet minute one is forgotten."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def count(self) -> int:
        """Note a death now, and say how many there were of late."""
        now = time.monotonic()
        self._times = [at for at in self._times if now - at < _QUIET_SECONDS] + [now]
        return len(self._times)

    def clear(self) -> None:
        """Forget them: somebody asked for a new process."""
        self._times.clear()

    def pause(self) -> float:
        """The seconds until the next process may start: longer with each death."""
        n_recent = len(self._times)
        return 0.0 if n_recent <= 1 else min(0.25 * 2 ** (n_recent - 2), _LONGEST_PAUSE)


def obituary(child: Child, verdict: str, what: str) -> str:
    """What the log says of a process that ended."""
    lines = [f"The analysis process {child.pid} ended with {child.returncode}; a new one takes over."]
    if verdict:
        lines.append(verdict)
    elif what:
        lines.append(f"It was busy with: {what}.")
    return "\n".join([*lines, *child.last_words])
