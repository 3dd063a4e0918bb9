"""The programs that are measured: ours, and those that it is compared with, in their own environment."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks.report import tell

REPOSITORY = Path(__file__).resolve().parents[2]
REQUIREMENTS = Path(__file__).with_name("requirements.txt")


class Server(NamedTuple):
    """A language server. `fixed_pause` is how long it waits after each edit, by its own constant."""

    name: str
    command: tuple[str, ...]
    fixed_pause: float = 0.0
    note: str = ""


def bugcatalog(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "bugcatalog_ls", *arguments)


def servers(wanted: frozenset[str]) -> list[Server]:
    """Those that are wanted, ours first. Raises `PeersMissing` where another is not installed."""
    found = [Server("bugcatalog", bugcatalog("server"))] if "bugcatalog" in wanted else []
    if "pylsp" in wanted:
        found.append(Server("pylsp", (program("pylsp"),), 0.5, "waits 500 ms after an edit"))
    if "basedpyright" in wanted:
        command = (program("basedpyright-langserver"), "--stdio")
        note = "waits 0 to 250 ms after an edit, as its own schedule has it"
        found.append(Server("basedpyright", command, note=note))
    return found


class PeersMissing(SystemExit):
    """The environment of the other programs has not been made."""


def program(name: str) -> str:
    """The path of a program of the other environment."""
    folder = environment() / ("Scripts" if os.name == "nt" else "bin")
    for candidate in (folder / name, folder / f"{name}.exe"):
        if candidate.exists():
            return str(candidate)
    raise PeersMissing(f"{name} is not in {folder}: run `python -m tests.benchmarks --setup` first")


def set_up() -> None:
    """Make the environment of the other programs (some 800 MB)."""
    folder = environment()
    tell(f"Installing {REQUIREMENTS.name} into {folder}")
    if not folder.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "-r", str(REQUIREMENTS)], check=True)


def home() -> Path:
    """Where the other programs and the sources to be checked are kept from run to run."""
    named = os.environ.get("BUGCATALOG_BENCHMARKS")
    return Path(named) if named else Path.home() / ".cache" / "bugcatalog-benchmarks"


def environment() -> Path:
    return home() / "peers"


def versions(*names: str) -> dict[str, str]:
    """The versions of our package and of others in the other environment."""
    places = [str(path) for path in environment().glob("**/site-packages")]
    found = {
        known.metadata["Name"].lower(): known.version for known in distributions(path=[*sys.path, *places])
    }
    return {name: found.get(name, "unknown") for name in ("bugcatalog-ls", *names)}


def clean_environment(folder: Path) -> Mapping[str, str]:
    """The environment of a process that finds nothing in its caches and the user's settings."""
    return {**os.environ, **own_places(folder)}


def compiled_environment(folder: Path) -> Mapping[str, str]:
    """The environment of a process that runs from bytecode, kept in a folder, as what pip installs does,
    and in a checkout where Python is told to write none nobody has."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def own_places(folder: Path) -> Mapping[str, str]:
    """The variables that lead a process to caches and settings in a folder."""
    return dict.fromkeys(("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "LOCALAPPDATA"), str(folder))
