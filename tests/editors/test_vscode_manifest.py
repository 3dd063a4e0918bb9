"""The extension's manifest says what the server, the sources and the files beside it say."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import Any

import pytest

from bugcatalog_ls import __version__
from bugcatalog_ls.patterns.languages import FILE_TYPES
from bugcatalog_ls.workspace.settings import Settings
from bugcatalog_ls.workspace.settings_trust import without_what_needs_trust
from bugcatalog_ls.workspace.settings_values import READERS

EXTENSION = Path(__file__).parents[2] / "editors" / "vscode"
MANIFEST: dict[str, Any] = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
CONTRIBUTES = MANIFEST["contributes"]
PROPERTIES: dict[str, Any] = {
    name.removeprefix("bugcatalog."): value
    for group in CONTRIBUTES["configuration"]
    for name, value in group["properties"].items()
}
OWN = {"path", "importStrategy", "trace.server"}
# What an empty text stands for in the editor, which has no value for "not given".
UNSET = {"targetPython": "", "baseline": "", "store": ""}


def camel(key: str) -> str:
    return re.sub(r"-(\w)", lambda match: match[1].upper(), key)


def test_the_version_is_the_servers() -> None:
    assert MANIFEST["version"] == __version__


def test_settings_are_those_of_the_server() -> None:
    assert set(PROPERTIES) - OWN == {camel(key) for key in READERS}
    source = (EXTENSION / "src" / "settings.ts").read_text(encoding="utf-8")
    names = dict(re.findall(r"^  (\w+): '([\w-]+)',$", source, re.MULTILINE))
    assert names == {camel(key): key for key in READERS}


@pytest.mark.parametrize("key", sorted(READERS))
def test_defaults_are_those_of_the_server(key: str) -> None:
    default = getattr(Settings(), key.replace("-", "_"))
    shown = PROPERTIES[camel(key)]
    assert shown["markdownDescription"].endswith((".", "`."))
    if camel(key) in UNSET:
        assert shown["default"] == UNSET[camel(key)]
    else:
        assert shown["default"] == (list(default) if isinstance(default, tuple) else default)


def test_an_untrusted_workspace_is_told_what_is_restricted(tmp_path: Path) -> None:
    capability = MANIFEST["capabilities"]["untrustedWorkspaces"]
    assert capability["supported"] == "limited"
    restricted = {name.removeprefix("bugcatalog.") for name in capability["restrictedConfigurations"]}
    outside = {
        "store": "postgresql://x",
        "baseline": "../x",
        "catalogs": ["../x"],
        "migrations": ["../x"],
        "databases": {"main": "postgresql://x"},
    }
    _, omitted = without_what_needs_trust(tmp_path, outside)
    assert restricted == {"path", "importStrategy", *(camel(str(path[0])) for path in omitted)}


def test_every_language_of_the_patterns_is_sent_to_the_server() -> None:
    source = (EXTENSION / "src" / "documents.ts").read_text(encoding="utf-8")
    listed = set(re.findall(r"'(\w+)'", source.split("const LANGUAGES")[1].split("];")[0]))
    assert listed == {kind.language_id for kind in FILE_TYPES.values()} | {
        "markdown",
        "toml",
        "log",
        "plaintext",
    }


def test_commands_that_menus_and_pages_name_exist() -> None:
    commands = {command["command"] for command in CONTRIBUTES["commands"]}
    named = {item["command"] for items in CONTRIBUTES["menus"].values() for item in items}
    linked = set(re.findall(r"command:(bugcatalog\.\w+)", json.dumps(CONTRIBUTES)))
    assert named | linked <= commands
    source = (EXTENSION / "src" / "commands.ts").read_text(encoding="utf-8")
    for command in commands:
        name = command.removeprefix("bugcatalog.")
        assert re.search(rf"^    {name}[:,]", source, re.MULTILINE), command


def test_files_that_it_names_are_there() -> None:
    for file in re.findall(r'"(?:\./)?((?:media|snippets)/[\w/.-]+)"', json.dumps(MANIFEST)):
        assert (EXTENSION / file).is_file(), file
    header = (EXTENSION / MANIFEST["icon"]).read_bytes()[:24]
    assert min(struct.unpack(">II", header[16:24])) >= 128
    for file in ("README.md", "CHANGELOG.md", "LICENSE"):
        assert (EXTENSION / file).is_file()
    assert f"## {MANIFEST['version']}" in (EXTENSION / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_api_that_is_compiled_against_is_the_oldest_that_is_promised() -> None:
    assert MANIFEST["engines"]["vscode"] == "^" + MANIFEST["devDependencies"]["@types/vscode"]
    for version in {**MANIFEST["dependencies"], **MANIFEST["devDependencies"]}.values():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), version
