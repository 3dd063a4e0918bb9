"""What a repository is called on every machine, and who works in it, as git's files say; git is not run."""

from __future__ import annotations

import os
import platform
import re
from hashlib import blake2b
from pathlib import Path


def repository_name(root: Path) -> str:
    """Host and path of the remote, without any login, and the root's folder in it.

    A root that has none is called by its folder's name and this machine's.
    """
    top, configuration = _repository(root)
    if top is not None and configuration is not None:
        remote = _plain(_remote(configuration))
        if remote:
            inside = root.relative_to(top).as_posix()
            return remote if inside == "." else f"{remote}/{inside}"
    real = os.path.realpath(root)
    digest = blake2b(os.fsencode(real), digest_size=3).hexdigest()
    return f"{platform.node()}:{Path(real).name or real}-{digest}"


def person_at(root: Path) -> str:
    """The name that commits here would bear, else the login's."""
    home = Path(os.path.expanduser("~"))
    config_home = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    _, own = _repository(root)
    for file in (own, home / ".gitconfig", config_home / "git" / "config"):
        name = _value(_read(file), "user", "name") if file is not None else ""
        if name:
            return name
    return next((os.environ[key] for key in ("USER", "LOGNAME", "USERNAME") if os.environ.get(key)), "")


def _repository(root: Path) -> tuple[Path | None, Path | None]:
    """The top of the working tree that holds `root`, and its configuration file."""
    for folder in (root, *root.parents):
        marker = folder / ".git"
        if marker.is_dir():
            return folder, marker / "config"
        if marker.is_file():
            # A work tree of its own, or a submodule.
            target = _read(marker).removeprefix("gitdir:").strip()
            git = Path(os.path.normpath(folder / target))
            common = _read(git / "commondir").strip()
            return folder, Path(os.path.normpath(git / common)) / "config"
    return None, None


def _remote(file: Path) -> str:
    text = _read(file)
    first = re.search(r'^\s*\[remote "([^"]+)"\]', text, re.MULTILINE)
    return _value(text, 'remote "origin"', "url") or (
        _value(text, f'remote "{first[1]}"', "url") if first else ""
    )


def _plain(remote: str) -> str:
    """`host/path` of any spelling of a remote; empty for one on this machine."""
    match = _URL.fullmatch(remote) or _SCP.fullmatch(remote)
    if match is None or remote.startswith("file:"):
        return ""
    path = match["path"].strip("/").removesuffix(".git")
    return f"{match['host'].lower()}/{path}" if path else ""


_URL = re.compile(r"[a-z+]+://(?:[^/@]*@)?(?P<host>[^/:@]+)(?::\d*)?/(?P<path>[^?#]*)[^\n]*")
_SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>[^/:@]{2,}):(?P<path>[^:]+)")


def _value(text: str, section: str, key: str) -> str:
    """The last value of a key in a section of git's configuration."""
    found, inside = "", False
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith("["):
            inside = stripped.startswith(f"[{section}]")
        elif inside and (match := re.match(rf"{key}\s*=\s*(.*)", stripped, re.IGNORECASE)):
            found = match[1].strip().strip('"')
    return found


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
