"""Bad input: one clear message each, and everything else goes on."""

from __future__ import annotations

import os
import sys

import pytest
from trees import TEAM_PAGE, Tree, lines_about

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs links and permissions of POSIX")


def check(tree: Tree, *arguments: str, as_anyone: bool = False) -> tuple[int, list[str], str]:
    """The exit code, `file code` of each finding, and what was said on standard error."""
    result = tree.run("check", "--output-format", "json", *arguments, as_anyone=as_anyone)
    return result.code, [f"{found['filename']} {found['code']}" for found in result.json], result.err


def test_a_page_with_an_unknown_key(tree: Tree) -> None:
    tree.put("a.py", "print(1)\n")
    tree.put("bugcatalog.toml", 'select = ["TEAM-", "BC001"]\n')
    tree.put(
        ".bugcatalog/TEAM-3-x.md", TEAM_PAGE.replace("TEAM-1", "TEAM-3").replace("severity:", "severty:")
    )
    result = tree.run("check", "--output-format", "json")
    page = [found for found in result.json if found["filename"].startswith(".bugcatalog")]
    assert {found["code"] for found in page} == {"BC001"}
    assert len([found for found in page if "`severty`" in found["message"]]) == 1
    assert [found["location"]["row"] for found in page if "`severty`" in found["message"]] == [4]
    assert [found["code"] for found in result.json if found["filename"] == "a.py"] == ["TEAM-1"]
    assert result.err == ""


def test_a_page_with_an_invalid_rule(tree: Tree) -> None:
    tree.put("a.py", "print(1)\n")
    bad = TEAM_PAGE.replace("TEAM-1", "TEAM-3").replace("{pattern: print($$$ARGS)}", "{kind: no_such_kind}")
    tree.put(".bugcatalog/TEAM-3-x.md", bad)
    code, found, said = check(tree)
    assert (code, found) == (1, ["a.py TEAM-1"])
    # BC001 is not selected here, so that the fault is told beside the findings.
    [line] = lines_about(said, "TEAM-3-x.md")
    assert line.startswith("bugcatalog: .bugcatalog/TEAM-3-x.md:7:")
    assert "no_such_kind" in line


def test_a_broken_page(tree: Tree) -> None:
    tree.put("a.py", "print(1)\n")
    tree.put(".bugcatalog/TEAM-3-x.md", "---\ncode: TEAM-3\n")
    code, found, said = check(tree)
    assert (code, found) == (1, ["a.py TEAM-1"])
    assert len(lines_about(said, "TEAM-3-x.md")) == 1


def test_a_bad_setting(tree: Tree) -> None:
    tree.put("a.py", "print(1)\n")
    tree.put("bugcatalog.toml", 'select = ["TEAM-", "BC002"]\nfail-onn = "error"\n')
    result = tree.run("check", "--output-format", "json")
    assert [(found["filename"], found["code"]) for found in result.json] == [
        ("a.py", "TEAM-1"),
        ("bugcatalog.toml", "BC002"),
    ]
    assert result.json[1]["location"] == {"row": 2, "column": 1}
    assert result.json[1]["message"] == "unknown setting `fail-onn`; did you mean `fail-on`?"
    assert (result.code, result.err) == (2, "")


def test_a_bad_setting_is_told_where_it_is_no_finding(tree: Tree) -> None:
    tree.put("a.py", "print(1)\n")
    tree.put("bugcatalog.toml", 'select = ["TEAM-"]\nfail-onn = "error"\n')
    code, found, said = check(tree, "--exit-zero")
    assert (code, found) == (2, ["a.py TEAM-1"])
    assert said == "bugcatalog: bugcatalog.toml:2:1: unknown setting `fail-onn`; did you mean `fail-on`?\n"


def test_settings_that_are_no_toml(tree: Tree) -> None:
    tree.put("a.py", "x = 1\n")
    tree.put("bugcatalog.toml", "select = [\n")
    result = tree.run("check", "--select", "TEAM-")
    assert result.code == 2
    assert len(lines_about(result.err, "bugcatalog.toml")) == 1


def test_a_binary_file(tree: Tree) -> None:
    tree.put("a.py", "print(1)\n")
    tree.put("b.py", b"\x7fELF\x00\x01\x02")
    code, found, said = check(tree)
    assert (code, found) == (1, ["a.py TEAM-1"])
    assert said == "bugcatalog: warning: b.py is binary, in spite of its name.\n"


def test_a_file_of_ten_megabytes(tree: Tree) -> None:
    tree.put("a.py", "print(1)\n")
    tree.put("b.py", b"x = 1\n" * 1_800_000)
    code, found, said = check(tree)
    assert (code, found) == (1, ["a.py TEAM-1"])
    assert said == (
        "bugcatalog: warning: b.py is too large to be analysed (10.3 MiB; `max-file-size` is 2.0 MiB).\n"
    )


def test_latin_1_with_and_without_a_cookie(tree: Tree) -> None:
    tree.put("a.py", "# -*- coding: latin-1 -*-\nx = 'ä'; print(x)\n".encode("latin-1"))
    tree.put("b.py", "x = 'ä'; print(x)\n".encode("latin-1"))
    result = tree.run("check", "--output-format", "json")
    assert [(found["filename"], found["location"]["column"]) for found in result.json] == [("a.py", 10)]
    assert result.err == (
        "bugcatalog: warning: b.py is not UTF-8 (byte 0xE4 in line 1), "
        "and no coding comment names its encoding.\n"
    )


@posix
def test_a_loop_of_links(tree: Tree) -> None:
    tree.put("app/a.py", "print(1)\n")
    os.symlink(tree.folder / "app", tree.folder / "app" / "again")
    os.symlink("self.py", tree.folder / "app" / "self.py")
    code, found, said = check(tree)
    assert (code, found) == (1, ["app/a.py TEAM-1"])
    assert said == (
        "bugcatalog: warning: app/again is a link to a folder that it is in, and is not followed.\n"
        "bugcatalog: warning: app/self.py is a link that leads back to itself.\n"
    )


@posix
def test_a_folder_without_permission(tree: Tree) -> None:
    tree.put("a.py", "print(1)\n")
    tree.put("secret/b.py", "print(1)\n")
    (tree.folder / "secret").chmod(0)
    try:
        code, found, said = check(tree, as_anyone=True)
    finally:
        (tree.folder / "secret").chmod(0o700)
    assert (code, found) == (1, ["a.py TEAM-1"])
    assert said == "bugcatalog: warning: secret can't be read: permission denied.\n"


def test_a_file_that_is_not_asked_for_is_not_warned_of(tree: Tree) -> None:
    tree.put("app/a.py", "print(1)\n")
    tree.put("other/b.py", b"\x00")
    assert check(tree, "app") == (1, ["app/a.py TEAM-1"], "")


def test_half_a_file(tree: Tree) -> None:
    tree.put("a.py", "def f(:\n    print(1)\n\nclass\n")
    code, found, _ = check(tree)
    assert (code, found) == (1, ["a.py TEAM-1"])


def test_bytes_on_standard_input_that_are_no_text(tree: Tree) -> None:
    result = tree.run("check", "-", "--stdin-filename", "a.py", stdin=b"print(1)\n\x00")
    assert result.code == 0
    assert result.err == "bugcatalog: warning: a.py is binary, in spite of its name.\n"


def test_a_broken_baseline(tree: Tree) -> None:
    tree.put("a.py", "print(1)\n")
    tree.put(".bugcatalog-baseline.json", "[]")
    result = tree.run("check")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("bugcatalog: The baseline .bugcatalog-baseline.json is not one:")
    assert result.err.count("\n") == 1
