"""Registrations: all that may hand a router to an application.

Whatever else a router, or its module, is used for counts as handing it on: an item of a list, an
argument, a value that is returned. So a router without any of these facts is surely left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.discovery import all_imports
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.routers import is_harmless_call, is_inclusion_call, makes_router
from bugcatalog_ls.facts.routes import variable
from bugcatalog_ls.facts.web_frameworks import INCLUDERS
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import absolute_module
from bugcatalog_ls.syntax.nodes import (
    COMPREHENSIONS,
    arguments_of,
    callee_of,
    string_value,
    text_of,
    unparenthesised,
)

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
    for call in file.nodes("call"):
        _call(file, call, facts)
    _imported_values(file, facts)


VOCABULARY = Vocabulary(_collect)


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


def _imported_values(file: PyFile, facts: Facts) -> None:
    names = _imported_names(file, facts)
    if not names:
        return
    handed: dict[str, None] = {}
    for call, value in _values(file):
        for part in _parts(value):
            root = _root_of(part)
            if root.type != "identifier" or text_of(root) not in names:
                continue
            if call is not None and (is_inclusion_call(call) or is_harmless_call(file, call)):
                continue
            if (symbol := variable(file, part)) is not None:
                # `users.router.routes` hands on what `users.router` holds.
                handed[symbol] = None
                if part.type == "attribute" and text_of(part).rpartition(".")[2] == "routes":
                    handed[symbol.removesuffix(".routes")] = None
    for symbol in handed:
        facts.add(HandedOn(symbol))


def _imported_names(file: PyFile, facts: Facts) -> set[str]:
    """The imported names that may be a router or a module; those of other sorts by their spelling."""
    names: set[str] = set()
    for node in file.nodes("import_from_statement", "import_statement"):
        module = node.child_by_field_name("module_name")
        for child in node.children_by_field_name("name"):
            alias = child.child_by_field_name("alias")
            original = child.child_by_field_name("name") if alias is not None else child
            if original is None:
                continue
            bound = text_of(alias) if alias is not None else text_of(original).split(".")[0]
            if bound[:1].islower() or bound[:1] == "_" or _ROUTER_LIKE.search(bound.encode()):
                names.add(bound)
                target = variable(file, alias) if alias is not None and module is not None else None
                if target is not None and target.rpartition(".")[2] != bound:
                    facts.add(Renamed(target, bound))
    return names


def _values(file: PyFile) -> Iterator[tuple[Node | None, Node]]:
    """Expressions that hand their value on, with the call that they are an argument of."""
    for call in file.nodes("call"):
        arguments = call.child_by_field_name("arguments")
        for child in arguments.named_children if arguments is not None else ():
            yield call, child
    for node in file.nodes("assignment", "augmented_assignment", "for_statement", "for_in_clause"):
        if (right := node.child_by_field_name("right")) is not None:
            yield None, right
    for node in file.nodes("return_statement"):
        for child in node.named_children:
            yield None, child
    for node in file.nodes("named_expression"):
        if (value := node.child_by_field_name("value")) is not None:
            yield None, value


_TRANSPARENT = frozenset(
    {
        "list", "tuple", "set", "dictionary", "expression_list", "conditional_expression", "boolean_operator",
        "parenthesized_expression", "await", "list_splat", "dictionary_splat", "lambda", "yield",
        "binary_operator", *COMPREHENSIONS,
    }
)  # fmt: skip


def _parts(value: Node) -> Iterator[Node]:
    stack = [value]
    while stack:
        node = stack.pop()
        if node.type in ("identifier", "attribute"):
            yield node
        elif node.type in ("keyword_argument", "pair"):
            if (inner := node.child_by_field_name("value")) is not None:
                stack.append(inner)
        elif node.type in _TRANSPARENT:
            stack.extend(node.named_children)
