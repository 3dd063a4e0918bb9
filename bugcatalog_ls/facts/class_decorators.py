"""What functions make of the classes that they decorate."""

from __future__ import annotations

from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.syntax.file import Definition
from bugcatalog_ls.syntax.nodes import arguments_of, statements, text_of, walk

Effect = Literal["same", "instance", "unknown"]
"""What a decorator makes of a class: the class itself, a function that gives its instances, or who knows."""
_CLASS_PARAMETERS = frozenset(
    {"cls", "klass", "class_", "_cls", "clazz", "kls", "target", "obj", "wrapped", "component", "handler"}
    | {"model", "type_", "typ", "c", "item", "service"}
)
_HARMLESS = frozenset({"str", "repr", "id", "hash", "print", "isinstance", "issubclass", "len", "type"})
_KEEPING = frozenset({"append", "add", "insert", "setdefault", "register"})


class ClassDecorator(Fact, frozen=True):
    """What a function makes of a class that it decorates: written plain, or called first."""

    symbol: str
    plain: Effect
    called: Effect

    @property
    def key(self) -> str:
        return self.symbol


def class_decorator(definition: Definition) -> ClassDecorator | None:
    """What a function does as a decorator of classes, where it may be one by its parameter's name."""
    if definition.owner is not None:
        return None
    function = definition.node
    plain = _effect(function)
    called: Effect = "unknown"
    body = function.child_by_field_name("body")
    inner = [child for child in statements(body) if child.type == "function_definition"] if body else []
    if len(inner) == 1 and (effect := _effect(inner[0])) is not None:
        name = text_of(inner[0].child_by_field_name("name") or inner[0])
        called = effect if returned_by(function) == {name} else "unknown"
    if plain is None and called == "unknown":
        return None
    return ClassDecorator(definition.symbol, plain or "unknown", called)


def _effect(function: Node) -> Effect | None:
    """What a function makes of its first argument; None where that is no class by its name."""
    parameters = function.child_by_field_name("parameters")
    first = parameters.named_children[0] if parameters is not None and parameters.named_children else None
    name = text_of(first).split(":")[0].split("=")[0].strip() if first is not None else ""
    body = function.child_by_field_name("body")
    if name not in _CLASS_PARAMETERS or body is None:
        return None
    makes_instances = False
    for node in walk(body, into_scopes=True):
        if node.type != "identifier" or text_of(node) != name:
            continue
        parent = node.parent
        if parent is None:
            return "unknown"
        if parent.type == "call":
            makes_instances = True
        elif not _is_harmless(parent):
            return "unknown"
    returned = returned_by(function)
    if returned == {name}:
        return "same"
    defined = {
        text_of(child.child_by_field_name("name") or child)
        for child in walk(body)
        if child.type == "function_definition"
    }
    return "instance" if makes_instances and returned and returned <= defined else "unknown"


def _is_harmless(parent: Node) -> bool:
    """Whether a use of the class leaves it as it is: returned, compared, kept, read by its name."""
    if parent.type in ("return_statement", "comparison_operator", "subscript", "tuple"):
        return True
    if parent.type == "attribute":
        name = parent.child_by_field_name("attribute")
        outer = parent.parent
        left = outer.child_by_field_name("left") if outer is not None else None
        is_stored = left is not None and left.id == parent.id
        return name is not None and not is_stored and text_of(name).startswith("__")
    if parent.type == "assignment":
        left = parent.child_by_field_name("left")
        return left is not None and left.type == "subscript"
    if parent.type == "keyword_argument":
        return False
    if parent.type == "argument_list" and parent.parent is not None:
        call = parent.parent
        function = call.child_by_field_name("function")
        if function is None or not arguments_of(call).positional:
            return False
        return text_of(function) in _HARMLESS or text_of(function).rpartition(".")[2] in _KEEPING
    return False


def returned_by(function: Node) -> set[str]:
    return {
        text_of(child)
        for node in walk(function)
        if node.type == "return_statement"
        for child in node.named_children
    }
