"""The databases that settings name with a URL: read on request, remembered for a while."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.live_schema import Unreadable, read_schema
from bugcatalog_ls.facts.live_tables import live_facts, live_path
from bugcatalog_ls.facts.schema_picture import Picture
from bugcatalog_ls.workspace.settings_secrets import Database

_KEPT_SECONDS = 300.0
_RETRIED_SECONDS = 60.0


class LiveAnswer(NamedTuple):
    """What a database says, or a sentence that says why it cannot be read."""

    name: str
    picture: Picture | None
    problem: str


class LiveDatabases:
    """What was read of the databases of one root. Nothing here keeps or tells a URL."""

    def __init__(self) -> None:
        self._answers: dict[str, tuple[float, Database, LiveAnswer]] = {}
        self._worker: threading.Thread | None = None
        self._read: tuple[LiveAnswer, ...] = ()

    def read(
        self,
        databases: Mapping[str, Database],
        root: Path,
        environment: Mapping[str, str] = os.environ,
    ) -> tuple[LiveAnswer, ...]:
        """What each database with a URL says; one that was read a moment ago is not asked again."""
        now = time.monotonic()
        found: list[LiveAnswer] = []
        for name, database in databases.items():
            if database.url is None:
                continue
            kept = self._answers.get(name)
            if kept is not None and kept[1] == database:
                patience = _KEPT_SECONDS if kept[2].picture is not None else _RETRIED_SECONDS
                if now - kept[0] < patience:
                    found.append(kept[2])
                    continue
            answer = _asked(name, database, root, environment)
            self._answers[name] = (now, database, answer)
            found.append(answer)
        return tuple(found)

    def begin(self, databases: Mapping[str, Database], root: Path) -> bool:
        """Read in the background; whether there is anything to read that is not being read already."""
        if self._worker is not None or not are_asked(databases):
            return False

        def work() -> None:
            self._read = self.read(databases, root)

        self._worker = threading.Thread(target=work, name="databases", daemon=True)
        self._worker.start()
        return True

    @property
    def is_reading(self) -> bool:
        return self._worker is not None

    def poll(self) -> tuple[LiveAnswer, ...] | None:
        """What was read in the background, once it is; None before that, and when it was told."""
        if self._worker is None or self._worker.is_alive():
            return None
        self._worker = None
        return self._read


def are_asked(databases: Mapping[str, Database]) -> bool:
    """Whether any database is to be read."""
    return any(database.url is not None for database in databases.values())


def take_over(answers: Iterable[LiveAnswer], index: FactIndex) -> tuple[str, ...]:
    """Go on with what databases said; what is to be told of those that said nothing."""
    problems = []
    for answer in answers:
        if answer.picture is not None:
            index.set_file(live_path(answer.name), live_facts(answer.picture))
        if answer.problem:
            problems.append(answer.problem)
    return tuple(problems)


def _asked(name: str, database: Database, root: Path, environment: Mapping[str, str]) -> LiveAnswer:
    assert database.url is not None
    url = database.url.reveal(environment)
    if not url:
        return LiveAnswer(name, None, f"The database {name} has no URL: {database.url} is not set.")
    try:
        return LiveAnswer(name, read_schema(url, name, folder=str(root)), "")
    except Unreadable as reason:
        return LiveAnswer(name, None, f"The database {name} ({database.dialect}) {reason}.")
