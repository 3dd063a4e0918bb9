"""What modules and classes of installed packages have, where jedi and their texts show all of it.

jedi says which class or module a name is, through re-exports and in other packages; the members are
read off the syntax trees of these. So "absent" is never mistaken for "unknown". Nothing is imported.
"""

from __future__ import annotations

import abc
import ast
import builtins
import collections.abc
import contextlib
import importlib
import re
from pathlib import Path
from typing import Any, Literal

import msgspec

from bugcatalog_ls.workspace.package_files import PackageFiles, Unseen
from bugcatalog_ls.workspace.python_trees import (
    bound_names,
    is_plain_method,
    last_definitions,
    names_of_class,
    needs_nothing,
    returns_itself,
    stored_names,
)

_MAX_CLASSES = 40
_TRICKS_OF_CLASS = re.compile(
    r"\bvars\(|\blocals\(|\bexec\(|\bsetattr\(|object\.__setattr__|__dict__|__class__\s*="
)
_MAKES_ANY = frozenset({"__getattr__", "__getattribute__", "__new__", "__get__"})
_PLAIN_DECORATORS = frozenset(
    {"dataclass", "final", "runtime_checkable", "total_ordering", "deprecated", "dataclass_transform"}
)
_HOLDERS: dict[str, Any] = {
    "builtins": builtins,
    "abc": abc,
    "collections.abc": collections.abc,
    "contextlib": contextlib,
}
_NAMELESS = frozenset({"Generic", "Protocol"})


class Members(msgspec.Struct, frozen=True, array_like=True):
    """All names of an owner; "unknown" where not all of it can be seen.

    `methods` are the plain methods of a class, `enters_itself` tells that `with` gives the instance,
    `needs_nothing` that it is made without arguments.
    """

    kind: Literal["module", "class", "unknown"] = "unknown"
    names: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    enters_itself: bool = False
    needs_nothing: bool = False


_UNKNOWN = Members()


class Packages:
    """The packages in one `site-packages` folder."""

    def __init__(self, folder: Path) -> None:
        # Half a second, and only for this.
        jedi: Any = importlib.import_module("jedi")
        environments: Any = importlib.import_module("jedi.api.environment")
        jedi.settings.allow_unsafe_interpreter_executions = False
        self._files = PackageFiles(folder)
        self._script = jedi.Script
        self._environment = environments.InterpreterEnvironment()
        # Without a path of its own, no compiled module is taken for a safe one, and loaded.
        self._environment.get_sys_path = list
        self._project = jedi.Project(
            str(self._files.folder),
            sys_path=[str(self._files.folder)],
            smart_sys_path=False,
            load_unsafe_extensions=False,
        )
        self._scripts: dict[Path, Any] = {}

    def members(self, owner: str) -> Members:
        """What a dotted name has, or an instance of it (`httpx.Client`)."""
        try:
            return self._members(owner)
        except Exception:
            # Not all can be seen; and jedi raises all kinds of errors on code that it can't understand.
            return _UNKNOWN

    def _members(self, owner: str) -> Members:
        module, _, name = owner.rpartition(".")
        if self._files.n_distributions(owner.partition(".")[0]) > 1:
            raise Unseen
        file = self._files.module_file(owner)
        if file is not None and not (module and self._files.binds(module, name)):
            return Members("module", tuple(sorted(self._files.names_of_module(file))))
        if not module or self._files.module_file(module) is None:
            raise Unseen
        text = f"from {module} import {name}\n"
        script = self._script(text, project=self._project, environment=self._environment)
        found = self._goto(script, 1, len(text) - 2)
        if found.type == "module" and found.module_path is not None:
            return Members(
                "module", tuple(sorted(self._files.names_of_module(self._files.own(found.module_path))))
            )
        return self._class_members(found)

    def _class_members(self, found: Any) -> Members:
        names = set(dir(type))
        methods: dict[str, ast.AST] = {}
        seen: set[str] = set()
        pending = [found]
        constructor: ast.AST | None = None
        while pending:
            current = pending.pop(0)
            if current.type != "class" or len(seen) > _MAX_CLASSES:
                raise Unseen
            known = _names_of_known(current.full_name or "")
            if known is not None:
                names |= known
                continue
            file = self._files.own(current.module_path)
            place = f"{file}:{current.line}"
            if place in seen:
                continue
            seen.add(place)
            text, tree = self._files.tree(file)
            node = _class_at(tree, current.name, current.line)
            self._refuse_tricks(node, text)
            names |= names_of_class(node) | stored_names(tree)
            for name, member in last_definitions(node).items():
                methods.setdefault(name, member)
            constructor = methods.get("__init__", constructor)
            for base in node.bases:
                pending.append(self._base(file, base))
        plain = tuple(sorted(name for name, node in methods.items() if is_plain_method(node)))
        enters = [methods[name] for name in ("__enter__", "__aenter__") if name in methods]
        return Members(
            "class",
            tuple(sorted(names)),
            plain,
            bool(enters) and all(returns_itself(node) for node in enters),
            constructor is None or needs_nothing(constructor),
        )

    def _base(self, file: Path, base: ast.expr) -> Any:
        while isinstance(base, ast.Subscript):
            base = base.value
        if not isinstance(base, (ast.Name, ast.Attribute)) or base.end_col_offset is None:
            raise Unseen
        if file not in self._scripts:
            self._scripts[file] = self._script(
                path=file, project=self._project, environment=self._environment
            )
        line = base.end_lineno or base.lineno
        row = self._files.tree(file)[0].splitlines()[line - 1].encode()
        column = len(row[: base.end_col_offset].decode())
        return self._goto(self._scripts[file], line, column - 1)

    def _goto(self, script: Any, line: int, column: int) -> Any:
        """The only definition of what stands at a place."""
        found = script.goto(line, column, follow_imports=True)
        places = {(name.module_path, name.line, name.type): name for name in found}
        if len(places) != 1:
            raise Unseen
        return next(iter(places.values()))

    def _refuse_tricks(self, node: ast.ClassDef, text: str) -> None:
        segment = "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno])
        if _TRICKS_OF_CLASS.search(segment) or re.search(rf"\bsetattr\(\s*{node.name}\b", text):
            raise Unseen
        for keyword in node.keywords:
            value = keyword.value
            told = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")
            if keyword.arg != "metaclass" or told not in ("ABCMeta", "type"):
                raise Unseen
        for decorator in node.decorator_list:
            plain = decorator.func if isinstance(decorator, ast.Call) else decorator
            told = plain.attr if isinstance(plain, ast.Attribute) else getattr(plain, "id", "")
            if told not in _PLAIN_DECORATORS:
                raise Unseen
        if not _MAKES_ANY.isdisjoint(bound_names(node.body)):
            raise Unseen


def _names_of_known(symbol: str) -> set[str] | None:
    """The names that a well-known base of Python's own gives."""
    module, _, name = symbol.rpartition(".")
    if module in ("typing", "typing_extensions"):
        if name in _NAMELESS:
            return set()
        module = "contextlib" if hasattr(contextlib, f"Abstract{name}") else "collections.abc"
    known = getattr(_HOLDERS.get(module), name, None)
    if not isinstance(known, type) or known is type:
        return None
    return {*dir(known), "add_note"} if issubclass(known, BaseException) else set(dir(known))


def _class_at(tree: ast.Module, name: str, line: int) -> ast.ClassDef:
    """A class that is the only one of its name: of several, which one it is is not for a file to tell."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == name]
    if len(found) != 1 or found[0].lineno != line or found[0] not in tree.body:
        raise Unseen
    return found[0]
