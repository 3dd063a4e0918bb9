"""The import statements of one file: what each binds, where it stands, how the file lays them out."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from pathlib import PurePosixPath
from typing import Any, Literal

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import absolute_module
from bugcatalog_ls.syntax.nodes import ancestors, text_of

Place = Literal["top", "try", "if", "typing", "local"]
"""Where an import stands: at the top level, in a `try` or `if` there, for type checkers only,
or inside a function or class."""

_ROOTS = frozenset({"src", "lib", "python", "backend", "packages"})
_IMPORTS = ("import_statement", "import_from_statement", "future_import_statement")


class Section(IntEnum):
    """The blocks that imports are customarily grouped in, in their order."""

    FUTURE = 0
    STDLIB = 1
    THIRD_PARTY = 2
    FIRST_PARTY = 3
    RELATIVE = 4


@dataclass(frozen=True)
class ImportedName:
    """One name of an import: `target` is what it means, `bound` the name that the file has for it."""

    node: Node
    target: str
    bound: str
    expression: str


@dataclass(frozen=True)
class ImportLine:
    """One import statement. `module` is as written; empty for `import a, b`."""

    node: Node
    module: str
    names: tuple[ImportedName, ...]
    place: Place
    section: Section
    is_star: bool = False

    @property
    def is_from(self) -> bool:
        return self.node.type != "import_statement"

    @property
    def sort_module(self) -> str:
        return self.module or self.names[0].target if self.names else self.module


def import_lines(file: PyFile, first_party: frozenset[str] = frozenset()) -> list[ImportLine]:
    """All import statements of a file, in order of the text; read once."""
    known = file.once(_known_lines)
    if first_party not in known:
        read = (_read(file, node, first_party) for node in file.nodes(*_IMPORTS))
        known[first_party] = [line for line in read if line is not None]
    return list(known[first_party])


def _known_lines(file: PyFile) -> dict[frozenset[str], list[ImportLine]]:
    return {}


def section_of(module: str, path: str, first_party: frozenset[str] = frozenset()) -> Section:
    """The section that an import of `module` belongs to in the file at `path`."""
    top = module.split(".")[0]
    if module.startswith("."):
        return Section.RELATIVE
    if top == "__future__":
        return Section.FUTURE
    if top in sys.stdlib_module_names:
        return Section.STDLIB
    return Section.FIRST_PARTY if top in first_party or top in _own_tops(path) else Section.THIRD_PARTY


def groups_of(file: PyFile, lines: Sequence[ImportLine]) -> list[list[ImportLine]]:
    """Imports of the top level in runs with neither a blank line nor another statement between."""
    groups: list[list[ImportLine]] = []
    for line in lines:
        if groups and _touch(file, groups[-1][-1].node, line.node):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def doubly_imported(file: PyFile) -> frozenset[str]:
    """The names that imports of the top level bind to more than one thing, the last of which holds."""
    targets: dict[str, set[str]] = {}
    for line in import_lines(file):
        for imported in line.names if line.place == "top" else ():
            is_plain_module = imported.expression == imported.target
            target = imported.bound if is_plain_module else imported.target
            targets.setdefault(imported.bound, set()).add(target)
    return frozenset(name for name, meant in targets.items() if len(meant) > 1)


SortKey = Callable[[bool, str], tuple[Any, ...]]


def sorted_index(existing: Sequence[tuple[bool, str]], new: tuple[bool, str]) -> int | None:
    """Where `new` goes among (is_from, module) pairs; None where they follow no known order."""
    for key in _LINE_KEYS:
        keys = [key(*pair) for pair in existing]
        if keys == sorted(keys):
            return bisect_right(keys, key(*new))
    return None


def sorted_name_index(existing: Sequence[str], new: str) -> int:
    """Where `new` goes among the imported names: in their order, or at the end."""
    for key in _NAME_KEYS:
        keys = [key(name) for name in existing]
        if keys == sorted(keys):
            return bisect_right(keys, key(new))
    return len(existing)


def _by_kind(name: str) -> tuple[Any, ...]:
    """Constants, then classes, then the rest: what isort and Ruff do by default."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1 if name[:1].isupper() else 2), name.casefold(), name


_NAME_KEYS: tuple[Callable[[str], tuple[Any, ...]], ...] = (
    _by_kind,
    lambda name: (name.casefold(),),
    lambda name: (name,),
    lambda name: (len(name), name.casefold()),
)
_LINE_KEYS: tuple[SortKey, ...] = (
    lambda is_from, module: (is_from, module.casefold()),
    lambda is_from, module: (module.casefold(), is_from),
    lambda is_from, module: (not is_from, module.casefold()),
    lambda is_from, module: (is_from, len(module)),
    lambda is_from, module: (len(module) + (12 if is_from else 7),),
)


def _own_tops(path: str) -> set[str]:
    """The folders of a file that its own imports may begin with: outer ones, and below `src`."""
    parts = PurePosixPath(path).with_suffix("").parts
    below_root = {part for root, part in pairwise(parts) if root in _ROOTS}
    return {*parts[:2], *below_root}


def _touch(file: PyFile, left: Node, right: Node) -> bool:
    between = left.next_named_sibling
    while between is not None and between.id != right.id:
        if between.type != "comment":
            return False
        between = between.next_named_sibling
    rows = file.source.lines
    first, last = rows.row_of(left.end_byte) + 1, rows.row_of(right.start_byte)
    return all(rows.line(row).strip() for row in range(first, last))


def _read(file: PyFile, node: Node, first_party: frozenset[str]) -> ImportLine | None:
    place = _place(node)
    if node.type == "import_statement":
        names = tuple(_imported(child) for child in node.named_children if child.type != "comment")
        if not names:
            return None
        return ImportLine(node, "", names, place, section_of(names[0].target, file.path, first_party))
    module_node = node.child_by_field_name("module_name")
    written = text_of(module_node).replace(" ", "") if module_node is not None else "__future__"
    absolute = absolute_module(written, file.path)
    names = tuple(_imported(child, absolute) for child in node.children_by_field_name("name"))
    is_star = any(child.type == "wildcard_import" for child in node.named_children)
    section = section_of(written, file.path, first_party)
    return ImportLine(node, written, names, place, section, is_star)


def _imported(node: Node, module: str | None = None) -> ImportedName:
    prefix = f"{module}." if module else ""
    if node.type == "aliased_import":
        name, alias = node.child_by_field_name("name"), node.child_by_field_name("alias")
        written = text_of(name) if name is not None else ""
        bound = text_of(alias) if alias is not None else written
        return ImportedName(node, prefix + written, bound, bound)
    written = text_of(node)
    return ImportedName(node, prefix + written, written.split(".")[0], written)


def _place(node: Node) -> Place:
    place: Place = "top"
    for parent in ancestors(node):
        if parent.type in ("function_definition", "class_definition"):
            return "local"
        if parent.type == "try_statement":
            place = "try"
        elif parent.type == "if_statement":
            condition = parent.child_by_field_name("condition")
            if condition is not None and "TYPE_CHECKING" in text_of(condition) and _in_body(parent, node):
                return "typing"
        if parent.type not in ("module", "block") and place == "top":
            place = "if"
    return place


def _in_body(statement: Node, node: Node) -> bool:
    body = statement.child_by_field_name("consequence")
    return body is not None and body.start_byte <= node.start_byte < body.end_byte
