"""From a key pressed to a mark shown: the time from an edit to the diagnostics published for it.

Statements are typed character by character, so that the text parses after some edits and not after
others; a server may do less for those, and the figures for edits that leave a whole text stand apart.
"""

from __future__ import annotations

import argparse
import ast
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks import options, peers, sample
from tests.benchmarks.client import Editor
from tests.benchmarks.report import Report, Row, at_least, at_most, p50, p95, show, tell

_SCAN_TITLE = "Reading"


class _Edit(NamedTuple):
    milliseconds: float
    is_whole: bool


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.edit", description=__doc__)
    add_options(parser)
    options.add_common(parser)
    chosen = parser.parse_args(arguments)
    show([measure(chosen)], chosen.json)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--file", type=Path, help="a Python file to type in (default: a generated one)")
    parser.add_argument("--workspace", type=Path, help="open this folder; --file lies in it")
    parser.add_argument("--pause", type=float, default=0.05, help="seconds between two edits (default: 0.05)")


def measure(chosen: argparse.Namespace) -> Report:
    edits: dict[str, list[_Edit]] = {}
    servers = peers.servers(chosen.only)
    with tempfile.TemporaryDirectory() as temporary:
        root, path, text = _document(chosen, Path(temporary))
        for server in servers:
            tell(f"Typing with {server.name}")
            edits[server.name] = _type_with(server, root, path, text, chosen.pause)
    n_lines = text.count("\n")
    samples = {name: [edit.milliseconds for edit in found] for name, found in edits.items()}
    rows: list[Row] = []
    ours = p50(samples["bugcatalog"]) if "bugcatalog" in samples else 0.0
    for server in servers:
        measured = samples[server.name]
        if server.name == "bugcatalog":
            rows.append(at_most("bugcatalog p50", ours, "ms", 25))
            rows.append(Row("bugcatalog p95", p95(measured), "ms"))
            whole = [edit.milliseconds for edit in edits[server.name] if edit.is_whole]
            note = f"the {len(whole)} edits after which the text parses"
            rows.append(Row("bugcatalog p50, whole texts", p50(whole), "ms", note=note))
            continue
        rows.append(Row(f"{server.name} p50", p50(measured), "ms", note=server.note))
        rows.append(Row(f"{server.name} p95", p95(measured), "ms"))
        if ours:
            rows.append(at_least(f"{server.name} / bugcatalog", p50(measured) / ours, "×", 10))
        if ours and server.fixed_pause:
            working = p50(measured) - server.fixed_pause * 1000
            rows.append(Row(f"{server.name} without its pause / bugcatalog", working / ours, "×"))
    n_edits = min(len(measured) for measured in samples.values())
    title = f"edit to published diagnostics: {n_edits} edits of one character, {n_lines} lines"
    return Report(title, rows, peers.versions("python-lsp-server", "basedpyright"), samples)


def _type_with(server: peers.Server, root: Path, path: Path, text: str, pause: float) -> list[_Edit]:
    """How long each typed character took to its diagnostics."""
    taken: list[_Edit] = []
    with (
        tempfile.TemporaryDirectory() as cache,
        Editor(server.command, root, peers.clean_environment(Path(cache))) as editor,
    ):
        editor.initialize()
        uri = editor.open(path, text)
        editor.wait_published(uri, 1, some=True)
        if server.name == "bugcatalog":
            editor.wait_progress(_SCAN_TITLE, timeout=600)
        # What is published once more when the start is over belongs to no edit.
        time.sleep(1.0)
        lines = text.splitlines()
        typed = list(lines)
        for n_inserted, typing in enumerate(sample.statements(text)):
            row = typing.row + n_inserted
            version, sent_at = editor.insert(uri, row, len(lines[typing.row]), f"\n{typing.indent}")
            editor.wait_published(uri, version, since=sent_at)
            typed.insert(row + 1, typing.indent)
            for column, character in enumerate(typing.statement, start=len(typing.indent)):
                time.sleep(pause)
                editor.forget_published()
                version, sent_at = editor.insert(uri, row + 1, column, character)
                published = editor.wait_published(uri, version, since=sent_at)
                typed[row + 1] += character
                taken.append(_Edit((published.at - sent_at) * 1000, _parses("\n".join(typed))))
    return taken


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def _document(chosen: argparse.Namespace, temporary: Path) -> tuple[Path, Path, str]:
    """The workspace's root, the document's path and its text."""
    if chosen.file is not None:
        path = chosen.file.resolve()
        text = path.read_text(encoding="utf-8")
        if chosen.workspace is not None:
            return chosen.workspace.resolve(), path, text
        name = path.name
    else:
        text, name = sample.module(), "deliveries.py"
        if chosen.workspace is not None:
            return chosen.workspace.resolve(), chosen.workspace.resolve() / name, text
    (temporary / "pyproject.toml").write_text("", encoding="utf-8")
    (temporary / name).write_text(text, encoding="utf-8")
    return temporary, temporary / name, text


if __name__ == "__main__":
    main()
