"""Symbols: what an expression is, as a dotted path through imports, calls and attributes.

A symbol is written as the shortest program that makes the value: `requests.get` is the function,
`requests.Session()` a session (made, annotated or entered with `with`), `requests.Session().get`
its method, `app.db.get_db()` what a function of the workspace returns, `x[]` an element of `x`.
The names of the workspace are those of `syntax.modules.module_name`. Unknown is None.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tree_sitter import Node

from bugcatalog_ls.syntax.modules import absolute_module
from bugcatalog_ls.syntax.nodes import arguments_of, enclosing, string_value, text_of
from bugcatalog_ls.syntax.scopes import BUILTINS, Binding, Scope, ScopeTable

_DEPTH = 24
_LITERALS = {
    "string": "builtins.str()",
    "concatenated_string": "builtins.str()",
    "integer": "builtins.int()",
    "float": "builtins.float()",
    "true": "builtins.bool()",
    "false": "builtins.bool()",
    "list": "builtins.list()",
    "list_comprehension": "builtins.list()",
    "dictionary": "builtins.dict()",
    "dictionary_comprehension": "builtins.dict()",
    "set": "builtins.set()",
    "set_comprehension": "builtins.set()",
    "tuple": "builtins.tuple()",
    "generator_expression": "types.GeneratorType()",
    "none": "None",
}
_OPTIONAL = frozenset({"typing.Optional", "typing_extensions.Optional"})
_UNION = frozenset({"typing.Union", "typing_extensions.Union"})
_ANNOTATED = frozenset({"typing.Annotated", "typing_extensions.Annotated"})
_WRAPPERS = frozenset({"typing.Final", "typing.ClassVar", "sqlalchemy.orm.Mapped"})
_CLASS_OF = frozenset({"builtins.type", "typing.Type"})
_ALIASED = _OPTIONAL | _UNION | _ANNOTATED | {f"builtins.{name}" for name in ("dict", "list", "set", "tuple")}
_DEPENDS = frozenset({"fastapi.Depends", "fastapi.Security", "fastapi.params.Depends"})
_OWN_PARAMETERS = frozenset(
    {"self", "_self", "self_", "__self", "slf", "me", "inst", "instance", "s"}
    | {"cls", "_cls", "cls_", "klass", "class_", "mcs", "mcls", "meta", "metacls"}
)
_CASTS = frozenset({"typing.cast", "typing_extensions.cast"})


_OF_INSTANCES = frozenset(
    {"property", "cached_property", "functools.cached_property", "abc.abstractmethod", "abstractmethod"}
)
# Methods that are given a class without a decorator.
_OF_CLASSES = frozenset({"__new__", "__init_subclass__", "__class_getitem__", "__prepare__"})


@dataclass
class Names:
    """Symbols of one file. `attributes` maps `module.Class().name` to what is assigned to it; `unsure` are
    those of them that are given something unknown, or different things."""

    path: str
    module: str
    scopes: ScopeTable
    attributes: dict[str, str | None] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)
    _symbols: dict[int, str | None] = field(default_factory=dict)
    _annotations: dict[int, str | None] = field(default_factory=dict)
    _references: dict[int, str | None] = field(default_factory=dict)

    def symbol(self, node: Node | None) -> str | None:
        """The symbol of an expression, or None where it is not known for sure."""
        return self._symbol(node, _DEPTH)

    def binding_symbol(self, binding: Binding, scope: Scope) -> str | None:
        """The symbol that a binding gives its name."""
        return self._binding(binding, scope, _DEPTH)

    def annotation_symbol(self, node: Node | None) -> str | None:
        """The symbol of an instance of an annotated type (`Session | None` is `….Session()`)."""
        return self._annotation(node, _DEPTH)

    def bindings(self, identifier: Node) -> list[Binding]:
        """The bindings that may be in force where a name is read."""
        start = identifier.start_byte
        name = self.scopes.data[start : identifier.end_byte].decode("utf-8", "replace")
        found = self.scopes.lookup(name, start)
        if found is None:
            return []
        return _in_force(found[0], found[1], self.scopes, identifier)

    def is_unbound(self, identifier: Node) -> bool:
        """Whether no scope of the file binds the name and it is not a builtin."""
        name = text_of(identifier)
        return self.scopes.lookup(name, identifier.start_byte) is None and name not in BUILTINS

    def forget(self) -> None:
        """Drop what was answered so far; for when `attributes` has changed."""
        self._symbols.clear()
        self._annotations.clear()
        self._references.clear()

    def _symbol(self, node: Node | None, depth: int) -> str | None:
        if node is None or depth <= 0:
            return None
        if node.id in self._symbols:
            return self._symbols[node.id]
        # A value that depends on itself is unknown; without this mark such circles multiply.
        self._symbols[node.id] = None
        result = self._compute(node, depth - 1)
        self._symbols[node.id] = result
        return result

    def _compute(self, node: Node, depth: int) -> str | None:
        kind = node.type
        if kind in _LITERALS:
            return _LITERALS[kind]
        match kind:
            case "identifier":
                return self._identifier(node, depth)
            case "attribute":
                return self._attribute(node, depth)
            case "call":
                return self._call(node, depth)
            case "subscript":
                value = self._symbol(node.child_by_field_name("value"), depth)
                if value in _ALIASED:
                    # `SessionDep = Annotated[Session, …]` is another name of the class.
                    instance = self._generic(node, depth)
                    return instance.removesuffix("()") if instance and instance.endswith("()") else None
                return f"{value}[]" if value else None
            case "await" | "parenthesized_expression" if node.named_child_count == 1:
                return self._symbol(node.named_children[0], depth)
            case "named_expression":
                return self._symbol(node.child_by_field_name("value"), depth)
            case "conditional_expression" if len(node.named_children) == 3:
                first, _, second = node.named_children
                return _agreed([self._symbol(first, depth), self._symbol(second, depth)])
            case "boolean_operator":
                left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
                return _agreed([self._symbol(left, depth), self._symbol(right, depth)])
        return None

    def _identifier(self, node: Node, depth: int) -> str | None:
        start = node.start_byte
        name = self.scopes.data[start : node.end_byte].decode("utf-8", "replace")
        found = self.scopes.lookup(name, start)
        if found is None:
            return f"builtins.{name}" if name in BUILTINS else None
        scope, bindings = found
        if len(bindings) == 1 and bindings[0].kind != "delete":
            symbol = self._binding(bindings[0], scope, depth)
            return symbol if symbol != "None" else None
        candidates = _in_force(scope, bindings, self.scopes, node)
        return _agreed([self._binding(binding, scope, depth) for binding in candidates])

    def _attribute(self, node: Node, depth: int) -> str | None:
        value = self._symbol(node.child(0), depth)
        if value is None or value == "None":
            return None
        name = node.child_by_field_name("attribute")
        if name is None:
            return None
        path = f"{value}.{self.scopes.data[name.start_byte : name.end_byte].decode('utf-8', 'replace')}"
        known = self.attributes.get(path)
        return known or path

    def _call(self, node: Node, depth: int) -> str | None:
        function = self._symbol(node.child_by_field_name("function"), depth)
        if function is None:
            return None
        if function in _CASTS:
            return self._annotation(next(iter(arguments_of(node).positional), None), depth)
        if function == "builtins.super":
            return self._super(node)
        return f"{function}()"

    def _super(self, node: Node) -> str | None:
        owner = enclosing(node, "class_definition")
        scope = self.scopes.of(owner) if owner is not None else None
        return f"super({self.module}.{scope.qualname})" if scope is not None else None

    def _binding(self, binding: Binding, scope: Scope, depth: int) -> str | None:
        if depth <= 0:
            return None
        own = f"{self.module}.{_dotted(scope.qualname, binding.name)}"
        match binding.kind:
            case "import":
                return binding.target
            case "from":
                return absolute_module(binding.target, self.path)
            case "function" | "class":
                return own
            case "assign" | "walrus" | "annotation":
                symbol = self._annotation(binding.annotation, depth) if binding.annotation else None
                if symbol is not None and _is_of_other_type(binding.value, symbol):
                    symbol = None  # `agents: Agent = []`: a list of them is meant.
                symbol = symbol or self._symbol(binding.value, depth)
                if symbol is None and scope.kind in ("module", "class"):
                    return own
                return symbol
            case "with":
                return self._symbol(binding.value, depth)
            case "except":
                symbol = self._symbol(binding.value, depth)
                return f"{symbol}()" if symbol else None
            case "for":
                symbol = self._symbol(binding.value, depth)
                return f"{symbol}[]" if symbol else None
            case "parameter":
                return self._parameter(binding, scope, depth)
        return own if scope.kind == "module" and binding.kind in ("unpack", "type") else None

    def _parameter(self, binding: Binding, scope: Scope, depth: int) -> str | None:
        if binding.target == "*":
            return None
        if binding.annotation is not None:
            return self._annotation(binding.annotation, depth)
        if binding.value is not None:
            return self._depends(binding.value, depth)
        owner = scope.parent
        if owner is None or owner.kind != "class" or scope.node.type != "function_definition":
            return None
        parameters = scope.node.child_by_field_name("parameters")
        children = parameters.named_children if parameters is not None else []
        first = next((child for child in children if child.type != "comment"), None)
        if first is None or first.id != binding.node.id:
            return None
        decorators = _decorator_texts(scope.node)
        if "staticmethod" in decorators:
            return None
        if binding.name not in _OWN_PARAMETERS:
            # Handed to others by its decorator (`@bindings.add("enter")`), or called on the class.
            return None
        class_symbol = f"{self.module}.{owner.qualname}"
        is_plain = all(decorator in _OF_INSTANCES for decorator in decorators)
        if binding.name == "cls" and is_plain and scope.name not in _OF_CLASSES:
            # An instance by its place and a class by its name: a metaclass's, or a forgotten decorator.
            return None
        is_class_method = "classmethod" in decorators or binding.name in ("cls", "mcs")
        return class_symbol if is_class_method else f"{class_symbol}()"

    def _depends(self, value: Node, depth: int) -> str | None:
        if value.type != "call" or self._symbol(value.child_by_field_name("function"), depth) not in _DEPENDS:
            return None
        arguments = arguments_of(value)
        provider = self._symbol(arguments.get("dependency", 0), depth)
        return f"{provider}()" if provider else None

    def _annotation(self, node: Node | None, depth: int) -> str | None:
        if node is None or depth <= 0:
            return None
        if node.id not in self._annotations:
            # A type that is named inside itself is not known there.
            self._annotations[node.id] = None
            self._annotations[node.id] = self._compute_annotation(node, depth - 1)
        return self._annotations[node.id]

    def _compute_annotation(self, node: Node, depth: int) -> str | None:
        if node.type == "type" and node.named_child_count == 1:
            return self._annotation(node.named_children[0], depth)
        match node.type:
            case "string":
                if node.id not in self._references:
                    self._references[node.id] = None
                    self._references[node.id] = self._forward_reference(string_value(node), node, depth)
                return self._references[node.id]
            case "identifier" | "attribute":
                symbol = self._symbol(node, depth)
                return f"{symbol}()" if symbol else None
            case "none":
                return "None"
            case "binary_operator":
                left = self._annotation(node.child_by_field_name("left"), depth)
                right = self._annotation(node.child_by_field_name("right"), depth)
                return _agreed([left, right])
            case "union_type":
                return _agreed([self._annotation(child, depth) for child in node.named_children])
            case "generic_type" | "subscript":
                return self._generic(node, depth)
        return None

    def _generic(self, node: Node, depth: int) -> str | None:
        head = self._symbol(node.named_children[0], depth)
        if node.type == "generic_type":
            parameters = node.named_children[1].named_children if node.named_child_count > 1 else []
        else:
            parameters = node.children_by_field_name("subscript")
        if head is None or not parameters:
            return None
        if head in _OPTIONAL or head in _WRAPPERS:
            return self._annotation(parameters[0], depth)
        if head in _UNION:
            return _agreed([self._annotation(child, depth) for child in parameters])
        if head in _CLASS_OF:
            inner = self._annotation(parameters[0], depth)
            return inner.removesuffix("()") if inner else None
        if head in _ANNOTATED:
            for extra in parameters[1:]:
                if extra.type == "type" and extra.named_child_count == 1:
                    extra = extra.named_children[0]
                if (provided := self._depends(extra, depth)) is not None:
                    plain = self._annotation(parameters[0], depth)
                    return plain or provided
            return self._annotation(parameters[0], depth)
        return f"{head}()"

    def _forward_reference(self, text: str | None, node: Node, depth: int) -> str | None:
        if not text or depth <= 0:
            return None
        if "|" in text and "[" not in text:
            parts = [part.strip() for part in text.split("|")]
            text = " ".join(part for part in parts if part != "None")
        elif text.startswith(("Optional[", "typing.Optional[")) and text.endswith("]"):
            text = text[text.index("[") + 1 : -1]
        text = text.split("[")[0].strip()
        first, _, rest = text.partition(".")
        if not text.replace(".", "").isidentifier():
            return None
        found = self.scopes.lookup(first, node.start_byte)
        if found is None:
            return f"builtins.{text}()" if text in BUILTINS else None
        scope, bindings = found
        head = _agreed([self._binding(binding, scope, depth) for binding in bindings])
        return f"{_dotted(head, rest)}()" if head else None


def _in_force(scope: Scope, bindings: list[Binding], scopes: ScopeTable, identifier: Node) -> list[Binding]:
    """The bindings that can reach a read of the name: the nearest sure one before it and those after it."""
    if len(bindings) == 1 and bindings[0].kind != "delete":
        return [bindings[0]]
    offset = identifier.start_byte
    if _owner(scopes.at(offset)) is not scope:
        return [binding for binding in bindings if binding.kind != "delete"]
    before = [binding for binding in bindings if binding.offset <= offset]
    reaching: list[Binding] = []
    for binding in reversed(before):
        if binding.kind == "delete":
            continue
        reaching.append(binding)
        if binding.block[0] <= offset < binding.block[1]:
            break
    return reaching or [binding for binding in bindings if binding.kind != "delete"]


def _owner(scope: Scope) -> Scope:
    while scope.kind == "comprehension" and scope.parent is not None:
        scope = scope.parent
    return scope


def _agreed(symbols: list[str | None]) -> str | None:
    """The one symbol that all alternatives give; an alternative of None adds nothing."""
    distinct = {symbol for symbol in symbols if symbol != "None"}
    return distinct.pop() if len(distinct) == 1 else None


def _is_of_other_type(value: Node | None, symbol: str) -> bool:
    """Whether a display of items is given to what an annotation calls one of another type."""
    if value is None or value.type not in ("list", "dictionary", "set"):
        return False
    return not symbol.startswith(("builtins.", "typing.", "typing_extensions.", "collections."))


def _decorator_texts(function: Node) -> set[str]:
    parent = function.parent
    if parent is None or parent.type != "decorated_definition":
        return set()
    return {text_of(child.named_children[0]) for child in parent.children if child.type == "decorator"}


def _dotted(head: str | None, tail: str) -> str:
    return f"{head}.{tail}" if head and tail else head or tail
