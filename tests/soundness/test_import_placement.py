"""What fixes import is placed as real files want it, whatever file it is.

Real files (of Python's library and of the installed packages) are given imports at random places, and what
comes out is judged by Python's own parser and by Ruff's import rules, not by what our code thinks of it.
"""

from __future__ import annotations

import ast
import json
import random
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.imports import Imports
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import apply_edits

N_FILES = 60
LARGEST = 40_000
NEEDS = (
    ("logging", None),
    ("json", None),
    ("datetime", "timezone"),
    ("decimal", "Decimal"),
    ("asyncio", "Task"),
    ("contextlib", "closing"),
    ("typing", "Optional"),
    ("collections.abc", "Iterable"),
    ("fastapi", "Query"),
    ("fastapi.encoders", "jsonable_encoder"),
    ("sqlalchemy", "Numeric"),
    ("sqlalchemy.orm", "selectinload"),
    ("cachetools", "TTLCache"),
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_imports_stand_where_files_want_them(tmp_path: Path) -> None:
    chance = random.Random(1)
    n_edited = 0
    for number, (path, text, tree) in enumerate(_files(chance)):
        functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
        function = chance.choice(functions) if functions and chance.random() < 0.8 else None
        module, name = chance.choice(NEEDS)
        imports = Imports(PyFile("example.py", Source(text)))
        offset = _offset(text, function.body[-1]) if function is not None else None
        written = imports.need(module, name, at=offset)
        edits = imports.edits()
        after = apply_edits(text.encode(), edits).decode()
        place = f"{path}: {name or ''} of {module} as {written}"
        compile(after, str(path), "exec", dont_inherit=True)  # `from __future__` still comes first.
        mended = ast.parse(after)
        assert ast.get_docstring(tree) == ast.get_docstring(mended), place
        assert _without_imports(text) == _without_imports(after), place
        _check_bound(mended, module, name, written, function, place)
        _check_extended(tree, mended, module, name, place)
        if edits:
            n_edited += 1
            for folder, content in (("before", text), ("after", after)):
                copy = tmp_path / folder / str(number) / "example.py"
                copy.parent.mkdir(parents=True)
                copy.write_text(content, encoding="utf-8")
    assert n_edited > N_FILES // 2
    _check_sorted(tmp_path)


def _files(chance: random.Random) -> Iterator[tuple[Path, str, ast.Module]]:
    folders = {Path(sysconfig.get_paths()[kind]) for kind in ("stdlib", "purelib")}
    found = sorted({path for folder in folders for path in folder.rglob("*.py")})
    chance.shuffle(found)
    n_given = 0
    for path in found:
        if path.stat().st_size > LARGEST or "lib2to3" in path.parts:
            continue
        try:
            text = path.read_bytes().decode("utf-8")
            tree = ast.parse(text)
            compile(text, str(path), "exec", dont_inherit=True)
        except (UnicodeDecodeError, SyntaxError, ValueError):
            continue
        if "\r" in text or not tree.body:
            continue
        yield path, text, tree
        n_given += 1
        if n_given == N_FILES:
            return


def _offset(text: str, node: ast.stmt) -> int:
    lines = text.encode().split(b"\n")
    return sum(len(line) + 1 for line in lines[: node.lineno - 1]) + node.col_offset


def _without_imports(text: str) -> str:
    class Dropping(ast.NodeTransformer):
        def visit_Import(self, node: ast.Import) -> None: ...
        def visit_ImportFrom(self, node: ast.ImportFrom) -> None: ...

    return ast.dump(Dropping().visit(ast.parse(text)))


def _bindings(node: ast.AST) -> Iterator[tuple[str, str]]:
    """The names that an import binds, with what they stand for."""
    if isinstance(node, ast.Import):
        for name in node.names:
            yield (name.asname, name.name) if name.asname else (name.name.split(".")[0],) * 2
    elif isinstance(node, ast.ImportFrom):
        for name in node.names:
            yield name.asname or name.name, f"{node.module}.{name.name}"


def _check_bound(
    mended: ast.Module, module: str, name: str | None, written: str, function: Function | None, place: str
) -> None:
    """The name is bound at the top, where it always runs, and no local name hides it."""
    root, *rest = written.split(".")
    target = f"{module}.{name}" if name else module
    inside = _around(mended, function) if function is not None else []
    local = [bound for part in inside for node in ast.walk(part) for bound in _bindings(node)]
    if any(bound == root and ".".join([what, *rest]) == target for bound, what in local):
        return  # An import of the function itself is used.
    bound = [what for node in mended.body for name_, what in _bindings(node) if name_ == root]
    assert any(".".join([what, *rest]) == target for what in bound), f"{place}: not bound at the top"
    for part in inside:
        stored = {n.id for n in ast.walk(part) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        arguments = {n.arg for n in ast.walk(part.args) if isinstance(n, ast.arg)}
        assert root not in stored | arguments, f"{place}: hidden by a local name"


def _around(tree: ast.Module, function: Function) -> list[Function]:
    wanted = ast.dump(function)
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    same = [node for node in functions if node.name == function.name and ast.dump(node) == wanted]
    return [node for node in functions if any(inner in same for inner in ast.walk(node))]


def _check_extended(tree: ast.Module, mended: ast.Module, module: str, name: str | None, place: str) -> None:
    """A statement that imports from the module is extended, except where a file writes one name a line."""
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    after = [node for node in mended.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert len(after) <= len(imports) + 1, place
    froms = [node for node in imports if isinstance(node, ast.ImportFrom)]
    same = [node for node in froms if node.module == module and node.level == 0]
    one_a_line = all(len(node.names) == 1 for node in froms)
    if name and any(node.names[0].name != "*" for node in same) and not one_a_line:
        assert len(after) == len(imports), f"{place}: not extended"


def _check_sorted(folder: Path) -> None:
    """Files whose imports Ruff found in order are still in order for it."""
    before, after = _out_of_order(folder / "before"), _out_of_order(folder / "after")
    assert not after - before - _noted(folder / "before")


def _out_of_order(folder: Path) -> set[str]:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--exit-zero"]
    command += ["--select", "I001", "--line-length", "88", "--output-format", "json", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=True, timeout=60)
    return {Path(found["filename"]).parent.name for found in json.loads(done.stdout)}


def _noted(folder: Path) -> set[str]:
    """Files that tell linters to look away, whose order nobody vouched for."""
    marks = ("noqa", "isort:", "ruff:")
    texts = {path.parent.name: path.read_text(encoding="utf-8") for path in folder.rglob("*.py")}
    return {name for name, text in texts.items() if any(mark in text for mark in marks)}
