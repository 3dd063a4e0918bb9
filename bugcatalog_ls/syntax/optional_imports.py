"""Imports that are allowed to fail: which names may be None or missing, and what tells that they are not."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.syntax.binding_places import BindingPlaces
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.giving_up import gives_up
from bugcatalog_ls.syntax.guards import always_leaves
from bugcatalog_ls.syntax.import_flags import ImportFlags, Sign
from bugcatalog_ls.syntax.import_paths import is_for_typing
from bugcatalog_ls.syntax.nodes import FUNCTIONS, ancestors, holds_node, is_none, statements, text_of, walk
from bugcatalog_ls.syntax.scopes import Binding, Scope

_BUILT_IN = frozenset(dir(builtins))
_CAUGHT = ("ImportError", "ModuleNotFoundError", "Exception", "BaseException")
_GATHERS = re.compile(r"(\w+)(?:\.(?:append|add)\(|\s*\+=)")


@dataclass(frozen=True)
class OptionalImport:
    """A name that a guarded import may leave None, or not bind at all.

    `companions` are the names that the same `try` gives or takes together with it, `flags` the
    variables that tell whether it was made; `first` is the module that the `try` imports first.
    """

    name: str
    kind: Literal["none", "unbound"]
    target: str
    node: Node
    scope: Scope
    statement: Node | None = None
    companions: frozenset[str] = frozenset()
    flags: dict[str, Sign] = field(default_factory=dict)
    first: str = ""


def optional_imports(file: PyFile) -> list[OptionalImport]:
    """The optional imports of a file, by place; names for which something usable stands in are left out."""
    return file.once(_optional_imports)


def _optional_imports(file: PyFile) -> list[OptionalImport]:
    found: list[OptionalImport] = []
    data = file.source.data
    known: dict[int, tuple[BindingPlaces, ImportFlags]] = {}
    for statement in file.nodes("try_statement"):
        body = statement.child_by_field_name("body")
        if body is None or data.find(b"import", body.start_byte, body.end_byte) < 0:
            continue
        handlers = [child for child in statement.children if child.type == "except_clause"]
        catching = [handler for handler in handlers if _catches_import_error(handler)]
        open_handlers = [handler for handler in catching if not gives_up(_block(handler))]
        if not open_handlers or any(_is_gathered(file, handler) for handler in open_handlers):
            continue
        scope = file.scopes.at(statement.start_byte)
        if scope.kind == "class":
            continue
        if id(scope) not in known:
            places = BindingPlaces(scope)
            known[id(scope)] = places, ImportFlags(places)
        places, signs = known[id(scope)]
        kinds: dict[Binding, Literal["none", "unbound"]] = {}
        for binding in places.within(body):
            if _import_behind(binding, scope, body) is not None and _is_directly_in(binding.node, body):
                kind = _kind(binding, scope.bindings[binding.name], body, open_handlers)
                if kind == "none" or (kind is not None and not _decides(open_handlers)):
                    kinds[binding] = kind
        names = frozenset(binding.name for binding, kind in kinds.items() if kind == "none")
        flags = signs.of(statement, body, handlers, names) if kinds else {}
        for binding, kind in kinds.items():
            source = _import_behind(binding, scope, body)
            target = source.target if source is not None else ""
            found.append(
                OptionalImport(
                    binding.name, kind, target, binding.node, scope, statement, names, flags, _first(body)
                )
            )
    return found


def _first(body: Node) -> str:
    """The module that a block imports first, where that is what it begins with."""
    statement = next(iter(statements(body)), body)
    module = statement.child_by_field_name("module_name") or statement.child_by_field_name("name")
    if not statement.type.startswith("import") or module is None:
        return ""
    return text_of(module.child_by_field_name("name") or module)


def _import_behind(binding: Binding, scope: Scope, body: Node) -> Binding | None:
    """The import that binds a name, or that of which the `try` makes what the name holds."""
    if binding.kind in ("import", "from"):
        return binding
    if binding.kind != "assign" or binding.value is None or binding.value.type != "call":
        return None
    root = next((node for node in walk(binding.value) if node.type == "identifier"), None)
    sources = scope.bindings.get(text_of(root), []) if root is not None else []
    imports = (other for other in sources if other.kind in ("import", "from"))
    return next((other for other in imports if _is_directly_in(other.node, body)), None)


def _catches_import_error(handler: Node) -> bool:
    value = handler.child_by_field_name("value")
    return value is None or any(name in text_of(value) for name in _CAUGHT)


def _block(handler: Node) -> Node:
    return next((child for child in handler.children if child.type == "block"), handler)


def _is_gathered(file: PyFile, handler: Node) -> bool:
    """Whether a handler puts what is missing on a list, for which the module gives up later."""
    names = {match[1] for match in _GATHERS.finditer(text_of(handler))}
    for test in file.nodes("if_statement") if names else ():
        condition, block = test.child_by_field_name("condition"), test.child_by_field_name("consequence")
        if test.parent == file.root and condition is not None and block is not None:
            told = set(re.findall(r"\w+", text_of(condition)))
            if not names.isdisjoint(told) and always_leaves(block):
                return True
    return False


def _is_directly_in(node: Node, body: Node) -> bool:
    """Whether an import belongs to this `try`, not to one inside of it."""
    if not (body.start_byte <= node.start_byte < body.end_byte):
        return False
    for parent in ancestors(node):
        if parent.id == body.id:
            return True
        if parent.type == "try_statement" or parent.type in FUNCTIONS:
            return False
    return False


def _kind(
    own: Binding, bindings: list[Binding], body: Node, handlers: list[Node]
) -> Literal["none", "unbound"] | None:
    """What the name is where the import fails; None where it is something usable, or not known."""
    is_none_bound = False
    for other in bindings:
        if other is own or other.kind in ("annotation", "delete"):
            continue
        if other.kind in ("import", "from"):
            inside = [handler for handler in handlers if holds_node(handler, other.node)]
            is_tried = any(parent.type == "try_statement" for parent in _up_to(other.node, inside))
            if is_for_typing(other.node) or (inside and is_tried) or _is_directly_in(other.node, body):
                continue
            return None
        if (other.kind == "assign" and is_none(other.value)) or _is_unpacked_none(other):
            is_none_bound = is_none_bound or not holds_node(body, other.node)
            continue
        return None
    if is_none_bound:
        return "none"
    if own.name in _BUILT_IN:
        return None  # Python's own stands in.
    is_alone = all(other is own or is_for_typing(other.node) for other in bindings)
    return "unbound" if is_alone else None


def _is_unpacked_none(binding: Binding) -> bool:
    """`None` for the name in `one, two = None, None`."""
    targets = binding.node.parent
    assignment = targets.parent if targets is not None else None
    if binding.kind != "unpack" or targets is None or assignment is None or assignment.type != "assignment":
        return False
    values = assignment.child_by_field_name("right")
    names = targets.named_children
    if values is None or len(values.named_children) != len(names):
        return False
    pairs = zip(names, values.named_children, strict=True)
    return any(name.id == binding.node.id and is_none(value) for name, value in pairs)


def _decides(handlers: list[Node]) -> bool:
    """Whether a handler raises an error of its own where the import is needed: it knows when that is."""
    return any(
        node.type == "raise_statement" and node.named_children and node.named_children[0].type == "call"
        for handler in handlers
        for node in walk(handler)
    )


def _up_to(node: Node, ends: list[Node]) -> Iterator[Node]:
    for parent in ancestors(node):
        if any(parent.id == end.id for end in ends):
            return
        yield parent
