"""Which store a root's settings mean, and where what goes there waits: in the user's state folder."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path

import msgspec
import platformdirs

from bugcatalog_ls.workspace.settings_secrets import Secret


class StoreAddress(msgspec.Struct, frozen=True):
    """A store as settings name it, and the folder of what we keep of it. Nothing here shows a URL.

    `secret` is None for the user's own store, a file in the state folder.
    """

    secret: Secret | None
    root: Path
    folder: Path

    @property
    def name(self) -> str:
        """What people call it: the beginning of a sentence."""
        return "The store on this machine" if self.secret is None else f"The store {self.secret}"

    def url(self, environment: Mapping[str, str] = os.environ) -> str | None:
        """The URL itself; None where the environment does not hold it."""
        if self.secret is None:
            return f"sqlite:///{(self.folder / 'store.db').as_posix()}"
        return self.secret.reveal(environment)

    @property
    def outbox(self) -> Path:
        """Where runs wait that were not delivered yet."""
        return self.folder / "outbox"

    @property
    def mirror(self) -> Path:
        """A copy of the store's pages, for when it can't be reached."""
        return self.folder / "pages"

    @property
    def outcome_file(self) -> Path:
        """How the last delivery ended."""
        return self.folder / "outcome.json"

    def of_root(self, name: str) -> Path:
        """A file of ours about this root."""
        digest = blake2b(os.fsencode(os.path.realpath(self.root)), digest_size=12).hexdigest()
        return self.folder / f"{name}-{digest}.msgpack"


def store_address(secret: Secret | None, root: Path, state: Path | None = None) -> StoreAddress:
    """The address of the store that `secret` names, else of the user's own."""
    folder = (state or state_folder()) / "stores"
    return StoreAddress(secret, root, folder / ("own" if secret is None else _folder_name(secret, root)))


def state_folder() -> Path:
    return platformdirs.user_state_path("bugcatalog-ls", appauthor=False)


def _folder_name(secret: Secret, root: Path) -> str:
    """The same whoever logs in; what only the environment knows may differ from root to root."""
    text = re.sub(r"(?<=://)[^/@]*@", "", secret.text)
    if text.startswith(("env:", "sqlite")):
        text += f" {os.path.realpath(root)}"
    return blake2b(text.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()
