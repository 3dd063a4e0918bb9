"""The VS Code extension, packaged and installed, in a real workbench."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from shop import make_shop
from workbench import (
    ENTRY,
    HERE,
    NODE,
    clone_repository,
    install_extensions,
    install_workbench,
    new_users_environment,
    package_extension,
    package_stand_in,
    run_node,
)

LOAD_TIME = HERE / "load_time.js"
SERVER = Path(sys.executable).with_name("bugcatalog")

Run = Callable[..., None]


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clone_repository(tmp_path_factory.mktemp("clone"))


@pytest.fixture(scope="session")
def vsix(clone: Path) -> Path:
    install_workbench()
    return package_extension(clone)


@pytest.fixture(scope="session")
def extensions(vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install_extensions([vsix], tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="session")
def with_python_extensions(clone: Path, vsix: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ours beside stand-ins for the two extensions that select interpreters."""
    folder = tmp_path_factory.mktemp("beside")
    stand_ins = [package_stand_in(name, clone, folder) for name in ("vscode-python-envs", "python")]
    return install_extensions([vsix, *stand_ins], folder)


@pytest.fixture
def run_suite(tmp_path: Path) -> Run:
    def run(
        suite: str, *, seconds: float = 240, files: dict[str, str] | None = None, **scenario: Any
    ) -> None:
        workspace = make_shop(tmp_path / "shop", files or {})
        given = {"suite": suite, "workspace": workspace, **scenario}
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
    run_suite(
        "explain commands authoring", extensions=extensions, machineSettings={"bugcatalog.path": str(SERVER)}
    )


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


def test_several_folders(run_suite: Run, extensions: Path, tmp_path: Path) -> None:
    make_shop(tmp_path / "depot", {".vscode/settings.json": json.dumps({"bugcatalog.ignore": ["BC201"]})})
    make_shop(tmp_path / "store")
    workspace = tmp_path / "all.code-workspace"
    workspace.write_text(json.dumps({"folders": [{"path": "shop"}, {"path": "depot"}]}), encoding="utf-8")
    machine = {"bugcatalog.path": str(SERVER)}
    run_suite("folders", workspace=workspace, extensions=extensions, machineSettings=machine)


@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_what_a_person_sees(theme: str, extensions: Path, tmp_path: Path) -> None:
    scenario = {
        "workspace": make_shop(tmp_path / "shop"),
        "extensions": extensions,
        "settings": {"workbench.colorTheme": f"Default {theme} Modern"},
        "machineSettings": {"bugcatalog.path": str(SERVER)},
    }
    problem = ""
    try:
        run_node("take_pictures.mjs", scenario, tmp_path, 300)
    except AssertionError as error:
        problem = str(error)
    if "BUGCATALOG_PICTURES" in os.environ:
        wanted = Path(os.environ["BUGCATALOG_PICTURES"]) / theme.lower()
        shutil.copytree(tmp_path / "pictures", wanted, dirs_exist_ok=True)
    seen = json.loads((tmp_path / "seen.json").read_text(encoding="utf-8"))
    assert "problem" not in seen, f"{seen['step']}: {seen['problem']}"
    assert not problem, problem
    assert seen["status"].strip() == "4"
    assert "BC201 missing-timeout · warning · Open the entry" in seen["hover"]
    assert seen["hover"].count("requests.get is called without a timeout") == 1
    assert seen["page"].startswith("Outbound call without a timeout")
    assert seen["followed"].startswith("Failure answered with HTTP 200")
    assert {"Add timeout=10 to requests.get", "Ignore BC201 here…"} <= set(seen["fixes"])
    assert "requests.get(url, timeout=10)" in seen["mended"]
    assert "# bugcatalog: ignore[BC201] a proxy sets the deadline" in seen["mended"]
    assert "client.py:10" in seen["explanation"]
    assert 'read_text(encoding="utf-8")' in seen["applied"]
    assert "BC703 column-without-migration" in seen["log"]
    assert "Write 2 pages from 2 bugs?" in seen["asked"]
    assert "new entry TEAM-" in seen["asked"]
    assert 'op.add_column("users", sa.Column("email"' in seen["migration"]
    assert seen["catalog"][0].startswith("This workspace")
    assert "Server" in seen["tooltip"]
    assert "named by bugcatalog.path" in seen["tooltip"]
    assert "BC201 missing-timeout" in seen["search"][0]


def test_a_new_user_sees_findings_by_two_commands(clone: Path, vsix: Path, tmp_path: Path) -> None:
    # `npm ci && npm run package` has made the `.vsix`; `npm run try` is the second.
    program = script(tmp_path / "code-server", f'exec {NODE} {ENTRY} "$@"')
    scenario = {
        "extension": vsix.parent,
        "environment": {**new_users_environment(), "VSCODE": program, "TMPDIR": str(tmp_path)},
    }
    run_node("try_it.mjs", scenario, tmp_path, 300)
    keep_picture(tmp_path / "first-sight.png")
    seen = json.loads((tmp_path / "seen.json").read_text(encoding="utf-8"))
    assert "BC" in seen["problems"]
    assert "the extension's own" in seen["tooltip"]


def test_the_bundle_is_small_and_loads_fast(vsix: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(vsix) as package:
        names = package.namelist()
        scripts = [item for item in package.infolist() if item.filename.endswith(".js")]
        assert {item.filename for item in scripts} == {
            f"extension/dist/{name}.js" for name in ("extension", "client")
        }
        assert sum(item.file_size for item in scripts) < 500_000
        assert any(
            re.fullmatch(r"extension/server/bugcatalog_ls-[\d.]+-py3-none-any\.whl", it) for it in names
        )
        assert not [name for name in names if "node_modules" in name or name.endswith((".ts", ".map"))]
        bundle = package.extract("extension/dist/extension.js", tmp_path)
    milliseconds = subprocess.run(
        [NODE, LOAD_TIME, bundle], capture_output=True, encoding="utf-8", check=True
    ).stdout
    assert float(milliseconds) < 100


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


def keep_picture(picture: Path) -> None:
    if "BUGCATALOG_PICTURES" in os.environ:
        shutil.copy(picture, os.environ["BUGCATALOG_PICTURES"])


def script(path: Path, body: str) -> str:
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)
