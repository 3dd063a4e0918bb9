"""Seeded drift on three databases: all that autogenerate finds we find, and what our fixes write ends clean.

A sample of the seeds by default; `BUGCATALOG_ALL_DRIFT=1` takes all 200 on each database (a quarter of an
hour). Each seed is a project of its own: other tables, other style of models, with and without names for
constraints, batches and a known dialect.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from drift_outcomes import outcome_of, said_of_unchanged
from drifting_projects import KINDS, draw

N_SEEDS = 200
IS_WHOLE = "BUGCATALOG_ALL_DRIFT" in os.environ
# One of each kind of change on each database, other ones on each.
SAMPLE = {
    "sqlite": range(len(KINDS)),
    "postgresql": range(len(KINDS), 2 * len(KINDS)),
    "mariadb": range(2 * len(KINDS), 3 * len(KINDS)),
}
CASES = [
    (database, seed)
    for database, sample in SAMPLE.items()
    for seed in (range(N_SEEDS) if IS_WHOLE else sample)
]


@pytest.fixture(scope="module", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The catalog is read once, and nothing of the person who runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.mark.parametrize(("database", "seed"), CASES, ids=lambda each: str(each))
def test_drift_is_found_and_mended(
    database: str, seed: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path}/app.db"
    if database == "postgresql":
        url = request.getfixturevalue("postgres").replace("postgresql://", "postgresql+psycopg://")
    elif database == "mariadb":
        url = request.getfixturevalue("maria")
    project = draw(seed)
    assert not said_of_unchanged(project, url, tmp_path / "unchanged")
    outcome = outcome_of(project, url, tmp_path / "changed")
    about = f"{project.kind}: {project.what}\n{outcome}"
    assert not outcome.missed, about
    assert not outcome.noise, about
    assert not outcome.failure, f"{project.kind}: {project.what}\n{outcome.failure}"
    assert not outcome.left, about
    # Members of an enum are what autogenerate's own documentation says that it cannot find.
    assert outcome.theirs or project.kind == "enum member", about
    assert outcome.ours, about


def test_the_kinds_come_in_equal_numbers() -> None:
    kinds = [draw(seed).kind for seed in range(N_SEEDS)]
    assert {name for name, _ in KINDS} == set(kinds)
    assert min(kinds.count(name) for name, _ in KINDS) > 5
