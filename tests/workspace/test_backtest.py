"""An entry over a history: what it would have said, and what came of it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from bugcatalog_ls.catalog.entry import Entry
from bugcatalog_ls.catalog.loader import load_page
from bugcatalog_ls.workspace.backtest import Backtest, backtest
from bugcatalog_ls.workspace.git_history import GitError, GitHistory
from bugcatalog_ls.workspace.line_history import Place, follow

PAGE = """---
code: TEAM-1
name: call-without-timeout
severity: warning
rules:
  - language: python
    rule: {all: [{pattern: $FN($$$ARGS)}, {not: {has: {kind: argument_list, has: {kind: keyword_argument}}}}]}
    resolves: {FN: [requests.get]}
    message: no timeout
---
# Call without a timeout
The call waits for ever.
"""


def entry() -> Entry:
    loaded = load_page("page.md", PAGE, "workspace")
    assert isinstance(loaded, Entry)
    return loaded


class Repository:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> None:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(
            ["git", *identity, *arguments], cwd=self.folder, env=environment, check=True, capture_output=True
        )

    def commit(self, subject: str, files: dict[str, str | None]) -> None:
        for path, text in files.items():
            file = self.folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                file.unlink()
            else:
                file.write_text(text, "utf-8")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject)

    def outcomes(self, limit: int = 0) -> list[tuple[str, str, str, str]]:
        """Path, subject of the commit that introduced it, outcome, subject of the commit that ended it."""
        result = Backtest("TEAM-1")
        with GitHistory(self.folder) as history:
            backtest(entry(), history, history.commits(limit=limit), result)
        return [
            (
                each.path,
                each.introduced.subject if each.introduced else "",
                each.outcome,
                each.ended.subject if each.ended else "",
            )
            for each in result.occurrences
        ]


HEAD = "import requests\n\n\n"
CALL = "def load(url):\n    return requests.get(url)\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def test_mended_removed_and_still_there(repository: Repository) -> None:
    repository.commit("add", {"a.py": HEAD + CALL, "b.py": HEAD + CALL, "c.py": HEAD + CALL})
    repository.commit("lines above", {"a.py": HEAD + "X = 1\n\n\n" + CALL})
    repository.commit("mend", {"a.py": HEAD + "X = 1\n\n\n" + CALL.replace("(url)\n", "(url, timeout=3)\n")})
    repository.commit("delete", {"b.py": None})
    assert repository.outcomes() == [
        ("a.py", "add", "mended", "mend"),
        ("b.py", "add", "removed", "delete"),
        ("c.py", "add", "still there", ""),
    ]


def test_what_moves_is_not_new(repository: Repository) -> None:
    repository.commit("add", {"a.py": HEAD + CALL})
    repository.commit("rename", {"a.py": None, "deep/b.py": HEAD + CALL})
    repository.commit("to another file", {"deep/b.py": HEAD, "c.py": HEAD + CALL})
    repository.commit("another name", {"c.py": HEAD + CALL.replace("url", "address")})
    assert repository.outcomes() == [("a.py", "add", "still there", "")]


def test_what_was_there_before_the_range(repository: Repository) -> None:
    repository.commit("add", {"a.py": HEAD + CALL})
    repository.commit("other", {"x.txt": "x"})
    repository.commit("mend", {"a.py": HEAD + CALL.replace("(url)\n", "(url, timeout=3)\n")})
    assert repository.outcomes(limit=2) == [("a.py", "", "mended", "mend")]


def test_a_name_of_another_module_that_changes(repository: Repository) -> None:
    """A file that is not touched may be concerned all the same."""
    page = PAGE.replace("requests.get", "lib.api.fetch")
    repository.commit(
        "add",
        {
            "lib/__init__.py": "",
            "lib/api.py": "def fetch(u): ...\n",
            "http.py": "from lib.api import fetch\n",
        },
    )
    repository.commit("use", {"use.py": "from http import fetch\n\nfetch(1)\n"})
    repository.commit("swap", {"http.py": "from other import fetch\n"})
    loaded = load_page("page.md", page, "workspace")
    assert isinstance(loaded, Entry)
    result = Backtest("TEAM-1")
    with GitHistory(repository.folder) as history:
        backtest(loaded, history, history.commits(), result)
    assert [(o.path, o.outcome, o.ended.subject if o.ended else "") for o in result.occurrences] == [
        ("use.py", "mended", "swap")
    ]


def test_merges_count_as_one_step(repository: Repository) -> None:
    repository.commit("start", {"x.txt": "x"})
    repository.git("checkout", "-q", "-b", "branch")
    repository.commit("on the branch", {"a.py": HEAD + CALL})
    repository.git("checkout", "-q", "main")
    repository.commit("on main", {"y.txt": "y"})
    repository.git("merge", "-q", "--no-ff", "-m", "merge it", "branch")
    assert repository.outcomes() == [("a.py", "merge it", "still there", "")]


def test_a_folder_of_the_repository(repository: Repository) -> None:
    repository.commit("add", {"service/a.py": HEAD + CALL, "other/b.py": HEAD + CALL})
    result = Backtest("TEAM-1")
    with GitHistory(repository.folder / "service") as history:
        backtest(entry(), history, history.commits(), result)
    assert [each.path for each in result.occurrences] == ["a.py"]


def test_a_walk_that_is_stopped_is_right_up_to_there(repository: Repository) -> None:
    for number in range(5):
        repository.commit(f"add {number}", {f"f{number}.py": HEAD + CALL})
    result = Backtest("TEAM-1")

    def stop(done: int, total: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with GitHistory(repository.folder) as history, pytest.raises(KeyboardInterrupt):
        backtest(entry(), history, history.commits(), result, report=stop)
    assert (result.n_commits, result.total, len(result.occurrences)) == (2, 5, 2)


def test_the_working_tree_is_left_alone(repository: Repository) -> None:
    repository.commit("add", {"a.py": HEAD + CALL})
    (repository.folder / "a.py").write_text("changed\n", "utf-8")
    index = (repository.folder / ".git/index").read_bytes()
    assert repository.outcomes() == [("a.py", "add", "still there", "")]
    assert (repository.folder / "a.py").read_text("utf-8") == "changed\n"
    assert (repository.folder / ".git/index").read_bytes() == index


def test_what_git_can_t_answer(tmp_path: Path, repository: Repository) -> None:
    repository.commit("add", {"a.py": "x = 1\n"})
    with pytest.raises(GitError, match="is in no git repository"):
        GitHistory(tmp_path)
    with GitHistory(repository.folder) as history:
        with pytest.raises(GitError, match="git knows no commit `deadbeef`"):
            history.commit("deadbeef")
        with pytest.raises(GitError, match="is not a commit"):
            history.commit("--output=x")
        assert history.blob("0" * 40) is None


def place(row: int, line: str = "x = get(url)", last: int | None = None) -> Place:
    return Place(row, row if last is None else last, "", line)


def test_places_are_followed_by_line_text_and_hunk() -> None:
    old = "a\nx = get(url)\nb\n"
    assert follow([place(1)], [place(2)], old, "a\nnew\nx = get(url)\nb\n").kept == {0: 0}
    assert follow([place(1)], [place(1, "y = get(url)")], old, "a\ny = get(url)\nb\n").kept == {0: 0}
    assert follow([place(1)], [], old, "a\nx = get(url, timeout=1)\nb\n").ended == {0: "mended"}
    assert follow([place(1)], [], old, "a\nb\n").ended == {0: "removed"}
    assert follow([place(1)], [], old, "a\nwrite(file)\nb\n").ended == {0: "removed"}
    assert follow([place(1)], [], old, old).ended == {0: "mended"}


def test_a_line_added_inside_of_a_call_mends_it() -> None:
    old = "x = get(\n    url,\n)\n"
    new = "x = get(\n    url,\n    timeout=1,\n)\n"
    assert follow([place(0, "x = get(", last=2)], [], old, new).ended == {0: "mended"}
