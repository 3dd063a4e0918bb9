"""Dotted module names of files, and the modules that relative imports mean."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import PurePosixPath


@lru_cache(maxsize=1 << 17)
def module_name(path: str) -> str:
    """The dotted name of a file's path relative to the workspace's root.

    It is the path itself, source folders included (`src/app/db.py` is `src.app.db`), so that
    every file has one name; imports are matched to files by the end of that name.
    """
    parts = PurePosixPath(path).with_suffix("").parts
    if parts and parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(parts)


def is_module(path: str) -> bool:
    """Whether a file can be imported: `alembic.ini` is no module `alembic`."""
    return path.endswith((".py", ".pyi", ".pyw"))


def is_package(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name == "__init__" or name.rpartition(".")[0] == "__init__"


def absolute_module(written: str, path: str) -> str:
    """The dotted name that `written` (`..db.session`, `app.db`) means in the file at `path`.

    A relative name that leaves the workspace keeps what is left of it.
    """
    level = len(written) - len(written.lstrip("."))
    if level == 0:
        return written
    package = name.split(".") if (name := module_name(path)) else []
    keep = len(package) - level + (1 if is_package(path) else 0)
    parts = package[: max(keep, 0)]
    rest = written[level:]
    return ".".join([*parts, rest] if rest else parts)


_OF_TESTS = re.compile(
    r"tests?|testing|e2e|tests?[-_](?:new|old|nightly|utils|data|helpers|cases)"
    r"|(?:unit|integration|functional|system|api|e2e|smoke|load|perf|performance|acceptance|regression)[-_]tests?"
)


@lru_cache(maxsize=1 << 17)
def is_test_path(path: str) -> bool:
    """Whether a path relative to the workspace's root is test code: in a folder `test(s)`, `testing` or
    `integration_tests`, or named `test_*.py`, `*_test.py` or `conftest.py` (pytest's own conventions)
    or `tests.py` (Django's), or one of the steps and the environment of behave's features."""
    *folders, name = path.split("/")
    if any(_OF_TESTS.fullmatch(folder) is not None for folder in folders):
        return True
    if "features" in folders and ("steps" in folders or name == "environment.py"):
        return True
    return (
        name.startswith("test_")
        or name.endswith(("_test.py", "_tests.py"))
        or name in ("conftest.py", "tests.py")
    )


_VENDORED = frozenset(
    {"vendor", "vendors", "vendored", "extern", "externals", "third_party", "thirdparty", "3rdparty"}
    | {"bundled", "site-packages", "node_modules"}
)


_FRAGMENT_FOLDERS = frozenset(
    {"doc", "docs", "docs_src", "documentation", "example", "examples", "sample", "samples", "snippets"}
    | {"template", "templates", "skeleton", "skeletons", "scaffold", "boilerplate", "fixtures", "testdata"}
    | {"test_data", "cookiecutter"}
)


def is_fragment_path(path: str) -> bool:
    """Whether a path lies among examples, templates or what tests read: it may be a part of a program
    only."""
    return any(
        folder.lower() in _FRAGMENT_FOLDERS or "{{" in folder or folder.endswith(("_template", "-template"))
        for folder in path.split("/")[:-1]
    )


def is_vendored_path(path: str) -> bool:
    """Whether a path relative to the workspace's root lies in a folder for copies of other
    people's code (`_vendor`, `extern`, `third_party`, by convention)."""
    return any(folder.strip("_") in _VENDORED for folder in path.split("/")[:-1])


_OF_SCRIPTS = re.compile(r"(?:\w+[-_])?scripts?|examples?|samples?")
_OF_SCRIPTS_AT_ROOT = frozenset({"bin", "contrib", "demo", "demos", "dev", "docs", "hack", "tools"})


def is_script_path(path: str) -> bool:
    """Whether a path relative to the workspace's root lies in a folder for scripts that somebody runs at
    a prompt, or for examples: not a part of what serves requests. `tools` is one at the root only."""
    folders = path.split("/")[:-1]
    if folders and (folders[0] in _OF_SCRIPTS_AT_ROOT or folders[0].startswith("example")):
        return True
    return any(_OF_SCRIPTS.fullmatch(folder) is not None for folder in folders)


def is_command_path(path: str) -> bool:
    """Whether a path is of a script, or of a command of Django's: a program that ends when it is done."""
    return is_script_path(path) or "/management/commands/" in f"/{path}"
