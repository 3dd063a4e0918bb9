"""Stores of both kinds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite("store_runs")


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty store: a file, or a database of a real server."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'team.db'}"
    server: Any = request.getfixturevalue("postgres_server")
    return str(server.new_database())


@pytest.fixture
def team_url(postgres_server: Any) -> str:
    """An empty database of a real PostgreSQL."""
    return str(postgres_server.new_database())
