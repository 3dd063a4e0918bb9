"""What is shipped for editors that the tests can't run: that it parses, and says what the server says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml12

from bugcatalog_ls import __version__

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EDITORS = Path(__file__).parents[2] / "editors"


def read(name: str) -> str:
    return (EDITORS / name).read_text(encoding="utf-8")


def starts_the_server(command: list[str]) -> bool:
    """Whether the command is one that our command line knows."""
    ended = subprocess.run(
        [sys.executable, "-m", "bugcatalog_ls", *command[1:], "--help"], capture_output=True, check=False
    )
    return command == ["bugcatalog", "server"] and ended.returncode == 0


# What each editor reads of such a file, by its sources: another key is an error there, or is left out.
HELIX = {"command", "args", "environment", "config", "timeout", "required-root-patterns"}
HELIX_LANGUAGE = {"name", "language-servers", "auto-format", "formatter", "roots", "file-types"}
SUBLIME = {"enabled", "command", "selector", "settings", "initialization_options", "env", "priority_selector"}
KATE = {
    *(
        "command",
        "url",
        "root",
        "rootIndicationFileNames",
        "rootIndicationFilePatterns",
        "useWorkspace",
        "path",
    ),
    *("highlightingModeRegex", "documentLanguageId", "initializationOptions", "settings", "use"),
}
LSP4IJ = {"id", "name", "programArgs", "expandConfiguration", "fileTypeMappings", "languageMappings"}


def test_helix() -> None:
    given = tomllib.loads(read("helix/languages.toml"))
    assert set(given) <= {"language-server", "language", "grammar", "use-grammars"}
    server = given["language-server"]["bugcatalog"]
    assert set(server) <= HELIX
    assert set(given["language"][0]) <= HELIX_LANGUAGE
    assert starts_the_server([server["command"], *server["args"]])
    assert given["language"][0]["name"] == "python"
    assert "bugcatalog" in given["language"][0]["language-servers"]


def test_zed() -> None:
    given = json.loads(read("zed/settings.json"))
    binary = given["lsp"]["bugcatalog"]["binary"]
    assert starts_the_server([binary["path"], *binary["arguments"]])
    assert "bugcatalog" in given["languages"]["Python"]["language_servers"]


def test_sublime() -> None:
    given = json.loads(read("sublime/LSP.sublime-settings"))
    assert set(given) <= {"clients", "lsp_code_actions_on_save"}
    client = given["clients"]["bugcatalog"]
    assert set(client) <= SUBLIME
    assert starts_the_server(client["command"])
    assert "source.python" in client["selector"]


def test_kate() -> None:
    given = json.loads(read("kate/settings.json"))
    assert set(given) <= {"global", "servers"}
    server = given["servers"]["python"]
    assert set(server) <= KATE
    assert starts_the_server(server["command"])
    assert re.match(server["highlightingModeRegex"], "Python")


def test_jetbrains() -> None:
    template = json.loads(read("jetbrains/template.json"))
    assert set(template) <= LSP4IJ
    assert set(template["programArgs"]) <= {"default", "windows", "linux", "mac"}
    assert starts_the_server(template["programArgs"]["default"].split())
    assert template["fileTypeMappings"][0]["languageId"] == "python"
    for name in ("initializationOptions", "settings"):
        assert isinstance(json.loads(read(f"jetbrains/{name}.json")), dict)


def test_mason() -> None:
    package: dict[str, Any] = yaml12.parse_yaml(read("mason/package.yaml"))
    # What the registry's schema asks for, and all that it allows.
    required = {"name", "description", "homepage", "licenses", "languages", "categories", "source"}
    allowed = required | {"deprecation", "schemas", "bin", "share", "opt", "neovim", "ci_skip"}
    assert required <= set(package) <= allowed
    assert package["neovim"] == {"lspconfig": "bugcatalog"}
    assert package["source"]["id"] == f"pkg:pypi/bugcatalog-ls@{__version__}"
    assert package["bin"] == {"bugcatalog": "pypi:bugcatalog"}
    assert set(package["categories"]) <= {"LSP", "Linter", "Formatter", "DAP", "Runtime", "Compiler"}


def test_lspconfig_agrees_with_our_own_client() -> None:
    def settings(name: str) -> dict[str, str]:
        return dict(re.findall(r"^  (filetypes|root_markers) = (.*),$", read(name), re.MULTILINE))

    assert settings("nvim-lspconfig/bugcatalog.lua") == settings("neovim/lsp/bugcatalog.lua")


@pytest.mark.parametrize("name", [path.name for path in EDITORS.iterdir() if path.is_dir()])
def test_the_page_names_every_client(name: str) -> None:
    assert f"]({name}" in read("README.md")
