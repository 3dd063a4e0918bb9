"""`bugcatalog catalog`, `explain` and `settings`: the entries and values in force, and their faults."""

from __future__ import annotations

import json

from trees import TEAM_PAGE, Tree

from bugcatalog_ls.catalog.schema import front_matter_schema


def test_list(tree: Tree) -> None:
    result = tree.run("catalog", "list")
    assert result.code == 0
    row = "TEAM-1  warning      bare-print                        Print in a service"
    assert row in result.out.splitlines()
    assert any(line.startswith("BC201  warning      missing-timeout ") for line in result.out.splitlines())


def test_list_as_json(tree: Tree) -> None:
    entries = {entry["code"]: entry for entry in tree.run("catalog", "list", "--output-format", "json").json}
    assert entries["TEAM-1"] == {
        "code": "TEAM-1",
        "name": "bare-print",
        "severity": "warning",
        "title": "Print in a service",
        "summary": "What is printed here is lost.",
        "tags": [],
        "detects": True,
        "source": "workspace",
        "page": (tree.folder / ".bugcatalog" / "TEAM-1-bare-print.md").as_posix(),
    }
    assert entries["BC201"]["source"] == "built-in"


def test_show_and_explain(tree: Tree) -> None:
    shown = tree.run("catalog", "show", "TEAM-1")
    assert shown.out.startswith("# Print in a service\n\n**TEAM-1 bare-print** · warning\n")
    assert "## Root cause\n\nNobody reads the standard output of a service." in shown.out
    for word in ("TEAM-1", "team-1", "bare-print"):
        assert tree.run("explain", word) == shown


def test_search(tree: Tree) -> None:
    found = tree.run("catalog", "search", "--output-format", "json", "service", "print").json
    assert found[0]["code"] == "TEAM-1"
    message = "QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00"
    best = tree.run("catalog", "search", "--output-format", "json", message).json[0]
    assert (best["score"], best["reason"]) == (1.0, "its error message")
    assert tree.run("catalog", "search", "qqqqzzzz").out == "Nothing fits.\n"


def test_verify(tree: Tree) -> None:
    result = tree.run("catalog", "verify", "TEAM-")
    assert result == (0, "2 entries: 2 validated, 0 reported, 0 noisy, 0 missing, 0 unmended.\n", "")


def test_verify_names_what_is_not_so(tree: Tree) -> None:
    page = TEAM_PAGE.replace('log("x")', 'log("y")') + "\n## Accepted\n```python\nprint(1)\n```\n"
    page = page.replace("# <------- TEAM-1 print goes nowhere", "# <------- TEAM-1 something else")
    page = page.replace("## Fixed", "### Quiet\n```python\nemit(1)\n# <---- TEAM-1\n```\n\n## Fixed")
    tree.put(".bugcatalog/TEAM-1-bare-print.md", page.replace("## Flagged\n", "## Flagged\n### Quiet\n", 0))
    result = tree.run("catalog", "verify", "TEAM-1")
    verdicts = [line.split(": ")[1].split()[0] for line in result.out.splitlines()[:-1]]
    assert result.code == 1
    assert sorted(set(verdicts)) == ["missing", "noisy", "reported", "unmended"]
    lines = page.splitlines()
    noisy = next(line for line in result.out.splitlines() if ": noisy " in line)
    row = lines.index("## Accepted") + 3
    assert noisy.startswith(f".bugcatalog/TEAM-1-bare-print.md:{row}: noisy TEAM-1 not marked")
    as_json = tree.run("catalog", "verify", "TEAM-1", "--output-format", "json")
    assert as_json.code == 1
    assert len(as_json.json["failures"]) == len(verdicts)
    assert as_json.json["entries"] == 1


def test_verify_fails_on_a_broken_page(tree: Tree) -> None:
    tree.put(".bugcatalog/TEAM-3-x.md", "---\ncode: TEAM-3\nname: x\nseverity: warn\n---\n# X\nIt is so.\n")
    result = tree.run("catalog", "verify")
    assert result.code == 1
    assert ".bugcatalog/TEAM-3-x.md:4: broken " in result.out


def test_schema(tree: Tree) -> None:
    assert json.loads(tree.run("catalog", "schema").out) == front_matter_schema()


def test_settings_with_their_origins(tree: Tree) -> None:
    tree.put("bugcatalog.toml", 'fail-on = "error"\n[severity]\nTEAM-1 = "hint"\n')
    tree.put("app/x.py", "")
    rows = {row["key"]: row for row in tree.run("settings", "app", "--output-format", "json").json}
    assert rows["fail-on"] == {"key": "fail-on", "value": "error", "origin": "bugcatalog.toml:1"}
    assert rows["severity.TEAM-1"]["origin"] == "bugcatalog.toml:3"
    assert rows["store"] == {"key": "store", "value": None, "origin": "default"}
    text = tree.run("settings").out.splitlines()
    assert any(
        line.startswith("fail-on") and line.endswith('= "error"  # bugcatalog.toml:1') for line in text
    )


def test_settings_never_show_a_secret(tree: Tree) -> None:
    url = "postgresql+psycopg://user:hunter2@db/bugs"
    tree.put("bugcatalog.toml", f'store = "{url}"\n[databases]\nmain = "{url}"\n')
    for output_format in ("text", "json"):
        result = tree.run("settings", "--output-format", output_format)
        assert "hunter2" not in result.out + result.err
        assert "postgresql" in result.out


def test_wrong_settings(tree: Tree) -> None:
    tree.put("bugcatalog.toml", 'x = 1\nfail-on = "eror"\n')
    result = tree.run("settings")
    assert result.code == 2
    assert [line.split(": ")[1] for line in result.err.splitlines()] == [
        "bugcatalog.toml:1:1",
        "bugcatalog.toml:2:1",
    ]
