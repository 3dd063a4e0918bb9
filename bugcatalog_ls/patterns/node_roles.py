"""What nodes of a tree are to each other in whatever language: calls and callees, names, values."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bugcatalog_ls.patterns.engine import Node, place_of
from bugcatalog_ls.patterns.tree_changes import is_comment, parts, tokens_of

# The qualified name of the expression at these byte offsets of the code, or None where it is not known.
NameOf = Callable[[int, int], str | None]
CALLS = ("call", "call_expression", "method_invocation", "invocation_expression", "function_call_expression")
ARGUMENTS = ("argument_list", "arguments", "value_arguments", "call_suffix")
NAMES = ("identifier", "simple_identifier", "shorthand_property_identifier", "variable_name")
LITERALS = (
    "integer",
    "float",
    "number",
    "int_literal",
    "float_literal",
    "decimal_integer_literal",
    "integer_literal",
)


def is_callee(node: Node) -> bool:
    """Whether a node is what a call calls."""
    parent = node.parent()
    return parent is not None and callee_of(parent) == node


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the text, without comments."""
    pending = [node]
    while pending:
        current = pending.pop()
        if is_comment(current):
            continue
        yield current
        pending.extend(reversed(current.children()))


def callee_of(node: Node) -> Node | None:
    if node.kind() not in CALLS:
        return None
    if node.field("name") is not None or node.field("method") is not None:
        # Receiver and method are children of the call itself.
        return None
    return node.field("function") or next(iter(parts(node)), None)


def call_like(call: Node, after: Node) -> Node | None:
    """The call after the change that this one became: the same callee, else the only one in its place."""
    callee = callee_of(call)
    calls = [node for node in walk(after) if callee_of(node) is not None]
    same = [
        node
        for node in calls
        if (own := callee_of(node)) is not None and callee is not None and tokens_of(own) == tokens_of(callee)
    ]
    if same:
        return same[0]
    # Another callee in the same place: its arguments may have stayed.
    return calls[0] if len(calls) == 1 else None


def keyword_of(node: Node) -> str:
    if node.kind() != "keyword_argument":
        return ""
    name = node.field("name")
    return name.text() if name is not None else ""


def could_be_any(node: Node) -> bool:
    """Whether a node is an expression that another one could replace, not a part of syntax."""
    kind = node.kind()
    return not any(
        word in kind
        for word in (
            "statement",
            "block",
            "argument",
            "parameter",
            "clause",
            "body",
            "pair",
            "list_splat",
            "dictionary_splat",
            "definition",
            "operator",
        )
    )


def is_variable(node: Node, name_of: NameOf | None) -> bool:
    """Whether an identifier is a variable, which is called otherwise elsewhere."""
    if node.kind() not in NAMES:
        return False
    text, parent = node.text(), node.parent()
    if parent is not None:
        kind = parent.kind()
        if kind == "keyword_argument" and parent.field("name") == node:
            return False
        if kind == "attribute" and parent.field("attribute") == node:
            return False
        if kind in CALLS and node in (parent.field("name"), parent.field("method")):
            return False
        if "suffix" in kind or "constant" in kind:
            return False
        if callee_of(parent) == node and name_of is None:
            return False
        if (
            any(word in kind for word in ("type", "definition", "declaration", "import"))
            and kind != "type_conversion"
        ):
            return kind in ("variable_declaration", "short_var_declaration", "lexical_declaration")
    if name_of is not None:
        symbol = symbol_of(node, name_of)
        # What a name was given is known of some variables; they are variables all the same.
        return (symbol is None or symbol.endswith(")")) and not (
            text[:1].isupper() and text != text.lower() and _is_called(node)
        )
    return text == text.lower() or not text[:1].isupper()


def _is_called(node: Node) -> bool:
    parent = node.parent()
    return parent is not None and (callee_of(parent) == node or parent.kind() == "attribute")


def symbol_of(node: Node, name_of: NameOf) -> str | None:
    text = node.get_root().root().text()
    start, end = place_of(node)
    if text.isascii():
        return name_of(start, end)
    left = len(text[:start].encode("utf-8"))
    return name_of(left, left + len(text[start:end].encode("utf-8")))


def identifiers(node: Node) -> Iterator[Node]:
    return (each for each in walk(node) if each.kind() in NAMES)


def is_stub(node: Node) -> bool:
    """Whether a statement says that nothing is done, which is telling."""
    return node.kind() in ("pass_statement", "return_statement", "continue_statement", "break_statement")
