"""A check of a large tree: with an empty cache, again with the cache, and by two other programs."""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks import options, peers, rules, tree
from tests.benchmarks.report import Report, Row, at_least, at_most, p50, show, tell


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.check", description=__doc__)
    add_options(parser)
    parser.add_argument("folder", type=Path, nargs="?", help="what to check (default: public back ends)")
    options.add_common(parser)
    chosen = parser.parse_args(arguments)
    show([measure(chosen)], chosen.json)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=3, help="how often each program runs (default: 3)")
    parser.add_argument("--semgrep-rounds", type=int, default=1, help="the same for semgrep (default: 1)")
    parser.add_argument("--jobs", type=int, default=2, help="how many jobs each may use (default: 2)")


class _Run(NamedTuple):
    seconds: float
    n_findings: int


def measure(chosen: argparse.Namespace) -> Report:
    folder = tree.sources(chosen.folder)
    runs: dict[str, list[_Run]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        # Counting reads the whole tree, so that no program pays for the disk afterwards.
        n_lines = tree.n_lines(folder)
        ast_grep = rules.write_for_ast_grep(work) if "ast-grep" in chosen.only else None
        semgrep = rules.write_for_semgrep(work) if "semgrep" in chosen.only else None
        compiled = peers.compiled_environment(work / "bytecode")
        if "bugcatalog" in chosen.only:
            (work / "small").mkdir()
            (work / "small" / "app.py").write_text("import os\n", encoding="utf-8")
            _bugcatalog(work / "small", 1, work, {**compiled, **peers.own_places(work / "uncounted")})
        for number in range(chosen.rounds):
            if "bugcatalog" in chosen.only:
                environment = {**compiled, **peers.own_places(work / f"cache {number}")}
                for name in ("first check", "second check"):
                    _take(runs, name, _bugcatalog(folder, chosen.jobs, work, environment))
            if ast_grep is not None:
                _take(runs, "ast-grep", _ast_grep(folder, chosen.jobs, work, ast_grep))
            if semgrep is not None and number < chosen.semgrep_rounds:
                _take(runs, "semgrep", _semgrep(folder, chosen.jobs, work, semgrep))
    title = f"check of {n_lines:,} lines, {chosen.jobs} jobs, {len(rules.RULES)} rules for the others"
    samples = {name: [run.seconds for run in found] for name, found in runs.items()}
    return Report(title, _rows(runs), peers.versions("ast-grep-cli", "semgrep"), samples)


def _rows(runs: Mapping[str, Sequence[_Run]]) -> list[Row]:
    medians = {name: p50([run.seconds for run in found]) for name, found in runs.items()}
    rows = [
        Row(name, medians[name], "s", note=f"{found[-1].n_findings:,} findings")
        for name, found in runs.items()
    ]
    first = medians.get("first check")
    if first is None:
        return rows
    if "ast-grep" in medians:
        rows.append(at_most("first check / ast-grep", first / medians["ast-grep"], "×", 5))
    if "semgrep" in medians:
        rows.append(at_least("semgrep / first check", medians["semgrep"] / first, "×", 3))
    rows.append(at_least("first check / second check", first / medians["second check"], "×", 10))
    return rows


def _take(runs: dict[str, list[_Run]], name: str, run: _Run) -> None:
    tell(f"{name}: {run.seconds:.1f} s, {run.n_findings:,} findings")
    runs.setdefault(name, []).append(run)


def _bugcatalog(folder: Path, jobs: int, work: Path, environment: Mapping[str, str]) -> _Run:
    found = work / "bugcatalog.json"
    command = [*peers.bugcatalog("check"), str(folder), "--jobs", str(jobs), "--exit-zero"]
    seconds = _seconds([*command, "--output-format", "json", "--output-file", str(found)], work, environment)
    return _Run(seconds, len(json.loads(found.read_text(encoding="utf-8"))))


def _ast_grep(folder: Path, jobs: int, work: Path, configuration: Path) -> _Run:
    command = [peers.program("ast-grep"), "scan", "--config", str(configuration), "--json=stream"]
    found = work / "ast-grep.jsonl"
    with found.open("wb") as output:
        seconds = _seconds([*command, "--threads", str(jobs), str(folder)], work, None, output)
    return _Run(seconds, found.read_bytes().count(b"\n"))


def _semgrep(folder: Path, jobs: int, work: Path, configuration: Path) -> _Run:
    found = work / "semgrep.json"
    command = [peers.program("semgrep"), "scan", "--config", str(configuration), "--jobs", str(jobs)]
    # Nothing may be sent or asked for, and no file left out that the others read.
    command += ["--metrics", "off", "--disable-version-check", "--no-git-ignore", "--max-target-bytes", "0"]
    command += ["--json", "--output", str(found), "--quiet", str(folder)]
    seconds = _seconds(command, work, None)
    return _Run(seconds, len(json.loads(found.read_text(encoding="utf-8"))["results"]))


def _seconds(
    command: Sequence[str], work: Path, environment: Mapping[str, str] | None, output: object = None
) -> float:
    began = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=work,
        env=dict(environment) if environment is not None else None,
        stdout=output if output is not None else subprocess.DEVNULL,  # type: ignore[call-overload]
        stderr=subprocess.PIPE,
    )
    seconds = time.perf_counter() - began
    if done.returncode != 0:
        # What went wrong for one file is told, and makes no figure worthless.
        tell(f"{Path(command[0]).name} ended with {done.returncode}:\n{done.stderr.decode(errors='replace')}")
    return seconds


if __name__ == "__main__":
    main()
