"""`bugcatalog check`: what is shown of which files, in text and JSON, and the exit codes."""

from __future__ import annotations

import json
from pathlib import Path

from trees import HINT_PAGE, TEAM_PAGE, Tree

TWO_FILES = """
#- app/b.py
def f():
    print("grüße 🙂", 1); print(2)

#- app/a.py
breakpoint()
print(
    "several",
    "lines",
)
"""


def test_text(tree: Tree) -> None:
    tree.write(TWO_FILES)
    result = tree.run("check")
    assert result.err == ""
    assert result.code == 1
    assert (
        result.out
        == """\
app/a.py:2:1: TEAM-1 bare-print print goes nowhere in a service [warning]
1 | breakpoint()
2 | print(
  | ^^^^^^
3 |     "several",
  |     ^^^^^^^^^^
4 |     "lines",
  |     ^^^^^^^^
5 | )
  | ^
  fix Rewrite as TEAM-1 says (safe)

app/b.py:2:5: TEAM-1 bare-print print goes nowhere in a service [warning]
1 | def f():
2 |     print("grüße 🙂", 1); print(2)
  |     ^^^^^^^^^^^^^^^^^^^^
  fix Rewrite as TEAM-1 says (safe)

app/b.py:2:26: TEAM-1 bare-print print goes nowhere in a service [warning]
1 | def f():
2 |     print("grüße 🙂", 1); print(2)
  |                           ^^^^^^^^
  fix Rewrite as TEAM-1 says (safe)

3 findings (3 warnings) in 2 of 2 files.
"""
    )


def test_json_is_the_contract(tree: Tree) -> None:
    tree.write(TWO_FILES)
    result = tree.run("check", "--output-format", "json", "app/b.py")
    page = tree.folder / ".bugcatalog" / "TEAM-1-bare-print.md"

    def finding(column: int, end: int) -> dict[str, object]:
        edit = {
            "filename": "app/b.py",
            "location": {"row": 2, "column": column},
            "end_location": {"row": 2, "column": column + 5},
            "content": "log",
        }
        return {
            "code": "TEAM-1",
            "name": "bare-print",
            "severity": "warning",
            "message": "print goes nowhere in a service",
            "filename": "app/b.py",
            "location": {"row": 2, "column": column},
            "end_location": {"row": 2, "column": end},
            "url": page.as_uri(),
            "related": [],
            "fixes": [{"title": "Rewrite as TEAM-1 says", "applicability": "safe", "edits": [edit]}],
        }

    assert result.code == 1
    assert json.dumps(result.json) == json.dumps([finding(5, 24), finding(26, 34)])


def test_json_lines_hold_the_same(tree: Tree) -> None:
    tree.write(TWO_FILES)
    lines = tree.run("check", "--output-format", "jsonl").out.splitlines()
    assert [json.loads(line) for line in lines] == tree.run("check", "--output-format", "json").json


def test_nothing_found(tree: Tree) -> None:
    tree.put("app.py", "log(1)\n")
    assert tree.run("check") == (0, "No findings in 1 file.\n", "")
    assert tree.run("check", "--output-format", "json") == (0, "[]\n", "")
    assert tree.run("check", "--output-format", "jsonl") == (0, "", "")


def test_one_process_or_two_with_or_without_cache(tree: Tree) -> None:
    for number in range(150):
        tree.put(f"app/m{number}.py", f"x = {number}\nprint(x)\n" * (number % 3))
    first = tree.run("check", "--no-cache", "--jobs", "1", "--output-format", "json")
    assert len(first.json) == 150
    assert tree.run("check", "--no-cache", "--jobs", "2", "--output-format", "json") == first
    assert tree.run("check", "--output-format", "json") == first
    assert tree.run("check", "--output-format", "json") == first


def test_cache_sees_changes(tree: Tree) -> None:
    tree.put("app.py", "print(1)\n")
    assert tree.run("check").code == 1
    tree.put("app.py", "print(1)\nprint(2)\n")
    assert tree.run("check").out.endswith("2 findings (2 warnings) in 1 of 1 file.\n")
    tree.put("app.py", "log()\n")
    assert tree.run("check").code == 0


def test_hints_are_shown_when_asked_for(tree: Tree) -> None:
    tree.put("app.py", "breakpoint()\n")

    def codes(*arguments: str) -> tuple[int, list[str]]:
        result = tree.run("check", "--output-format", "json", *arguments)
        return result.code, [finding["code"] for finding in result.json]

    assert codes() == (0, [])
    assert codes("--severity", "hint") == (0, ["TEAM-2"])
    assert codes("--select", "TEAM-2") == (0, ["TEAM-2"])
    assert codes("--select", "team-2") == (0, ["TEAM-2"])
    assert codes("--select", "TEAM-2", "--severity", "warning") == (0, [])
    tree.put("bugcatalog.toml", 'select = ["TEAM-"]\nfail-on = "hint"\n')
    assert codes() == (1, ["TEAM-2"])


def test_select_and_ignore_by_code_and_prefix(tree: Tree) -> None:
    tree.put("app.py", "print(1)\nbreakpoint()\n")
    assert tree.run("check", "--ignore", "TEAM-1").code == 0
    assert tree.run("check", "--ignore", "BC2,TEAM-").code == 0
    assert tree.run("check", "--select", "BC2").code == 0
    assert tree.run("check", "--select", "BC2,TEAM-", "--ignore", "TEAM-2").code == 1
    assert tree.run("check", "--select", "BC2", "--select", "TEAM-1").code == 1


def test_exit_codes_follow_fail_on(tree: Tree) -> None:
    tree.put("app.py", "print(1)\n")
    assert tree.run("check").code == 1
    assert tree.run("check", "--exit-zero").code == 0
    tree.put("bugcatalog.toml", 'select = ["TEAM-"]\nfail-on = "error"\n')
    assert tree.run("check").code == 0
    tree.put("bugcatalog.toml", 'select = ["TEAM-"]\nfail-on = "never"\n')
    assert tree.run("check").code == 0


def test_file_names_are_relative_to_the_working_directory(tree: Tree) -> None:
    tree.put("app/inner/a.py", "print(1)\n")
    tree.put("app/b.py", "print(1)\n")

    def names(*arguments: str, cwd: str) -> list[str]:
        result = tree.run("check", "--output-format", "json", *arguments, cwd=cwd)
        return [finding["filename"] for finding in result.json]

    assert names(cwd="app/inner") == ["a.py"]
    assert names("..", cwd="app/inner") == ["../b.py", "a.py"]
    assert names(str(tree.folder / "app" / "b.py"), cwd=".") == ["app/b.py"]


def test_several_roots_each_with_its_settings(bare_tree: Tree) -> None:
    for name in ("one", "two"):
        bare_tree.put(f"{name}/.bugcatalog/TEAM-1-bare-print.md", TEAM_PAGE)
        bare_tree.put(f"{name}/app.py", "print(1)\nbreakpoint()\n")
    bare_tree.put("one/bugcatalog.toml", 'severity = {TEAM-1 = "error"}\n')
    bare_tree.put("two/pyproject.toml", '[tool.bugcatalog]\nselect = ["TEAM-"]\n')
    bare_tree.put("two/.bugcatalog/TEAM-2-stray-breakpoint.md", HINT_PAGE)
    result = bare_tree.run("check", "two", "one", "--select", "TEAM-1,TEAM-2", "--output-format", "json")
    assert [(finding["filename"], finding["code"], finding["severity"]) for finding in result.json] == [
        ("one/app.py", "TEAM-1", "error"),
        ("two/app.py", "TEAM-1", "warning"),
        ("two/app.py", "TEAM-2", "hint"),
    ]


def test_a_root_inside_a_root_decides_for_its_files(tree: Tree) -> None:
    tree.put("app.py", "print(1)\n")
    tree.put("sub/bugcatalog.toml", 'ignore = ["BC"]\n')
    tree.put("sub/app.py", "print(1)\n")
    result = tree.run("check", ".", "sub", "--output-format", "json")
    assert [finding["filename"] for finding in result.json] == ["app.py"]


def test_ignored_files_count_where_they_are_named(tree: Tree) -> None:
    tree.git("init", "-q")
    tree.put(".gitignore", "generated/\n")
    tree.put("generated/a.py", "print(1)\n")
    assert tree.run("check").code == 0
    assert tree.run("check", "generated").code == 1
    assert tree.run("check", "generated/a.py").code == 1


def test_standard_input_stands_for_a_file(tree: Tree) -> None:
    tree.put("app/a.py", "log()\n")
    text = "x = 'ä'\r\nprint(x)\r\n".encode()
    result = tree.run("check", "-", "--stdin-filename", "app/a.py", "--output-format", "json", stdin=text)
    [finding] = result.json
    assert (finding["filename"], finding["location"]) == ("app/a.py", {"row": 2, "column": 1})
    assert tree.run("check", "--stdin-filename", "app/new.py", stdin=text).code == 1
    assert tree.run("check", "-", stdin=text).out.startswith("stdin.py:2:1: TEAM-1")
    assert tree.read("app/a.py") == "log()\n"


def test_shards_make_up_the_whole(tree: Tree) -> None:
    for number in range(20):
        tree.put(f"m{number}.py", "print(1)\n")
    whole = tree.run("check", "--output-format", "json").json
    parts = [tree.run("check", "--output-format", "json", "--shard", f"{i}/3").json for i in (1, 2, 3)]
    assert all(0 < len(part) < 20 for part in parts)
    assert sorted((finding for part in parts for finding in part), key=lambda f: f["filename"]) == whole


def test_statistics(tree: Tree) -> None:
    tree.put("app.py", "print(1)\nbreakpoint()\nprint(2)\n")
    assert (
        tree.run("check", "--statistics", "--severity", "hint").out
        == """\
2  TEAM-1  warning      bare-print
1  TEAM-2  hint         stray-breakpoint
3 findings (2 warnings, 1 hint) in 1 of 1 file.
"""
    )
    result = tree.run("check", "--statistics", "--output-format", "json")
    assert len(result.json) == 2
    assert result.err == "2  TEAM-1  warning      bare-print\n"


def test_output_file(tree: Tree) -> None:
    tree.put("app.py", "print('ä')\n")
    assert tree.run("check", "--output-format", "json", "--output-file", "out.json") == (1, "", "")
    assert json.loads(tree.read("out.json")) == tree.run("check", "--output-format", "json").json


def test_diff_shows_what_lies_on_changed_lines(tree: Tree) -> None:
    tree.put("app/a.py", "print(1)\nx = 1\nprint(2)\n")
    tree.put("app/ä b.py", "x = 1\n")
    tree.put("app/gone.py", "print(1)\n")
    tree.git("init", "-q")
    tree.git("add", "-A")
    tree.git("commit", "-q", "-m", "first")
    assert tree.run("check", "--diff", "HEAD").code == 0
    tree.put("app/a.py", "print(1)\nprint(\n    3,\n)\nprint(2)\n")
    tree.put("app/ä b.py", "x = 1\nprint(4)\n")
    tree.put("app/new.py", "print(5)\n")
    (tree.folder / "app/gone.py").unlink()
    expected = [("app/a.py", 2), ("app/new.py", 1), ("app/ä b.py", 2)]
    for cwd in (".", "app"):
        found = tree.run("check", "--diff", "HEAD", "--output-format", "json", cwd=cwd).json
        prefix = "app/" if cwd == "app" else ""
        assert [(prefix + finding["filename"], finding["location"]["row"]) for finding in found] == expected


def test_diff_counts_a_range_that_the_change_touches(tree: Tree) -> None:
    tree.put("a.py", "print(\n    1,\n)\nx = 1\n")
    tree.git("init", "-q")
    tree.git("add", "-A")
    tree.git("commit", "-q", "-m", "first")
    tree.put("a.py", "print(\n    2,\n)\nx = 1\n")
    assert tree.run("check", "--diff", "HEAD").code == 1
    tree.put("a.py", "print(\n    1,\n)\nx = 2\n")
    assert tree.run("check", "--diff", "HEAD").code == 0


def test_diff_counts_lines_as_git_does(tree: Tree) -> None:
    tree.put("a.py", "x = 1\rprint(1)\ry = 1\nprint(2)\n")
    tree.git("init", "-q")
    tree.git("add", "-A")
    tree.git("commit", "-q", "-m", "first")
    tree.put("a.py", "x = 1\rprint(3)\ry = 1\nprint(2)\n")
    found = tree.run("check", "--diff", "HEAD", "--output-format", "json").json
    assert [finding["location"]["row"] for finding in found] == [2]
    tree.put("a.py", "x = 1\rprint(1)\ry = 1\nprint(4)\n")
    found = tree.run("check", "--diff", "HEAD", "--output-format", "json").json
    assert [finding["location"]["row"] for finding in found] == [4]


def test_baseline_hides_what_it_accepts(tree: Tree) -> None:
    tree.put("a.py", "print(1)\n")
    tree.put("b.py", "print(1)\n")
    written = tree.run("check", "--write-baseline")
    assert written == (0, "Accepted 2 findings in .bugcatalog-baseline.json.\n", "")
    assert tree.run("check").code == 0
    tree.put("a.py", "x = 1\nprint(1)\nprint(2)\n")
    result = tree.run("check", "--output-format", "json")
    assert [(finding["filename"], finding["location"]["row"]) for finding in result.json] == [("a.py", 3)]
    # Of the file that is looked at, what is there now; of the other, what was accepted.
    assert tree.run("check", "a.py", "--write-baseline").code == 0
    assert tree.run("check").code == 0


def test_baseline_by_another_name(tree: Tree) -> None:
    tree.put("app/a.py", "print(1)\n")
    assert tree.run("check", "--baseline", "known.json", "--write-baseline", cwd="app").code == 0
    assert (tree.folder / "app" / "known.json").exists()
    assert tree.run("check").code == 1
    assert tree.run("check", "--baseline", "app/known.json").code == 0
    missing = tree.run("check", "--baseline", "unknown.json")
    assert (missing.code, missing.out) == (2, "")
    assert missing.err == ("bugcatalog: there is no baseline `unknown.json`; `--write-baseline` writes one\n")


def test_suppressions_hold(tree: Tree) -> None:
    tree.put("a.py", "print(1)  # bugcatalog: ignore[TEAM-1] a script\n")
    assert tree.run("check").code == 0


def test_a_team_page_changes_what_is_found(tree: Tree, tmp_path: Path) -> None:
    tree.put("a.py", "print(1)\n")
    assert tree.run("check").code == 1
    tree.put(".bugcatalog/TEAM-1-bare-print.md", TEAM_PAGE.replace("print(", "emit("))
    assert tree.run("check").code == 0
