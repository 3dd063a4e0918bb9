"""The sources that are checked: a folder that somebody names, or public back ends from PyPI."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tests.benchmarks import peers
from tests.benchmarks.report import tell

PACKAGES = ("apache-superset==6.1.0", "zenml==0.98.0")
"""Together some 530,000 lines of Python with two long Alembic histories."""

_SUFFIXES = (".py", ".pyi", ".sql", ".ini")


def sources(named: Path | None) -> Path:
    """The folder to check; the default one is fetched once and kept."""
    if named is not None:
        return named.resolve()
    folder = peers.home() / "sources"
    if not folder.exists():
        _fetch(folder)
    return folder.resolve()


def n_lines(folder: Path) -> int:
    """How many lines the Python files of a folder have."""
    return sum(path.read_bytes().count(b"\n") for path in folder.rglob("*.py"))


def _fetch(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        made = Path(temporary) / "sources"
        made.mkdir()
        # Its own settings file makes the folder a root, whatever is above it.
        (made / "pyproject.toml").write_text("", encoding="utf-8")
        for package in PACKAGES:
            tell(f"Fetching {package}")
            wheels = Path(temporary) / package
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            subprocess.run([*command, "--only-binary", ":all:", "--dest", str(wheels), package], check=True)
            for wheel in wheels.glob("*.whl"):
                with zipfile.ZipFile(wheel) as archive:
                    names = [name for name in archive.namelist() if name.endswith(_SUFFIXES)]
                    archive.extractall(made / package.partition("==")[0], names)
        os.replace(made, folder)
