"""Our own watcher of files, for editors that can't watch."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import threading
from collections.abc import Callable, Sequence

from bugcatalog_ls.server.paths import from_system

logger = logging.getLogger(__name__)

_SKIPPED_FOLDERS = frozenset({".git", ".hg", ".venv", "node_modules", "__pycache__", ".mypy_cache", ".tox"})


class Watcher:
    """Watches folders in a thread until `stop`; calls `on_change` in the loop."""

    def __init__(
        self,
        folders: Sequence[str],
        patterns: Sequence[str],
        loop: asyncio.AbstractEventLoop,
        on_change: Callable[[list[str]], None],
    ) -> None:
        self._folders = [folder for folder in folders if os.path.isdir(folder)]
        self._pattern = re.compile("|".join(f"(?:{glob_to_regex(pattern)})" for pattern in patterns))
        self._loop = loop
        self._on_change = on_change
        self._stopped = threading.Event()
        if self._folders:
            threading.Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _run(self) -> None:
        # Importing this costs what only these editors need to pay.
        from watchfiles import watch

        try:
            for changes in watch(
                *self._folders,
                watch_filter=lambda _, path: self._is_wanted(from_system(path)),
                debounce=100,
                step=20,
                stop_event=self._stopped,
                rust_timeout=500,
                ignore_permission_denied=True,
                raise_interrupt=False,
            ):
                paths = sorted({from_system(path) for _, path in changes})
                if not self._loop.is_closed():
                    self._loop.call_soon_threadsafe(self._on_change, paths)
        except (OSError, RuntimeError) as error:
            logger.warning("Files can't be watched: %s", error)

    def _is_wanted(self, path: str) -> bool:
        for folder in self._folders:
            prefix = folder.rstrip("/") + "/"
            if path.startswith(prefix):
                relative = path[len(prefix) :]
                is_skipped = any(part in _SKIPPED_FOLDERS for part in relative.split("/"))
                # A folder that came or went has no suffix that a pattern could name.
                return not is_skipped and bool(self._pattern.fullmatch(relative) or os.path.isdir(path))
        return False


def glob_to_regex(pattern: str) -> str:
    """The protocol's globs: `*`, `**`, `?`, `{a,b}`, `[…]`."""
    out: list[str] = []
    depth = 0
    for token in re.findall(r"\*\*/|\*\*|\*|\?|\{|\}|,|\[!?[^\]]*\]|[^*?{},\[]+|\[", pattern):
        if token == "**/":
            out.append(r"(?:.*/)?")
        elif token == "**":
            out.append(".*")
        elif token == "*":
            out.append("[^/]*")
        elif token == "?":
            out.append("[^/]")
        elif token == "{":
            depth += 1
            out.append("(?:")
        elif token == "}" and depth:
            depth -= 1
            out.append(")")
        elif token == "," and depth:
            out.append("|")
        elif token.startswith("[") and len(token) > 1:
            out.append(token.replace("[!", "[^", 1))
        else:
            out.append(re.escape(token))
    return "".join(out)
