"""Bad input: one clear message each, and everything else goes on."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

import pytest

from bugcatalog_ls.workspace.workspace import Workspace

GOOD = "import requests\n\nrequests.get('https://x')\n"
PAGE = """\
---
code: {code}
name: house-rule
severity: warning
rules:
  - language: Python
    rule: {{pattern: launch($X)}}
    message: launch is called
{keys}---
# House rule
Calls of launch are counted.
"""


def opened(tmp_path: Path, files: dict[str, str | bytes]) -> Workspace:
    """A scanned workspace of some files, beside which one good file always stands."""
    root = tmp_path / "app"
    for path, content in {"good.py": GOOD, **files}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else content.encode()
        (root / path).write_bytes(data)
    workspace = Workspace(root, cache_folder=tmp_path / "cache")
    workspace.find_files()
    workspace.scan()
    return workspace


def codes(workspace: Workspace, path: str) -> list[str]:
    return [diagnosis.finding.code for diagnosis in workspace.diagnose(path)]


def told(workspace: Workspace) -> list[str]:
    """Everything the workspace has to say of itself, and of files that it could not read."""
    faults = [
        f"{fault.path}:{fault.line} {fault.code} {fault.message}" for fault in workspace.tool_findings()
    ]
    return faults + [problem.message for problem in workspace.problems.values()]


def check_one_message(workspace: Workspace, *words: str) -> None:
    """One message that holds all the words; the good file is judged all the same."""
    messages = told(workspace)
    assert len(messages) == 1, messages
    assert all(word in messages[0] for word in words), messages[0]
    assert codes(workspace, "good.py") == ["BC201"]


# -- pages and settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("# No front matter\n", (".bugcatalog/T1.md:1 BC001",)),
        ("---\ncode: [T1\n---\n# Broken\nYes.\n", (".bugcatalog/T1.md:", "BC001")),
        (PAGE.format(code="T1", keys="severty: error\n"), (".bugcatalog/T1.md:9 BC001", "severty")),
        (PAGE.format(code="T1", keys="").replace("warning", "grave"), (".bugcatalog/T1.md:4 BC001", "grave")),
        (PAGE.format(code="T1", keys="").replace("pattern: launch($X)", "kind: no_such_kind"), ("BC001",)),
        (PAGE.format(code="T1", keys="").replace("pattern", "patern"), ("BC001", "patern")),
        (PAGE.format(code="T1", keys="analyzer: nowhere\n"), (".bugcatalog/T1.md:9 BC001", "nowhere")),
    ],
)
def test_a_page_that_is_wrong(tmp_path: Path, page: str, words: tuple[str, ...]) -> None:
    other = PAGE.format(code="T2", keys="").replace("house-rule", "other-rule")
    files: dict[str, str | bytes] = {
        ".bugcatalog/T1.md": page,
        ".bugcatalog/T2.md": other,
        "a.py": "launch(1)\n",
    }
    workspace = opened(tmp_path, files)
    check_one_message(workspace, *words)
    assert "T2" in codes(workspace, "a.py")
    assert codes(workspace, ".bugcatalog/T1.md") == ["BC001"]


def test_a_page_that_is_no_text(tmp_path: Path) -> None:
    workspace = opened(tmp_path, {".bugcatalog/T1.md": b"---\ncode: \xff\xfe\n---\n# X\n"})
    check_one_message(workspace, ".bugcatalog/T1.md:2 BC001", "UTF-8")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[tool.bugcatalog]\nselct = ['BC2']\n", ("pyproject.toml:2 BC002", "selct", "select")),
        ("[tool.bugcatalog]\nselect = 3\n", ("pyproject.toml:2 BC002", "select")),
        ("[tool.bugcatalog\n", ("pyproject.toml:1 BC002",)),
        ("[tool.bugcatalog]\ntarget-python = '2.7'\n", ("pyproject.toml:2 BC002", "2.7")),
        ("[tool.bugcatalog.severity]\nBC201 = 'grave'\n", ("pyproject.toml:2 BC002", "grave")),
    ],
)
def test_a_setting_that_is_wrong(tmp_path: Path, text: str, words: tuple[str, ...]) -> None:
    workspace = opened(tmp_path, {"pyproject.toml": text})
    check_one_message(workspace, *words)
    assert codes(workspace, "pyproject.toml") == ["BC002"]


def test_a_baseline_that_is_none(tmp_path: Path) -> None:
    workspace = opened(tmp_path, {".bugcatalog-baseline.json": "[]"})
    assert codes(workspace, "good.py") == ["BC201"]
    check_one_message(workspace, ".bugcatalog-baseline.json")


# -- files -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\x7fELF\0\0\x01", ("odd.py is binary",)),
        (b"x = 1\n" * 2_000_000, ("odd.py is too large", "11.4 MiB", "2.0 MiB")),
        (b"# Gr\xfc\xdfe\n", ("odd.py is not UTF-8", "0xFC in line 1", "coding comment")),
        (b"# coding: nonsense\n", ("odd.py", "unknown encoding `nonsense`")),
        ("x = 1\n".encode("utf-16"), ("odd.py is UTF-16",)),
    ],
)
def test_a_file_that_is_not_read(tmp_path: Path, content: bytes, words: tuple[str, ...]) -> None:
    workspace = opened(tmp_path, {"odd.py": content})
    check_one_message(workspace, *words)
    assert codes(workspace, "odd.py") == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"# coding: latin-1\n# Gr\xfc\xdfe\n" + GOOD.encode(), ["BC201"]),
        (b"\xef\xbb\xbf" + GOOD.encode(), ["BC201"]),
        (GOOD.replace("\n", "\r").encode(), ["BC201"]),
        (b"", []),
        (b"\n", []),
        (b"# Nothing here.\n# bugcatalog\n", []),
        (b"\x0c\n" + GOOD.encode(), ["BC201"]),
        (b"x = '" + b"a" * 500_000 + b"'\n" + GOOD.encode(), ["BC201"]),
        (b"x = [" + b"'a', " * 200_000 + b"]\n" + GOOD.encode(), ["BC201"]),
        ("x = '\\ud800'\n𝒳 = '😀'\n".encode() + GOOD.encode(), ["BC201"]),
        (b"x = 0x" + b"f" * 9000 + b"\n" + GOOD.encode(), ["BC201"]),
        (b"x = " + b"9" * 9000 + b"\n" + GOOD.encode(), ["BC201"]),
        (b"print 'two'\nexec 'x'\n" + GOOD.encode(), ["BC201"]),
    ],
)
def test_a_file_that_is_odd(tmp_path: Path, content: bytes, expected: list[str]) -> None:
    workspace = opened(tmp_path, {"odd.py": content})
    assert not told(workspace)
    assert codes(workspace, "odd.py") == expected
    assert not workspace.project.results["odd.py"].failures
    source = workspace.source("odd.py")
    assert source is not None
    workspace.set_text("odd.py", source.text)
    workspace.set_text("odd.py", f"{source.text}\n(")
    assert codes(workspace, "odd.py") == expected
    assert codes(workspace, "good.py") == ["BC201"]


def test_a_large_text_in_an_editor(tmp_path: Path) -> None:
    workspace = opened(tmp_path, {})
    workspace.set_text("odd.py", GOOD)
    workspace.set_text("odd.py", GOOD + "x = 1\n" * 2_000_000)
    check_one_message(workspace, "odd.py is too large", "2.0 MiB")
    assert codes(workspace, "odd.py") == []
    workspace.set_text("odd.py", GOOD)
    assert not told(workspace)
    assert codes(workspace, "odd.py") == ["BC201"]


@pytest.mark.parametrize(
    "text", ["x = 1\0\n", "x = '\ud800'\n", "\ufeffx = 1\n", "\u2028\u2029\x85\n", "\x1a"]
)
def test_a_text_of_an_editor_that_is_odd(tmp_path: Path, text: str) -> None:
    workspace = opened(tmp_path, {})
    for typed in (text, GOOD + text, text + GOOD, f"{GOOD}({text}"):
        workspace.set_text("odd.py", typed)
        workspace.diagnose("odd.py")
        assert not workspace.project.results["odd.py"].failures
    workspace.set_text("odd.py", GOOD)
    assert codes(workspace, "odd.py") == ["BC201"]


# -- folders ---------------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs symbolic links")
def test_links_that_lead_round(tmp_path: Path) -> None:
    root = tmp_path / "app"
    (root / "package").mkdir(parents=True)
    os.symlink(root, root / "package" / "up", target_is_directory=True)
    os.symlink("loop.py", root / "loop.py")
    workspace = opened(tmp_path, {"package/a.py": GOOD})
    assert workspace.files() == ("good.py", "package/a.py")
    assert codes(workspace, "good.py") == codes(workspace, "package/a.py") == ["BC201"]
    assert sorted(told(workspace)) == [
        "loop.py is a link that leads back to itself.",
        "package/up is a link to a folder that it is in, and is not followed.",
    ]


@pytest.fixture
def anyones_folder() -> Iterator[Path]:
    """A folder that another user may enter, which those of the tests are not."""
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are set otherwise there")
def test_a_folder_and_a_file_without_permission(anyones_folder: Path) -> None:
    """In a process that is not the administrator's, to whom nothing is forbidden."""
    root = anyones_folder / "app"
    (root / "closed").mkdir(parents=True)
    (root / "closed" / "a.py").write_text(GOOD)
    (root / "secret.py").write_text(GOOD)
    (root / "good.py").write_text(GOOD)
    (root / "closed").chmod(0)
    (root / "secret.py").chmod(0)
    script = dedent("""
        import os, sys
        from pathlib import Path
        from bugcatalog_ls.workspace.workspace import Workspace

        # All that is imported on the way, for pages that no cache holds as well, is imported now: the
        # installation may be the administrator's.
        workspace = Workspace(Path(sys.argv[1]), use_cache=False, cache_folder=Path(sys.argv[2]))
        workspace.find_files()
        workspace.scan()
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            os.seteuid(65534)
        workspace = Workspace(Path(sys.argv[1]), use_cache=False)
        workspace.find_files()
        workspace.scan()
        print(workspace.files())
        print(*sorted(problem.message for problem in workspace.problems.values()), sep="\\n")
        print([diagnosis.finding.code for diagnosis in workspace.diagnose("good.py")])
        workspace = Workspace(Path(sys.argv[1]) / "closed", use_cache=False)
        workspace.find_files()
        workspace.scan()
        print(*sorted(problem.message for problem in workspace.problems.values()), sep="\\n")
        print(*(fault.message for fault in workspace.tool_findings()), sep="\\n")
        """)
    try:
        done = subprocess.run(
            [sys.executable, "-c", script, str(root), str(anyones_folder / "pages")],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    finally:
        (root / "closed").chmod(0o755)
    said = list(filter(None, done.stdout.splitlines()))
    assert said[:4] == [
        "('good.py',)",
        "closed can't be read: permission denied.",
        "secret.py can't be read: permission denied.",
        "['BC201']",
    ], done.stderr
    # A root that is closed itself.
    assert [line for line in said[4:] if "can't be" not in line.lower()] == []
    assert said[4:]


# -- depth -----------------------------------------------------------------------------------------------


def nested(line: str, n_levels: int, last: str = "pass") -> str:
    return "".join(" " * level + line + "\n" for level in range(n_levels)) + " " * n_levels + last + "\n"


DEEP = {
    "parentheses": "x = " + "(" * 100_000 + ")" * 100_000,
    "open parentheses": "x = " + "(" * 5_000,
    "lists": "x = " + "[" * 5_000 + "]" * 5_000,
    "dictionaries": "x = " + "{1: " * 5_000 + "1" + "}" * 5_000,
    "subscripts": "x: " + "list[" * 5_000 + "int" + "]" * 5_000 + " = 1",
    "lambdas": "x = " + "lambda: " * 5_000 + "1",
    "signs": "x = " + "-" * 50_000 + "1",
    "attributes": "x = a" + ".b" * 50_000,
    "calls": "x = a" + "()" * 20_000,
    "sums": "x = " + "'a' + " * 50_000 + "'b'",
    "strings": "x = " + "'a' " * 50_000,
    "choices": "x = " + "a if b else " * 20_000 + "c",
    "comprehensions": "x = " + "[" * 1_000 + "1" + " for a in b]" * 1_000,
    "f-strings": "x = " + "f'{" * 500 + "1" + "}'" * 500,
    "elifs": "if x:\n    pass\n" + "elif y:\n    pass\n" * 10_000,
    "decorators": "@a\n" * 5_000 + "def f(): pass",
    "functions that call the next": "".join(f"def f{n}():\n    return f{n + 1}()\n" for n in range(2_000)),
    "names bound to the last": "".join(f"x{n} = x{n - 1}\n" for n in range(5_000)),
    "ifs": nested("if x:", 1_200),
    "classes": nested("class A:", 1_000),
    "functions": nested("def f(x):", 1_000),
    "withs": nested("with open('x') as f:", 1_000),
    "tries": nested("try:", 1_000),
}


@pytest.mark.parametrize("name", sorted(DEEP))
def test_deep_nesting(tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    """No recursion gives out, and what stands beside is judged. In a process of its own the scan's
    stack is another; here the main thread's counts."""
    text = f"{GOOD}{DEEP[name]}\n{GOOD}"
    with caplog.at_level(logging.ERROR):
        workspace = opened(tmp_path, {"deep.py": text})
        assert codes(workspace, "deep.py").count("BC201") >= 1
        workspace.set_text("deep.py", text)
        workspace.set_text("deep.py", f"{text}(")
        workspace.set_text("deep.py", f"{text}x = 1\n")
        assert codes(workspace, "deep.py").count("BC201") >= 1
        for diagnosis in workspace.diagnose("deep.py")[:3]:
            workspace.fixes(diagnosis.finding)
    assert not caplog.records
    assert not workspace.project.results["deep.py"].failures
    assert codes(workspace, "good.py") == ["BC201"]
