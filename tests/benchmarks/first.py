"""From starting the process to the first findings shown."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks import options, peers, sample
from tests.benchmarks.client import Editor
from tests.benchmarks.report import Report, Row, at_most, p50, show, tell


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.first", description=__doc__)
    add_options(parser)
    options.add_common(parser)
    chosen = parser.parse_args(arguments)
    show([measure(chosen)], chosen.json)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--starts", type=int, default=7, help="how often each server is started (default: 7)")


def measure(chosen: argparse.Namespace) -> Report:
    samples: dict[str, list[float]] = {}
    servers = peers.servers(chosen.only)
    text = sample.module()
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary) / "workspace"
        root.mkdir()
        (root / "pyproject.toml").write_text("", encoding="utf-8")
        path = root / "deliveries.py"
        path.write_text(text, encoding="utf-8")
        # In turn, so that a busy moment of the machine meets all alike; a first start is not counted.
        for number in range(chosen.starts + 1):
            tell(f"Start {number} of {chosen.starts}")
            for server in servers:
                cache = Path(temporary) / f"cache of {server.name}"
                milliseconds = _start(server, root, path, text, cache)
                if number:
                    samples.setdefault(server.name, []).append(milliseconds)
    rows = []
    for server in servers:
        median = p50(samples[server.name])
        if server.name == "bugcatalog":
            rows.append(at_most("bugcatalog median", median, "ms", 600))
        else:
            rows.append(Row(f"{server.name} median", median, "ms", note=server.note))
    title = f"process start to first diagnostics: {chosen.starts} starts, {text.count(chr(10))} lines"
    return Report(title, rows, peers.versions("python-lsp-server", "basedpyright"), samples)


def _start(server: peers.Server, root: Path, path: Path, text: str, cache: Path) -> float:
    with Editor(server.command, root, peers.clean_environment(cache)) as editor:
        editor.initialize()
        uri = editor.open(path, text)
        return (editor.wait_published(uri, 1, some=True).at - editor.started_at) * 1000


if __name__ == "__main__":
    main()
