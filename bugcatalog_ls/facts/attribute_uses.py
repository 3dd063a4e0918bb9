"""Attributes that are read off classes, modules and instances which may be the workspace's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec
from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import LOOPS, ancestors, arguments_of, text_of, unparenthesised
from bugcatalog_ls.syntax.outside import is_outside
from bugcatalog_ls.syntax.scopes import Binding, Scope

# A dotted chain, or an attribute of what a call gave.
_CHAIN = re.compile(rb"(?<![\w.\"'])[^\W\d]\w*(?:\s?\.\s?[^\W\d]\w*)+|\)\.([^\W\d]\w*)")
_TYPE_TEST = re.compile(
    rb"\b(?:isinstance|type|hasattr|callable|issubclass|is_dataclass)\(\s*([\w.]+)|\bmatch\s+([\w.]+)\s*:"
)
_LITERALS = frozenset(
    {"string", "concatenated_string", "integer", "float", "true", "false", "lambda"}
    | {"list", "dictionary", "set", "tuple"}
    | {"list_comprehension", "dictionary_comprehension", "set_comprehension"}
)
_MAX_LINKS = 4


class CallShape(msgspec.Struct, frozen=True):
    """The arguments of a call: how many positional ones, which keywords, what the first one is."""

    n_positional: int
    keywords: tuple[str, ...]
    unpacked: bool
    first: str | None
    first_is_literal: bool


class AttributeUse(msgspec.Struct, frozen=True):
    """An attribute that is read: `name` of the symbol `owner`.

    `links` are the attributes and calls, as (symbol, name), through which the owner was reached.
    `exact` tells that the owner is written as itself, not known by an annotation, `self` or `cls`;
    `annotated` that only an annotation tells it; `entered` that it is what a `with` gave.
    `name_anchors` are the places of the name alone, `anchors` of the whole expression.
    """

    owner: str
    name: str
    links: tuple[tuple[str, str], ...]
    exact: bool
    annotated: bool
    entered: bool
    call: CallShape | None
    name_anchors: tuple[str, ...]
    anchors: tuple[str, ...]


class AttributeUses(Fact, frozen=True):
    """What one file reads off owners that may be the workspace's own.

    `confirmed` are owners, of classes of the same file, of which an attribute is read that they have.
    """

    path: str
    uses: tuple[AttributeUse, ...]
    confirmed: tuple[str, ...]

    @property
    def key(self) -> str:
        return self.path


class _Read(NamedTuple):
    owner: str
    name: str
    links: tuple[tuple[str, str], ...]
    exact: bool
    annotated: bool
    entered: bool
    call: CallShape | None


def _collect(file: PyFile, facts: Facts) -> None:
    if file.path.endswith(".pyi"):
        return
    reads: dict[_Read, list[Node]] = {}
    confirmed: set[str] = set()
    narrowings = _Narrowings(file)
    for node in _candidates(file, confirmed):
        read = _read(file, node, narrowings)
        if read is not None:
            reads.setdefault(read, []).append(node)
    uses = []
    for read, nodes in reads.items():
        written = f"{read.owner}.{read.name}"
        names = [node.child_by_field_name("attribute") or node for node in nodes]
        is_class_call = read.call is not None and not read.owner.endswith("()")
        uses.append(
            AttributeUse(
                *read,
                tuple(facts.anchor(f"attribute {written}", name) for name in names),
                tuple(facts.anchor(f"use {written}", node) for node in nodes) if is_class_call else (),
            )
        )
    if uses:
        facts.add(AttributeUses(file.path, tuple(uses), tuple(sorted(confirmed))))


VOCABULARY = Vocabulary(_collect)


def own_names(file: PyFile) -> dict[str, set[str]]:
    """By symbol of an instance: the names that its class, in this file, surely gives it."""
    known: dict[str, set[str]] = {}
    for definition in file.classes:
        if definition.scope is not None:
            known.setdefault(f"{definition.symbol}()", set()).update(definition.scope.bindings)
    for path in file.names.attributes:
        owner, _, name = path.rpartition(".")
        if owner in known:
            known[owner].add(name)
    return known


def _candidates(file: PyFile, confirmed: set[str]) -> Iterator[Node]:
    """The attribute nodes whose owner has a symbol that may be of the workspace."""
    known = own_names(file)
    heads: dict[tuple[int, bytes], str | None] = {}
    for match in _CHAIN.finditer(file.source.data):
        if match[1] is not None:
            node = file.root.descendant_for_byte_range(match.start(1), match.start(1) + 1)
            parent = node.parent if node is not None else None
            if parent is not None and parent.type == "attribute" and node is not None:
                owner = parent.child_by_field_name("object")
                if owner is not None and owner.id != node.id:
                    yield parent
                    yield from _outer(parent)
            continue
        chain = match[0]
        head, _, rest = chain.partition(b".")
        head = head.rstrip()
        found = file.scopes.lookup(head.decode(), match.start())
        if found is None:
            continue
        scope, bindings = found
        if len(bindings) == 1:
            key = (id(scope), head)
            if key not in heads:
                heads[key] = _head_symbol(file, bindings[0], scope)
            symbol = heads[key]
            if symbol is None:
                continue
            if rest.decode() in known.get(symbol, ()):
                confirmed.add(symbol)
                continue
        node = file.root.descendant_for_byte_range(match.start(), match.start() + 1)
        if node is not None and node.type == "identifier":
            yield from _outer(node)


def _outer(node: Node) -> Iterator[Node]:
    """The attributes of a node, then theirs, as far as the chain goes."""
    parent = node.parent
    while parent is not None and parent.type == "attribute":
        owner = parent.child_by_field_name("object")
        if owner is None or owner.id != node.id:
            return
        yield parent
        node, parent = parent, parent.parent


def _head_symbol(file: PyFile, binding: Binding, scope: Scope) -> str | None:
    symbol = file.names.binding_symbol(binding, scope)
    if symbol is None or "[" in symbol or is_outside(symbol, file.module):
        return None
    return symbol


def _read(file: PyFile, node: Node, narrowings: _Narrowings) -> _Read | None:
    owner, name_node = node.child_by_field_name("object"), node.child_by_field_name("attribute")
    if owner is None or name_node is None or _is_written_or_lazy(node):
        return None
    name = text_of(name_node)
    symbol = file.symbol(owner)
    if symbol is None or "[" in symbol or is_outside(symbol, file.module):
        return None
    if name.startswith("__") and name.endswith("__"):
        return None
    if narrowings.holds(node, owner) or _is_expected_to_fail(node):
        return None
    if symbol.startswith("super("):
        is_whole = owner.type == "call" and text_of(owner) == "super()"
        return _Read(symbol, name, (), True, False, False, None) if is_whole else None
    links, binding_kinds = _links(file, owner)
    if links is None or _is_bound_again(file, owner):
        return None
    is_self = not symbol.endswith("()") and "parameter" in binding_kinds
    exact = not symbol.endswith("()") and not is_self
    parent = node.parent
    function = parent.child_by_field_name("function") if parent is not None else None
    is_called = function is not None and function.id == node.id and parent is not None
    call = _shape(file, parent) if is_called and parent is not None else None
    return _Read(symbol, name, links, exact, "annotated" in binding_kinds, "with" in binding_kinds, call)


def _shape(file: PyFile, call: Node) -> CallShape:
    arguments = arguments_of(call)
    first = arguments.positional[0] if arguments.positional else None
    return CallShape(
        len(arguments.positional),
        tuple(sorted(arguments.keywords)),
        bool(arguments.list_unpacked),
        file.symbol(first),
        first is not None and unparenthesised(first).type in _LITERALS,
    )


def _links(file: PyFile, owner: Node) -> tuple[tuple[tuple[str, str], ...] | None, set[str]]:
    """How the owner was reached, through attributes, calls and variables; None where that goes too far."""
    links: list[tuple[str, str]] = []
    kinds: set[str] = set()
    node = unparenthesised(owner)
    is_called = False
    for _ in range(_MAX_LINKS):
        if node.type in ("await", "parenthesized_expression") and node.named_children:
            node = node.named_children[0]
        elif node.type == "call":
            is_called = True
            node = node.children[0]
            function = file.symbol(node) if node.type == "identifier" else None
            if function is not None and "." in function and "(" not in function:
                links.append((function, ""))
        elif node.type == "attribute":
            inner, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
            symbol = file.symbol(inner)
            if inner is None or name is None or symbol is None:
                return None, kinds
            links.append((symbol, text_of(name)))
            if not is_called and not _is_constructed(file, f"{symbol}.{text_of(name)}"):
                kinds.add("annotated")
            node = inner
        elif node.type == "identifier":
            bindings = file.names.bindings(node)
            kinds |= {binding.kind for binding in bindings}
            if any(binding.kind == "parameter" and binding.annotation is not None for binding in bindings):
                kinds.add("annotated")
            if _is_field(file, node, bindings):
                return None, kinds
            if len(bindings) != 1:
                return tuple(links), kinds
            binding = bindings[0]
            if binding.kind == "from" and "." in binding.target.strip("."):
                links.append((binding.target, ""))
            if binding.kind not in ("assign", "walrus", "with") or binding.value is None:
                return tuple(links), kinds
            node = unparenthesised(binding.value)
        else:
            break
    return tuple(links), kinds


def _is_constructed(file: PyFile, path: str) -> bool:
    """Whether an attribute of this file's classes is made by a call wherever it is assigned."""
    values = [
        node.child_by_field_name("right")
        for node in file.nodes("assignment")
        if (left := node.child_by_field_name("left")) is not None
        and left.type == "attribute"
        and text_of(left) == f"self.{path.rpartition('.')[2]}"
    ]
    return bool(values) and all(value is not None and value.type in ("call", "none") for value in values)


def _is_field(file: PyFile, name: Node, bindings: list[Binding]) -> bool:
    """Whether a name is an annotated field in its own class body: its value there is a description."""
    scope = file.scopes.at(name.start_byte)
    return scope.kind == "class" and any(binding.annotation is not None for binding in bindings)


def _is_bound_again(file: PyFile, owner: Node) -> bool:
    """Whether a later turn of a loop may give the owner's name another value."""
    while owner.type in ("attribute", "call"):
        inner = owner.child_by_field_name("object") or owner.child_by_field_name("function")
        if inner is None:
            return False
        owner = inner
    if owner.type != "identifier":
        return False
    found = file.scopes.lookup(text_of(owner), owner.start_byte)
    if found is None or len(found[1]) < 2:
        return False
    for parent in ancestors(owner):
        if parent.type in LOOPS and any(
            owner.start_byte < binding.offset <= parent.end_byte for binding in found[1]
        ):
            return True
        if parent.type == "function_definition":
            return False
    return False


def _is_written_or_lazy(node: Node) -> bool:
    """Whether an attribute is bound or deleted here, or stands in an annotation."""
    parent = node.parent
    if parent is None:
        return True
    if parent.type in ("assignment", "for_statement", "for_in_clause"):
        left = parent.child_by_field_name("left")
        if left is not None and left.id == node.id:
            return True
    if parent.type in (
        "pattern_list",
        "tuple_pattern",
        "list_pattern",
        "as_pattern_target",
        "delete_statement",
    ):
        return True
    for ancestor in ancestors(node):
        if ancestor.type == "type":
            return True
        if ancestor.type in ("block", "module"):
            return False
    return False


def _is_expected_to_fail(node: Node) -> bool:
    child = node
    for parent in ancestors(node):
        if parent.type == "try_statement":
            body = parent.child_by_field_name("body")
            if body is not None and body.id == child.id:
                for handler in parent.children:
                    value = handler.child_by_field_name("value") if handler.type == "except_clause" else None
                    if value is not None and "AttributeError" in text_of(value):
                        return True
        elif parent.type == "with_statement":
            clause = next((part for part in parent.children if part.type == "with_clause"), None)
            if clause is not None and re.search(r"AttributeError|raises\(|Exception", text_of(clause)):
                return True
        elif parent.type in ("function_definition", "class_definition"):
            return False
        child = parent
    return False


class _Narrowings:
    """Where a file tells more of a name than its annotation: tests of types, blocks for type checkers."""

    def __init__(self, file: PyFile) -> None:
        self._scopes = file.scopes
        self._tests: dict[bytes, list[int]] = {}
        self._typing: list[tuple[int, int]] = []
        for match in _TYPE_TEST.finditer(file.source.data):
            self._tests.setdefault(match[1] or match[2], []).append(match.start())
        if b"TYPE_CHECKING" not in file.source.data:
            return
        for statement in file.nodes("if_statement"):
            condition = statement.child_by_field_name("condition")
            block = statement.child_by_field_name("consequence")
            if condition is not None and block is not None and text_of(condition).endswith("TYPE_CHECKING"):
                self._typing.append((block.start_byte, block.end_byte))

    def holds(self, node: Node, owner: Node) -> bool:
        """Whether one of them is about the owner of an attribute, or around it."""
        if any(start <= node.start_byte < end for start, end in self._typing):
            return True
        written = (owner.text or b"").partition(b"(")[0]
        root = written.partition(b".")[0]
        offsets = [offset for name in {written, root} for offset in self._tests.get(name, ())]
        if not offsets:
            return False
        scope = self._scopes.at(node.start_byte)
        return any(scope.start <= offset < scope.end for offset in offsets)
