"""Wrong use: exit code 2, nothing on standard output, one sentence that names the nearest right thing."""

from __future__ import annotations

import os

import pytest
from trees import Tree


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chek"], "`chek` is no command; did you mean `check`?"),
        (["check", "--selct", "TEAM-1"], "there is no option `--selct`; did you mean `--select`?"),
        (["check", "--select", "TEAM-7"], "no entry has the code `TEAM-7`; did you mean `TEAM-1`?"),
        (["check", "--select", "TEAM-1,BC2O1"], "no entry has the code `BC2O1`; did you mean `BC201`?"),
        (
            ["check", "--ignore", "bare-print"],
            "no entry has the code `bare-print`; did you mean `TEAM-1` (bare-print)?",
        ),
        (["check", "apq"], "there is no file or folder `apq`; did you mean `app`?"),
        (
            ["check", "app/inner/x.py"],
            "there is no file or folder `app/inner/x.py`; did you mean `app/inner.py`?",
        ),
        (["check", "--output-format", "jsn"], "`jsn` is no --output-format; did you mean `json`?"),
        (["check", "--severity", "warn"], "`warn` is no --severity; did you mean `warning`?"),
        (
            ["check", "--jobs", "0"],
            "argument --jobs: expected a number from 1, not `0` (see `bugcatalog check --help`)",
        ),
        (
            ["check", "--shard", "3/2"],
            "argument --shard: expected I/N with 1 <= I <= N, such as 1/4, not `3/2` "
            "(see `bugcatalog check --help`)",
        ),
        (["check", "-", "app"], "`-` stands for standard input and goes with no other path"),
        (["check", "app", "--stdin-filename", "a.py"], "--stdin-filename goes with `-` or no path at all"),
        (["check", "--diff", "HEAD"], "--diff needs a git repository, and {folder} is in none"),
        (
            ["check", "--output-file", "no/such/folder.txt"],
            "`no/such/folder.txt` can't be written: No such file or directory",
        ),
        (["fix", "-"], "`fix` mends files; `-` is no file"),
        (["fix", "--fixes", "every"], "`every` is no --fixes; there are safe, all"),
        (["catalog", "lst"], "`lst` is no command; did you mean `list`?"),
        (["catalog", "show", "TEAM-9"], "no entry has the code or name `TEAM-9`; did you mean `TEAM-1`?"),
        (["catalog", "verify", "X1"], "no entry has the code `X1`"),
        (
            ["explain", "bare-prnt"],
            "no entry has the code or name `bare-prnt`; did you mean `TEAM-1` (bare-print)?",
        ),
        (["explain", "app"], "`app` is a folder; `bugcatalog check` finds the bugs in it"),
        (["settings", "nowhere"], "there is no file or folder `nowhere`"),
        (["server", "--tcp", "here"], "expected HOST:PORT, such as 127.0.0.1:2087, not `here`"),
    ],
)
def test_wrong_use(tree: Tree, arguments: list[str], message: str) -> None:
    tree.put("app/inner.py", "x = 1\n")
    result = tree.run(*arguments)
    assert result.err == f"bugcatalog: {message.format(folder=tree.folder)}\n"
    assert (result.code, result.out) == (2, "")


def test_unknown_revision(tree: Tree) -> None:
    tree.git("init", "-q")
    tree.put("a.py", "x = 1\n")
    result = tree.run("check", "--diff", "no-such-branch")
    assert result == (2, "", "bugcatalog: --diff: git knows no revision `no-such-branch`\n")
    assert (
        tree.run("check", "--diff=--output=x").err == "bugcatalog: --diff: `--output=x` is not a revision\n"
    )


def test_no_command_prints_the_help(tree: Tree) -> None:
    result = tree.run()
    assert (result.code, result.out) == (2, "")
    assert "check" in result.err


def test_version_and_help(tree: Tree) -> None:
    assert tree.run("--version").out.startswith("bugcatalog ")
    result = tree.run("check", "--help")
    assert result.code == 0
    assert "--stdin-filename" in result.out


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs symbolic links")
def test_a_link_to_nothing(tree: Tree) -> None:
    os.symlink("nowhere.py", tree.folder / "a.py")
    result = tree.run("check", "a.py")
    assert result == (2, "", "bugcatalog: `a.py` is a link to nothing that is there\n")
