"""Expressions as values without positions: what facts keep of a declaration to be read later.

An expression is turned into these values while its file is parsed, and understood later, when
the facts of other files are there to say what its names mean.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec
from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import absolute_module
from bugcatalog_ls.syntax.nodes import constant_value, text_of
from bugcatalog_ls.syntax.scopes import BUILTINS, Binding, Scope

_LARGEST = 2**63 - 1
_DEPTH = 40


class _Value(msgspec.Struct, frozen=True, tag=True, array_like=True, gc=False):
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
    read = _READERS.get(node.type)
    found = read(file, node, depth - 1) if read is not None else None
    return found if found is not None else _constant(node)


def _constant(node: Node) -> Expression:
    value = constant_value(node)
    if isinstance(value, int) and not -_LARGEST <= value <= _LARGEST:
        # No column and no limit is that large, and the cache could not hold it.
        return Unknown(node.type)
    if value is None or isinstance(value, (str, int, float, bool)):
        return Constant(value)
    return Unknown(node.type)


def _integer(file: PyFile, node: Node, depth: int) -> Expression | None:
    written = file.source.data[node.start_byte : node.end_byte]
    is_plain = written.isdigit() and len(written) < 19 and (written == b"0" or not written.startswith(b"0"))
    return Constant(int(written)) if is_plain else None


def _name(file: PyFile, node: Node, depth: int) -> Expression:
    start = node.start_byte
    name = file.source.data[start : node.end_byte].decode("utf-8", "replace")
    return Name(name, _symbol(file, name, start))


def _attribute(file: PyFile, node: Node, depth: int) -> Expression:
    name = node.child_by_field_name("attribute")
    if name is None:
        return NOTHING
    return Attribute(_expression(file, node.child_by_field_name("object"), depth), text_of(name))


def _only_child(file: PyFile, node: Node, depth: int) -> Expression | None:
    return _expression(file, node.named_children[0], depth) if node.named_child_count == 1 else None


def _subscript(file: PyFile, node: Node, depth: int) -> Expression:
    owner = _expression(file, node.child_by_field_name("value"), depth)
    return Subscript(owner, _all(file, node.children_by_field_name("subscript"), depth))


def _generic(file: PyFile, node: Node, depth: int) -> Expression:
    parts = node.named_children
    items = parts[1].named_children if len(parts) > 1 else []
    return Subscript(_expression(file, parts[0], depth), _all(file, items, depth))


def _collection(file: PyFile, node: Node, depth: int) -> Expression:
    kind = "tuple" if node.type == "expression_list" else node.type
    return Collection(kind, _all(file, node.named_children, depth))


def _starred(file: PyFile, node: Node, depth: int) -> Expression | None:
    return Starred(_expression(file, node.named_children[0], depth)) if node.named_child_count == 1 else None


def _named(file: PyFile, node: Node, depth: int) -> Expression:
    return _expression(file, node.child_by_field_name("value"), depth)


def _conditional(file: PyFile, node: Node, depth: int) -> Expression | None:
    if len(_items(node)) != 3:
        return None
    body, test, otherwise = _all(file, node.named_children, depth)
    return Conditional(test, body, otherwise)


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
    plain_text = _plain_text(file.source.data, node)
    value = plain_text if plain_text is not None else constant_value(node)
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


def _plain_text(data: bytes, node: Node) -> str | None:
    """The text of a literal, or of several that follow each other, where it stands there as it is."""
    if node.type == "string":
        return _plain_string(data[node.start_byte : node.end_byte])
    parts = [_plain_text(data, child) for child in node.named_children if child.type != "comment"]
    return None if None in parts else "".join(part or "" for part in parts)


def _plain_string(written: bytes) -> str | None:
    """The text of a literal on one line that has neither a prefix nor escapes; None for any other."""
    quote = written[:1]
    if quote not in (b'"', b"'") or b"\\" in written or b"\n" in written or b"\r" in written:
        return None
    inner = written[1:-1]
    return None if quote in inner or written == quote else inner.decode("utf-8", "replace")


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


def _binary(file: PyFile, node: Node, depth: int) -> Expression | None:
    operator = node.child_by_field_name("operator")
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if operator is None:
        return None
    operands = (_expression(file, left, depth), _expression(file, right, depth))
    return Operation(text_of(operator), operands)


def _negation(file: PyFile, node: Node, depth: int) -> Expression:
    return Operation("not", (_expression(file, node.child_by_field_name("argument"), depth),))


def _comparison(file: PyFile, node: Node, depth: int) -> Expression | None:
    operators = [text_of(child) for child in node.children_by_field_name("operators")]
    compared = _all(file, node.named_children, depth)
    if len(compared) == 2 and operators:
        return Operation(" ".join(" ".join(operators).split()), compared)
    return None


_READERS: dict[str, Callable[[PyFile, Node, int], Expression | None]] = {
    "identifier": _name,
    "attribute": _attribute,
    "type": _only_child,
    "parenthesized_expression": _only_child,
    "await": _only_child,
    "call": _call,
    "string": _string,
    "concatenated_string": _string,
    "integer": _integer,
    "true": lambda file, node, depth: Constant(True),
    "false": lambda file, node, depth: Constant(False),
    "none": lambda file, node, depth: Constant(None),
    "subscript": _subscript,
    "generic_type": _generic,
    "list": _collection,
    "tuple": _collection,
    "set": _collection,
    "expression_list": _collection,
    "dictionary": _mapping,
    "list_splat": _starred,
    "dictionary_splat": _starred,
    "named_expression": _named,
    "conditional_expression": _conditional,
    "list_comprehension": _comprehension,
    "set_comprehension": _comprehension,
    "generator_expression": _comprehension,
    "dictionary_comprehension": _comprehension,
    "binary_operator": _binary,
    "boolean_operator": _binary,
    "not_operator": _negation,
    "comparison_operator": _comparison,
}


def _symbol(file: PyFile, name: str, offset: int) -> str:
    found = file.scopes.lookup(name, offset)
    if found is None:
        return f"builtins.{name}" if name in BUILTINS else ""
    scope, bindings = found
    if len(bindings) == 1:
        return _bound(file, bindings[0], scope)
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
        target = binding.target
        return absolute_module(target, file.path) if target.startswith(".") else target
    return own_symbol(file, scope, binding.name) if scope.kind in ("module", "class") else ""
