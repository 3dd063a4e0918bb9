"""The module, class or instance of the workspace that an attribute is read off."""

from __future__ import annotations

import re
import sys
from typing import Literal

import msgspec

from bugcatalog_ls.facts.attribute_uses import AttributeUse
from bugcatalog_ls.facts.class_members import method_of
from bugcatalog_ls.facts.exports import ModuleExports
from bugcatalog_ls.facts.import_roots import is_other_root
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.module_members import module_file
from bugcatalog_ls.facts.plain_classes import effect_of_decorators, is_certain
from bugcatalog_ls.facts.resolve import behind_stars, class_at, file_of_module, mro, resolve
from bugcatalog_ls.facts.root_packages import is_root_package
from bugcatalog_ls.syntax.modules import module_name
from bugcatalog_ls.syntax.outside import is_outside

OwnerKind = Literal["module", "class", "instance"]
_HEAD = re.compile(r"[^.()\[\]]+")


class Owner(msgspec.Struct, frozen=True):
    """What an attribute is read off: a module or a class of the workspace, by its symbol."""

    kind: OwnerKind
    symbol: str


def owner_of(index: FactIndex, use: AttributeUse, path: str) -> Owner | None:
    """The module or class of the workspace that an attribute is read off, where that is known."""
    match = _HEAD.match(use.owner)
    head = match.group() if match is not None else ""
    is_known = index.module_paths(head) or _is_module_prefix(index, use.owner) or is_root_package(index, head)
    if not head or not is_known:
        return None
    if head in sys.stdlib_module_names and file_of_module(index, head, path) is None:
        # A module of a package that is called like one of Python's own: only Python's can be meant.
        return None
    for symbol, name in use.links:
        if not name and _is_rebound(index, symbol, path):
            return None
    resolved = resolve(index, use.owner, path)
    plain = resolved.removesuffix("()")
    if plain != use.owner and _passes_dynamic(index, use.owner):
        return None
    if (
        "(" in plain
        or "[" in plain
        or (is_outside(plain, module_name(path)) and class_at(index, plain) is None)
    ):
        return None
    if class_at(index, plain) is not None:
        if not is_certain(index, plain) or _may_mean_another(index, use.owner, path):
            return None
        if use.owner.endswith("()") != resolved.endswith("()") and not resolved.endswith("()"):
            return None
        kind: OwnerKind = "instance" if resolved.endswith("()") else "class"
        effect = effect_of_decorators(index, plain)
        if effect == "unknown" or (effect == "instance" and kind == "class"):
            return None
        if use.entered and not _enters_itself(index, plain):
            return None
        if kind == "instance" and _makes_classes(index, plain):
            return None
        return Owner(kind, plain)
    is_module = resolved == plain and module_file(index, plain) is not None
    if is_module and not use.owner.endswith("()") and not _is_hidden(index, plain):
        return Owner("module", plain)
    return None


def _may_mean_another(index: FactIndex, written: str, path: str) -> bool:
    """Whether another module of the name that is imported may be meant: one that has the class as well,
    where neither lies below the file or beside it, or one of an installed package."""
    parts = written.split("(")[0].split(".")
    for n_parts in range(len(parts) - 1, 0, -1):
        module = ".".join(parts[:n_parts])
        chosen = file_of_module(index, module, path)
        if chosen is None:
            continue
        root = chosen.removesuffix(".py").removesuffix("/__init__").removesuffix(module.replace(".", "/"))
        if root and is_other_root(index, root.rstrip("/"), module):
            return True
        others = [other for other in index.module_paths(module) if other != chosen]
        if not root or path.startswith(root) or not others:
            return False
        return any(class_at(index, f"{module_name(other)}.{parts[n_parts]}") for other in others)
    return False


def _is_module_prefix(index: FactIndex, symbol: str) -> bool:
    parts = symbol.split("(")[0].split(".")
    return any(index.module_paths(".".join(parts[:n])) for n in range(2, len(parts) + 1))


def _is_rebound(index: FactIndex, target: str, path: str) -> bool:
    """Whether `from package import name` gives something else than the submodule of that name."""
    if file_of_module(index, target, path) is None:
        return False
    package, _, name = target.rpartition(".")
    file = file_of_module(index, package, path)
    exports = index.one(ModuleExports, module_name(file)) if file is not None else None
    return exports is not None and (name in exports[1].names or exports[1].dynamic)


def _passes_dynamic(index: FactIndex, written: str) -> bool:
    """Whether a name is read off a package that may give something else than its module of that name."""
    parts = written.split("(")[0].split(".")
    for n_parts in range(1, len(parts) - 1):
        exports = index.one(ModuleExports, ".".join(parts[:n_parts]))
        if exports is not None and exports[1].package and exports[1].dynamic:
            return parts[n_parts] not in exports[1].names
    return False


def _is_hidden(index: FactIndex, module: str) -> bool:
    """Whether a package takes something else under the name of its submodule by `from … import *`."""
    package, _, name = module.rpartition(".")
    exports = index.one(ModuleExports, package) if package else None
    if exports is None or not exports[1].stars:
        return False
    return behind_stars(index, exports[1], exports[0], name) is not None


def _makes_classes(index: FactIndex, symbol: str) -> bool:
    """Whether a call of a class gives another class: an enumeration without members does."""
    bases = mro(index, symbol)[0]
    if not any(base.startswith("enum.") for base in bases):
        return False
    own = (class_at(index, base) for base in bases)
    return not any(known is not None and known[1].attributes for known in own)


def _enters_itself(index: FactIndex, symbol: str) -> bool:
    for name in ("__enter__", "__aenter__"):
        method = method_of(index, symbol, name)
        if method is not None and method[1].returns is not None:
            returns = resolve(index, method[1].returns, method[0])
            if not returns.endswith("()") or returns.removesuffix("()") not in mro(index, symbol)[0]:
                return False
        elif method is not None:
            return False
    return any(method_of(index, symbol, name) is not None for name in ("__enter__", "__aenter__"))
