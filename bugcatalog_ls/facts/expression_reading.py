"""Expressions read off a syntax tree, with the symbols that their names have in the file."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from bugcatalog_ls.facts.expressions import (
    NOTHING,
    Attribute,
    Call,
    Collection,
    Comprehension,
    Conditional,
    Constant,
    Expression,
    Joined,
    Mapping,
    Name,
    Operation,
    Starred,
    Subscript,
    Unknown,
)
from bugcatalog_ls.facts.name_symbols import symbol_of_name
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import constant_value, elements_of, text_of

_LARGEST = 2**63 - 1
_DEPTH = 40


def expression(file: PyFile, node: Node | None) -> Expression:
    """The value of a syntax node; `Unknown` where it is of no interest here."""
    return _expression(file, node, _DEPTH)


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
    return Name(name, symbol_of_name(file, name, start))


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
    if len(elements_of(node)) != 3:
        return None
    body, test, otherwise = _all(file, node.named_children, depth)
    return Conditional(test, body, otherwise)


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
    for child in elements_of(arguments):
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
    for child in elements_of(node):
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
            plain = len(elements_of(child)) == 1
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
    conditions = [child for child in node.named_children if child.type == "if_clause" and elements_of(child)]
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
