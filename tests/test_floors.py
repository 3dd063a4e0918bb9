"""The house: a module imports from lower floors only, and only its owners touch the outside."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import bugcatalog_ls

PACKAGE = "bugcatalog_ls"
FOLDER = Path(bugcatalog_ls.__file__).parent
FLOORS = {
    "text": 0,
    "syntax": 1,
    "catalog": 1,
    "patterns": 2,
    "facts": 2,
    "analysis": 3,
    "analyzers": 4,
    "workspace": 5,
    "ide": 6,
    "server": 7,
    "cli": 7,
}
# What stands beside the house: test support may use any floor, and no floor uses it.
BESIDE = frozenset({"testing"})
# The command line starts the server and knows no more of it than how.
DOORS = {(f"{PACKAGE}.cli", f"{PACKAGE}.server.start")}
# What may only be imported in these places.
OWNERS = {"pygls": ("server",), "lsprotocol": ("server",), "rich": ("cli",)}


def modules() -> dict[str, ast.Module]:
    """All modules of the package by their dotted name."""
    found = {}
    for file in sorted(FOLDER.rglob("*.py")):
        parts = file.relative_to(FOLDER.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(file.read_text("utf-8"))
    return found


MODULES = modules()


def floor_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else ""


def imports_of(tree: ast.AST) -> Iterator[str]:
    """The dotted names that a module imports anywhere, also inside functions and by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            for alias in node.names:
                full = f"{module}.{alias.name}"
                yield full if full in MODULES else module
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module") and node.args:
            name = node.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name.value


def own_imports(module: str) -> list[str]:
    return [name for name in imports_of(MODULES[module]) if name.split(".")[0] == PACKAGE]


def is_door(module: str, imported: str) -> bool:
    return any(module.startswith(inside) and imported.startswith(outside) for inside, outside in DOORS)


def test_every_folder_has_a_floor() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    assert folders <= {*FLOORS, *BESIDE}


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_lead_down(module: str) -> None:
    own = floor_of(module)
    if own in BESIDE or own not in FLOORS:
        return
    wrong = []
    for imported in own_imports(module):
        other = floor_of(imported)
        if other in (own, "") or is_door(module, imported):
            continue
        if other not in FLOORS or FLOORS[other] >= FLOORS[own]:
            wrong.append(imported)
    assert not wrong, f"{module} (floor {FLOORS[own]}) imports {', '.join(sorted(set(wrong)))}"


def test_analyzers_do_not_know_each_other() -> None:
    edges = [
        f"{module} -> {imported}"
        for module in MODULES
        if floor_of(module) == "analyzers"
        for imported in own_imports(module)
        if floor_of(imported) == "analyzers"
    ]
    assert not edges


def test_nothing_below_the_command_line_uses_test_support() -> None:
    users = [module for module in MODULES if any(floor_of(name) in BESIDE for name in own_imports(module))]
    assert [module for module in users if floor_of(module) not in BESIDE] == []


def test_the_text_floor_stands_on_the_standard_library() -> None:
    allowed = {*sys.stdlib_module_names, PACKAGE}
    outside = {
        f"{module} -> {imported}"
        for module in MODULES
        if floor_of(module) == "text"
        for imported in imports_of(MODULES[module])
        if imported.split(".")[0] not in allowed
    }
    assert not outside


@pytest.mark.parametrize("library", sorted(OWNERS))
def test_libraries_with_an_owner(library: str) -> None:
    users = {
        module
        for module in MODULES
        if any(name.split(".")[0] == library for name in imports_of(MODULES[module]))
    }
    strange = {module for module in users if floor_of(module) not in OWNERS[library]}
    assert not strange


def test_only_the_command_line_prints_or_exits() -> None:
    """The server's processes may speak on their standard error, and the analysis process may end
    itself when the protocol's process is gone; standard output belongs to the protocol. A copy of a
    process ends when its share of the work is done."""
    allowed = {
        (f"{PACKAGE}.server.analysis", "os._exit"),
        (f"{PACKAGE}.workspace.copies", "os._exit"),
        (f"{PACKAGE}.__main__", "sys.exit"),
    }
    found = []
    for module, tree in MODULES.items():
        if floor_of(module) == "cli":
            continue
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or (called := ast.unparse(node.func)) not in _ENDINGS:
                continue
            on_stderr = any(
                key.arg == "file" and ast.unparse(key.value) == "sys.stderr" for key in node.keywords
            )
            if (module, called) in allowed or (floor_of(module) == "server" and on_stderr):
                continue
            found.append(f"{module}:{node.lineno} {called}")
    assert not found


_ENDINGS = frozenset({"print", "exit", "quit", "sys.exit", "os._exit", "sys.stdout.write"})


def test_packages_re_export_nothing() -> None:
    for folder in (*FLOORS, *BESIDE):
        tree = ast.parse((FOLDER / folder / "__init__.py").read_text("utf-8"))
        assert len(tree.body) == 1, f"{folder}/__init__.py holds more than a docstring"
        assert ast.get_docstring(tree)


def test_every_module_says_what_it_is() -> None:
    silent = [module for module, tree in MODULES.items() if not ast.get_docstring(tree)]
    assert not silent
