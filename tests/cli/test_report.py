"""`check` remembers, `report` tells, and a store that is not there disturbs nobody."""

from __future__ import annotations

import re
import sqlite3
import time
import xml.etree.ElementTree
from pathlib import Path
from typing import Any

import pytest
from trees import Tree

PRINTING = 'print("x")\n'


@pytest.fixture
def history_tree(tree: Tree) -> Tree:
    """A project on a machine that stays, with a finding."""
    tree.set(CI="", USER="anna")
    tree.put("app.py", PRINTING)
    return tree


def report(tree: Tree) -> Any:
    found = tree.run("report", "--output-format", "json")
    assert (found.code, found.err) == (0, "")
    return found.json


def states(tree: Tree) -> list[tuple[str, int, int, int]]:
    """Code, open, seen and mended of each entry."""
    return [
        (each["code"], each["n_open"], each["n_seen"], each["n_mended"]) for each in report(tree)["entries"]
    ]


def state_files(tree: Tree) -> list[Path]:
    return [path for path in (tree.folder.parent / "state").rglob("*") if path.is_file()]


def test_what_is_found_mended_and_found_again_is_reported(history_tree: Tree) -> None:
    tree = history_tree
    assert tree.run("check").code == 1
    assert states(tree) == [("TEAM-1", 1, 1, 0)]
    tree.put("app.py", "x = 1\n\n" + PRINTING)
    tree.run("check")
    assert states(tree) == [("TEAM-1", 1, 1, 0)]
    assert tree.run("fix").code == 0
    tree.run("check")
    assert states(tree) == [("TEAM-1", 0, 1, 1)]
    assert report(tree)["mended"] == [1]
    # What stood there at the first look was not introduced; what comes back was.
    assert report(tree)["introduced"] == [0]
    tree.put("app.py", PRINTING)
    tree.run("check")
    assert states(tree) == [("TEAM-1", 1, 1, 1)]
    assert report(tree)["introduced"] == [1]


def test_a_partial_run_mends_nothing_elsewhere(history_tree: Tree) -> None:
    tree = history_tree
    tree.put("jobs/nightly.py", PRINTING)
    tree.run("check")
    assert states(tree) == [("TEAM-1", 2, 2, 0)]
    for arguments in (
        ("jobs",),
        ("--select", "TEAM-2"),
        ("--ignore", "TEAM-1"),
        ("--severity", "error"),
        ("--stdin-filename", "app.py"),
    ):
        tree.run("check", *arguments)
        assert states(tree) == [("TEAM-1", 2, 2, 0)]
    (tree.folder / "app.py").unlink()
    tree.run("check", "jobs")
    assert states(tree) == [("TEAM-1", 2, 2, 0)]
    tree.run("check")
    assert states(tree) == [("TEAM-1", 1, 2, 1)]


def test_suppressions_are_reported_with_their_reasons(history_tree: Tree) -> None:
    tree = history_tree
    tree.run("check")
    tree.put("app.py", 'print("x")  # bugcatalog: ignore[TEAM-1] a script for people\n')
    assert tree.run("check").code == 0
    [suppressed] = report(tree)["suppressions"]
    assert (suppressed["code"], suppressed["path"], suppressed["line"]) == ("TEAM-1", "app.py", 1)
    assert suppressed["reason"] == "a script for people"
    assert "a script for people" in tree.run("report").out


def test_what_a_baseline_accepts_is_no_longer_open(history_tree: Tree) -> None:
    tree = history_tree
    tree.run("check", "--write-baseline")
    assert states(tree) == [("TEAM-1", 1, 1, 0)]
    assert tree.run("check").code == 0
    [entry] = report(tree)["entries"]
    assert (entry["n_open"], entry["n_accepted"], entry["n_mended"]) == (0, 1, 0)


def test_a_renamed_file_mends_nothing(history_tree: Tree) -> None:
    tree = history_tree
    tree.run("check")
    (tree.folder / "app.py").rename(tree.folder / "main.py")
    tree.run("check")
    assert states(tree) == [("TEAM-1", 1, 1, 0)]
    assert report(tree)["files"][0]["path"] == "main.py"


def test_nothing_is_remembered_where_nobody_wants_it(history_tree: Tree) -> None:
    tree = history_tree
    tree.run("check", "--no-history")
    tree.set(CI="true")
    tree.run("check")
    tree.set(CI="")
    tree.put("bugcatalog.toml", 'select = ["TEAM-"]\nhistory = false\n')
    tree.run("check")
    assert state_files(tree) == []
    told = tree.run("report")
    assert told.out == "Nothing was found yet: `bugcatalog check` remembers what it finds.\n"


def test_a_check_needs_neither_database_nor_migrations(history_tree: Tree) -> None:
    ended = history_tree.python(
        "import sys\n"
        "from bugcatalog_ls.cli.main import main\n"
        "main(['check', '--jobs', '1'])\n"
        "print(sorted({'sqlalchemy', 'alembic', 'psycopg'} & set(sys.modules)))\n"
    )
    assert ended.out.splitlines()[-1] == "[]"
    assert any(path.suffix == ".batch" for path in state_files(history_tree))


def test_a_state_folder_that_cannot_be_written_fails_no_check(history_tree: Tree) -> None:
    tree = history_tree
    (tree.folder.parent / "state").write_text("a file where a folder should be")
    found = tree.run("check")
    assert (found.code, found.err) == (1, "")


def test_the_page_needs_no_network_and_escapes_what_it_shows(history_tree: Tree) -> None:
    tree = history_tree
    tree.put("app.py", 'print("x")  # bugcatalog: ignore[TEAM-1] <script>alert(1)</script> & more\n')
    tree.put("<b>.py", PRINTING)
    tree.run("check")
    assert tree.run("report", "--output-format", "html", "--output-file", "r.html").code == 0
    page = tree.read("r.html")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page
    assert "&lt;b&gt;.py" in page
    assert not re.search(r"(?:src|href)=|url\(|@import|https?://", page)
    assert page.count("<svg") == 3
    for picture in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        xml.etree.ElementTree.fromstring(picture)


def test_a_dead_team_store_slows_nothing_and_gets_its_runs_later(history_tree: Tree) -> None:
    tree = history_tree
    dead = "postgresql+psycopg://bob:geheim@127.0.0.1:1/team"
    tree.put("bugcatalog.toml", f'select = ["TEAM-"]\nstore = "{dead}"\n')
    begun = time.monotonic()
    assert tree.run("check").code == 1
    assert time.monotonic() - begun < 20
    outcome = next_file(tree, "outcome.json")
    assert b"can't be reached" in outcome.read_bytes()
    tree.put("app.py", "")
    found = tree.run("check")
    assert found.code == 0
    assert re.fullmatch(
        r"bugcatalog: The store postgresql\+psycopg://\*\*\* can't be reached; 2 runs wait in \S+ "
        r"and will be delivered later\.\n",
        found.err,
    )
    told = tree.run("report")
    assert told.code == 2
    assert "the store postgresql+psycopg://*** can't be reached; 2 runs wait in" in told.err
    for path in state_files(tree):
        assert b"geheim" not in path.read_bytes()
    # The store is there again.
    live = f"sqlite:///{tree.folder.parent / 'team.db'}"
    [outbox] = [path for path in (tree.folder.parent / "state").rglob("outbox") if path.is_dir()]
    tree.put("bugcatalog.toml", f'select = ["TEAM-"]\nstore = "{live}"\n')
    tree.run("report")
    [new_outbox] = [each.parent for each in (tree.folder.parent / "state").rglob("outcome.json")
                    if each.parent != outbox.parent]  # fmt: skip
    outbox.rename(new_outbox / "outbox")
    assert states(tree) == [("TEAM-1", 0, 1, 1)]


def next_file(tree: Tree, name: str) -> Path:
    """A file of the state folder, once somebody in the background has written it."""
    for _ in range(300):
        for path in state_files(tree):
            if path.name == name:
                return path
        time.sleep(0.05)
    raise AssertionError(f"there is no {name}")


def test_a_store_of_a_newer_version_keeps_the_runs_waiting(history_tree: Tree) -> None:
    tree = history_tree
    file = tree.folder.parent / "team.db"
    tree.put("bugcatalog.toml", f'select = ["TEAM-"]\nstore = "sqlite:///{file}"\n')
    assert tree.run("report").code == 0
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE bugcatalog_schema SET version_num = '0097'")
    connection.close()
    tree.set(CI="true")
    found = tree.run("check")
    assert found.code == 1
    assert "was changed by a newer version of bugcatalog" in found.err
    assert "update bugcatalog-ls; 1 run waits in" in found.err
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE bugcatalog_schema SET version_num = '0002'")
    connection.close()
    assert states(tree) == [("TEAM-1", 1, 1, 0)]


def test_a_machine_that_lives_for_one_run_delivers_before_it_ends(history_tree: Tree) -> None:
    tree = history_tree
    file = tree.folder.parent / "team.db"
    tree.put("bugcatalog.toml", 'select = ["TEAM-"]\nstore = "env:TEAM_STORE"\n')
    found = tree.run("check")
    assert "The store env:TEAM_STORE has no URL: env:TEAM_STORE is not set; 1 run waits" in found.err
    tree.set(CI="true", TEAM_STORE=f"sqlite:///{file}")
    tree.run("check")
    tree.put("app.py", "")
    tree.run("check")
    with sqlite3.connect(file) as connection:
        rows = connection.execute("SELECT code, state FROM bugcatalog_occurrence").fetchall()
    connection.close()
    assert rows == [("TEAM-1", "mended")]


def test_only_chosen_repositories_are_reported(history_tree: Tree) -> None:
    tree = history_tree
    tree.run("check")
    tree.put("other/bugcatalog.toml", 'select = ["TEAM-"]\ncatalogs = ["../.bugcatalog"]\n')
    tree.put("other/app.py", PRINTING)
    tree.run("check", "other")
    assert len(report(tree)["repositories"]) == 1
    assert len(tree.run("report", "--all", "--output-format", "json").json["repositories"]) == 2
    other = tree.run("report", "--repository", ":other-", "--output-format", "json").json
    assert [each["name"].partition(":")[2][:6] for each in other["repositories"]] == ["other-"]
    assert tree.run("report", "--repository", "nowhere").err == (
        "bugcatalog: the store knows no repository whose name holds `nowhere`\n"
    )
    assert tree.run("report", "--since", "soon").code == 2
