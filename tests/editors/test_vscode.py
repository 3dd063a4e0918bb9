"""The VS Code extension, packaged and installed, in a real workbench."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shop import make_shop
from workbench import install_extension, install_workbench, package_extension, run_node

SERVER = Path(sys.executable).with_name("bugcatalog")

Run = Callable[..., None]


@pytest.fixture(scope="session")
def vsix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    install_workbench()
    return package_extension(tmp_path_factory.mktemp("vsix") / "bugcatalog.vsix")


@pytest.fixture(scope="session")
def extensions(vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install_extension(vsix, tmp_path_factory.mktemp("extensions"))


@pytest.fixture
def run_suite(extensions: Path, tmp_path: Path) -> Run:
    def run(suite: str, *, seconds: float = 240, **scenario: Any) -> None:
        workspace = make_shop(tmp_path / "shop")
        given = {"suite": suite, "workspace": workspace, "extensions": extensions, **scenario}
        report = tmp_path / "report.jsonl"
        problem = ""
        try:
            run_node("run_suite.mjs", given, tmp_path, seconds)
        except AssertionError as error:
            problem = str(error)
        lines = report.read_text(encoding="utf-8").splitlines() if report.exists() else []
        failed = {line["name"]: line["problem"] for line in map(json.loads, lines) if line["problem"]}
        assert not failed, "\n\n".join(f"{name}:\n{text}" for name, text in failed.items())
        assert not problem, problem

    return run


def test_the_commands_and_settings(run_suite: Run) -> None:
    run_suite("commands", machineSettings={"bugcatalog.path": str(SERVER)})
