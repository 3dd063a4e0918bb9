"""Drift between models and migrations: told by us, and by `alembic upgrade head` with `alembic check`."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks import options, peers
from tests.benchmarks.report import Report, Row, at_most, show

_CODES = "BC701,BC702,BC703,BC704,BC708,BC711"
_DRAWN = Path(__file__).resolve().parents[1] / "drift"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.drift", description=__doc__)
    add_options(parser)
    options.add_common(parser)
    chosen = parser.parse_args(arguments)
    show([measure(chosen)], chosen.json)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--projects", type=int, default=20, help="how many drawn projects (default: 20)")


def measure(chosen: argparse.Namespace) -> Report:
    # The projects are those that the tests draw.
    sys.path.insert(0, str(_DRAWN))
    from drifting_projects import draw
    from written_projects import files

    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        folders = [work / str(seed) for seed in range(chosen.projects)]
        for seed, folder in enumerate(folders):
            for path, text in files(draw(seed), f"sqlite:///{folder}/app.db").items():
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_text(text, encoding="utf-8")
        compiled = peers.compiled_environment(work / "bytecode")
        command = [*peers.bugcatalog("check"), *map(str, folders), "--select", _CODES, "--jobs", "1"]
        command.append("--exit-zero")
        _seconds(command, work, {**compiled, **peers.own_places(work / "uncounted")})
        environment = {**compiled, **peers.own_places(work / "cache")}
        ours = _seconds(command, work, environment)
        again = _seconds(command, work, environment)
        upgraded = checked = 0.0
        for folder in folders:
            url = {**compiled, "DRIFT_URL": f"sqlite:///{folder}/app.db"}
            upgraded += _seconds([sys.executable, "-m", "alembic", "upgrade", "head"], folder, url)
            checked += _seconds([sys.executable, "-m", "alembic", "check"], folder, url)
    rows = [
        Row(
            "bugcatalog check", ours, "s", note=f"{chosen.projects} projects in one run, nothing in the cache"
        ),
        Row("bugcatalog check again", again, "s", note="nothing changed"),
        Row("alembic upgrade head", upgraded, "s", note="a run for each project"),
        Row("alembic check", checked, "s", note="a run for each project"),
        at_most("bugcatalog / alembic check", ours / checked, "×", 0.1),
        at_most("again / alembic check", again / checked, "×", 0.1),
    ]
    title = f"drift of {chosen.projects} drawn projects, SQLite"
    return Report(
        title, rows, {}, {"ours": [ours], "again": [again], "upgrade": [upgraded], "check": [checked]}
    )


def _seconds(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, env=dict(environment), capture_output=True, check=False)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
