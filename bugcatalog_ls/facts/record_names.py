"""What names a record in a message: identifiers in scope, and whether a text tells one of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, enclosing, string_value, text_of, walk

_NAMING = re.compile(
    r"(?:\w+_)?(?:id|pk|uuid|guid|slug|name|label|key_id)|user|tenant|account|provider|email|username|path|filename"
)
_ATTRIBUTE = re.compile(r"(?:\w+_)?(?:id|pk|uuid|guid|slug|name|label|email|username)")
# Names that say nothing of the record.
_SAYS_NOTHING = frozenset(
    {"str", "repr", "type", "len", "format", "status", "traceback", "logging", "logger", "log", "self", "cls"}
    | {"http", "HTTPStatus", "_", "__name__", "settings", "print", "datetime", "time", "sys", "gettext"}
)


def names_record(call: Node, caught: str | None) -> bool:
    """Whether an argument of a log call or an exception holds more than texts and the error itself."""
    arguments = arguments_of(call)
    values = [*arguments.positional, *arguments.list_unpacked, *arguments.dict_unpacked]
    values += [value for name, value in arguments.keywords.items() if name not in ("exc_info", "stack_info")]
    return any(_tells(value, caught) for value in values)


def identifier_in_scope(file: PyFile, node: Node, value: Node | None) -> str | None:
    """The expression that names the record whose `value` is worked on at a node, if one is in scope."""
    function = enclosing(node, "function_definition") or file.root
    root = root_of(value)
    read = [text_of(attribute) for attribute in _attributes(function) if _owner(attribute) == root]
    if root is not None and root != "self" and read:
        return min(read, key=_preference)
    names = [name for name in _local_names(file, node, function) if name != root]
    if names:
        return min(names, key=_preference)
    if root is not None and root != "self" and value is not None and reads_attribute(value):
        return f"{root}.id"
    if root == "self" and read:
        return min(read, key=_preference)
    if root == "self" and value is not None and reads_attribute(value):
        return _own_identifier(file, function)
    return None


def _own_identifier(file: PyFile, function: Node) -> str | None:
    """`self.id`, where the record is the object itself, whose class declares such a field."""
    owner = enclosing(function, "class_definition")
    scope = file.scopes.of(owner) if owner is not None else None
    fields = [name for name in ("id", "pk", "uuid", "slug", "name") if scope and name in scope.bindings]
    return f"self.{fields[0]}" if fields else None


def _tells(value: Node, caught: str | None) -> bool:
    nodes = (value, *walk(value))
    for node in nodes:
        if node.type != "identifier":
            continue
        name, parent = text_of(node), node.parent
        if parent is not None and parent.type == "attribute" and parent.named_children[0].id != node.id:
            continue
        if (
            parent is not None
            and parent.type == "keyword_argument"
            and parent.named_children[0].id == node.id
        ):
            continue
        if parent is not None and parent.type == "call" and parent.children[0].id == node.id:
            continue
        if name == "self" and parent is not None and parent.type == "attribute":
            if _NAMING.fullmatch(text_of(parent.named_children[-1])):
                return True
            continue
        if name != caught and name not in _SAYS_NOTHING and not name.isupper():
            return True
    return False


def root_of(value: Node | None) -> str | None:
    """The variable that a value is read from: `provider` of `provider.encrypted_key.encode()`."""
    node = value
    while node is not None and node.type in (
        "attribute",
        "subscript",
        "call",
        "parenthesized_expression",
        "await",
    ):
        if node.type == "call":
            function = callee_of(node)
            if function is not None and function.type == "attribute":
                positional = arguments_of(node).positional
                owner = function.child_by_field_name("object")
                # `base64.b64decode(record.key)` reads its argument, `record.key.encode()` its owner.
                is_module = owner is not None and owner.type == "identifier" and bool(positional)
                node = positional[0] if is_module else owner
            else:
                node = next(iter(arguments_of(node).positional), None)
        else:
            node = node.named_children[0]
    return text_of(node) if node is not None and node.type == "identifier" else None


def reads_attribute(value: Node) -> bool:
    return any(
        node.type == "attribute"
        and (node.parent is None or node.parent.type != "call" or node.parent.children[0].id != node.id)
        for node in (value, *walk(value))
    )


def _attributes(function: Node) -> Iterator[Node]:
    """What a function reads of variables by a naming attribute or key: `row.id`, `row["name"]`."""
    for node in walk(function):
        if node.type not in ("attribute", "subscript") or node.named_child_count != 2:
            continue
        owner, name = node.named_children
        word = text_of(name) if node.type == "attribute" else string_value(name) or ""
        is_called = (
            node.parent is not None and node.parent.type == "call" and node.parent.children[0].id == node.id
        )
        if owner.type == "identifier" and not is_called and _ATTRIBUTE.fullmatch(word):
            yield node


def _owner(node: Node) -> str:
    return text_of(node.named_children[0])


def _local_names(file: PyFile, node: Node, function: Node) -> Iterator[str]:
    """Parameters and variables bound before the node that are called like an identifier."""
    scope = file.scopes.of(function)
    # What the `try` binds may not be bound yet where it failed.
    handler = node if node.type == "except_clause" else enclosing(node, "except_clause")
    attempt = handler.parent if handler is not None else None
    body = attempt.child_by_field_name("body") if attempt is not None else None
    begun, ended = (body.start_byte, body.end_byte) if body is not None else (0, 0)
    for name, bindings in scope.bindings.items() if scope is not None else ():
        is_bound = any(
            binding.offset <= node.start_byte and not begun <= binding.offset <= ended for binding in bindings
        )
        is_plain = all(binding.kind in ("parameter", "assign", "for", "unpack") for binding in bindings)
        if is_bound and is_plain and _NAMING.fullmatch(name):
            yield name


def _preference(expression: str) -> tuple[int, int]:
    last = expression.rpartition(".")[2].rpartition("[")[2].strip("]\"'")
    order = 0 if last in ("id", "pk", "uuid") or last.endswith("_id") else 1
    return order, len(expression)
