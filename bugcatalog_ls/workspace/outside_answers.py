"""What is known of owners in the packages of a root's environment: asked once, kept in memory and on disk."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path

import msgspec

from bugcatalog_ls.workspace.copies import declare_harmless
from bugcatalog_ls.workspace.outside_members import Members
from bugcatalog_ls.workspace.outside_process import ask

_ENVIRONMENTS = (".venv", "venv", "env")
# Set it anew when owners are judged in another way.
_VERSION = "2"
_SECONDS = 60.0
_Kept = dict[str, Members]


class OutsideAnswers:
    """Members by owner. Where the environment changes, all of them are asked anew."""

    def __init__(self, root: Path, cache_folder: Path | None) -> None:
        self._root = root
        self._cache_folder = cache_folder
        self._folder: Path | None = None
        self._fingerprint = ""
        # How often what is known has changed.
        self.n_changes = 0
        self._answers: _Kept = {}
        self._asked: tuple[str, ...] = ()
        self._worker: threading.Thread | None = None
        self._said: tuple[str, Mapping[str, Members]] | None = None

    def look(self) -> bool:
        """Find the environment as it is now; whether there is one."""
        self._folder = packages_folder(self._root)
        fingerprint = _fingerprint(self._folder) if self._folder is not None else ""
        if fingerprint != self._fingerprint:
            self._fingerprint = fingerprint
            self.n_changes += 1
            self._answers = self._load() if fingerprint else {}
        return self._folder is not None

    def has_package(self, name: str) -> bool:
        """Whether a package, or a module, of a name lies in the environment."""
        place = self._folder / name if self._folder is not None else None
        return place is not None and (place.is_dir() or place.with_name(f"{name}.py").is_file())

    def of(self, owner: str) -> Members | None:
        """What an owner has; None where it was not asked yet."""
        return self._answers.get(owner)

    def ask(self, owners: Iterable[str]) -> None:
        """Ask for what is not known yet, and wait for it."""
        missing = self._missing(owners)
        if missing and self._folder is not None:
            self._take(self._fingerprint, ask(self._folder, missing))

    def begin(self, owners: Iterable[str]) -> None:
        """Ask in the background for what is not known yet, unless something is being asked."""
        missing, folder = self._missing(owners), self._folder
        if self._worker is not None or not missing or folder is None:
            return
        fingerprint = self._fingerprint

        def work() -> None:
            self._said = (fingerprint, ask(folder, missing, _SECONDS))

        self._said = None
        self._worker = threading.Thread(target=work, name="packages", daemon=True)
        declare_harmless(self._worker)
        self._worker.start()

    @property
    def is_asking(self) -> bool:
        return self._worker is not None

    def poll(self) -> bool:
        """Take over what was asked in the background, once it has come; whether it has."""
        if self._worker is None or self._worker.is_alive():
            return False
        self._worker = None
        if self._said is not None:
            self._take(*self._said)
        return True

    def _missing(self, owners: Iterable[str]) -> list[str]:
        return sorted(set(owners) - self._answers.keys())

    def _take(self, fingerprint: str, said: Mapping[str, Members]) -> None:
        if fingerprint != self._fingerprint:
            return
        self._answers.update(said)
        self.n_changes += 1
        file = self._file()
        if file is None:
            return
        beside = file.with_suffix(f".{os.getpid()}")
        # What can't be kept is asked again.
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(msgspec.json.encode(dict(sorted(self._answers.items()))))
            beside.replace(file)

    def _load(self) -> _Kept:
        file = self._file()
        if file is None:
            return {}
        try:
            return msgspec.json.decode(file.read_bytes(), type=_Kept)
        except (OSError, msgspec.MsgspecError):
            return {}

    def _file(self) -> Path | None:
        if self._cache_folder is None or not self._fingerprint:
            return None
        return self._cache_folder.with_name("packages") / f"{self._fingerprint}.json"


def packages_folder(root: Path) -> Path | None:
    """The `site-packages` of the root's own environment."""
    for name in _ENVIRONMENTS:
        found = [*root.glob(f"{name}/lib/python3*/site-packages"), *root.glob(f"{name}/Lib/site-packages")]
        folders = sorted(each for each in found if each.is_dir())
        if folders:
            return folders[-1]
    return None


def _fingerprint(folder: Path) -> str:
    """It stands for the versions of all packages in a folder: a base may be of another one."""
    try:
        names = sorted(name for name in os.listdir(folder) if name != "__pycache__")
    except OSError:
        return ""
    told = "\n".join((_VERSION, os.path.realpath(folder), *names))
    return blake2b(os.fsencode(told), digest_size=12).hexdigest()
