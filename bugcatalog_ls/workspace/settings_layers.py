"""Settings laid over each other: the root's files, the editor's, and the command line's.

The files are `bugcatalog.toml` or, where there is none, `[tool.bugcatalog]` in `pyproject.toml`. A
value that can't be used is reported and falls back to what lies below it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bugcatalog_ls.workspace.required_python import pinned_python, required_python
from bugcatalog_ls.workspace.settings import LoadedSettings, NamedSelector, Settings, SettingsError
from bugcatalog_ls.workspace.settings_secrets import Secret
from bugcatalog_ls.workspace.settings_toml import KeyPath, Place, TomlFile, TomlProblem, read_toml
from bugcatalog_ls.workspace.settings_trust import without_what_needs_trust
from bugcatalog_ls.workspace.settings_values import READERS, Remarks, Severity, nearest


def load_settings(
    root: Path,
    *,
    editor: Mapping[str, Any] | None = None,
    command_line: Mapping[str, Any] | None = None,
    trusted: bool = True,
) -> LoadedSettings:
    """Read the settings of `root`. Of an untrusted one, nothing may lead out of it."""
    layers = _Layers(root)
    _add_file(layers, root, trusted)
    layers.add({_kebab(key): value for key, value in (editor or {}).items()}, "editor", _nowhere)
    layers.add(dict(command_line or {}), "command line", _nowhere)
    return layers.loaded()


_OF_THE_EDITOR = frozenset({"trace", "server", "path", "enable", "log-level"})
_PlaceOf = Callable[[KeyPath], tuple[str, Place]]


def _nowhere(path: KeyPath) -> tuple[str, Place]:
    return "", Place(0, 0)


class _Layers:
    """Settings under construction; each layer that is added lies over the ones before."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.values: dict[str, Any] = {}
        self.origins: dict[str, str] = {}
        self.errors: list[SettingsError] = []
        self.selectors: list[NamedSelector] = []

    def loaded(self) -> LoadedSettings:
        fields = {key.replace("-", "_"): value for key, value in self.values.items()}
        return LoadedSettings(
            Settings(**fields), dict(self.origins), tuple(self.errors), tuple(self.selectors)
        )

    def add(self, raw: Mapping[str, Any], layer: str, place_of: _PlaceOf) -> None:
        """Read one layer and lay what can be used of it over what is there."""
        read: dict[str, Any] = {}
        for key, value in _without_dotted_keys(raw).items():
            if layer == "editor" and (value is None or key in _OF_THE_EDITOR):
                continue
            if key in READERS:
                remarks = Remarks()
                result = READERS[key](value, remarks)
                self._note(remarks, key, layer, place_of)
                if result is not None:
                    read[key] = result
            elif layer == "bugcatalog.toml" and key == "tool":
                self.fault((key,), "settings stand at the top level here", layer, place_of)
            else:
                message = f"unknown setting `{key}`{nearest(key, READERS)}"
                self.fault((key,), message, layer, place_of)
        self._overlay(read, layer, place_of)

    def fault(
        self, path: KeyPath, message: str, layer: str, place_of: _PlaceOf, severity: Severity = "error"
    ) -> None:
        file, place = place_of(path)
        key = _dotted(path) or "tool.bugcatalog"
        message = message if f"`{key}`" in message else f"`{key}`: {message}"
        message += "" if message.endswith("?") else "."
        self.errors.append(SettingsError(file, *place, key, message, layer, severity))

    def _note(self, remarks: Remarks, key: str, layer: str, place_of: _PlaceOf) -> None:
        for at, message in remarks.faults:
            self.fault((key, *at), message, layer, place_of)
        for at, text in remarks.selectors:
            file, place = place_of((key, *at))
            self.selectors.append(NamedSelector(text, file, *place, _dotted((key, *at)), layer))

    def _overlay(self, read: dict[str, Any], layer: str, place_of: _PlaceOf) -> None:
        if "catalogs" in read:
            given = read["catalogs"]
            stores = tuple(Secret(each) for each in given if "://" in each or each.startswith("env:"))
            self.values["catalog-stores"] = stores
            read = {**read, "catalogs": tuple(each for each in given if Secret(each) not in stores)}
        if "select" in read:
            # What a later layer selects by name is wanted, though an earlier one ignores it.
            earlier = self.values.get("ignore", ())
            self.values["ignore"] = tuple(code for code in earlier if code not in read["select"])
        for key, value in read.items():
            if isinstance(value, dict):
                self.values[key] = {**self.values.get(key, {}), **value}
                for name in value:
                    self.origins[f"{key}.{name}"] = _origin(layer, place_of, (key, name))
            elif key == "ignore" and layer == "command line":
                self.values[key] = (*self.values.get(key, ()), *value)
                self.origins[key] = ", ".join(filter(None, (self.origins.get(key), layer)))
            else:
                self.values[key] = value
                self.origins[key] = _origin(layer, place_of, (key,))


def _add_file(layers: _Layers, root: Path, trusted: bool) -> None:
    own = _read_file(root / "bugcatalog.toml")
    shared = _read_file(root / "pyproject.toml")
    section: Any = None
    if isinstance(shared, TomlFile):
        tools = shared.values.get("tool")
        section = tools.get("bugcatalog") if isinstance(tools, dict) else None
    _add_required_python(layers, root, shared)
    if own is not None:
        if section is not None and isinstance(shared, TomlFile):
            message = (
                "`tool.bugcatalog` has no effect, because `bugcatalog.toml` next to it holds the settings"
            )
            place_of = _places_in("pyproject.toml", shared, ())
            layers.fault(("tool", "bugcatalog"), message, "pyproject.toml", place_of, "warning")
        _add_values(
            layers, "bugcatalog.toml", own, own.values if isinstance(own, TomlFile) else None, trusted
        )
    elif shared is not None:
        _add_values(layers, "pyproject.toml", shared, section, trusted)


def _add_values(layers: _Layers, name: str, file: TomlFile | TomlProblem, values: Any, trusted: bool) -> None:
    if isinstance(file, TomlProblem):
        message = f"{name} {file.message}; the default settings hold."
        layers.errors.append(SettingsError(name, *file.place, "", message, name))
        return
    prefix: KeyPath = ("tool", "bugcatalog") if name == "pyproject.toml" else ()
    place_of = _places_in(name, file, prefix)
    if values is None:
        return
    if not isinstance(values, dict):
        layers.fault((), "expected a table of settings", name, place_of)
        return
    values = _without_dotted_keys(values)
    if not trusted:
        values, omitted = without_what_needs_trust(layers.root, values)
        for path in omitted:
            message = f"`{_dotted(path)}` has no effect until this workspace is trusted"
            layers.fault(path, message, name, place_of, "information")
    layers.add(values, name, place_of)


def _add_required_python(layers: _Layers, root: Path, pyproject: TomlFile | TomlProblem | None) -> None:
    told = required_python(pyproject.values) if isinstance(pyproject, TomlFile) else None
    if told is not None and isinstance(pyproject, TomlFile):
        layers.values["target-python"], keys = told
        _, place = _places_in("pyproject.toml", pyproject, ())(keys)
        layers.origins["target-python"] = f"pyproject.toml:{place.line} ({keys[-1]})"
    elif (pinned := pinned_python(root)) is not None:
        layers.values["target-python"] = pinned
        layers.origins["target-python"] = ".python-version:1"


def _read_file(path: Path) -> TomlFile | TomlProblem | None:
    try:
        if not path.is_file():
            return None
        data = path.read_bytes()
        file = read_toml(data)
        # A broken `pyproject.toml` that does not speak of us is for its other readers to report.
        is_ours = path.name == "bugcatalog.toml" or b"bugcatalog" in data
        return file if is_ours or isinstance(file, TomlFile) else None
    except OSError as error:
        return TomlProblem(Place(1, 1), f"can't be read ({error.strerror})")


def _places_in(name: str, file: TomlFile, prefix: KeyPath) -> _PlaceOf:
    def place_of(path: KeyPath) -> tuple[str, Place]:
        whole: KeyPath = (*prefix, *path)
        # `severity.BC703.stale` may be written as tables in each other.
        nested: KeyPath = (*whole[:-1], *str(whole[-1]).split(".", 1)) if whole else ()
        whole = nested if whole not in file.places and nested in file.places else whole
        while whole and whole not in file.places:
            whole = whole[:-1]
        return name, file.places.get(whole, Place(1, 1))

    return place_of


def _origin(layer: str, place_of: _PlaceOf, path: KeyPath) -> str:
    file, place = place_of(path)
    return f"{file}:{place.line}" if file else layer


def _kebab(name: object) -> str:
    """Editors prefer `perFileIgnores`, or `per_file_ignores`, to the spelling of the files."""
    key, dot, item = str(name).partition(".")
    return re.sub(r"(?<=[a-z])([A-Z])", r"-\1", key).replace("_", "-").lower() + dot + item


def _without_dotted_keys(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Editors also send `{"severity.BC201": "hint"}` for a table's item."""
    plain: dict[str, Any] = {}
    for name, value in raw.items():
        key, dot, item = str(name).partition(".")
        if dot and key in ("severity", "per-file-ignores", "databases"):
            held = plain.get(key)
            plain[key] = {**held, item: value} if isinstance(held, dict) else {item: value}
        elif isinstance(value, dict) and isinstance(plain.get(name), dict):
            plain[name] = {**plain[name], **value}
        else:
            plain[name] = value
    return plain


def _dotted(path: KeyPath) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")
