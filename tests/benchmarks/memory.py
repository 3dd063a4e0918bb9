"""What the server holds in memory when it has read a whole workspace: all of its processes together."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from tests.benchmarks import options, peers, sample, tree
from tests.benchmarks.client import Editor
from tests.benchmarks.report import Report, Row, at_most, show, tell

_MIB = 1024 * 1024


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.memory", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="a workspace (default: public back ends)")
    options.add_common(parser)
    chosen = parser.parse_args(arguments)
    show([measure(chosen)], chosen.json)


def measure(chosen: argparse.Namespace) -> Report:
    root = tree.sources(chosen.folder)
    tell(f"Reading {root} through the server")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as cache:
        for again in (False, True):
            environment = peers.clean_environment(Path(cache))
            with Editor(peers.bugcatalog("server"), root, environment) as editor:
                editor.initialize()
                uri = editor.open(root / "deliveries.py", sample.module())
                editor.wait_published(uri, 1, some=True)
                editor.wait_progress("Reading", timeout=3600)
                seconds = time.perf_counter() - editor.started_at
                time.sleep(2.0)
                rows.extend(_rows(editor, "read from the cache" if again else "read anew", seconds))
    title = f"memory of the server after a workspace of {tree.n_lines(root):,} lines"
    return Report(title, rows, peers.versions(), {})


def _rows(editor: Editor, how: str, seconds: float) -> list[Row]:
    server = psutil.Process(editor.process.pid)
    processes = [server, *server.children(recursive=True)]
    resident = sum(process.memory_info().rss for process in processes) / _MIB
    own = sum(process.memory_full_info().uss for process in processes) / _MIB
    return [
        at_most(f"resident, {how}", resident, "MiB", 200, f"{len(processes)} processes"),
        Row(f"unshared, {how}", own, "MiB"),
        Row(f"seconds, {how}", seconds, "s"),
    ]


if __name__ == "__main__":
    main()
