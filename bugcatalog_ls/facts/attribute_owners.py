"""What the names of a file, and attributes of these, are where they may be of the workspace."""

from __future__ import annotations

from collections.abc import Set
from functools import cached_property
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.attribute_links import MAX_LINKS, Link, Links, Reached
from bugcatalog_ls.facts.element_types import Elements
from bugcatalog_ls.facts.route_bodies import is_body_of_route
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import COMPREHENSIONS, text_of
from bugcatalog_ls.syntax.outside import is_outside
from bugcatalog_ls.syntax.scopes import Binding, Scope

# A call of these gives something else than what a call of its function is known as.
_ODD = frozenset({"typing", "typing_extensions", "typing.cast", "typing_extensions.cast"})
_NONE: frozenset[str] = frozenset()


class Told(NamedTuple):
    """What is told of an owner; see `AttributeUse`."""

    owner: str
    links: tuple[Link, ...]
    exact: bool
    annotated: bool
    entered: bool
    is_body: bool


class Owner:
    """A value of which attributes are read: its symbol, and the names that it surely has."""

    __slots__ = ("bindings", "known", "name", "offset", "outer", "reached", "symbol", "told")

    def __init__(self, symbol: str, known: Set[str]) -> None:
        self.symbol = symbol
        self.known = known
        self.reached: Reached | None = None
        self.told: Told | None = None
        # An attribute `name` of another owner, or a name that has these bindings at an offset.
        self.outer: Owner | None = None
        self.name = ""
        self.bindings: list[Binding] = []
        self.offset = 0


class Head:
    """A name that may be of the workspace, with its bindings; `owner` is what it is wherever it stands."""

    __slots__ = ("bindings", "owner", "owners")

    def __init__(self, bindings: list[Binding], owner: Owner | None) -> None:
        self.bindings = bindings
        self.owner = owner
        self.owners: dict[tuple[int, ...], Owner | None] = {}


class Owners:
    """The owners of one file; each is worked out once for all places that have it."""

    def __init__(self, file: PyFile) -> None:
        self._file = file
        self._names = file.names
        self._scopes = file.scopes
        self._links = Links(file)
        self.elements = Elements(file)
        self._tells: dict[Told, Told] = {}
        self._known = own_names(file)
        self._local_names = self._find_local_names()
        self._global_heads: dict[bytes, Head | None] = {}
        self._seen: dict[tuple[int, bytes], Head | None] = {}
        self._heads: dict[tuple[int, bool], Head | None] = {}
        self._parameters: dict[tuple[str, bool, bool], Owner] = {}
        self._tested: dict[str, Owner] = {}
        # Kept here: an owner that held those which know it would have to be found by the collector.
        self._attributes: dict[tuple[Owner, str], Owner | None] = {}
        self._are_ours: dict[str, bool] = {}
        self._odd: set[bytes] = {b"super"}

    def head(self, written: bytes, offset: int) -> Head | None:
        """What is known of a name at an offset; None where it is not of the workspace."""
        if written not in self._local_names:
            # Bound at module level at most: the same everywhere.
            if written in self._global_heads:
                return self._global_heads[written]
            key, in_class = (0, written), False
        else:
            scope = self._scopes.at(offset)
            key, in_class = (id(scope), written), scope.kind == "class"
            if key in self._seen:
                return self._seen[key]
        found = self._scopes.lookup(written.decode("utf-8", "replace"), offset)
        head = None
        if found is not None:
            place = (id(found[1]), in_class)
            if place not in self._heads:
                self._heads[place] = self._head(written, offset, *found)
            head = self._heads[place]
        if key[0]:
            self._seen[key] = head
        else:
            self._global_heads[written] = head
        return head

    def _find_local_names(self) -> set[bytes]:
        """The names that functions, classes, lambdas and comprehensions bind, and the module's annotated
        ones: of a class body these are fields."""
        file = self._file
        found: set[str] = set()
        for definition in (*file.functions, *file.classes):
            if definition.scope is not None:
                found.update(definition.scope.bindings)
        for node in file.nodes("lambda", *COMPREHENSIONS):
            scope = self._scopes.of(node)
            if scope is not None:
                found.update(scope.bindings)
        for name, bindings in self._scopes.module.bindings.items():
            if any(binding.annotation is not None for binding in bindings):
                found.add(name)
        return {name.encode() for name in found}

    def _head(self, written: bytes, offset: int, scope: Scope, bindings: list[Binding]) -> Head | None:
        symbols = [self._names.binding_symbol(b, scope) for b in bindings if b.kind != "delete"]
        if not _ODD.isdisjoint(symbols):
            self._odd.add(written)
        if not any(self.is_ours(symbol) for symbol in symbols):
            items = [self.elements.of_bindings([binding]) for binding in bindings]
            if not any(self.is_ours(item) for item in items):
                return None
            return Head(bindings, self.annotated(items[0]) if len(items) == 1 and items[0] else None)
        owner = self._owner(symbols[0], bindings, offset) if len(bindings) == 1 else None
        return Head(bindings, owner)

    def in_force(self, head: Head, name: Node) -> Owner | None:
        """What a name is at a node where only some of its bindings are in force."""
        bindings = self._names.bindings(name)
        key = tuple(map(id, bindings))
        if key not in head.owners:
            owner = self._owner(self._names.symbol(name), bindings, name.start_byte)
            item = self.elements.of_bindings(bindings) if owner is None else None
            head.owners[key] = self.annotated(item) if item is not None and self.is_ours(item) else owner
        return head.owners[key]

    def tested(self, symbol: str) -> Owner:
        """What a test of its type says that a name is."""
        if symbol not in self._tested:
            owner = self._tested[symbol] = Owner(symbol, self._known.get(symbol, _NONE))
            owner.reached = Reached((), frozenset())
        return self._tested[symbol]

    def annotated(self, symbol: str) -> Owner:
        """What nothing but an annotation says that a name is."""
        owner = Owner(symbol, self._known.get(symbol, _NONE))
        owner.reached = Reached((), frozenset({"annotated"}))
        return owner

    def attribute(self, owner: Owner, name: str) -> Owner | None:
        """What an attribute of an owner is."""
        if (owner, name) in self._attributes:
            return self._attributes[owner, name]
        path = f"{owner.symbol}.{name}"
        symbol = self._names.attributes.get(path) or path
        found = None
        if self.is_ours(symbol):
            found = Owner(symbol, self._known.get(symbol, _NONE))
            found.outer, found.name = owner, name
        self._attributes[owner, name] = found
        return found

    def _owner(self, symbol: str | None, bindings: list[Binding], offset: int) -> Owner | None:
        if symbol is None or not self.is_ours(symbol):
            return None
        # Of a parameter nothing but its annotation tells what it is: each `self` of a class is the same.
        is_parameter = len(bindings) == 1 and bindings[0].kind == "parameter"
        is_annotated = is_parameter and bindings[0].annotation is not None
        key = (symbol, is_annotated, is_annotated and is_body_of_route(self._file, bindings[0]))
        if is_parameter and key in self._parameters:
            return self._parameters[key]
        owner = Owner(symbol, self._known.get(symbol, _NONE))
        owner.bindings, owner.offset = bindings, offset
        if is_parameter:
            self._parameters[key] = owner
        return owner

    def of_value(self, node: Node) -> Owner | None:
        """What an expression is that is no chain of names."""
        symbol = self._names.symbol(node)
        if symbol is None and node.type != "subscript":
            return None
        if symbol is not None and node.text == b"super()" and symbol.startswith("super("):
            owner = Owner(symbol, _NONE)
            owner.reached = Reached((), frozenset())
        elif symbol is not None and self.is_ours(symbol):
            owner = Owner(symbol, _NONE)
            owner.reached = self._links.of(node)
        elif node.type == "subscript" and (item := self.elements.of_value(node)) and self.is_ours(item):
            return self.annotated(item)
        else:
            return None
        return owner

    def told(self, owner: Owner) -> Told | None:
        """What is told of an owner; None where it is reached in too many steps."""
        if owner.told is None:
            reached = self._reached(owner)
            links, kinds = reached
            if links is None:
                return None
            exact = "parameter" not in kinds and not owner.symbol.endswith("()")
            told = Told(owner.symbol, links, exact, "annotated" in kinds, "with" in kinds, "body" in kinds)
            owner.told = self._tells.setdefault(told, told)
        return owner.told

    def _reached(self, owner: Owner) -> Reached:
        if owner.reached is None:
            way: list[Owner] = []
            current = owner
            while current.outer is not None and len(way) < MAX_LINKS:
                way.append(current)
                current = current.outer
            n_steps = MAX_LINKS - len(way)
            reached = self._links.of_name(current.bindings, current.offset, n_steps, False)
            for step in reversed(way):
                outer = step.outer
                behind = outer.symbol if outer is not None else ""
                kind = None if self._links.is_made(step.name) else "annotated"
                if "(" not in behind and (step.name[:1].isupper() or step.symbol in self._submodules):
                    # A class by its full name: `app.mail.Mailer`.
                    kind = None
                reached = reached.through((behind, step.name), kind)
            owner.reached = reached
        return owner.reached

    @cached_property
    def _submodules(self) -> set[str]:
        """The modules that the file imports under the names of their packages."""
        imported = {
            text_of(name)
            for node in self._file.nodes("import_statement")
            for name in node.children_by_field_name("name")
            if name.type == "dotted_name" and name.named_child_count > 1
        }
        return {".".join(name.split(".")[:n]) for name in imported for n in range(2, name.count(".") + 2)}

    def is_ours(self, symbol: str | None) -> bool:
        """Whether a symbol may be of the workspace, and its attributes may be known."""
        if symbol is None:
            return False
        if symbol not in self._are_ours:
            # What `super()` gives is a matter of its own.
            is_known = "[" not in symbol and not symbol.startswith("super(")
            self._are_ours[symbol] = is_known and not is_outside(symbol, self._file.module)
        return self._are_ours[symbol]

    def may_give_ours(self, written: bytes, offset: int) -> bool:
        """Whether what a name's value gives may be of the workspace, when it is called or asked."""
        return self.head(written, offset) is not None or written in self._odd


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
