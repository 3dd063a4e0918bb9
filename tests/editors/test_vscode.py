"""The VS Code extension, packaged and installed, in a real workbench."""

from __future__ import annotations

import json
import os
import sys
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shop import make_shop
from workbench import install_extensions, install_workbench, package_extension, package_stand_in, run_node

SERVER = Path(sys.executable).with_name("bugcatalog")

Run = Callable[..., None]


@pytest.fixture(scope="session")
def vsix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    install_workbench()
    return package_extension(tmp_path_factory.mktemp("vsix") / "bugcatalog.vsix")


@pytest.fixture(scope="session")
def extensions(vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install_extensions([vsix], tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="session")
def with_python_extensions(vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ours beside stand-ins for the two extensions that select interpreters."""
    folder = tmp_path_factory.mktemp("beside")
    stand_ins = [package_stand_in(name, folder) for name in ("vscode-python-envs", "python")]
    return install_extensions([vsix, *stand_ins], folder)


@pytest.fixture
def run_suite(tmp_path: Path) -> Run:
    def run(
        suite: str, *, seconds: float = 240, files: dict[str, str] | None = None, **scenario: Any
    ) -> None:
        given = {"suite": suite, "workspace": make_shop(tmp_path / "shop", files or {}), **scenario}
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


def test_the_commands_and_settings(run_suite: Run, extensions: Path) -> None:
    run_suite("commands", extensions=extensions, machineSettings={"bugcatalog.path": str(SERVER)})


def test_where_the_server_comes_from(
    run_suite: Run, servers: dict[str, str], with_python_extensions: Path
) -> None:
    pip = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
    run_suite(
        "discovery",
        seconds=480,
        extensions=with_python_extensions,
        environment={
            "BUGCATALOG_SERVERS": json.dumps(servers),
            "BUGCATALOG_PIP": json.dumps(pip),
            **dict.fromkeys(pip, ""),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
            "PIP_RETRIES": "0",
        },
    )


def test_a_workspace_that_is_not_trusted(
    run_suite: Run, servers: dict[str, str], with_python_extensions: Path
) -> None:
    files = {
        ".vscode/settings.json": json.dumps({"bugcatalog.path": servers["DIES"]}),
        "pyproject.toml": '[tool.bugcatalog]\ncatalogs = ["../outside"]\n',
    }
    run_suite(
        "untrusted",
        files=files,
        trusted=False,
        extensions=with_python_extensions,
        environment={"BUGCATALOG_SERVERS": json.dumps(servers)},
    )


@pytest.fixture
def servers(tmp_path: Path) -> dict[str, str]:
    """Programs that are the server, are something else, or fail."""
    bare = tmp_path / "bare"
    venv.create(bare, with_pip=False)
    return {
        "PROGRAM": str(SERVER),
        "INTERPRETER": sys.executable,
        "BARE": str(bare / "bin" / "python"),
        "OTHER_VERSION": script(
            tmp_path / "other", f'[ "$1" = --version ] && echo "bugcatalog 9.9.9" || exec {SERVER} "$@"'
        ),
        "NO_SERVER": script(tmp_path / "something", "echo something else 1.0"),
        "DIES": script(tmp_path / "dies", '[ "$1" = --version ] && echo "bugcatalog 0.1.0" || exit 3'),
    }


def script(path: Path, body: str) -> str:
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)
