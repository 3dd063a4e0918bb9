"""`bugcatalog demo`: the real server on the sample project, and what the sample holds."""

from __future__ import annotations

import shutil

from conftest import Tree

from bugcatalog_ls.cli.demo_command import SAMPLE


def test_demo(tree: Tree) -> None:
    result = tree.run("demo")
    assert result.err == ""
    assert result.code == 0
    assert "runs as process" in result.out
    assert "app/tracking.py:21:16: BC201 " in result.out
    assert "**Root cause**" in result.out
    assert 'headers={"X-Api-Key": api_key}, timeout=10)' in result.out
    assert result.out.endswith("BC201 is no longer found in app/tracking.py.\n")


def test_the_sample_is_mended(bare_tree: Tree) -> None:
    shutil.copytree(SAMPLE, bare_tree.folder / "sample")
    codes = {found["code"] for found in bare_tree.run("check", "sample", "--output-format", "json").json}
    assert {"BC102", "BC105", "BC201", "BC501", "BC502", "BC601", "BC903"} <= codes
    bare_tree.run("fix", "--fixes", "all", "sample")
    selected = "BC102,BC105,BC201,BC501,BC502,BC601,BC903"
    assert bare_tree.run("check", "sample", "--select", selected).code == 0


def test_where_the_sample_lies(tree: Tree) -> None:
    assert tree.run("demo", "--print-sample").out == f"{SAMPLE}\n"
