"""What a function does with a resource that it has opened: uses, closes, hands on, passes to others."""

from __future__ import annotations

import sys
from typing import Literal, NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.resource_keepers import (
    DERIVING,
    KEEPING,
    LAZY,
    LIBRARIES,
    PLAIN_CLASSES,
    READS_ALL,
    SERVERS,
    is_collecting,
)
from bugcatalog_ls.facts.resources import CLOSERS, opened
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import mentions
from bugcatalog_ls.syntax.nodes import ancestors, callee_of, enclosing, text_of
from bugcatalog_ls.syntax.scopes import Scope

UseKind = Literal["use", "close", "hand on", "enter", "pass", "test", "bind", "yield"]

_DISPLAYS = frozenset(
    {"list", "tuple", "set", "dictionary", "pair", "expression_list", "list_splat", "dictionary_splat"}
)


class Use(NamedTuple):
    """One use. `node` is the name; for *pass* `callee` is the symbol of what it is given to and `slot`
    the position or keyword."""

    kind: UseKind
    node: Node
    callee: str = ""
    slot: str = ""


def resource_uses(file: PyFile, scope: Scope, name: str) -> list[Use]:
    """All uses of a local name that holds a resource, in the order of the text."""
    found: list[Use] = []
    for node, is_inside in mentions(file, scope, name):
        use = _use(file, node)
        if is_inside:
            # A function inside may run after this one has ended.
            use = Use("hand on", node)
        elif use.kind == "use" and _derives(node) is not None:
            use = _of_derived(node, use)
        found.append(use)
    return found


def given_use(file: PyFile, node: Node) -> Use:
    """What it means that a value is an argument of a call."""
    parent = node.parent
    return _given(file, parent, node, node) if parent is not None else Use("hand on", node)


def _use(file: PyFile, node: Node) -> Use:
    parent = node.parent
    if parent is None:
        return Use("use", node)
    match parent.type:
        case "attribute":
            return _of_attribute(parent, node)
        case "argument_list":
            return _given(file, parent, node, node)
        case "keyword_argument":
            arguments = parent.parent
            return _given(file, arguments, parent, node) if arguments is not None else Use("use", node)
        case "return_statement":
            return Use("hand on", node)
        case "yield":
            return Use("yield", node)
        case "with_item":
            return Use("enter", node)
        case "as_pattern":
            return Use("enter", node)
        case "assignment":
            left = parent.child_by_field_name("left")
            return Use("bind" if left is not None and left.id == node.id else "hand on", node)
        case "named_expression":
            name = parent.child_by_field_name("name")
            return Use("bind" if name is not None and name.id == node.id else "hand on", node)
        case "pattern_list" | "tuple_pattern" | "as_pattern_target":
            return Use("bind", node)
        case "if_statement" | "elif_clause" | "while_statement" | "not_operator" | "comparison_operator":
            return Use("test", node)
        case "boolean_operator" | "conditional_expression":
            return Use("test" if _is_tested(parent) else "hand on", node)
        case "for_statement" | "for_in_clause":
            left = parent.child_by_field_name("left")
            return Use("bind" if left is not None and left.id == node.id else "use", node)
        case "delete_statement" | "subscript" | "interpolation" | "global_statement" | "nonlocal_statement":
            return Use("use", node)
        case "expression_statement":
            return Use("use", node)
        case "lambda":
            return Use("hand on", node)
        case kind if kind in _DISPLAYS:
            return _in_display(file, parent, node)
        case "await":
            return Use("use", node)
    return Use("hand on", node)


def _of_attribute(attribute: Node, node: Node) -> Use:
    name = attribute.child_by_field_name("attribute")
    outer = attribute.parent
    called = outer is not None and outer.type == "call" and callee_of(outer) == attribute
    method = text_of(name) if name is not None else ""
    if method in CLOSERS:
        return Use("close" if called else "hand on", node)
    if called and method == "fileno" and outer is not None and _takes_place(outer):
        return Use("hand on", node)
    if outer is not None and outer.type in ("argument_list", "return_statement") and not called:
        # A bound method that somebody else may call (`stack.callback(connection.rollback)`), or a value.
        return Use("use", node)
    return Use("use", node)


def _takes_place(fileno: Node) -> bool:
    """Whether a file takes the place of another one, as a standard stream: `os.dup2(log.fileno(), 1)`."""
    arguments = fileno.parent
    call = arguments.parent if arguments is not None and arguments.type == "argument_list" else None
    return call is not None and text_of(callee_of(call) or call).rpartition(".")[2] == "dup2"


def _given(file: PyFile, arguments: Node, argument: Node, node: Node) -> Use:
    """What it means that the name is given to a call."""
    call = arguments.parent
    function = callee_of(call) if call is not None and call.type == "call" else None
    if call is None or function is None:
        return Use("hand on", node)
    last = text_of(function).rpartition(".")[2]
    if last in CLOSERS or last.startswith(("close_", "release_")) or last.endswith(("_close", "_release")):
        return Use("close", node)
    symbol = file.symbol(function) or ""
    if last == "__init__" and text_of(function).startswith("super("):
        # The base class keeps it.
        return Use("hand on", node)
    if last in KEEPING or opened(f"{symbol}()") is not None:
        return Use("hand on", node)
    if last in SERVERS and argument.type == "keyword_argument":
        return Use("hand on", node)
    root = symbol.partition(".")[0]
    if last in LAZY and enclosing(call, "return_statement", "yield", "function_definition") is not None:
        around = enclosing(call, "return_statement", "yield", "function_definition")
        if around is not None and around.type != "function_definition" and not _is_used_up(call, around):
            return Use("hand on", node)
    if symbol in PLAIN_CLASSES:
        return Use("use", node)
    if last.lstrip("_")[:1].isupper():
        # `Wait(driver).until(…)`: what is made here is gone when the statement ends.
        outer = call.parent
        return Use("use" if outer is not None and outer.type == "attribute" else "hand on", node)
    if root in sys.stdlib_module_names or root == "builtins" or root in LIBRARIES:
        return Use("hand on" if is_collecting(last) else "use", node)
    if _is_entered(call):
        # What is entered with it may well close it: `with session_cleanup(session):`.
        return Use("hand on", node)
    slot = _slot(arguments, argument)
    return Use("pass", node, symbol, slot) if symbol else Use("pass", node, "", slot)


def _is_used_up(call: Node, around: Node) -> bool:
    """Whether all that a lazy call gives is read inside of an expression: `list(csv.reader(file))`."""
    for parent in ancestors(call):
        if parent.start_byte < around.start_byte or parent.id == around.id:
            return False
        if parent.type in ("list_comprehension", "set_comprehension", "dictionary_comprehension"):
            return True
        if parent.type == "call" and text_of(callee_of(parent) or parent) in READS_ALL:
            return True
    return False


def _is_entered(call: Node) -> bool:
    around = enclosing(call, "with_item", "call", "block")
    return around is not None and around.type == "with_item"


def is_kept(call: Node) -> bool:
    """Whether what a call gives goes elsewhere, and may take along what it was given."""
    for parent in ancestors(call):
        if parent.type in ("return_statement", "yield", "lambda"):
            return True
        if parent.type == "assignment":
            left = parent.child_by_field_name("left")
            if left is None or left.type != "identifier":
                return True
            return _is_returned(parent, text_of(left))
        if parent.type == "block":
            return False
    return False


def _slot(arguments: Node, argument: Node) -> str:
    if argument.type == "keyword_argument":
        name = argument.child_by_field_name("name")
        return text_of(name) if name is not None else ""
    position = 0
    for child in arguments.named_children:
        if child.id == argument.id:
            return str(position)
        if child.type not in ("comment", "keyword_argument"):
            position += 1
    return ""


def _in_display(file: PyFile, display: Node, node: Node) -> Use:
    """A list or dict that holds the name: an argument of a library's call is used up there."""
    current: Node | None = display
    while current is not None and current.type in _DISPLAYS:
        current = current.parent
    if current is not None and current.type == "keyword_argument":
        current = current.parent
    if current is not None and current.type == "argument_list" and current.parent is not None:
        use = _given(file, current, display, node)
        return use if use.kind == "use" else Use("hand on", node)
    return Use("hand on", node)


def _is_tested(expression: Node) -> bool:
    """Whether a boolean expression only decides something."""
    current: Node | None = expression
    while current is not None and current.type in (
        *("boolean_operator", "not_operator", "parenthesized_expression", "comparison_operator"),
    ):
        current = current.parent
    return current is not None and current.type in ("if_statement", "elif_clause", "while_statement")


def _derives(node: Node) -> Node | None:
    """The call that makes something which lives on the resource (`connection.cursor()`)."""
    attribute = node.parent
    if attribute is None or attribute.type != "attribute":
        return None
    name, call = attribute.child_by_field_name("attribute"), attribute.parent
    if name is None or call is None or call.type != "call" or callee_of(call) != attribute:
        return None
    return call if text_of(name) in DERIVING or text_of(name) in ("execute", "iter_rows") else None


def _of_derived(node: Node, use: Use) -> Use:
    call = _derives(node)
    parent = call.parent if call is not None else None
    if parent is not None and parent.type == "await":
        parent = parent.parent
    if parent is None:
        return use
    if parent.type in ("return_statement", "yield"):
        return Use("hand on", node)
    if parent.type == "assignment":
        left = parent.child_by_field_name("left")
        if left is not None and left.type == "attribute":
            return Use("hand on", node)
        if left is not None and left.type == "identifier" and _is_returned(parent, text_of(left)):
            return Use("hand on", node)
    return use


def _is_returned(assignment: Node, name: str) -> bool:
    """Whether the function gives the derived thing away as it is."""
    function = enclosing(assignment, "function_definition")
    body = function.child_by_field_name("body") if function is not None else None
    text = text_of(body) if body is not None else ""
    return any(
        line.strip() in (f"return {name}", f"yield {name}") or f"return {name}," in line
        for line in text.splitlines()
        if name in line
    )
