"""What is an item of a collection, where an annotation tells: `rows: list[Row]`, `for row in rows`."""

from __future__ import annotations

import re
from functools import cached_property

from tree_sitter import Node

from bugcatalog_ls.facts.field_values import FieldValues, field_values
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, text_of, unparenthesised
from bugcatalog_ls.syntax.scopes import Binding

_MODULES = ("typing", "typing_extensions", "collections.abc", "collections")
_OF_ITEMS = frozenset(
    {f"builtins.{name}" for name in ("list", "set", "frozenset")}
    | {
        f"{module}.{name}"
        for module in _MODULES
        for name in ("List", "Set", "FrozenSet", "Sequence", "MutableSequence", "Iterable", "Iterator")
    }
    | {
        f"{module}.{name}"
        for module in _MODULES
        for name in ("Collection", "AsyncIterable", "AsyncIterator", "AbstractSet", "deque", "Deque")
    }
)
_TUPLES = frozenset({"builtins.tuple", "typing.Tuple"})
_MAPPINGS = frozenset(
    {"builtins.dict", "typing.Dict", "typing.DefaultDict", "collections.defaultdict"}
    | {f"{module}.{name}" for module in _MODULES for name in ("Mapping", "MutableMapping", "OrderedDict")}
)
_WRAPPERS = frozenset(
    {"typing.Optional", "typing_extensions.Optional", "typing.Final", "typing.ClassVar"}
    | {"sqlalchemy.orm.Mapped", "sqlalchemy.orm.base.Mapped"}
)
_ANNOTATED = re.compile(rb"(?::|->)[ \t]*[\w.]+\[")
_SAME_ITEMS = frozenset({"list", "tuple", "set", "frozenset", "sorted", "reversed", "iter"})
_ONE_OF_ITEMS = frozenset({"next", "max", "min"})
_TAKING = frozenset({"pop", "popleft", "get"})
_DEPTH = 6


class Elements:
    """The items of one file's collections; nothing but annotations of the file tells of them."""

    def __init__(self, file: PyFile) -> None:
        self._file = file
        self._depth = _DEPTH
        self._of_fields: dict[tuple[str, str], Node | None] = {}

    @cached_property
    def may_tell(self) -> bool:
        """Whether anything of the file is annotated as a collection at all."""
        return _ANNOTATED.search(self._file.source.data) is not None

    def of_bindings(self, bindings: list[Binding]) -> str | None:
        """The instance that a name is, by its bindings, where it holds an item."""
        if len(bindings) != 1 or not self.may_tell:
            return None
        [binding] = bindings
        annotation = None
        if binding.kind == "for" and binding.value is not None:
            annotation = self._iterated(binding.value)
        elif binding.kind == "unpack":
            annotation = self._unpacked(binding.node)
        elif binding.kind in ("assign", "walrus") and binding.annotation is None:
            annotation = self._item(binding.value)
        return self._file.names.annotation_symbol(annotation)

    def of_value(self, node: Node) -> str | None:
        """The instance that an expression (`rows[0]`) is, where it is an item."""
        return self._file.names.annotation_symbol(self._item(node)) if self.may_tell else None

    def _item(self, node: Node | None) -> Node | None:
        """The annotation of an expression that takes one item out of a collection."""
        if node is None:
            return None
        node = unparenthesised(node)
        if node.type == "subscript":
            key = node.child_by_field_name("subscript")
            value = node.child_by_field_name("value")
            if key is None or value is None or key.type == "slice":
                return None
            annotation = self._annotation(value)
            return self._held(annotation) or self._held(annotation, _MAPPINGS)
        function = node.child_by_field_name("function") if node.type == "call" else None
        if function is None:
            return None
        owner = function.child_by_field_name("object") if function.type == "attribute" else None
        if owner is not None and text_of(function).rpartition(".")[2] in _TAKING:
            annotation = self._annotation(owner)
            return self._held(annotation) or self._held(annotation, _MAPPINGS)
        if text_of(function) in _ONE_OF_ITEMS:
            given = arguments_of(node).positional
            return self._iterated(given[0]) if given else None
        return None

    def _iterated(self, node: Node) -> Node | None:
        """The annotation of what a loop over an expression gives."""
        node = unparenthesised(node)
        function = node.child_by_field_name("function") if node.type == "call" else None
        if function is not None and function.type == "attribute" and not arguments_of(node).positional:
            owner = function.child_by_field_name("object")
            if owner is not None and text_of(function).endswith(".values"):
                return self._held(self._annotation(owner), _MAPPINGS)
        return self._held(self._annotation(node))

    def _unpacked(self, name: Node) -> Node | None:
        """The same for a name of `for number, row in enumerate(rows)` and its kind."""
        pattern = name.parent
        loop = pattern.parent if pattern is not None else None
        if pattern is None or loop is None or loop.type not in ("for_statement", "for_in_clause"):
            return None
        looped = loop.child_by_field_name("right")
        place = next((n for n, child in enumerate(pattern.named_children) if child.id == name.id), -1)
        function = looped.child_by_field_name("function") if looped is not None else None
        if looped is None or function is None or looped.type != "call":
            return None
        given, called = arguments_of(looped).positional, text_of(function)
        if called == "enumerate" and place == 1 and given:
            return self._iterated(given[0])
        if called == "zip" and 0 <= place < len(given):
            return self._iterated(given[place])
        owner = function.child_by_field_name("object") if function.type == "attribute" else None
        if called.endswith(".items") and place == 1 and owner is not None:
            return self._held(self._annotation(owner), _MAPPINGS)
        return None

    def _annotation(self, node: Node) -> Node | None:
        """The annotation that tells of an expression."""
        if self._depth <= 0:
            return None
        self._depth -= 1
        try:
            return self._find_annotation(unparenthesised(node))
        finally:
            self._depth += 1

    def _find_annotation(self, node: Node) -> Node | None:
        match node.type:
            case "identifier":
                bindings = self._file.names.bindings(node)
                if len(bindings) != 1 or bindings[0].kind not in ("parameter", "assign", "annotation"):
                    return None
                if bindings[0].annotation is not None or bindings[0].value is None:
                    return bindings[0].annotation
                return self._annotation(bindings[0].value) if bindings[0].kind == "assign" else None
            case "attribute":
                owner, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
                symbol = self._symbol(owner) if owner is not None else None
                if symbol is None or name is None:
                    return None
                return self._field(symbol, text_of(name))
            case "subscript":
                key, value = node.child_by_field_name("subscript"), node.child_by_field_name("value")
                if key is not None and value is not None and key.type == "slice":
                    return self._annotation(value)
                return self._item(node)
            case "await" if node.named_child_count == 1:
                return self._annotation(node.named_children[0])
            case "boolean_operator":
                left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
                is_empty = right is not None and right.type in ("list", "tuple") and not right.named_children
                return self._annotation(left) if left is not None and is_empty else None
            case "call":
                function = node.child_by_field_name("function")
                given = arguments_of(node).positional
                if function is None:
                    return None
                if function.type == "identifier" and text_of(function) in _SAME_ITEMS and given:
                    return self._annotation(given[0])
                symbol = self._file.symbol(function)
                return self._results.get(symbol.replace("()", "")) if symbol is not None else None
        return None

    def _symbol(self, node: Node) -> str | None:
        symbol = self._file.symbol(node)
        if (symbol is None or "[" in symbol) and node.type == "identifier":
            return self.of_bindings(self._file.names.bindings(node))
        return symbol

    def _held(self, annotation: Node | None, heads: frozenset[str] = _OF_ITEMS) -> Node | None:
        """What `list[Row]` holds, or `dict[str, Row]` under its keys."""
        generic = self._generic(annotation)
        if generic is None:
            return None
        head, parameters = self._file.symbol(generic.named_children[0]), _parameters(generic)
        if head in heads and len(parameters) == (2 if heads is _MAPPINGS else 1):
            return parameters[-1]
        if heads is _OF_ITEMS and head in _TUPLES and len(parameters) == 2:
            return parameters[0] if text_of(parameters[1]) == "..." else None
        return None

    def _generic(self, annotation: Node | None) -> Node | None:
        """`list[Row]` of `Optional[list[Row]]` and `list[Row] | None`."""
        while annotation is not None and annotation.type == "type" and annotation.named_children:
            annotation = annotation.named_children[0]
        if annotation is None:
            return None
        if annotation.type in ("union_type", "binary_operator"):
            found = [each for each in annotation.named_children if text_of(each) != "None"]
            return self._generic(found[0]) if len(found) == 1 else None
        if annotation.type not in ("generic_type", "subscript"):
            return None
        if self._file.symbol(annotation.named_children[0]) in _WRAPPERS:
            parameters = _parameters(annotation)
            return self._generic(parameters[0]) if len(parameters) == 1 else None
        return annotation

    @cached_property
    def _results(self) -> dict[str, Node | None]:
        """What the functions of the file give, by their symbols."""
        found: dict[str, Node | None] = {}
        for definition in self._file.functions:
            given = definition.node.child_by_field_name("return_type")
            found[definition.symbol] = None if definition.symbol in found else given
        return found

    def _field(self, symbol: str, name: str) -> Node | None:
        """The annotation of an attribute of one of the file's classes, where all that it is given has it."""
        key = (symbol, name)
        if key not in self._of_fields:
            self._of_fields[key] = None
            given = self._fields.get(key)
            if given is not None:
                values = [value for value in given.values if not _is_nothing(value)]
                found: list[Node | None] = [*given.annotations]
                found = found or [self._annotation(value) for value in values]
                known = [each for each in found if each is not None]
                if len(known) == len(found) and len({text_of(each) for each in known}) == 1:
                    self._of_fields[key] = known[0]
        return self._of_fields[key]

    @cached_property
    def _fields(self) -> dict[tuple[str, str], FieldValues]:
        return field_values(self._file)


def _is_nothing(value: Node) -> bool:
    return value.type == "none" or (
        value.type in ("list", "dictionary", "tuple") and not value.named_children
    )


def _parameters(generic: Node) -> list[Node]:
    if generic.type == "generic_type":
        return generic.named_children[1].named_children if generic.named_child_count > 1 else []
    return generic.children_by_field_name("subscript")
