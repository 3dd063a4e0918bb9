"""How the command ends: interrupted, its reader gone, or failing itself."""

from __future__ import annotations

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from trees import Tree

from bugcatalog_ls.cli import check_command
from bugcatalog_ls.cli.main import main

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs signals of POSIX")


@posix
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_interrupt_ends_it_cleanly(tree: Tree, jobs: str) -> None:
    for number in range(600):
        tree.put(f"m{number}.py", f"def f{number}(x):\n    print(x)\n" * 300)
    process = tree.start("check", "--no-cache", "--jobs", jobs)
    time.sleep(2.0)
    assert process.poll() is None, "too fast to be interrupted"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"")


@posix
def test_a_reader_that_goes_away_is_nothing_to_speak_of(tree: Tree) -> None:
    tree.put("a.py", "print(1)\n" * 3000)
    process = tree.start("check")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 1


def test_a_fault_of_our_own(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(options: object) -> int:
        raise RuntimeError("a fault")

    monkeypatch.setattr(check_command, "run", fail)
    assert main(["check"]) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines()[-1] == "bugcatalog: internal error: RuntimeError: a fault"


def test_nothing_heavy_is_imported_for_a_check(tree: Tree) -> None:
    tree.put("a.py", "print(1)\n")
    code = (
        "import sys\nfrom bugcatalog_ls.cli.main import main\n"
        "main(['check', '--output-format', 'json', 'a.py'])\n"
        "heavy = {'sqlalchemy', 'jedi', 'sqlglot', 'rich', 'markdown_it', 'pygls', 'lsprotocol', 'asyncio'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
        "assert not any(name.startswith('bugcatalog_ls.server') for name in sys.modules)\n"
    )
    tree.run("check")
    result = tree.python(code)
    assert (result.code, result.err) == (0, "[]\n")


@posix
def test_watching_checks_again(tree: Tree) -> None:
    tree.put("a.py", "x = 1\n")
    process = tree.start("check", "--watch")
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == b"No findings in 1 file.\n"
    process.stderr.readline()
    time.sleep(0.5)
    tree.put("a.py", "x = 1\nprint(x)\n")
    assert process.stdout.readline().startswith(b"a.py:2:1: TEAM-1")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130


@posix
def test_what_a_run_writes_does_not_start_the_next(tree: Tree) -> None:
    tree.put("a.py", "x = 1\n")
    tree.put("log.txt", "")
    process = tree.start("check", "--watch", "--output-file", "found.json", "--output-format", "json")
    assert process.stderr is not None
    assert b"watching" in process.stderr.readline()
    time.sleep(0.5)
    tree.put("log.txt", "more\n")
    tree.put("a.py", "x = 1\nprint(x)\n")
    assert b"checked at" in process.stderr.readline()
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert b"checked at" not in said


@posix
def test_watching_verifies_pages_again(tree: Tree) -> None:
    process = tree.start("catalog", "verify", "TEAM-1", "--watch")
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline().startswith(b"1 entry: 2 validated, 0 reported")
    process.stderr.readline()
    time.sleep(0.5)
    page = ".bugcatalog/TEAM-1-bare-print.md"
    right = tree.read(page)
    tree.put(page, right.replace('log("x")', 'log("y")'))
    assert b"unmended TEAM-1" in process.stdout.readline()
    assert process.stdout.readline().startswith(b"1 entry: 1 validated")
    process.stderr.readline()
    tree.put(page, right.replace("severity: warning", "severity: grave"))
    assert b"broken" in process.stdout.readline()
    assert process.stdout.readline() == b"1 broken.\n"
    process.stderr.readline()
    tree.put(page, right)
    assert process.stdout.readline().startswith(b"1 entry: 2 validated")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130


@posix
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_terminal_sees_progress(tree: Tree, jobs: str) -> None:
    import pty

    for number in range(300):
        tree.put(f"m{number}.py", f"def f{number}(x):\n    log(x)\n" * 300)
    here, there = pty.openpty()
    process = tree.start("check", "--no-cache", "--jobs", jobs, stderr=there)
    os.close(there)
    assert process.stdout is not None
    # A slow machine shows more steps than a terminal takes that nobody reads.
    with ThreadPoolExecutor(1) as reader:
        shown = reader.submit(_read_terminal, here)
        assert process.stdout.read() == b"No findings in 300 files.\n"
        assert b"Reading files" in shown.result(60)
    os.close(here)
    assert process.wait(timeout=60) == 0


def _read_terminal(descriptor: int) -> bytes:
    """All that a terminal shows until its other end is closed, which Linux tells by an error."""
    shown = bytearray()
    with suppress(OSError):
        while piece := os.read(descriptor, 1 << 16):
            shown += piece
    return bytes(shown)
