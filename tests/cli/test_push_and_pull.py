"""`catalog push` and `pull` between two people, and catalogs that are stores."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from trees import TEAM_PAGE, Tree, lines_about

PAGE = ".bugcatalog/TEAM-1-bare-print.md"


@pytest.fixture
def people(tmp_path: Path, cache_folder: Path) -> tuple[Tree, Tree]:
    """Two people with a project each and one store; the first one has a page."""
    trees = []
    for name in ("anna", "ben"):
        folder = tmp_path / name / "project"
        folder.mkdir(parents=True)
        tree = Tree(folder, cache_folder)
        tree.set(CI="", USER=name)
        tree.put("bugcatalog.toml", f'select = ["TEAM-"]\nstore = "sqlite:///{tmp_path / "team.db"}"\n')
        trees.append(tree)
    anna, ben = trees
    anna.put(PAGE, TEAM_PAGE)
    return anna, ben


def edit(tree: Tree, old: str, new: str) -> None:
    text = tree.read(PAGE)
    assert old in text
    tree.put(PAGE, text.replace(old, new))


def test_a_page_goes_from_one_to_the_other(people: tuple[Tree, Tree]) -> None:
    anna, ben = people
    assert anna.run("catalog", "push", "--dry-run").out == "TEAM-1  is new here\n"
    assert anna.run("catalog", "push").out == "TEAM-1  pushed (version 1)\n"
    assert anna.run("catalog", "push").out.startswith("Nothing to push: 1 page, the store sqlite")
    assert ben.run("catalog", "pull").out == "TEAM-1  pulled (version 1 by anna)\n"
    assert ben.read(PAGE) == TEAM_PAGE
    ben.put("app.py", 'print("x")\n')
    assert ben.run("check").code == 1
    edit(ben, "severity: warning", "severity: hint")
    assert ben.run("catalog", "push").out == "TEAM-1  pushed (version 2)\n"
    assert lines_about(anna.run("catalog", "push").out, "pull") == [
        "TEAM-1  was changed there by ben; `catalog pull` brings it"
    ]
    pulled = anna.run("catalog", "pull").out
    assert "TEAM-1  pulled (version 2 by ben)" in pulled
    assert "+severity: hint" in pulled
    assert anna.read(PAGE) == ben.read(PAGE)


def test_changes_of_both_that_do_not_meet_are_merged(people: tuple[Tree, Tree]) -> None:
    anna, ben = people
    anna.run("catalog", "push")
    ben.run("catalog", "pull")
    edit(anna, "severity: warning", "severity: error")
    edit(ben, "Nobody reads", "No one reads")
    anna.run("catalog", "push")
    refused = ben.run("catalog", "push")
    assert (refused.code, refused.out) == (1, "TEAM-1  was changed on both sides; `catalog pull` merges it\n")
    assert "merged with theirs (version 2 by anna)" in ben.run("catalog", "pull").out
    assert "severity: error" in ben.read(PAGE)
    assert "No one reads" in ben.read(PAGE)
    assert ben.run("catalog", "push").out == "TEAM-1  pushed (version 3)\n"


def test_a_conflict_is_shown_from_where_both_came(people: tuple[Tree, Tree]) -> None:
    anna, ben = people
    anna.run("catalog", "push")
    ben.run("catalog", "pull")
    edit(anna, "severity: warning", "severity: error")
    edit(ben, "severity: warning", "severity: hint")
    anna.run("catalog", "push")
    before = ben.read(PAGE)
    for command in ("push", "pull"):
        shown = ben.run("catalog", command)
        assert shown.code == 1
        assert "TEAM-1  is in conflict with what was changed there by anna" in shown.out
        sides = shown.out.split("changed there since version 1")
        assert "changed here since version 1" in sides[0]
        assert "+severity: hint" in sides[0]
        assert "+severity: error" in sides[1]
    assert ben.read(PAGE) == before
    assert ben.run("catalog", "push", "--mine").out == "TEAM-1  pushed (version 3)\n"
    edit(anna, "severity: error", "severity: information")
    assert anna.run("catalog", "pull").code == 1
    assert "replaced by theirs (version 3 by ben)" in anna.run("catalog", "pull", "--theirs").out
    assert anna.read(PAGE) == before


def test_a_page_that_came_without_its_note_is_known_by_its_text(people: tuple[Tree, Tree]) -> None:
    anna, ben = people
    anna.run("catalog", "push")
    ben.put(PAGE, TEAM_PAGE)
    edit(anna, "severity: warning", "severity: error")
    anna.run("catalog", "push")
    assert "pulled (version 2 by anna)" in ben.run("catalog", "pull").out


def test_two_that_write_the_same_code_alone_are_in_conflict(people: tuple[Tree, Tree]) -> None:
    anna, ben = people
    anna.run("catalog", "push")
    ben.put(PAGE, TEAM_PAGE.replace("severity: warning", "severity: hint"))
    shown = ben.run("catalog", "push")
    assert shown.code == 1
    assert "from here to there" in shown.out
    assert "-severity: hint" in shown.out


def test_deleting_is_asked_for_and_spares_what_was_changed(people: tuple[Tree, Tree]) -> None:
    anna, ben = people
    anna.run("catalog", "push")
    ben.run("catalog", "pull")
    (anna.folder / PAGE).unlink()
    assert "`push --delete`" in anna.run("catalog", "push").out
    assert anna.run("catalog", "push", "--delete").out == "TEAM-1  deleted (version 2)\n"
    edit(ben, "severity: warning", "severity: hint")
    assert ben.run("catalog", "pull").code == 1
    assert "severity: hint" in ben.read(PAGE)
    ben.put(PAGE, TEAM_PAGE)
    assert "deleted, as it was there (version 2 by anna)" in ben.run("catalog", "pull").out
    assert not (ben.folder / PAGE).exists()


def test_a_broken_page_is_not_pushed(people: tuple[Tree, Tree]) -> None:
    anna, _ = people
    anna.put(".bugcatalog/TEAM-7.md", "---\ncode: TEAM-7\nseverity: loud\n---\n# T\nWrong.\n")
    pushed = anna.run("catalog", "push")
    assert pushed.code == 1
    assert pushed.out == "TEAM-1  pushed (version 1)\n"
    assert ".bugcatalog/TEAM-7.md:3:" in pushed.err


def test_a_page_of_the_store_stays_within_the_folder(people: tuple[Tree, Tree], tmp_path: Path) -> None:
    anna, ben = people
    anna.run("catalog", "push")
    with sqlite3.connect(tmp_path / "team.db") as connection:
        connection.execute("UPDATE bugcatalog_page SET path = '../../evil.md'")
    connection.close()
    ben.run("catalog", "pull")
    assert sorted(path.name for path in ben.folder.rglob("*.md")) == ["TEAM-1.md"]
    assert not list(tmp_path.rglob("evil.md"))


def test_push_and_pull_say_what_is_wrong(people: tuple[Tree, Tree]) -> None:
    anna, _ = people
    assert "neither .bugcatalog nor the store" in anna.run("catalog", "push", "TEAM-9").err
    anna.put("bugcatalog.toml", 'store = "postgresql+psycopg://a:geheim@127.0.0.1:1/x"\n')
    told = anna.run("catalog", "push")
    assert told.code == 2
    assert (
        told.err == "bugcatalog: the store postgresql+psycopg://*** can't be reached; nothing else was done\n"
    )


def test_a_store_is_a_catalog(people: tuple[Tree, Tree], tmp_path: Path) -> None:
    anna, ben = people
    anna.run("catalog", "push")
    store = f"sqlite:///{tmp_path / 'team.db'}"
    ben.put("bugcatalog.toml", f'select = ["TEAM-"]\ncatalogs = ["{store}"]\n')
    ben.put("app.py", 'print("x")\n')
    found = ben.run("check", "--output-format", "json")
    assert [each["code"] for each in found.json] == ["TEAM-1"]
    assert found.err == ""
    [listed] = [each for each in ben.run("catalog", "list", "--output-format", "json").json
                if each["code"] == "TEAM-1"]  # fmt: skip
    assert listed["source"] == "settings"
    # The store is gone: what it held is still in force.
    (tmp_path / "team.db").unlink()
    assert ben.run("check").code == 1


def test_a_store_that_was_never_reached_is_told(people: tuple[Tree, Tree]) -> None:
    _, ben = people
    ben.put(
        "bugcatalog.toml",
        'select = ["BC2"]\ncatalogs = ["postgresql+psycopg://a:geheim@127.0.0.1:1/x"]\n',
    )
    ben.put("app.py", "import requests\n\nrequests.get('http://x')\n")
    found = ben.run("check")
    assert found.code == 1
    assert "BC201" in found.out
    assert found.err == (
        "bugcatalog: bugcatalog.toml:2:1: The store postgresql+psycopg://*** can't be reached; "
        "the entries of its catalog are left out.\n"
    )
