"""Scopes of a Python file and the bindings of names in them."""

from __future__ import annotations

import builtins
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.syntax.nodes import BLOCKS, COMPREHENSIONS, ancestors
from bugcatalog_ls.syntax.tree import PyTree

BUILTINS = frozenset(dir(builtins))
_OFFSET, _PLACE = attrgetter("offset"), itemgetter(0, 1)

BindingKind = Literal[
    "import", "from", "assign", "annotation", "augmented", "unpack", "parameter", "for", "with", "except",
    "function", "class", "walrus", "match", "delete", "type",
]  # fmt: skip


@dataclass(slots=True, eq=False)
class Binding:
    """One place where a name is bound.

    `node` is the binding construct (the import's name node, the target, the parameter, the
    definition); `value` what it is bound to where one expression says so; `scope_span` the body
    of the scope that it stands in.
    """

    name: str
    kind: BindingKind
    node: Node
    offset: int
    scope_span: tuple[int, int]
    value: Node | None = None
    annotation: Node | None = None
    target: str = ""
    _block: tuple[int, int] | None = None

    @property
    def block(self) -> tuple[int, int]:
        """The byte range in which the binding surely holds from here on."""
        if self._block is None:
            self._block = self._find_block()
        return self._block

    def _find_block(self) -> tuple[int, int]:
        if self.kind == "parameter":
            return self.scope_span
        ends = {*BLOCKS, "case_clause", "except_clause"}
        if self.kind in ("for", "with"):
            ends |= {"for_statement", "with_statement"}
        for parent in ancestors(self.node):
            if parent.type in ends:
                return parent.start_byte, parent.end_byte
        return self.scope_span


@dataclass
class Scope:
    """A module, class, function, lambda or comprehension. `start` and `end` span its body.

    `outside` is what belongs to the surrounding scope all the same: a comprehension's first iterable.
    """

    node: Node
    kind: Literal["module", "class", "function", "comprehension"]
    start: int
    end: int
    parent: Scope | None
    name: str
    outside: tuple[int, int] | None = None
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    global_names: set[str] = field(default_factory=set)
    nonlocal_names: set[str] = field(default_factory=set)

    def holds(self, start: int, end: int) -> bool:
        """Whether a range of the text belongs to the scope, or to one inside of it."""
        if start < self.start or self.end < end:
            return False
        return self.outside is None or not (self.outside[0] <= start and end <= self.outside[1])

    @cached_property
    def qualname(self) -> str:
        """Dotted name inside the module; empty for the module itself."""
        parts: list[str] = []
        scope: Scope | None = self
        while scope is not None:
            if scope.name:
                parts.append(scope.name)
            scope = scope.parent
        return ".".join(reversed(parts))


class ScopeTable:
    """All scopes of a file, found by offset."""

    def __init__(self, tree: PyTree) -> None:
        self._tree = tree
        self.data = tree.source.data
        self.star_imports: list[str] = []
        self.module = Scope(tree.root, "module", 0, max(len(tree.source.data), 1), None, "")
        self._of_node: dict[int, Scope] = {tree.root.id: self.module}
        self._starts: list[int] = [0]
        self._at: list[Scope] = [self.module]
        self._build_scopes()
        self._build_bindings()

    def _text(self, node: Node) -> str:
        # Less than half as long as the node's own text takes.
        return self.data[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def at(self, offset: int) -> Scope:
        """The innermost scope whose body holds the offset."""
        return self._at[bisect_right(self._starts, offset) - 1]

    @cached_property
    def functions(self) -> list[Scope]:
        """The scopes of functions and lambdas, in the order of the text."""
        return [scope for scope in self._of_node.values() if scope.kind == "function"]

    def of(self, definition: Node) -> Scope | None:
        """The scope that a def, class, lambda or comprehension opens."""
        return self._of_node.get(definition.id)

    def lookup(self, name: str, offset: int) -> tuple[Scope, list[Binding]] | None:
        """The scope that binds `name` as seen from `offset`, and all its bindings there."""
        scope: Scope | None = self.at(offset)
        first = scope
        while scope is not None:
            if name in scope.global_names:
                scope = self.module
            elif name in scope.nonlocal_names and scope.parent is not None:
                scope = scope.parent
                continue
            if (found := scope.bindings.get(name)) and (scope.kind != "class" or scope is first):
                return scope, found
            if scope.kind == "comprehension" and first is scope:
                first = scope.parent
            scope = scope.parent
        return None

    def _build_scopes(self) -> None:
        stack = [self.module]
        events: list[tuple[int, Scope]] = []
        for node in self._tree.nodes("class_definition", "function_definition", "lambda", *COMPREHENSIONS):
            body = node if node.type in COMPREHENSIONS else node.child_by_field_name("body")
            if body is None:
                continue
            start, end = body.start_byte, body.end_byte
            while stack[-1].end <= start and stack[-1].parent is not None:
                stack.pop()
            kind: Literal["class", "function", "comprehension"]
            kind = "class" if node.type == "class_definition" else "function"
            if node.type in COMPREHENSIONS:
                kind = "comprehension"
            name_node = node.child_by_field_name("name")
            name = self._text(name_node) if name_node is not None else ""
            # A definition in another's header (a default, a decorator) belongs outside of that body.
            parent = next((s for s in reversed(stack) if s.holds(start, end)), self.module)
            scope = Scope(node, kind, start, end, parent, name, _first_iterable(node, kind))
            self._of_node[node.id] = scope
            stack.append(scope)
            events.append((start, scope))
        self._index(events)

    def _index(self, events: list[tuple[int, Scope]]) -> None:
        marks: list[tuple[int, int, Scope]] = []
        for order, (start, scope) in enumerate(events):
            marks.append((start, order + 1, scope))
            # Where a scope ends its parent goes on; a scope that starts there too wins by its order.
            if scope.parent is not None:
                marks.append((scope.end, -order, scope.parent))
                if scope.outside is not None:
                    marks.append((scope.outside[0], order + 1, scope.parent))
                    marks.append((scope.outside[1], -order, scope))
        marks.sort(key=_PLACE)
        for offset, _, scope in marks:
            if self._starts[-1] == offset:
                if scope.start <= offset < scope.end:
                    self._at[-1] = scope
            else:
                self._starts.append(offset)
                self._at.append(scope)

    # -- bindings ------------------------------------------------------------------------------

    def _build_bindings(self) -> None:
        tree = self._tree
        for node in tree.nodes("import_statement"):
            self._import(node)
        for node in tree.nodes("import_from_statement"):
            self._import_from(node)
        for node in tree.nodes("function_definition", "class_definition"):
            name = node.child_by_field_name("name")
            if name is not None:
                outer = node.parent if node.parent and node.parent.type == "decorated_definition" else node
                kind: BindingKind = "class" if node.type == "class_definition" else "function"
                self._bind(self.at(outer.start_byte), self._text(name), kind, node, node.start_byte, node)
        for node in tree.nodes("function_definition", "lambda"):
            self._parameters(node)
        for node in tree.nodes("assignment"):
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            annotation = node.child_by_field_name("type")
            while right is not None and right.type == "assignment":
                right = right.child_by_field_name("right")
            if left is not None:
                kind = "assign" if right is not None else "annotation"
                self._targets(left, kind, right, annotation, offset=node.end_byte)
        for node in tree.nodes("augmented_assignment"):
            left = node.child_by_field_name("left")
            if left is not None and left.type == "identifier":
                self._targets(left, "augmented", None, None, offset=node.end_byte)
        for node in tree.nodes("named_expression"):
            name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            if name is not None:
                scope = self.at(node.start_byte)
                while scope.kind == "comprehension" and scope.parent is not None:
                    scope = scope.parent
                self._bind(scope, self._text(name), "walrus", name, node.end_byte, value)
        for node in tree.nodes("for_statement"):
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None:
                self._targets(left, "for", right, None, offset=left.end_byte)
        for node in tree.nodes("for_in_clause"):
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None and node.parent is not None:
                # The element before the clause sees the name as well.
                self._targets(left, "for", right, None, offset=node.parent.start_byte)
        for node in tree.nodes("as_pattern"):
            self._as_pattern(node)
        for node in tree.nodes("global_statement", "nonlocal_statement"):
            scope = self.at(node.start_byte)
            names = scope.global_names if node.type == "global_statement" else scope.nonlocal_names
            names.update(self._text(child) for child in node.named_children)
        for node in tree.nodes("delete_statement"):
            for child in node.named_children:
                if child.type == "identifier":
                    self._bind(self.at(child.start_byte), self._text(child), "delete", child, node.end_byte)
        for node in tree.nodes("case_clause"):
            self._case(node)
        for node in tree.nodes("type_alias_statement"):
            left = node.child_by_field_name("left")
            name = left.named_children[0] if left is not None and left.named_children else None
            if name is not None and name.type == "generic_type":
                name = name.named_children[0]  # `type Pair[T] = tuple[T, T]`
            if name is not None:
                self._targets(name, "type", None, None, offset=node.end_byte)
        for scope in list(self._of_node.values()):
            for bindings in scope.bindings.values():
                if len(bindings) > 1:
                    bindings.sort(key=_OFFSET)
            if scope.global_names or scope.nonlocal_names:
                self._move_declared(scope)

    def _move_declared(self, scope: Scope) -> None:
        """What `global` and `nonlocal` names are bound to belongs to the scope that they name."""
        for name in scope.global_names & scope.bindings.keys():
            if scope is not self.module:
                self.module.bindings.setdefault(name, []).extend(scope.bindings.pop(name))
        for name in scope.nonlocal_names & scope.bindings.keys():
            owner = scope.parent
            while owner is not None and (owner.kind != "function" or name not in owner.bindings):
                owner = owner.parent
            if owner is not None:
                owner.bindings[name].extend(scope.bindings.pop(name))

    def _bind(
        self,
        scope: Scope,
        name: str,
        kind: BindingKind,
        node: Node,
        offset: int,
        value: Node | None = None,
        annotation: Node | None = None,
        target: str = "",
    ) -> None:
        span = (scope.start, scope.end)
        binding = Binding(name, kind, node, offset, span, value, annotation, target)
        scope.bindings.setdefault(name, []).append(binding)

    def _targets(
        self, target: Node, kind: BindingKind, value: Node | None, annotation: Node | None, offset: int
    ) -> None:
        if target.type == "identifier":
            self._bind(
                self.at(target.start_byte), self._text(target), kind, target, offset, value, annotation
            )
        elif target.type in ("pattern_list", "tuple_pattern", "list_pattern", "list_splat_pattern"):
            for child in target.named_children:
                self._targets(child, "unpack", None, None, offset)

    def _import(self, node: Node) -> None:
        scope = self.at(node.start_byte)
        for child in node.named_children:
            if child.type == "dotted_name":
                full = self._text(child)
                top = full.split(".")[0]
                self._bind(scope, top, "import", child, node.start_byte, target=top)
            elif child.type == "aliased_import":
                name, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
                if name is not None and alias is not None:
                    self._bind(
                        scope, self._text(alias), "import", child, node.start_byte, target=self._text(name)
                    )

    def _import_from(self, node: Node) -> None:
        module_node = node.child_by_field_name("module_name")
        if module_node is None:
            return
        module = self._text(module_node).replace(" ", "")
        scope = self.at(node.start_byte)
        for child in node.named_children:
            if child.id == module_node.id:
                continue
            if child.type == "wildcard_import":
                self.star_imports.append(module)
            elif child.type == "dotted_name":
                name = self._text(child)
                self._bind(scope, name, "from", child, node.start_byte, target=_joined(module, name))
            elif child.type == "aliased_import":
                original, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
                if original is not None and alias is not None:
                    target = _joined(module, self._text(original))
                    self._bind(scope, self._text(alias), "from", child, node.start_byte, target=target)

    def _parameters(self, node: Node) -> None:
        scope, parameters = self.of(node), node.child_by_field_name("parameters")
        if scope is None or parameters is None:
            return
        for child in parameters.named_children:
            annotation = child.child_by_field_name("type")
            value = child.child_by_field_name("value")
            name = child.child_by_field_name("name") or child
            if name.type in ("typed_parameter", "list_splat_pattern", "dictionary_splat_pattern"):
                name = name.named_children[0] if name.named_children else name
            star = name.type in ("list_splat_pattern", "dictionary_splat_pattern") or child.type in (
                "list_splat_pattern",
                "dictionary_splat_pattern",
            )
            if name.type in ("list_splat_pattern", "dictionary_splat_pattern") and name.named_children:
                name = name.named_children[0]
            if name.type == "identifier":
                self._bind(
                    scope,
                    self._text(name),
                    "parameter",
                    child,
                    scope.start,
                    value,
                    annotation,
                    target="*" if star else "",
                )

    def _as_pattern(self, node: Node) -> None:
        alias = node.child_by_field_name("alias")
        if alias is None or not node.named_children:
            return
        value = node.named_children[0]
        parent = node.parent
        kind: BindingKind = "match"
        if parent is not None and parent.type == "with_item":
            kind = "with"
        elif parent is not None and parent.type == "except_clause":
            # What `except*` gives is a group of such errors.
            kind = "unpack" if parent.children[1].type == "*" else "except"
        target = alias.named_children[0] if alias.named_children else alias
        self._targets(target, kind, value, None, offset=node.end_byte)

    def _case(self, node: Node) -> None:
        for pattern in node.named_children:
            if pattern.type != "case_pattern":
                continue
            stack = [pattern]
            while stack:
                current = stack.pop()
                if current.type == "dotted_name" and current.named_child_count == 1:
                    name = current.named_children[0]
                    parent = current.parent
                    if parent is None or parent.type != "class_pattern":
                        self._bind(
                            self.at(node.start_byte), self._text(name), "match", name, current.end_byte
                        )
                    continue
                if current.type in ("as_pattern", "splat_pattern") and current.named_children:
                    name = current.named_children[-1]
                    if name.type == "identifier":
                        self._bind(
                            self.at(node.start_byte), self._text(name), "match", name, current.end_byte
                        )
                stack.extend(current.named_children)


def _first_iterable(node: Node, kind: str) -> tuple[int, int] | None:
    if kind != "comprehension":
        return None
    clause = next((child for child in node.named_children if child.type == "for_in_clause"), None)
    right = clause.child_by_field_name("right") if clause is not None else None
    return (right.start_byte, right.end_byte) if right is not None else None


def _joined(module: str, name: str) -> str:
    return f"{module}{name}" if module.endswith(".") else f"{module}.{name}"
