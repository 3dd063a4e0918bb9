"""Expressions as values without positions: what facts keep of a declaration to be read later.

An expression is turned into these values while its file is parsed, and understood later, when
the facts of other files are there to say what its names mean.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec
from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import absolute_module
from bugcatalog_ls.syntax.nodes import constant_value, text_of
from bugcatalog_ls.syntax.scopes import BUILTINS, Binding, Scope

_LARGEST = 2**63 - 1
_DEPTH = 40


class _Value(msgspec.Struct, frozen=True, tag=True):
    """The base of all expressions."""


class Constant(_Value, frozen=True):
    """A literal string, number, boolean or None."""

    value: str | int | float | bool | None


class Name(_Value, frozen=True):
    """A name; `symbol` is where a module or class binds it, empty for a local variable."""

    name: str
    symbol: str = ""


class Attribute(_Value, frozen=True):
    owner: Expression
    name: str


class Call(_Value, frozen=True):
    """A call; a keyword's name is `**` for an unpacked mapping."""

    function: Expression
    arguments: tuple[Expression, ...] = ()
    keywords: tuple[tuple[str, Expression], ...] = ()

    def keyword(self, name: str, position: int | None = None) -> Expression | None:
        """The value given by keyword, or at a position."""
        for key, value in self.keywords:
            if key == name:
                return value
        if position is not None and position < len(self.arguments):
            return self.arguments[position]
        return None


class Subscript(_Value, frozen=True):
    owner: Expression
    items: tuple[Expression, ...]


class Starred(_Value, frozen=True):
    value: Expression


class Collection(_Value, frozen=True):
    """A list, tuple or set as written."""

    kind: str
    items: tuple[Expression, ...]


class Mapping(_Value, frozen=True):
    """A dictionary as written; an unpacked mapping has no key."""

    items: tuple[tuple[Expression | None, Expression], ...]


class Joined(_Value, frozen=True):
    """An f-string: constants and the expressions in its holes."""

    parts: tuple[Expression, ...]


class Operation(_Value, frozen=True):
    """Operands under an operator as it is written (`+`, `not in`, `and`, `not`)."""

    operator: str
    operands: tuple[Expression, ...]


class Conditional(_Value, frozen=True):
    test: Expression
    body: Expression
    otherwise: Expression


class Comprehension(_Value, frozen=True):
    """A comprehension with one `for`; that of a dictionary has a `key`."""

    element: Expression
    target: Expression
    iterable: Expression
    conditions: tuple[Expression, ...]
    key: Expression | None = None


class Unknown(_Value, frozen=True):
    """What these values do not tell; `kind` is the syntax."""

    kind: str = ""


Expression: TypeAlias = (
    Constant
    | Name
    | Attribute
    | Call
    | Subscript
    | Starred
    | Collection
    | Mapping
    | Joined
    | Operation
    | Conditional
    | Comprehension
    | Unknown
)

NOTHING = Unknown()


def expression(file: PyFile, node: Node | None) -> Expression:
    """The value of a syntax node; `Unknown` where it is of no interest here."""
    return _expression(file, node, _DEPTH)


def dotted(value: Expression | None) -> str | None:
    """The symbol of a name, of an attribute of one, or of what a call of one gives."""
    match value:
        case Name(symbol=symbol) if symbol:
            return symbol
        case Attribute(owner=owner, name=name):
            head = dotted(owner)
            return f"{head}.{name}" if head else None
        case Call(function=function):
            head = dotted(function)
            return f"{head}()" if head else None
        case Constant():
            return None
    return None


def is_true(value: Expression | None) -> bool:
    """Whether an expression is written as `True`."""
    return isinstance(value, Constant) and value.value is True


def own_symbol(file: PyFile, scope: Scope, name: str) -> str:
    """The symbol of what a module or class of a file binds under a name."""
    return ".".join(part for part in (file.module, scope.qualname, name) if part)


def _expression(file: PyFile, node: Node | None, depth: int) -> Expression:
    if node is None or depth <= 0:
        return NOTHING
    depth -= 1
    match node.type:
        case "type" | "parenthesized_expression" if node.named_child_count == 1:
            return _expression(file, node.named_children[0], depth)
        case "identifier":
            return Name(text_of(node), _symbol(file, node))
        case "attribute":
            name = node.child_by_field_name("attribute")
            owner = _expression(file, node.child_by_field_name("object"), depth)
            return Attribute(owner, text_of(name)) if name is not None else NOTHING
        case "call":
            return _call(file, node, depth)
        case "subscript":
            owner = _expression(file, node.child_by_field_name("value"), depth)
            return Subscript(owner, _all(file, node.children_by_field_name("subscript"), depth))
        case "generic_type":
            items = node.named_children[1].named_children if node.named_child_count > 1 else []
            return Subscript(_expression(file, node.named_children[0], depth), _all(file, items, depth))
        case "list" | "tuple" | "set" | "expression_list":
            kind = "tuple" if node.type == "expression_list" else node.type
            return Collection(kind, _all(file, node.named_children, depth))
        case "dictionary":
            return _mapping(file, node, depth)
        case "string" | "concatenated_string":
            return _string(file, node, depth)
        case "list_splat" | "dictionary_splat" if node.named_child_count == 1:
            return Starred(_expression(file, node.named_children[0], depth))
        case "await" if node.named_child_count == 1:
            return _expression(file, node.named_children[0], depth)
        case "named_expression":
            return _expression(file, node.child_by_field_name("value"), depth)
        case "conditional_expression" if len(_items(node)) == 3:
            body, test, otherwise = _all(file, node.named_children, depth)
            return Conditional(test, body, otherwise)
        case "list_comprehension" | "set_comprehension" | "generator_expression" | "dictionary_comprehension":
            return _comprehension(file, node, depth)
    if (operation := _operation(file, node, depth)) is not None:
        return operation
    value = constant_value(node)
    if isinstance(value, int) and not -_LARGEST <= value <= _LARGEST:
        # No column and no limit is that large, and the cache could not hold it.
        return Unknown(node.type)
    if value is None or isinstance(value, (str, int, float, bool)):
        return Constant(value)
    return Unknown(node.type)


def _items(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type not in ("comment", "ERROR")]


def _all(file: PyFile, nodes: list[Node], depth: int) -> tuple[Expression, ...]:
    return tuple(_expression(file, child, depth) for child in nodes if child.type not in ("comment", "ERROR"))


def _call(file: PyFile, node: Node, depth: int) -> Expression:
    function = _expression(file, node.child_by_field_name("function"), depth)
    arguments = node.child_by_field_name("arguments")
    if arguments is None:
        return Call(function)
    if arguments.type == "generator_expression":
        return Call(function, (_expression(file, arguments, depth),))
    positional: list[Expression] = []
    keywords: list[tuple[str, Expression]] = []
    for child in _items(arguments):
        if child.type == "keyword_argument":
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if name is not None:
                keywords.append((text_of(name), _expression(file, value, depth)))
        elif child.type == "dictionary_splat":
            keywords.append(("**", _expression(file, child.named_children[0], depth)))
        else:
            positional.append(_expression(file, child, depth))
    return Call(function, tuple(positional), tuple(keywords))


def _mapping(file: PyFile, node: Node, depth: int) -> Expression:
    items: list[tuple[Expression | None, Expression]] = []
    for child in _items(node):
        if child.type == "pair":
            key = _expression(file, child.child_by_field_name("key"), depth)
            items.append((key, _expression(file, child.child_by_field_name("value"), depth)))
        elif child.type == "dictionary_splat":
            items.append((None, _expression(file, child.named_children[0], depth)))
    return Mapping(tuple(items))


def _string(file: PyFile, node: Node, depth: int) -> Expression:
    value = constant_value(node)
    if isinstance(value, str):
        return Constant(value)
    if node.type == "concatenated_string":
        return Joined(_all(file, node.named_children, depth))
    parts: list[Expression] = []
    for child in node.named_children:
        if child.type == "string_content":
            parts.append(Constant(text_of(child).replace("{{", "{").replace("}}", "}")))
        elif child.type == "interpolation":
            plain = len(_items(child)) == 1
            hole = _expression(file, child.child_by_field_name("expression"), depth)
            parts.append(hole if plain else NOTHING)
    return (
        Joined(tuple(parts))
        if any(child.type == "interpolation" for child in node.named_children)
        else NOTHING
    )


def _comprehension(file: PyFile, node: Node, depth: int) -> Expression:
    clauses = [child for child in node.named_children if child.type == "for_in_clause"]
    conditions = [child for child in node.named_children if child.type == "if_clause" and _items(child)]
    body = node.child_by_field_name("body")
    if len(clauses) != 1 or body is None:
        return Unknown(node.type)
    clause = clauses[0]
    key = None
    if body.type == "pair":
        key = _expression(file, body.child_by_field_name("key"), depth)
        body = body.child_by_field_name("value") or body
    return Comprehension(
        _expression(file, body, depth),
        target(file, clause.child_by_field_name("left")),
        _expression(file, clause.child_by_field_name("right"), depth),
        tuple(
            _expression(file, child.named_children[0], depth) for child in conditions if child.named_children
        ),
        key,
    )


def target(file: PyFile, node: Node | None) -> Expression:
    """What an assignment or a loop binds: a name, or a tuple of these."""
    if node is None:
        return NOTHING
    if node.type == "identifier":
        return Name(text_of(node))
    if node.type in ("pattern_list", "tuple_pattern", "list_pattern"):
        return Collection("tuple", tuple(target(file, child) for child in node.named_children))
    return expression(file, node)


def _operation(file: PyFile, node: Node, depth: int) -> Expression | None:
    match node.type:
        case "binary_operator" | "boolean_operator":
            operator = node.child_by_field_name("operator")
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if operator is None:
                return None
            operands = (_expression(file, left, depth), _expression(file, right, depth))
            return Operation(text_of(operator), operands)
        case "not_operator":
            return Operation("not", (_expression(file, node.child_by_field_name("argument"), depth),))
        case "comparison_operator":
            operators = [text_of(child) for child in node.children_by_field_name("operators")]
            compared = _all(file, node.named_children, depth)
            if len(compared) == 2 and operators:
                return Operation(" ".join(" ".join(operators).split()), compared)
    return None


def _symbol(file: PyFile, node: Node) -> str:
    name = text_of(node)
    found = file.scopes.lookup(name, node.start_byte)
    if found is None:
        return f"builtins.{name}" if name in BUILTINS else ""
    scope, bindings = found
    symbols = {_bound(file, binding, scope) for binding in bindings}
    if len(symbols) == 1:
        return symbols.pop()
    # Of two ways to get one thing, the first import is what an up-to-date installation takes.
    imported = next((binding for binding in bindings if binding.kind in ("import", "from")), None)
    return _bound(file, imported, scope) if imported is not None else ""


def _bound(file: PyFile, binding: Binding, scope: Scope) -> str:
    if binding.kind == "import":
        return binding.target
    if binding.kind == "from":
        return absolute_module(binding.target, file.path)
    return own_symbol(file, scope, binding.name) if scope.kind in ("module", "class") else ""
