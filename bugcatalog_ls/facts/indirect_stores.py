"""Attributes that come in a roundabout way: a method lent to another class, a class handed to a library,
what a `with` gave, what a loop runs over.
"""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.nodes import arguments_of, text_of

_MAPPING = Words(b"map_imperatively", b"mapper(")
_NAMESPACES = Words(b"namespace")
_MAKING_CLASSES = Words(b"create_model", b"make_dataclass")


def handed_over(file: PyFile) -> set[str]:
    """What is given to a library that sets attributes on it: mapped classes, namespaces of arguments."""
    found: set[str | None] = set()
    if file.holds(_MAPPING):
        for call in file.calls_named("map_imperatively", "mapper"):
            found.update(map(file.symbol, arguments_of(call).positional[:1]))
    if file.holds(_NAMESPACES):
        for call in file.calls_written("parse_args", "parse_known_args"):
            given = arguments_of(call)
            found.update(map(file.symbol, given.positional[1:2]))
            found.add(file.symbol(given.keywords.get("namespace")))
    return {symbol for symbol in found if symbol is not None and "[" not in symbol}


def named_in_calls(file: PyFile) -> set[str]:
    """The names that calls give to the classes that they make: `create_model("User", name=(str, ...))`."""
    if not file.holds(_MAKING_CLASSES):
        return set()
    return {
        name
        for call in file.calls_named("create_model", "make_dataclass")
        for name in arguments_of(call).keywords
    }


def lent_by(file: PyFile, target: Node) -> set[tuple[str, str]]:
    """The class, and the name, of what may be a method that is put on something else, as whose method it
    then runs: `Features.version = PatchedFeatures.version`."""
    parent = target.parent
    right = (
        parent.child_by_field_name("right") if parent is not None and parent.type == "assignment" else None
    )
    lender = right.child_by_field_name("object") if right is not None and right.type == "attribute" else None
    symbol = file.symbol(lender)
    is_class = symbol is not None and "(" not in symbol and symbol.rpartition(".")[2][:1].isupper()
    name = right.child_by_field_name("attribute") if right is not None and is_class else None
    return {(symbol, text_of(name))} if symbol is not None and name is not None else set()


def kept_from_with(file: PyFile, owners: dict[str, set[str]]) -> None:
    """Attributes that keep what a `with` gave, which may be something else than what was entered."""
    around = (file.scopes.at(node.start_byte) for node in file.nodes("with_statement"))
    functions = {id(scope): scope for scope in around if scope.kind == "function"}
    entered = {
        binding.name
        for scope in functions.values()
        for bindings in scope.bindings.values()
        for binding in bindings
        if binding.kind == "with"
    }
    for node in file.nodes("assignment") if entered else ():
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None or right.type != "identifier" or left.type != "attribute":
            continue
        name = left.child_by_field_name("attribute")
        if name is not None and text_of(right) in entered:
            owners.setdefault(text_of(name), set()).add("")


def looped_over(file: PyFile, name: Node) -> set[str]:
    """What a name stands for that runs over classes or modules: `for cls in (User, Order):`."""
    looked_up = file.scopes.lookup(text_of(name), name.start_byte)
    found: set[str] = set()
    for binding in looked_up[1] if looked_up is not None else ():
        loop = binding.node.parent if binding.kind == "for" else None
        right = loop.child_by_field_name("right") if loop is not None else None
        for child in right.named_children if right is not None and right.type in ("tuple", "list") else ():
            symbol = file.symbol(child)
            if symbol is not None and "[" not in symbol and not symbol.startswith("builtins."):
                found.add(symbol)
    return found
