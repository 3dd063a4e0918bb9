"""Runs of two machines for the tests of stores: what each saw, told to a store of either kind."""

from __future__ import annotations

from pathlib import Path

import msgspec

from bugcatalog_ls.catalog.store import opened_store
from bugcatalog_ls.workspace.history import Batch, Scope, Sighting, State
from bugcatalog_ls.workspace.history_reading import History, read_history, repository_names
from bugcatalog_ls.workspace.recording import record
from bugcatalog_ls.workspace.settings_secrets import Secret
from bugcatalog_ls.workspace.store_address import StoreAddress, store_address


def sighting(code: str, line: int, mark: int = 0, state: State = "open", **more: str) -> Sighting:
    return Sighting(
        code, "warning", line, more.get("message", "is wrong"), mark, state, more.get("reason", "")
    )


def scope(
    gone: tuple[str, ...] = (), codes: str = "", looked_at: str = "", *, is_whole: bool = True
) -> Scope:
    """A run over all files (or those below `looked_at`) for all codes (or those that begin with `codes`)."""
    return Scope(
        was_looked_at=lambda path: path.startswith(looked_at),
        is_looked_for=lambda code, path: code.startswith(codes),
        is_switched_off=lambda code, path: False,
        is_gone=lambda path: path in gone,
        is_whole=is_whole,
    )


class Machine:
    """A machine with a working copy of the repository `shop`, and a store."""

    def __init__(self, name: str, folder: Path, url: str) -> None:
        self.name = name
        self.root = folder / name / "shop"
        (self.root / ".git").mkdir(parents=True)
        remote = '[remote "origin"]\n  url = https://x:geheim@git.example/acme/shop.git\n'
        (self.root / ".git" / "config").write_text(f"{remote}[user]\n  name = {name}\n")
        self.url = url
        self.address: StoreAddress = store_address(Secret(url), self.root, folder / name / "state")

    def sees(self, **files: tuple[Sighting, ...]) -> bool:
        """A run over all files; `models` stands for `models.py`."""
        return record(self.address, {f"{name}.py": seen for name, seen in files.items()}, scope())


def history_of(url: str, folder: Path) -> History:
    with opened_store(url, folder) as store:
        return read_history(store, repository_names(store))


def states_of(history: History) -> list[tuple[str, str, str]]:
    """Code, state and who is to thank for it, sorted."""
    return sorted((each.code, each.state, each.changed_person) for each in history.occurrences)


def batch_of(file: Path) -> Batch:
    return msgspec.json.decode(file.read_bytes(), type=Batch)
