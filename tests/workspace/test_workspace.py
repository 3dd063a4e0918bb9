"""A workspace: texts and files, what runs again when, the cache, several processes, live reload."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bugcatalog_ls.workspace import file_results, stored_results
from bugcatalog_ls.workspace import workspace as workspace_module
from bugcatalog_ls.workspace.baseline import addition, baseline_path
from bugcatalog_ls.workspace.cache import Cache
from bugcatalog_ls.workspace.publish import Diagnosis
from bugcatalog_ls.workspace.workspace import Workspace

CLIENT = "import requests\n\n\ndef get(url):\n    return requests.get(url)\n"
MENDED = CLIENT.replace("get(url)\n", "get(url, timeout=3)\n")
MODELS = """\
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Game(Base):
    __tablename__ = "games"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(100))
"""
REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("games", sa.Column("id", sa.Integer(), primary_key=True))
"""
APP = {
    "client.py": CLIENT,
    "models.py": MODELS,
    "migrations/versions/0001.py": REVISION,
    "other.py": "x = 1\n",
}
FOUND = {"client.py": ["BC201"], "models.py": ["BC703"], "migrations/versions/0001.py": [], "other.py": []}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "app"
    write(root, APP)
    return root


def write(root: Path, files: dict[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")


def scanned(root: Path, *, jobs: int = 1, use_cache: bool = True, save: bool = False) -> Workspace:
    workspace = Workspace(root, cache_folder=root.parent / "cache", use_cache=use_cache)
    workspace.find_files()
    workspace.scan(jobs=jobs)
    if save:
        workspace.save_cache()
    return workspace


def shown(workspace: Workspace) -> dict[str, tuple[Diagnosis, ...]]:
    return {path: workspace.diagnose(path) for path in workspace.files()}


def codes(workspace: Workspace) -> dict[str, list[str]]:
    return {path: [diagnosis.finding.code for diagnosis in found] for path, found in shown(workspace).items()}


def settle_clocks(root: Path) -> None:
    """Make all files old enough for their stamps to count."""
    for folder, _, files in os.walk(root):
        for name in files:
            os.utime(os.path.join(folder, name), (1_700_000_000.5, 1_700_000_000.5))


# -- texts and files --------------------------------------------------------------------------------


def test_a_scan_finds_what_there_is(root: Path) -> None:
    assert codes(scanned(root)) == FOUND


def test_the_editors_text_counts_until_it_is_closed(root: Path) -> None:
    workspace = scanned(root)
    workspace.set_text("client.py", MENDED)
    assert codes(workspace) == {**FOUND, "client.py": []}
    write(root, {"client.py": CLIENT + CLIENT})
    workspace.file_changed("client.py")
    assert codes(workspace) == {**FOUND, "client.py": []}
    workspace.close_text("client.py")
    assert codes(workspace) == {**FOUND, "client.py": ["BC201", "BC201"]}


def test_files_come_change_and_go(root: Path) -> None:
    workspace = scanned(root)
    shown(workspace)
    added = REVISION.replace('"0001"', '"0002"').replace("None", '"0001"')
    added = (
        added[: added.index("    op.")]
        + '    op.add_column("games", sa.Column("title", sa.String(100), nullable=False))\n'
    )
    write(root, {"migrations/versions/0002.py": added})
    workspace.file_changed("migrations/versions/0002.py")
    assert "models.py" in workspace.stale_paths()
    assert workspace.diagnose("models.py") == ()
    (root / "migrations/versions/0002.py").unlink()
    workspace.file_changed("migrations/versions/0002.py")
    assert "models.py" in workspace.stale_paths()
    assert codes(workspace) == FOUND
    (root / "client.py").unlink()
    assert "client.py" not in workspace.find_files()
    assert "client.py" not in workspace.files()
    assert workspace.diagnose("client.py") == ()


def test_a_text_that_is_on_no_disk(root: Path) -> None:
    workspace = scanned(root)
    workspace.set_text("new.py", CLIENT)
    assert codes(workspace) == {**FOUND, "new.py": ["BC201"]}
    workspace.find_files()
    workspace.close_text("new.py")
    assert codes(workspace) == FOUND


def test_what_needs_all_files_waits_for_them(root: Path) -> None:
    workspace = Workspace(root, cache_folder=root.parent / "cache")
    workspace.set_text("models.py", MODELS.replace("title", "name"))
    workspace.find_files()
    assert not workspace.is_scanned
    assert workspace.diagnose("models.py") == ()
    steps = workspace.scan_beside(1)
    while workspace.n_pending > 2:
        next(steps)
    assert workspace.diagnose("models.py") == ()
    workspace.scan()
    assert workspace.is_scanned
    assert codes(workspace)["models.py"] == ["BC703"]


def test_a_scan_beside_gives_what_a_scan_gives(tmp_path: Path) -> None:
    for number in range(130):
        (tmp_path / f"client_{number}.py").write_text(CLIENT, encoding="utf-8")
    plain = Workspace(tmp_path, use_cache=False)
    plain.find_files()
    plain.scan()
    beside = Workspace(tmp_path, use_cache=False)
    beside.find_files()
    steps = list(beside.scan_beside(2))
    assert steps[-1] == (130, 130)
    assert beside.is_scanned
    assert codes(beside) == codes(plain)


def test_a_scan_beside_leaves_what_changes_meanwhile(tmp_path: Path) -> None:
    for number in range(130):
        (tmp_path / f"client_{number}.py").write_text(CLIENT, encoding="utf-8")
    workspace = Workspace(tmp_path, use_cache=False)
    workspace.find_files()
    steps = workspace.scan_beside(1)
    next(steps)
    workspace.set_text("client_129.py", "")
    (tmp_path / "client_128.py").unlink()
    workspace.file_changed("client_128.py")
    for _ in steps:
        pass
    assert workspace.is_scanned
    found = codes(workspace)
    assert len(found) == 129
    assert "client_128.py" not in found
    assert found["client_129.py"] == []


# -- what runs again --------------------------------------------------------------------------------


def runs(workspace: Workspace) -> dict[str, int]:
    """How often each entry's join ran since this was last asked."""
    counts = workspace.project.index.n_runs
    found = {name: count for name, count in counts.items() if name.startswith("BC")}
    counts.clear()
    return found


def test_a_comment_wakes_no_join(root: Path) -> None:
    workspace = scanned(root)
    before = shown(workspace)
    runs(workspace)
    for path, text in APP.items():
        workspace.set_text(path, text)
        workspace.set_text(path, f"# A comment.\n\n{text}# And one more.\n")
        assert workspace.stale_paths() <= set(APP) - {path}
    after = shown(workspace)
    assert runs(workspace) == {}
    for path in ("client.py", "models.py"):
        (old,), (new,) = before[path], after[path]
        assert old.finding.message == new.finding.message
        assert old.span.start + len("# A comment.\n\n") == new.span.start


def test_a_column_wakes_only_its_readers(root: Path) -> None:
    workspace = scanned(root)
    shown(workspace)
    runs(workspace)
    workspace.set_text("models.py", MODELS + "    genre: Mapped[str] = mapped_column(String(9))\n")
    assert workspace.stale_paths() == {"models.py"}
    assert codes(workspace)["models.py"] == ["BC703", "BC703"]
    woken = runs(workspace)
    assert woken["BC703"] == 1
    assert not {"BC105", "BC201"} & woken.keys()


def test_a_revision_wakes_the_models_and_nothing_else(root: Path) -> None:
    workspace = scanned(root)
    shown(workspace)
    runs(workspace)
    title = 'primary_key=True), sa.Column("title", sa.String(100), nullable=False))'
    workspace.set_text("migrations/versions/0001.py", REVISION.replace("primary_key=True))", title))
    assert "client.py" not in workspace.stale_paths()
    assert codes(workspace) == {**FOUND, "models.py": []}
    assert "BC201" not in runs(workspace)


# -- the cache and several processes ----------------------------------------------------------------


@pytest.fixture
def many(root: Path) -> Path:
    """Enough files for two processes."""
    write(root, {f"package/part{n}.py": CLIENT.replace("get(", f"get{n % 3 or ''}(", 1) for n in range(130)})
    return root


def test_one_process_and_two_with_and_without_cache(many: Path) -> None:
    expected = shown(scanned(many, use_cache=False))
    assert sum(map(len, expected.values())) == 132
    assert shown(scanned(many, jobs=2, use_cache=False)) == expected
    assert shown(scanned(many, jobs=2, save=True)) == expected
    assert shown(scanned(many)) == expected
    assert shown(scanned(many, jobs=2)) == expected


def test_progress_is_told_and_may_end_the_scan(many: Path) -> None:
    workspace = Workspace(many, use_cache=False)
    workspace.find_files()
    told: list[tuple[int, int]] = []

    def report(done: int, total: int) -> None:
        told.append((done, total))
        if len(told) == 50:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        workspace.scan(report=report)
    assert workspace.n_pending
    assert not workspace.is_scanned
    workspace.scan(report=report)
    assert told[-1][0] == told[-1][1]
    assert workspace.is_scanned
    assert sorted(told[:50]) == told[:50]
    assert sorted(told[50:]) == told[50:]


def test_the_second_scan_reads_and_analyses_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle_clocks(root)
    expected = shown(scanned(root, save=True))

    def never(*_: object, **__: object) -> None:
        raise AssertionError("it was read")

    for module in (workspace_module, stored_results):
        monkeypatch.setattr(module, "read_file", never)
    monkeypatch.setattr(file_results, "analyse_files", lambda *_, **__: never() if _[2] else iter(()))
    workspace = scanned(root)
    assert set(workspace.files()) == set(expected)
    assert workspace.is_scanned


def test_what_changed_on_disk_is_analysed_again(root: Path) -> None:
    settle_clocks(root)
    scanned(root, save=True)
    write(root, {"client.py": MENDED})
    assert codes(scanned(root, save=True)) == {**FOUND, "client.py": []}
    (root / "client.py").unlink()
    write(root, {"more.py": CLIENT})
    expected = {**FOUND, "more.py": ["BC201"]}
    del expected["client.py"]
    assert codes(scanned(root)) == expected


def test_a_text_of_the_editor_does_not_go_into_the_cache(root: Path) -> None:
    settle_clocks(root)
    workspace = scanned(root, save=True)
    workspace.set_text("client.py", MENDED)
    shown(workspace)
    workspace.save_cache()
    assert codes(scanned(root)) == FOUND


@pytest.mark.parametrize("damage", [b"", b"garbage", None])
def test_a_damaged_cache_costs_time_only(root: Path, damage: bytes | None) -> None:
    settle_clocks(root)
    scanned(root, save=True)
    files = list((root.parent / "cache").rglob("*.cache"))
    assert files
    for file in files:
        data = file.read_bytes()
        # None: single bytes, all over the file.
        spoilt = bytes(byte ^ (0x5A if place % 97 == 50 else 0) for place, byte in enumerate(data))
        file.write_bytes(spoilt if damage is None else damage)
    assert codes(scanned(root, save=True)) == FOUND
    assert codes(scanned(root)) == FOUND


def test_a_cached_result_of_another_kind_is_made_anew(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle_clocks(root)
    scanned(root, save=True)
    by_stamp = Cache.by_stamp
    monkeypatch.setattr(Cache, "by_stamp", lambda *given: by_stamp(*given) and b"\x93\x01\x02\x03")
    assert codes(scanned(root)) == FOUND


# -- live reload ------------------------------------------------------------------------------------

PAGE = """\
---
code: T1
name: house-rule
severity: {severity}
rules:
  - language: Python
    rule: {{pattern: {pattern}}}
    message: said
---
# House rule
Nobody should.
"""


def test_a_page_comes_changes_and_goes(root: Path) -> None:
    workspace = scanned(root)
    assert not workspace.reload()
    write(root, {".bugcatalog/T1.md": PAGE.format(severity="hint", pattern="x = $A")})
    assert workspace.reload()
    workspace.scan()
    (found,) = workspace.diagnose("other.py")
    assert (found.finding.code, found.severity) == ("T1", "hint")
    write(root, {".bugcatalog/T1.md": PAGE.format(severity="error", pattern="x = $A")})
    workspace.reload()
    workspace.scan()
    assert [found.severity for found in workspace.diagnose("other.py")] == ["error"]
    page = (root / ".bugcatalog/T1.md").resolve()
    workspace.set_page(str(page), PAGE.format(severity="error", pattern="y = $A"))
    assert workspace.reload()
    workspace.scan()
    assert workspace.diagnose("other.py") == ()
    workspace.set_page(str(page), None)
    workspace.reload()
    workspace.scan()
    assert len(workspace.diagnose("other.py")) == 1
    (root / ".bugcatalog/T1.md").unlink()
    assert workspace.reload()
    workspace.scan()
    assert codes(workspace) == FOUND


def test_open_texts_survive_a_reload(root: Path) -> None:
    workspace = scanned(root)
    workspace.set_text("client.py", MENDED)
    write(root, {"bugcatalog.toml": 'ignore = ["BC703"]\n'})
    assert workspace.reload()
    workspace.scan()
    assert codes(workspace) == {path: [] for path in FOUND}
    assert workspace.is_open("client.py")
    assert not workspace.reload()


def test_settings_of_the_editor_come_and_go(root: Path) -> None:
    workspace = scanned(root)
    assert workspace.reload(editor={"severity": {"BC201": "hint"}})
    workspace.scan()
    assert [found.severity for found in workspace.diagnose("client.py")] == ["hint"]
    assert workspace.reload(editor={})
    workspace.scan()
    assert [found.severity for found in workspace.diagnose("client.py")] == ["warning"]


# -- the baseline -----------------------------------------------------------------------------------


def test_what_a_baseline_accepts_is_hidden(root: Path) -> None:
    workspace = scanned(root)
    (found,) = workspace.diagnose("client.py")
    source = workspace.source("client.py")
    assert source is not None
    (new,) = addition(root, baseline_path(workspace.settings), found.finding, source).creates
    write(root, {new.path: new.content})
    assert workspace.diagnose("client.py") == ()
    assert len(workspace.diagnose("client.py", with_accepted=True)) == 1
    workspace.set_text("client.py", f"# Moved.\n{CLIENT}    requests.post(url)\n")
    assert len(workspace.diagnose("client.py")) == 1


def test_a_file_that_can_be_read_no_more_says_nothing(root: Path) -> None:
    workspace = Workspace(root, use_cache=False)
    workspace.find_files()
    workspace.scan()
    (root / "client.py").write_bytes(b"\x7fELF\0")
    for _ in range(2):
        # It is told each time that somebody looks.
        workspace.find_files()
        workspace.scan()
        assert "client.py" not in workspace.files()
        assert workspace.problems["client.py"].kind == "binary"
    assert workspace.is_scanned
    write(root, {"client.py": CLIENT})
    workspace.find_files()
    workspace.scan()
    assert [each.finding.code for each in workspace.diagnose("client.py")] == ["BC201"]
    assert not workspace.problems
