"""Which workspace a document belongs to: the innermost root, or a room of its own for loose files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from bugcatalog_ls.workspace.notebooks import file_of, module_of
from bugcatalog_ls.workspace.settings_roots import find_root
from bugcatalog_ls.workspace.workspace import Workspace


class Room(NamedTuple):
    """A workspace, and a document's path in it."""

    workspace: Workspace
    path: str


class Rooms:
    """The workspaces of an editor's session. `loose` ones hold single files and are never scanned."""

    def __init__(self) -> None:
        self.roots: dict[str, Workspace] = {}
        self.loose: dict[str, Workspace] = {}

    def configure(
        self,
        roots: Mapping[str, Mapping[str, Any]],
        trusted: bool,
        cache_folder: Path | None,
    ) -> list[Workspace]:
        """Take over roots with the editor's settings for each; the workspaces that are new or changed."""
        changed = []
        for path in set(self.roots) - set(roots):
            del self.roots[path]
        for path, settings in roots.items():
            known = self.roots.get(path)
            if known is None:
                known = Workspace(Path(path), editor=settings, trusted=trusted, cache_folder=cache_folder)
                self.roots[path] = known
                changed.append(known)
            elif known.reload(editor=settings, trusted=trusted):
                changed.append(known)
        self._trusted, self._cache_folder = trusted, cache_folder
        return changed

    def room(self, path: str, language: str = "") -> Room:
        """Where a document lives; a document of no root gets a room of its own."""
        for root in sorted(self.roots, key=len, reverse=True):
            if path == root or path.startswith(root.rstrip("/") + "/"):
                return Room(self.roots[root], module_of(path[len(root.rstrip("/")) + 1 :]))
        if ":" in path.split("/")[0] and not Path(path).is_absolute():
            return self._unnamed(path, language)
        folder = find_root(Path(path)).as_posix()
        workspace = self._loose(folder)
        return Room(workspace, module_of(PurePosixPath(path).relative_to(folder).as_posix()))

    def all(self) -> Iterator[Workspace]:
        yield from self.roots.values()
        yield from self.loose.values()

    def document(self, workspace: Workspace, path: str) -> str:
        """The document key of a path in a workspace."""
        if workspace.root == _NOWHERE:
            return next((uri for uri, room in self.loose.items() if room is workspace), path)
        return path if PurePosixPath(path).is_absolute() else (workspace.root / file_of(path)).as_posix()

    def _unnamed(self, uri: str, language: str) -> Room:
        suffix = ".py" if language in ("python", "") else f".{language}"
        if uri not in self.loose:
            self.loose[uri] = Workspace(_NOWHERE, trusted=False, use_cache=False)
        return Room(self.loose[uri], f"untitled{suffix}")

    def _loose(self, folder: str) -> Workspace:
        if folder not in self.loose:
            self.loose[folder] = Workspace(
                Path(folder), trusted=self._trusted, cache_folder=self._cache_folder, use_cache=False
            )
        return self.loose[folder]

    _trusted: bool = True
    _cache_folder: Path | None = None


_NOWHERE = Path("/nonexistent-bugcatalog-workspace")
