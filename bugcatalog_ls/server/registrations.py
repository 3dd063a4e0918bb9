"""What the server asks of the editor after the handshake: settings, and to watch files."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from bugcatalog_ls.server.client import Client, Folder, read_settings
from bugcatalog_ls.server.paths import uri_of
from bugcatalog_ls.server.watch import Watcher

if TYPE_CHECKING:
    from bugcatalog_ls.server.app import Server

DEFAULT_PATTERNS: tuple[str, ...] = (
    "**/*.{py,pyi,sql,ipynb}",
    "**/{pyproject.toml,bugcatalog.toml,alembic.ini,setup.cfg,.gitignore}",
    "**/.bugcatalog/**/*.md",
)

_SECTION = "bugcatalog"


async def pull_settings(server: Server, folders: list[Folder]) -> list[dict[str, Any]] | None:
    """The editor's settings in general, then those of each folder; None where it doesn't say."""
    items = [types.ConfigurationItem(section=_SECTION)]
    items += [types.ConfigurationItem(scope_uri=folder.uri, section=_SECTION) for folder in folders]
    try:
        answer = await server.workspace_configuration_async(types.ConfigurationParams(items))
    except Exception:  # A refusal: what `initialize` brought stays in force.
        return None
    if not isinstance(answer, (list, tuple)) or len(answer) != len(items):
        return None
    return [read_settings(_plain(value)) for value in answer]


async def follow_settings(server: Server) -> None:
    """Have the editor tell of changed settings."""
    options = types.DidChangeConfigurationRegistrationOptions(section=_SECTION)
    await register(server, str(uuid.uuid4()), types.WORKSPACE_DID_CHANGE_CONFIGURATION, options)


class FileWatch:
    """Watched files: by the editor where it can, else by our own watcher."""

    def __init__(self, server: Server, client: Client, on_change: Callable[[list[str]], None]) -> None:
        self._server = server
        self._client = client
        self._on_change = on_change
        self._watcher: Watcher | None = None
        self._registered_id = ""
        self.patterns = DEFAULT_PATTERNS

    async def renew(self, folders: list[Folder]) -> None:
        """Watch these folders, and no others."""
        if not self._client.registers_watchers:
            self.stop()
            loop = asyncio.get_running_loop()
            self._watcher = Watcher([it.path for it in folders], self.patterns, loop, self._on_change)
            return
        method = types.WORKSPACE_DID_CHANGE_WATCHED_FILES
        before, self._registered_id = self._registered_id, str(uuid.uuid4())
        options = types.DidChangeWatchedFilesRegistrationOptions(self._watchers(folders))
        await register(self._server, self._registered_id, method, options)
        if before:
            await unregister(self._server, [(before, method)])

    def stop(self) -> None:
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher = None

    def _watchers(self, folders: list[Folder]) -> list[types.FileSystemWatcher]:
        if not self._client.knows_relative_patterns:
            return [types.FileSystemWatcher(pattern) for pattern in self.patterns]
        return [
            types.FileSystemWatcher(types.RelativePattern(uri_of(folder.path), pattern))
            for folder in folders
            for pattern in self.patterns
        ]


async def register(server: Server, id: str, method: str, options: Any) -> None:
    """Ask the editor for a feature; a refusal is taken as such."""
    await register_all(server, [(id, method, options)])


async def register_all(server: Server, wanted: list[tuple[str, str, Any]]) -> None:
    """Ask the editor for features by ids, methods and options, at once."""
    params = types.RegistrationParams([types.Registration(*each) for each in wanted])
    await _ignore_refusal(server.client_register_capability_async(params))


async def unregister(server: Server, registered: list[tuple[str, str]]) -> None:
    """Take back what was registered by these ids and methods."""
    gone = [types.Unregistration(id, method) for id, method in registered]
    await _ignore_refusal(server.client_unregister_capability_async(types.UnregistrationParams(gone)))


async def _ignore_refusal(answer: Any) -> None:
    try:
        await answer
    except Exception:
        # An editor that announces a feature and then refuses it goes without.
        return


def _plain(value: Any) -> Any:
    """JSON of what the protocol layer made of it: it turns some objects into named tuples."""
    if hasattr(value, "_asdict"):
        return {key: _plain(item) for key, item in value._asdict().items()}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
