"""`bugcatalog demo`: the real server on the sample project, and what the sample holds."""

from __future__ import annotations

import shutil

from trees import Tree

from bugcatalog_ls.cli.demo_command import SAMPLE


def test_demo(tree: Tree) -> None:
    result = tree.run("demo")
    assert result.err == ""
    assert result.code == 0
    assert "runs as process" in result.out
    assert "app/tracking.py:22:16: BC201 " in result.out
    assert "**Root cause**" in result.out
    patch = result.out.partition("--- a/app/tracking.py\n")[2]
    assert any(line.startswith("+") and "timeout=10" in line for line in patch.splitlines())
    assert result.out.endswith("BC201 is no longer found in app/tracking.py.\n")


def test_the_sample_is_mended(bare_tree: Tree) -> None:
    shutil.copytree(SAMPLE, bare_tree.folder / "sample")
    found = bare_tree.run("check", "sample", "--output-format", "json").json
    # Each of the first twelve entries once, and nothing else.
    codes = "BC102 BC104 BC105 BC201 BC501 BC502 BC601 BC602 BC703 BC901 BC902 BC903"
    assert " ".join(sorted(finding["code"] for finding in found)) == codes
    assert bare_tree.run("fix", "--fixes", "all", "sample").code == 0
    assert bare_tree.run("check", "sample").code == 0


def test_where_the_sample_lies(tree: Tree) -> None:
    assert tree.run("demo", "--print-sample").out == f"{SAMPLE}\n"
