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
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any, Literal

import msgspec

_PACKAGE_FILE = re.compile(r"^(\w+)/__init__\.py,", re.MULTILINE)
_MAX_CLASSES = 40
_MAX_STARS = 20
_TRICKS_OF_MODULE = re.compile(
    r"\bglobals\(|\bvars\(|\blocals\(|\bexec\(|\bsetattr\(|sys\.modules|__dict__|__class__\s*=|\blazy"
)
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
_SELF_NAMES = frozenset({"self", "_self", "self_"})
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


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


class _Unseen(Exception):
    """Not all of an owner can be seen."""


class Packages:
    """The packages in one `site-packages` folder."""

    def __init__(self, folder: Path) -> None:
        # Half a second, and only for this.
        jedi: Any = importlib.import_module("jedi")
        environments: Any = importlib.import_module("jedi.api.environment")
        jedi.settings.allow_unsafe_interpreter_executions = False
        self._folder = Path(os.path.realpath(folder))
        self._script = jedi.Script
        self._environment = environments.InterpreterEnvironment()
        # Without a path of its own, no compiled module is taken for a safe one, and loaded.
        self._environment.get_sys_path = list
        self._project = jedi.Project(
            str(self._folder),
            sys_path=[str(self._folder)],
            smart_sys_path=False,
            load_unsafe_extensions=False,
        )
        self._trees: dict[Path, tuple[str, ast.Module]] = {}
        self._scripts: dict[Path, Any] = {}
        self._written: Counter[str] | None = None

    def members(self, owner: str) -> Members:
        """What a dotted name has, or an instance of it (`httpx.Client`)."""
        try:
            return self._members(owner)
        except (_Unseen, OSError, SyntaxError, ValueError, RecursionError):
            return _UNKNOWN
        except Exception:
            # jedi raises all kinds of errors on code that it can't understand.
            return _UNKNOWN

    def _members(self, owner: str) -> Members:
        module, _, name = owner.rpartition(".")
        if self._n_distributions(owner.partition(".")[0]) > 1:
            raise _Unseen
        file = self._module_file(owner)
        if file is not None and not (module and self._binds(module, name)):
            return Members("module", tuple(sorted(self._names_of_module(file))))
        if not module:
            raise _Unseen
        text = f"from {module} import {name}\n" if self._module_file(module) else f"import {module}\n{owner}"
        if text.startswith("import "):
            raise _Unseen
        script = self._script(text, project=self._project, environment=self._environment)
        found = self._goto(script, 1, len(text) - 2)
        if found.type == "module" and found.module_path is not None:
            return Members("module", tuple(sorted(self._names_of_module(self._own(found.module_path)))))
        return self._class_members(found)

    def _n_distributions(self, package: str) -> int:
        """How many distributions wrote a package's own file: of several, the last one did."""
        if self._written is None:
            self._written = Counter()
            for record in sorted(self._folder.glob("*.dist-info/RECORD")):
                text = record.read_text("utf-8", "replace")
                self._written.update(set(_PACKAGE_FILE.findall(text)))
        return self._written[package]

    def _binds(self, module: str, name: str) -> bool:
        """Whether a package gives a name another meaning than the submodule of that name."""
        file = self._module_file(module)
        if file is None:
            return False
        _, tree = self._tree(file)
        return name in _bound(tree.body)

    # -- classes --------------------------------------------------------------------------------------

    def _class_members(self, found: Any) -> Members:
        names = set(dir(type))
        methods: dict[str, ast.AST] = {}
        seen: set[str] = set()
        pending = [found]
        constructor: ast.AST | None = None
        while pending:
            current = pending.pop(0)
            if current.type != "class" or len(seen) > _MAX_CLASSES:
                raise _Unseen
            known = _names_of_known(current.full_name or "")
            if known is not None:
                names |= known
                continue
            file = self._own(current.module_path)
            place = f"{file}:{current.line}"
            if place in seen:
                continue
            seen.add(place)
            text, tree = self._tree(file)
            node = _class_at(tree, current.name, current.line)
            self._refuse_tricks(node, text)
            names |= _names_of_class(node) | _stored_on(tree)
            for name, member in _last_definitions(node).items():
                methods.setdefault(name, member)
            constructor = methods.get("__init__", constructor)
            for base in node.bases:
                pending.append(self._base(file, base))
        plain = tuple(sorted(name for name, node in methods.items() if _is_plain(node)))
        enters = [methods[name] for name in ("__enter__", "__aenter__") if name in methods]
        return Members(
            "class",
            tuple(sorted(names)),
            plain,
            bool(enters) and all(_returns_itself(node) for node in enters),
            constructor is None or _needs_nothing(constructor),
        )

    def _base(self, file: Path, base: ast.expr) -> Any:
        while isinstance(base, ast.Subscript):
            base = base.value
        if not isinstance(base, (ast.Name, ast.Attribute)) or base.end_col_offset is None:
            raise _Unseen
        if file not in self._scripts:
            self._scripts[file] = self._script(
                path=file, project=self._project, environment=self._environment
            )
        line = base.end_lineno or base.lineno
        row = self._tree(file)[0].splitlines()[line - 1].encode()
        column = len(row[: base.end_col_offset].decode())
        return self._goto(self._scripts[file], line, column - 1)

    def _goto(self, script: Any, line: int, column: int) -> Any:
        """The only definition of what stands at a place."""
        found = script.goto(line, column, follow_imports=True)
        places = {(name.module_path, name.line, name.type): name for name in found}
        if len(places) != 1:
            raise _Unseen
        return next(iter(places.values()))

    def _refuse_tricks(self, node: ast.ClassDef, text: str) -> None:
        segment = "\n".join(text.splitlines()[node.lineno - 1 : node.end_lineno])
        if _TRICKS_OF_CLASS.search(segment) or re.search(rf"\bsetattr\(\s*{node.name}\b", text):
            raise _Unseen
        for keyword in node.keywords:
            value = keyword.value
            told = value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")
            if keyword.arg != "metaclass" or told not in ("ABCMeta", "type"):
                raise _Unseen
        for decorator in node.decorator_list:
            plain = decorator.func if isinstance(decorator, ast.Call) else decorator
            told = plain.attr if isinstance(plain, ast.Attribute) else getattr(plain, "id", "")
            if told not in _PLAIN_DECORATORS:
                raise _Unseen
        if not _MAKES_ANY.isdisjoint(_bound(node.body)):
            raise _Unseen

    # -- modules --------------------------------------------------------------------------------------

    def _names_of_module(self, file: Path, n_stars: int = _MAX_STARS) -> set[str]:
        text, tree = self._tree(file)
        names = _bound(tree.body)
        if n_stars <= 0 or "__getattr__" in names or _TRICKS_OF_MODULE.search(text):
            raise _Unseen
        for node in ast.walk(tree):
            if isinstance(node, ast.Global):
                names.update(node.names)
            elif isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
                names |= self._names_of_module(self._imported_file(file, node), n_stars - 1)
        if file.name.startswith("__init__."):
            names |= {each.name.partition(".")[0] for each in file.parent.iterdir()}
        return names

    def _imported_file(self, file: Path, node: ast.ImportFrom) -> Path:
        module = node.module or ""
        if node.level:
            folder = file.parent
            for _ in range(node.level - 1):
                folder = folder.parent
            place = _file_at(folder.joinpath(*module.split(".")) if module else folder)
        else:
            place = self._module_file(module)
        if place is None:
            raise _Unseen
        return self._own(place)

    def _module_file(self, module: str) -> Path | None:
        return _file_at(self._folder.joinpath(*module.split(".")))

    def _own(self, file: Path | None) -> Path:
        """A file that is one of the packages; all others are not to be judged by."""
        if file is None or file.suffix not in (".py", ".pyi"):
            raise _Unseen
        real = Path(os.path.realpath(file))
        if not real.is_relative_to(self._folder):
            raise _Unseen
        return real

    def _tree(self, file: Path) -> tuple[str, ast.Module]:
        if file not in self._trees:
            text = file.read_text("utf-8")
            self._trees[file] = (text, ast.parse(text))
        return self._trees[file]


def _file_at(place: Path) -> Path | None:
    """The source of a module or package; its stub where it is compiled."""
    for suffix in (".py", ".pyi"):
        for file in (place / f"__init__{suffix}", place.with_name(place.name + suffix)):
            if file.is_file():
                return file
    return None


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


def _bound(body: list[ast.stmt]) -> set[str]:
    """The names that statements bind, in whatever branch, but not those of functions and classes."""
    names: set[str] = set()
    pending: list[ast.AST] = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, _DEFINITIONS):
            names.add(node.name)
            continue
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            names.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        pending.extend(ast.iter_child_nodes(node))
    return names


def _class_at(tree: ast.Module, name: str, line: int) -> ast.ClassDef:
    """A class that is the only one of its name: of several, which one it is is not for a file to tell."""
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == name]
    if len(found) != 1 or found[0].lineno != line or found[0] not in tree.body:
        raise _Unseen
    return found[0]


def _names_of_class(node: ast.ClassDef) -> set[str]:
    names = _bound(node.body)
    for inner in ast.walk(node):
        if isinstance(inner, ast.Attribute) and not isinstance(inner.ctx, ast.Load):
            names.add(inner.attr)
        elif isinstance(inner, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__slots__" for target in inner.targets
        ):
            names.update(
                each.value
                for each in ast.walk(inner.value)
                if isinstance(each, ast.Constant) and isinstance(each.value, str)
            )
    return names


def _stored_on(tree: ast.Module) -> set[str]:
    """The names that the rest of the module sets on objects."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
    }


def _last_definitions(node: ast.ClassDef) -> dict[str, ast.AST]:
    """What a class's body binds names to; what is not a plain statement of it stands for itself."""
    found: dict[str, ast.AST] = dict.fromkeys(_bound(node.body), node)
    plain: dict[str, ast.AST] = {}
    for statement in node.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            plain[statement.name] = node if statement.name in plain else statement
    others = _bound([each for each in node.body if not isinstance(each, _DEFINITIONS)])
    return found | {name: each for name, each in plain.items() if name not in others}


def _is_plain(node: ast.AST) -> bool:
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) or node.decorator_list:
        return False
    parameters = [*node.args.posonlyargs, *node.args.args]
    return bool(parameters) and parameters[0].arg in _SELF_NAMES


def _returns_itself(node: ast.AST) -> bool:
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    parameters = [*node.args.posonlyargs, *node.args.args]
    returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
    if not parameters or not returned:
        return False
    return all(isinstance(each, ast.Name) and each.id == parameters[0].arg for each in returned)


def _needs_nothing(node: ast.AST) -> bool:
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    given = node.args
    n_positional = len(given.posonlyargs) + len(given.args) - len(given.defaults)
    return n_positional <= 1 and None not in given.kw_defaults
