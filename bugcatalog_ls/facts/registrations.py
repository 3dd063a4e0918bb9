"""Registrations: all that may hand a router to an application.

Whatever else a router, or its module, is used for counts as handing it on: an item of a list, an
argument, a value that is returned. So a router without any of these facts is surely left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from tree_sitter import Node

from bugcatalog_ls.facts.discovery import all_imports
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.routers import is_harmless_call, is_inclusion_call, makes_router
from bugcatalog_ls.facts.variables import variable
from bugcatalog_ls.facts.web_frameworks import INCLUDERS
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.modules import absolute_module
from bugcatalog_ls.syntax.nodes import (
    COMPREHENSIONS,
    arguments_of,
    callee_of,
    string_value,
    text_of,
    unparenthesised,
)
from bugcatalog_ls.syntax.outside import is_outside

_INCLUDER_BYTES = Words(*(name.encode() for name in INCLUDERS))
_ROUTER_LIKE = re.compile(rb"rout|blueprint|bp|view|api|endpoint|handler|controller|plugin", re.IGNORECASE)


class Inclusion(Fact, frozen=True):
    """A call that includes the router `child` into `parent` (the variables, as the file names them).

    `receiver` is the text of what it is called on.
    """

    child: str
    parent: str | None
    receiver: str

    @property
    def key(self) -> str:
        return self.child.rpartition(".")[2]


class UnknownInclusion(Fact, frozen=True):
    """A call that includes a router which only the run knows; `attribute` is its name, if known.

    `imports` is what its file imports: where the router may come from.
    """

    attribute: str
    imports: tuple[str, ...]

    @property
    def key(self) -> str:
        return "unknown"


class HandedOn(Fact, frozen=True):
    """An imported router, or a module, that is used as a value."""

    symbol: str

    @property
    def key(self) -> str:
        return self.symbol.rpartition(".")[2]


class Renamed(Fact, frozen=True):
    """An import under another name."""

    target: str
    name: str

    @property
    def key(self) -> str:
        return self.target.rpartition(".")[2]


def _collect(file: PyFile, facts: Facts) -> None:
    if file.holds(_INCLUDER_BYTES):
        for call in file.calls_named(*INCLUDERS):
            _call(file, call, facts)
    names = _imported_names(file, facts)
    for symbol in _handed_on(file, names):
        facts.add(HandedOn(symbol))


VOCABULARY = Vocabulary(_collect, literals=(b"import", *_INCLUDER_BYTES))


# -- inclusions ----------------------------------------------------------------


def _call(file: PyFile, call: Node, facts: Facts) -> None:
    function = callee_of(call)
    if function is None:
        return
    if function.type == "attribute":
        name = function.child_by_field_name("attribute")
        if name is not None and text_of(name) in INCLUDERS:
            child = arguments_of(call).get(INCLUDERS[text_of(name)], 0)
            if child is not None:
                for fact in _inclusions(file, function, child):
                    facts.add(fact)
                for star in _star_sources(file, child):
                    facts.add(Inclusion(f"{star}.{text_of(child)}", None, ""))


def _inclusions(file: PyFile, function: Node, child: Node) -> list[Fact]:
    symbol = variable(file, child)
    owner = function.child_by_field_name("object")
    symbols = [symbol] if symbol is not None else _import_alternatives(file, child)
    if not symbols or not _is_named_router(file, child):
        return [UnknownInclusion(_attribute_of(file, child), all_imports(file))]
    receiver = text_of(owner) if owner is not None else ""
    return [Inclusion(symbol, variable(file, owner), receiver) for symbol in symbols]


def _import_alternatives(file: PyFile, child: Node) -> list[str]:
    """What a name may be where several imports bind it: `try: from a import x`, else `from b import x`."""
    root = _root_of(child)
    rest = text_of(unparenthesised(child)).removeprefix(text_of(root))
    found = file.scopes.lookup(text_of(root), root.start_byte)
    bindings = found[1] if found is not None and root.type == "identifier" else []
    targets = (
        binding.target if binding.kind == "import" else absolute_module(binding.target, file.path)
        for binding in bindings
        if binding.kind in ("import", "from")
    )
    return [f"{target}{rest}" for target in dict.fromkeys(targets)]


def _root_of(node: Node) -> Node:
    """`a` of `a.b.c`."""
    root = unparenthesised(node)
    while root.type == "attribute" and (owner := root.child_by_field_name("object")) is not None:
        root = owner
    return root


def _star_sources(file: PyFile, child: Node) -> list[str]:
    """The modules that an unbound name may come from by `from … import *`."""
    root = _root_of(child)
    if root.type != "identifier" or not file.names.is_unbound(root):
        return []
    return [absolute_module(star, file.path) for star in file.scopes.star_imports]


def _is_named_router(file: PyFile, child: Node) -> bool:
    """Whether a name is imported, or bound to a router that is made here: all else the run decides."""
    root = _root_of(child)
    found = file.scopes.lookup(text_of(root), root.start_byte)
    for binding in found[1] if found is not None else ():
        if binding.kind in ("import", "from"):
            return True
        if (
            root.id == unparenthesised(child).id
            and binding.value is not None
            and makes_router(file, binding.value)
        ):
            return True
    return False


def _attribute_of(file: PyFile, child: Node) -> str:
    """The name under which an unknown module is asked for its router; empty where unknown too."""
    child = unparenthesised(child)
    if child.type == "attribute":
        name = child.child_by_field_name("attribute")
        return text_of(name) if name is not None else ""
    if child.type == "call" and file.callee(child) == "builtins.getattr":
        return string_value(arguments_of(child).get("name", 1)) or ""
    if child.type == "identifier":
        values = [binding.value for binding in file.names.bindings(child)]
        if len(values) == 1 and values[0] is not None and values[0].type in ("attribute", "call"):
            return _attribute_of(file, values[0])
    return ""


# -- imported routers and modules used as values ---------------------------------------------------


def _handed_on(file: PyFile, names: set[str]) -> list[str]:
    """The symbols of imported names, and of attributes of these, that are used as values."""
    handed: dict[str, None] = {}
    for name in sorted(names):
        for part in _parts(file, name.encode()):
            call = _taker(part)
            if call is None or (
                call.type == "call" and (is_inclusion_call(call) or is_harmless_call(file, call))
            ):
                continue
            if (symbol := variable(file, part)) is not None:
                # `users.router.routes` hands on what `users.router` holds.
                handed[symbol] = None
                if part.type == "attribute" and text_of(part).rpartition(".")[2] == "routes":
                    handed[symbol.removesuffix(".routes")] = None
    return list(handed)


def _imported_names(file: PyFile, facts: Facts) -> set[str]:
    """The imported names that may be a router or a module of the workspace; those of other sorts by
    their spelling."""
    names: set[str] = set()
    for node in file.nodes("import_from_statement", "import_statement"):
        source = node.child_by_field_name("module_name")
        for child in node.children_by_field_name("name"):
            if is_outside(file.text(source or child), file.module):
                continue
            if child.type != "aliased_import":
                bound = text_of(child).partition(".")[0]
                if _may_be_router(bound):
                    names.add(bound)
                continue
            alias = child.child_by_field_name("alias")
            bound = text_of(alias) if alias is not None else ""
            if not _may_be_router(bound):
                continue
            names.add(bound)
            target = variable(file, alias) if node.type == "import_from_statement" else None
            if target is not None and target.rpartition(".")[2] != bound:
                facts.add(Renamed(target, bound))
    return names


@lru_cache(maxsize=4096)
def _may_be_router(name: str) -> bool:
    return name[:1].islower() or name[:1] == "_" or _ROUTER_LIKE.search(name.encode()) is not None


def _parts(file: PyFile, name: bytes) -> Iterator[Node]:
    """Where a name, or an attribute of it, is neither called nor asked for an item."""
    data = file.source.data
    size = len(name)
    for start in file.word_offsets(name):
        if start and data[start - 1] == _DOT:
            continue
        match = _REST.match(data, start + size)
        end = match.end() if match is not None else start + size
        if data[end : end + 1] not in _NO_VALUE:
            node = file.root.descendant_for_byte_range(start, end)
            if node is not None and node.type in ("identifier", "attribute") and node.start_byte == start:
                yield _whole(node)


_DOT = 0x2E
_REST = re.compile(rb"(?:\.\w+)*")
_NO_VALUE = frozenset({b"(", b"[", b"="})


def _whole(node: Node) -> Node:
    parent = node.parent
    while parent is not None and parent.type == "attribute":
        owner = parent.child(0)
        if owner is None or owner.id != node.id:
            break
        node, parent = parent, parent.parent
    return node


_TRANSPARENT = frozenset(
    {
        "list", "tuple", "set", "dictionary", "expression_list", "conditional_expression", "boolean_operator",
        "parenthesized_expression", "await", "list_splat", "dictionary_splat", "lambda", "yield",
        "binary_operator", *COMPREHENSIONS,
    }
)  # fmt: skip
_WITH_VALUE = {
    "keyword_argument": "value", "pair": "value", "named_expression": "value", "assignment": "right",
    "augmented_assignment": "right", "for_statement": "right", "for_in_clause": "right",
}  # fmt: skip


def _taker(node: Node) -> Node | None:
    """What takes the value of an expression: a call that it is an argument of, or a statement."""
    parent = node.parent
    while parent is not None:
        kind = parent.type
        if kind == "return_statement" or (kind == "call" and node.type == "generator_expression"):
            return parent
        if kind == "argument_list":
            call = parent.parent
            return call if call is not None and call.type == "call" else None
        if kind in _WITH_VALUE:
            value = parent.child_by_field_name(_WITH_VALUE[kind])
            if value is None or value.id != node.id:
                return None
            if kind not in ("keyword_argument", "pair"):
                return parent
        elif kind not in _TRANSPARENT:
            return None
        node, parent = parent, parent.parent
    return None
