"""The formats for other programs: each is what its readers take."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from urllib.parse import unquote

from trees import TEAM_PAGE, Tree


def write_files(tree: Tree) -> None:
    tree.put("app/ä b.py", 'x = "🙂"; print(x)\n')
    tree.put("app/c.py", "print(\n    1,\n)\nbreakpoint()\n")


def test_sarif(tree: Tree) -> None:
    write_files(tree)
    log = tree.run("check", "--output-format", "sarif", "--severity", "hint").json
    assert log["version"] == "2.1.0"
    [run] = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert [rule["id"] for rule in rules] == ["TEAM-1", "TEAM-2"]
    assert "Nobody reads the standard output" in rules[0]["help"]["markdown"]
    first, second, third = run["results"]
    assert [result["level"] for result in run["results"]] == ["warning", "note", "warning"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    place = third["locations"][0]["physicalLocation"]
    assert unquote(place["artifactLocation"]["uri"]) == "app/ä b.py"
    assert place["artifactLocation"]["uri"].isascii()
    assert place["region"] == {"startLine": 1, "startColumn": 10, "endLine": 1, "endColumn": 18}
    [change] = third["fixes"][0]["artifactChanges"]
    region = {"startLine": 1, "startColumn": 10, "endLine": 1, "endColumn": 15}
    assert change["replacements"] == [{"deletedRegion": region, "insertedContent": {"text": "log"}}]
    assert "fixes" not in second
    assert first["partialFingerprints"] != third["partialFingerprints"]


def test_sarif_with_nothing_found(tree: Tree) -> None:
    [run] = tree.run("check", "--output-format", "sarif").json["runs"]
    assert run["results"] == []


def test_github(tree: Tree) -> None:
    write_files(tree)
    page = TEAM_PAGE.replace("print goes nowhere in a service", "'100% lost: here, there'")
    tree.put(".bugcatalog/TEAM-1-bare-print.md", page)
    assert tree.run("check", "--output-format", "github").out == (
        "::warning file=app/c.py,line=1,endLine=3,title=TEAM-1 bare-print::100%25 lost: here, there\n"
        "::warning file=app/ä b.py,line=1,endLine=1,title=TEAM-1 bare-print,col=10,endColumn=18"
        "::100%25 lost: here, there\n"
    )


def test_gitlab(tree: Tree) -> None:
    tree.put("a.py", "print(1)\nprint(1)\n")
    issues = tree.run("check", "--output-format", "gitlab").json
    assert [issue["location"] for issue in issues] == [
        {"path": "a.py", "lines": {"begin": 1, "end": 1}},
        {"path": "a.py", "lines": {"begin": 2, "end": 2}},
    ]
    assert {issue["severity"] for issue in issues} == {"major"}
    prints = {issue["fingerprint"] for issue in issues}
    assert len(prints) == 2
    # A finding that only moved is the same finding.
    tree.put("a.py", "x = 1\n\nprint(1)\nprint(1)\n")
    assert {issue["fingerprint"] for issue in tree.run("check", "--output-format", "gitlab").json} == prints


def test_junit(tree: Tree) -> None:
    write_files(tree)
    suites = ElementTree.fromstring(tree.run("check", "--output-format", "junit").out)
    assert suites.attrib == {"name": "bugcatalog", "tests": "2", "failures": "2", "errors": "0"}
    assert [suite.get("name") for suite in suites] == ["app/c.py", "app/ä b.py"]
    failure = suites[1][0][0]
    assert failure.get("message") == "print goes nowhere in a service"
    assert failure.text == "app/ä b.py:1:10: TEAM-1 bare-print print goes nowhere in a service"


def test_junit_with_nothing_found(tree: Tree) -> None:
    tree.put("a.py", "x = 1\n")
    suites = ElementTree.fromstring(tree.run("check", "--output-format", "junit").out)
    assert [case.get("name") for case in suites.iter("testcase")] == ["1 file checked"]
