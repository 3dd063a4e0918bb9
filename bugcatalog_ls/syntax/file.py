"""One Python file as analyses see it: text, tree, scopes, names, definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from tree_sitter import Node, Tree

from bugcatalog_ls.syntax.calls import CallTable
from bugcatalog_ls.syntax.literals import Asked, HeldWords, Words
from bugcatalog_ls.syntax.modules import module_name
from bugcatalog_ls.syntax.names import Names
from bugcatalog_ls.syntax.nodes import callee_of, decorators_of, is_async, text_of
from bugcatalog_ls.syntax.scopes import Scope, ScopeTable
from bugcatalog_ls.syntax.tree import PyTree, span_of
from bugcatalog_ls.syntax.words import word_offsets
from bugcatalog_ls.text.source import Source
from bugcatalog_ls.text.spans import Span

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Definition:
    """A `def` or class: its node, and its dotted name with the module's in front."""

    node: Node
    name: str
    symbol: str
    scope: Scope | None

    @property
    def name_span(self) -> Span:
        name = self.node.child_by_field_name("name")
        return span_of(name if name is not None else self.node)

    @property
    def owner(self) -> Scope | None:
        """The class that the definition is a member of."""
        parent = self.scope.parent if self.scope is not None else None
        return parent if parent is not None and parent.kind == "class" else None

    @property
    def decorators(self) -> list[Node]:
        return decorators_of(self.node)

    @property
    def is_async(self) -> bool:
        return is_async(self.node)


class PyFile:
    """A parsed Python file. `path` is relative to the workspace's root; `tree` that of the same text,
    where there is one already."""

    def __init__(self, path: str, source: Source, tree: Tree | None = None) -> None:
        self.path = path
        self.source = source
        self.module = module_name(path)
        self.tree = PyTree(source, tree)
        self._words = HeldWords(source.data)
        self._offsets: dict[bytes, list[int]] = {}
        self._answers: dict[Callable[[PyFile], Any], Any] = {}

    @property
    def root(self) -> Node:
        return self.tree.root

    def nodes(self, *types: str) -> list[Node]:
        return self.tree.nodes(*types)

    def text(self, node: Node) -> str:
        return self.tree.text(node)

    @cached_property
    def scopes(self) -> ScopeTable:
        return ScopeTable(self.tree)

    @cached_property
    def names(self) -> Names:
        names = Names(self.path, self.module, self.scopes)
        self._learn_attributes(names)
        return names

    def holds(self, words: Words) -> bool:
        """Whether one of the words stands in the text; all words are looked for at once."""
        return self._words.any_of(words)

    def wanted_by(self, asking: Iterable[Asked]) -> list[Asked]:
        """Those of many that have a use for a text with such words."""
        return self._words.among(asking)

    def held(self, words: Words) -> list[bytes]:
        """Those of the words that stand in the text."""
        return self._words.which_of(words)

    def word_offsets(self, word: bytes) -> list[int]:
        """The offsets at which a word begins that no other letters or digits touch; looked for once."""
        known = self._offsets.get(word)
        if known is None:
            known = self._offsets[word] = word_offsets(self.source.data, word)
        return known

    def once(self, question: Callable[[PyFile], Answer]) -> Answer:
        """What a function says of this file, which is asked the first time only."""
        if question not in self._answers:
            self._answers[question] = question(self)
        answer: Answer = self._answers[question]
        return answer

    def forget_answers(self) -> None:
        """Let go of what was asked once: answers that know their file would outlive it until the
        collector comes, with the whole tree."""
        self._answers.clear()

    def symbol(self, node: Node | None) -> str | None:
        """What an expression is; see `syntax.names`."""
        return self.names.symbol(node)

    def callee(self, call: Node) -> str | None:
        """What a call calls."""
        return self.names.symbol(callee_of(call))

    @cached_property
    def _calls(self) -> CallTable:
        return CallTable(self.tree)

    def calls_named(self, *names: str) -> list[Node]:
        """The calls of what has one of these last names, or another name for it in this file; in
        the order of the text. Far cheaper than a look at every call: ask it first, then for symbols."""
        return self._calls.named(*names)

    def calls_written(self, *names: str) -> list[Node]:
        """The same without other names for it: for methods, which are called what they are called."""
        return self._calls.written(*names)

    def calls_where(self, is_wanted: Callable[[str], bool]) -> list[Node]:
        """The calls of what has a last name that is wanted; each name is asked about once."""
        return self._calls.where(is_wanted)

    @cached_property
    def functions(self) -> list[Definition]:
        return [self._definition(node) for node in self.nodes("function_definition")]

    @cached_property
    def classes(self) -> list[Definition]:
        return [self._definition(node) for node in self.nodes("class_definition")]

    def qualname_at(self, offset: int) -> str:
        """The dotted name, inside the module, of the scope at an offset (empty at module level)."""
        return self.scopes.at(offset).qualname

    def _definition(self, node: Node) -> Definition:
        scope = self.scopes.of(node)
        name_node = node.child_by_field_name("name")
        name = text_of(name_node) if name_node is not None else ""
        qualname = scope.qualname if scope is not None else name
        return Definition(node, name, f"{self.module}.{qualname}" if self.module else qualname, scope)

    def _instance_around(self, node: Node) -> str | None:
        """The symbol of an instance of the class around a method's node."""
        scope = self.scopes.at(node.start_byte)
        while scope.parent is not None and scope.parent.kind != "class":
            scope = scope.parent
        return f"{self.module}.{scope.parent.qualname}()" if scope.parent is not None else None

    def _learn_attributes(self, names: Names) -> None:
        """Attributes of instances: what methods assign to `self.x`, and annotations in the class."""
        assigned: dict[str, set[str | None]] = {}
        own = {f"{definition.symbol}()" for definition in self.classes}
        for node in self.nodes("assignment"):
            left = node.child_by_field_name("left")
            if left is None:
                continue
            if left.type == "attribute" and text_of(left).startswith("self."):
                owner = names.symbol(left.child_by_field_name("object"))
                attribute = left.child_by_field_name("attribute")
                if owner is not None and owner not in own:
                    # `self: TSelf`, or of another class: the class around has it, too.
                    owner = self._instance_around(left) or owner
                if owner is None or attribute is None or not owner.endswith("()"):
                    continue
                path = f"{owner}.{text_of(attribute)}"
            elif left.type == "identifier" and self.scopes.at(left.start_byte).kind == "class":
                path = f"{self.module}.{self.scopes.at(left.start_byte).qualname}().{text_of(left)}"
            else:
                continue
            annotation = node.child_by_field_name("type")
            right = node.child_by_field_name("right")
            symbol = names.annotation_symbol(annotation) if annotation is not None else names.symbol(right)
            assigned.setdefault(path, set()).add(symbol)
        for path, symbols in assigned.items():
            known = symbols - {"None"}
            names.attributes[path] = next(iter(known)) if len(known) == 1 else None
            if known and names.attributes[path] is None:
                names.unsure.add(path)
        # What was asked before the attributes were known may now have a better answer.
        names.forget()
