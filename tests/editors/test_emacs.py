"""The Emacs client, through Eglot, in a real Emacs with the real server."""

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
from workbench import skip_or_fail

ROOT = Path(__file__).parents[2]
DRIVER = Path(__file__).with_name("emacs_driver.el")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    emacs = shutil.which("emacs")
    if emacs is None or not _has_eglot(emacs):
        skip_or_fail("no Emacs with Eglot is installed (Debian: `apt install emacs-nox elpa-eglot`)")
    assert emacs is not None
    folder = tmp_path_factory.mktemp("emacs")
    workspace = make_shop(folder / "shop")
    # Eglot takes the project's root from version control.
    subprocess.run(["git", "init", "--quiet", workspace], check=True)
    written = folder / "report.json"
    environment = {
        **os.environ,
        "HOME": str(folder),
        "BUGCATALOG_COMMAND": json.dumps([sys.executable, "-m", "bugcatalog_ls", "server"]),
        "BUGCATALOG_WORKSPACE": str(workspace),
        "BUGCATALOG_REPORT": str(written),
    }
    ended = subprocess.run(
        [emacs, "--batch", "-L", ROOT / "editors" / "emacs", "-l", DRIVER],
        env=environment,
        cwd=workspace,
        capture_output=True,
        encoding="utf-8",
        timeout=180,
        check=False,
    )
    said: dict[str, Any] = json.loads(written.read_text(encoding="utf-8")) if written.exists() else {}
    assert ended.returncode == 0, said.get("problem", "") + ended.stderr
    return said


def test_findings_are_flymakes_diagnostics(report: dict[str, Any]) -> None:
    assert "[BC201]: requests.get" in report["message"]
    assert report["code"] == "BC201"


def test_hover_shows_the_note(report: dict[str, Any]) -> None:
    assert "BC201 missing-timeout" in report["hover"]
    assert "Root cause" in report["hover"]


def test_entry_is_explained_in_a_buffer(report: dict[str, Any]) -> None:
    assert report["explained"].startswith("# Outbound call without a timeout")


def test_quick_fix_mends_its_line(report: dict[str, Any]) -> None:
    assert any("timeout=10" in title for title in report["titles"])
    assert "    answer = requests.get(url, timeout=10)\n" in report["fixed"]
    assert "    requests.delete(url)\n" in report["fixed"]


def test_fix_all_mends_what_is_safe(report: dict[str, Any]) -> None:
    assert "    requests.delete(url, timeout=10)\n" in report["mended"]
    assert 'read_text(encoding="utf-8")' in report["mended"]


def _has_eglot(emacs: str) -> bool:
    command = [emacs, "--batch", "--eval", "(require 'eglot)"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
