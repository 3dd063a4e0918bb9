"""`bugcatalog fix`: what is written, what is shown, and what is left."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from trees import TEAM_PAGE, Tree

from bugcatalog_ls.cli.patch_folder import patch_folder

SUGGESTED = TEAM_PAGE.replace("applicability: safe", "applicability: suggested")


def test_fix_writes_and_checks_again(tree: Tree) -> None:
    tree.put("app/a.py", "print(1)\nx = 1\nprint(2)\n")
    tree.put("app/b.py", "log(1)\n")
    result = tree.run("fix")
    assert result == (0, "changed app/a.py\nMended 2 findings; nothing is left.\n", "")
    assert tree.read("app/a.py") == "log(1)\nx = 1\nlog(2)\n"
    assert tree.run("check").code == 0
    assert tree.run("fix") == (0, "There is nothing to mend.\n", "")


def test_only_safe_fixes_unless_all_are_asked_for(tree: Tree) -> None:
    tree.put(".bugcatalog/TEAM-1-bare-print.md", SUGGESTED)
    tree.put("a.py", "print(1)\n")
    assert tree.run("fix") == (1, "Mended 0 findings; 1 is left.\n", "")
    assert tree.read("a.py") == "print(1)\n"
    assert tree.run("fix", "--fixes", "all").code == 0
    assert tree.read("a.py") == "log(1)\n"


def test_only_what_is_selected_and_asked_for(tree: Tree) -> None:
    tree.put("app/a.py", "print(1)\nbreakpoint()\n")
    tree.put("lib/b.py", "print(1)\n")
    assert tree.run("fix", "--select", "TEAM-2").code == 1
    assert tree.read("app/a.py") == "print(1)\nbreakpoint()\n"
    assert tree.run("fix", "app").code == 0
    assert (tree.read("app/a.py"), tree.read("lib/b.py")) == ("log(1)\nbreakpoint()\n", "print(1)\n")


def test_dry_run_changes_nothing(tree: Tree) -> None:
    tree.put("a.py", "print(1)\n")
    assert tree.run("fix", "--dry-run") == (
        0,
        "would change a.py\nWould mend 1 finding; nothing is left.\n",
        "",
    )
    assert tree.read("a.py") == "print(1)\n"


def test_diff_is_a_patch(tree: Tree) -> None:
    tree.put("app/a.py", "x = 1\nprint('ä')")
    result = tree.run("fix", "--diff")
    assert result == (
        0,
        "--- a/app/a.py\n"
        "+++ b/app/a.py\n"
        "@@ -1,2 +1,2 @@\n"
        " x = 1\n"
        "-print('ä')\n"
        "\\ No newline at end of file\n"
        "+log('ä')\n"
        "\\ No newline at end of file\n",
        "Would mend 1 finding; nothing is left.\n",
    )
    assert tree.read("app/a.py") == "x = 1\nprint('ä')"
    tree.git("init", "-q")
    subprocess.run(["git", "apply"], cwd=tree.folder, input=result.out.encode(), check=True)
    assert tree.read("app/a.py") == "x = 1\nlog('ä')"


def test_diff_of_files_elsewhere_names_them_from_their_root(bare_tree: Tree) -> None:
    bare_tree.put("project/.bugcatalog/TEAM-1-bare-print.md", TEAM_PAGE)
    bare_tree.put("project/pyproject.toml", "")
    bare_tree.put("project/app/a file.py", "print(1)\n")
    project = bare_tree.folder / "project"
    (project / "docs").mkdir()
    result = bare_tree.run("fix", "--diff", "--select", "TEAM-1", "../app", cwd="project/docs")
    assert result.out.startswith("--- a/app/a file.py\t\n+++ b/app/a file.py\t\n")
    told = f"Would mend 1 finding; nothing is left. The patch is to be applied in {project}.\n"
    assert (result.code, result.err) == (0, told)
    subprocess.run(["git", "apply"], cwd=project, input=result.out.encode(), check=True)
    assert bare_tree.read("project/app/a file.py") == "log(1)\n"


def test_diff_names_the_files_that_links_lead_to(bare_tree: Tree) -> None:
    bare_tree.put("project/.bugcatalog/TEAM-1-bare-print.md", TEAM_PAGE)
    bare_tree.put("project/pyproject.toml", "")
    bare_tree.put("project/app/a.py", "print(1)\n")
    bare_tree.put("other/b.py", "print(2)\n")
    (bare_tree.folder / "link").symlink_to("project")
    (bare_tree.folder / "project/app/b.py").symlink_to("../../other/b.py")
    result = bare_tree.run("fix", "--diff", "--select", "TEAM-1", "link")
    assert (result.code, result.err) == (0, "Would mend 2 findings; nothing is left.\n")
    subprocess.run(["git", "apply"], cwd=bare_tree.folder, input=result.out.encode(), check=True)
    assert bare_tree.read("project/app/a.py") == "log(1)\n"
    assert bare_tree.read("other/b.py") == "log(2)\n"


def test_diff_of_several_roots_is_one_patch(tmp_path: Path) -> None:
    places = [(tmp_path / "one", "a.py"), (tmp_path / "two", "b/c.py")]
    assert patch_folder(places) == tmp_path
    assert patch_folder(places[:1]) == tmp_path / "one"


def test_diff_of_other_encodings_is_a_patch(tree: Tree) -> None:
    tree.put("a.py", "# coding: latin-1\r\n# Größe\r\nprint('ä')\r\n".encode("latin-1"))
    tree.put("b.py", b"\xef\xbb\xbfprint(1)\n")
    tree.put("c.py", "print('ä')\n")
    tree.git("init", "-q")
    patch = subprocess.run(
        [sys.executable, "-m", "bugcatalog_ls", "fix", "--diff"],
        cwd=tree.folder,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    subprocess.run(["git", "apply"], cwd=tree.folder, input=patch, check=True)
    for path, content in {
        "a.py": "# coding: latin-1\r\n# Größe\r\nlog('ä')\r\n".encode("latin-1"),
        "b.py": b"\xef\xbb\xbflog(1)\n",
        "c.py": "log('ä')\n".encode(),
    }.items():
        assert (tree.folder / path).read_bytes() == content


def test_encoding_line_ends_and_permissions_are_kept(tree: Tree) -> None:
    latin = tree.put("a.py", "# coding: latin-1\r\nprint('ä')\r\n".encode("latin-1"))
    marked = tree.put("b.py", b"\xef\xbb\xbfprint(1)\n")
    latin.chmod(0o750)
    assert tree.run("fix").code == 0
    assert latin.read_bytes() == "# coding: latin-1\r\nlog('ä')\r\n".encode("latin-1")
    assert marked.read_bytes() == b"\xef\xbb\xbflog(1)\n"
    if sys.platform != "win32":
        assert latin.stat().st_mode & 0o777 == 0o750


def test_a_file_that_cannot_be_written_does_not_stop_the_others(tree: Tree) -> None:
    tree.put("a.py", "print(1)\n").chmod(0o400)
    tree.put("b.py", "print(1)\n")
    result = tree.run("fix", as_anyone=True)
    assert (result.code, tree.read("a.py"), tree.read("b.py")) == (1, "print(1)\n", "log(1)\n")
    assert result.err == "bugcatalog: a.py is read-only.\n"


def test_what_a_fix_brings_up_is_mended_too(tree: Tree) -> None:
    tree.put("a.py", "print(print(1), print(2))\n")
    assert tree.run("fix").code == 0
    assert tree.read("a.py") == "log(log(1), log(2))\n"


def test_a_fix_that_never_ends_stops(tree: Tree) -> None:
    endless = TEAM_PAGE.replace("fix: log($$$ARGS)", "fix: print(1, $$$ARGS)")
    tree.put(".bugcatalog/TEAM-1-bare-print.md", endless)
    tree.put("a.py", "print(0)\n")
    assert tree.run("fix").code == 1
