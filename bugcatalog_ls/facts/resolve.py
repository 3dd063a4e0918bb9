"""Symbols across files: a name followed through re-exports, returns and attributes to its origin."""

from __future__ import annotations

import re
import sys

from bugcatalog_ls.facts.classes import ClassFact, FunctionFact
from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.index import FactIndex, derived
from bugcatalog_ls.facts.root_packages import file_in_root_package
from bugcatalog_ls.syntax.modules import module_name

_TOKEN = re.compile(r"\.[^.()\[\]]+|\(\)|\[\]")
_MAX_STEPS = 40


@derived
def resolve(index: FactIndex, symbol: str, path: str) -> str:
    """The symbol that `symbol`, as written in the file at `path`, comes down to.

    Names of the workspace become `module.name` with the module's full dotted path; a name that
    a module merely imports becomes what it imports, a call of a workspace's function what that
    returns, an instance's attribute what its class assigns to it. What is not of the workspace
    stays as it is.
    """
    return _resolve(index, symbol, path, _MAX_STEPS)


@derived
def mro(index: FactIndex, symbol: str) -> tuple[tuple[str, ...], bool]:
    """A class's symbol and its bases' (nearest first), and whether all of them are known.

    `builtins.object` is left out; bases outside of the workspace are listed and make the answer
    incomplete.
    """
    return _linearise(index, symbol, _MAX_STEPS)


def _linearise(index: FactIndex, symbol: str, steps: int) -> tuple[tuple[str, ...], bool]:
    """What `mro` gives. Plain functions follow names and bases into each other, bounded by
    `steps`, so that no derived value ever needs itself, however a workspace's names go round."""
    seen: list[str] = []
    complete = True
    pending = [symbol]
    while pending and steps > 0:
        steps -= 1
        current = pending.pop(0)
        if current in seen or current == "builtins.object":
            continue
        seen.append(current)
        found = class_at(index, current)
        if found is None:
            complete = False
            continue
        path, fact = found
        for base in fact.bases:
            resolved = _resolve(index, base, path, steps - 1) if base is not None else None
            if resolved is None or resolved == current:
                # A class that is its own base has taken the name of another one.
                complete = False
            else:
                pending.append(resolved)
    return tuple(seen), complete and not pending


def class_at(index: FactIndex, symbol: str) -> tuple[str, ClassFact] | None:
    """The class with a (resolved) symbol, where the workspace has exactly one."""
    return index.one(ClassFact, symbol)


def function_at(index: FactIndex, symbol: str) -> tuple[str, FunctionFact] | None:
    """The function or method with a (resolved) symbol, where there is exactly one."""
    return index.one(FunctionFact, symbol)


def file_of_module(index: FactIndex, module: str, path: str) -> str | None:
    """The workspace's file that `import module` means in the file at `path`, or None.

    A module `a.b` is a file whose path ends with `a/b.py` or `a/b/__init__.py` and whose import
    root (what precedes) may stand on `sys.path`: it is no package itself, and it is the
    workspace's root, a folder above the importing file, or a `src`-like folder. Where the root
    is a package, its name may stand in front.
    """
    paths = index.module_paths(module)
    if not paths:
        return file_in_root_package(index, module)
    candidates = [
        (root, candidate)
        for candidate in paths
        if (root := _root(candidate, module)) is not None and _is_import_root(index, root, module, path)
    ]
    if not candidates:
        return file_in_root_package(index, module)
    # The root with the longest common path is the one that the importing file runs with.
    candidates.sort(key=lambda pair: (-_common(pair[0], path), len(pair[0]), pair[1]))
    return candidates[0][1]


def file_of_symbol(index: FactIndex, symbol: str, path: str) -> str | None:
    """The file whose definition a symbol begins with."""
    parts = symbol.split("(")[0].split(".")
    for n_parts in range(len(parts) - 1, 0, -1):
        found = file_of_module(index, ".".join(parts[:n_parts]), path)
        if found is not None:
            return found
    return None


def _resolve(index: FactIndex, symbol: str, path: str, steps: int) -> str:
    if steps <= 0 or symbol.startswith("super("):
        return symbol
    match = re.match(r"[^()\[\]]+", symbol)
    if match is None:
        return symbol
    segments, suffix = match.group().split("."), symbol[match.end() :]
    if segments[0] == "builtins":
        return symbol
    for n_module in range(len(segments), 0, -1):
        file = file_of_module(index, ".".join(segments[:n_module]), path)
        if file is None:
            continue
        module = module_name(file)
        if n_module == len(segments):
            return _named_like(index, module, suffix, steps) or module + suffix
        return _member(index, module, file, segments[n_module:], suffix, steps - 1)
    return symbol


def _member(index: FactIndex, module: str, file: str, rest: list[str], suffix: str, steps: int) -> str:
    name, tail = rest[0], "".join(f".{part}" for part in rest[1:]) + suffix
    own = f"{module}.{name}"
    exports = index.one(ModuleExports, module)
    if exports is None:
        return own + tail
    fact = exports[1]
    target = fact.names.get(name)
    if target is not None and target != own:
        return _resolve(index, target + tail, file, steps)
    if name not in fact.names and (origin := behind_stars(index, fact, file, name)) is not None:
        return _resolve(index, f"{module_name(origin)}.{name}{tail}", origin, steps - 1)
    if name not in fact.names and (held := _named_like(index, module, f".{name}{tail}", steps)) is not None:
        return held
    return _walk(index, own, tail, steps)


def _named_like(index: FactIndex, module: str, tail: str, steps: int) -> str | None:
    """What a package means by a name that it takes out of its module of the same name."""
    package, _, name = module.rpartition(".")
    exports = index.one(ModuleExports, package) if package else None
    target = exports[1].names.get(name) if exports is not None else None
    if exports is None or target is None or not target.startswith(f"{module}."):
        return None
    return _resolve(index, target + tail, exports[0], steps - 1)


def behind_stars(index: FactIndex, fact: ModuleExports, file: str, name: str) -> str | None:
    """The file whose module binds a name that another one takes over by `from … import *`."""
    seen = {file}
    pending = [(star, file) for star in fact.stars]
    while pending:
        star, importer = pending.pop(0)
        path = file_of_module(index, star, importer)
        if path is None or path in seen:
            continue
        seen.add(path)
        exports = index.one(ModuleExports, module_name(path))
        if exports is not None and name in exports[1].names:
            return path
        pending += [(further, path) for further in exports[1].stars] if exports is not None else []
    return None


def _walk(index: FactIndex, current: str, tail: str, steps: int) -> str:
    """Follow calls and attributes from a definition of the workspace."""
    tokens: list[str] = _TOKEN.findall(tail)
    for position, token in enumerate(tokens):
        rest = "".join(tokens[position + 1 :])
        # A method of an instance is known by its class: `Job().run` is the function `Job.run`.
        if token == "()" and (function := function_at(index, current.replace("()", ""))) is not None:
            owner_path, fact = function
            if fact.returns is not None:
                return _resolve(index, fact.returns + rest, owner_path, steps - 1)
        if token.startswith(".") and current.endswith("()"):
            symbol, name = current.removesuffix("()"), token[1:]
            if (found := _attribute(index, symbol, name, steps)) is not None:
                target, target_path = found
                return _resolve(index, target + rest, target_path, steps - 1)
            current = f"{_defining_class(index, symbol, name, steps) or symbol}()"
        current += token
    return current


def _attribute(index: FactIndex, symbol: str, name: str, steps: int) -> tuple[str, str] | None:
    for base in _linearise(index, symbol, steps - 1)[0]:
        found = class_at(index, base)
        if found is None:
            return None
        path, fact = found
        if name in fact.members:
            getter = function_at(index, f"{base}.{name}") if fact.members[name] == "property" else None
            returns = getter[1].returns if getter is not None else None
            return (returns, path) if returns is not None else None
        if (target := fact.attributes.get(name)) is not None:
            return (target, path) if target != f"{symbol}().{name}" else None
        if name in fact.attributes:
            return None
    return None


def _defining_class(index: FactIndex, symbol: str, name: str, steps: int) -> str | None:
    for base in _linearise(index, symbol, steps - 1)[0]:
        found = class_at(index, base)
        if found is None:
            return None
        if name in found[1].members:
            return base
    return None


def _root(path: str, module: str) -> str | None:
    """The folder from which `module` is imported when it is the file at `path`."""
    full = module_name(path)
    if full == module:
        return ""
    head = full.removesuffix(module).removesuffix(".")
    return "/".join(path.split("/")[: head.count(".") + 1])


def _is_import_root(index: FactIndex, root: str, module: str, path: str) -> bool:
    if root == "":
        # Where the root is a package, its modules hide none of Python's own.
        return module.partition(".")[0] not in sys.stdlib_module_names or not index.has_file("__init__.py")
    if index.has_file(f"{root}/__init__.py"):
        return False
    if "." not in module and module in sys.stdlib_module_names:
        return False
    if root.rpartition("/")[2] in ("src", "lib", "python"):
        return True
    return path.startswith(root + "/") or "." in module


def _common(root: str, path: str) -> int:
    return root.count("/") + 1 if root and path.startswith(root + "/") else 0
