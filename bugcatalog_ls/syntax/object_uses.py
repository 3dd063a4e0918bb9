"""Whether a name is used as an object that has to be there, or only mentioned, tested, annotated, bound."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import BLOCKS, FUNCTIONS, text_of

_NEVER_READ = frozenset(
    {"dotted_name", "aliased_import", "global_statement", "nonlocal_statement", "function_definition"}
    | {"class_definition", "parameters", "lambda_parameters", "typed_parameter"}
)


def is_label(node: Node) -> bool:
    """Whether an identifier names something else: an attribute, a keyword, a parameter, a definition."""
    parent = node.parent
    if parent is None:
        return True
    kind = parent.type
    if kind in _NEVER_READ:
        return True
    if kind == "attribute":
        return parent.end_byte == node.end_byte
    if kind in ("keyword_argument", "default_parameter", "typed_default_parameter"):
        return parent.start_byte == node.start_byte
    return False


def is_object_use(node: Node) -> bool:
    """Whether None would fail here: attribute, call, subscript, base class, decorator, type tested for.

    `node` is an identifier or attribute that is no label."""
    parent = node.parent
    if parent is None:
        return False
    kind = parent.type
    if kind in ("attribute", "call", "subscript"):
        return parent.start_byte == node.start_byte
    if kind in ("decorator", "raise_statement", "with_item"):
        return True
    if kind in ("as_pattern", "tuple", "except_clause") and _is_caught_type(node, parent):
        return True
    if kind in ("for_statement", "for_in_clause"):
        right = parent.child_by_field_name("right")
        return right is not None and right.id == node.id
    if kind == "tuple" and parent.parent is not None:
        node, parent = parent, parent.parent
    if parent.type != "argument_list" or parent.parent is None:
        return False
    if parent.parent.type == "class_definition":
        return node.type == "identifier"
    function = parent.parent.child_by_field_name("function")
    is_type_test = function is not None and text_of(function) in ("isinstance", "issubclass")
    if not is_type_test:
        return False
    values = [child for child in parent.named_children if child.type != "comment"]
    return len(values) == 2 and values[1].id == node.id


def block_of(file: PyFile, node: Node) -> Node | None:
    """The block in whose statement a node is evaluated; None in an annotation that never is."""
    is_type = False
    child, parent = node, node.parent
    while parent is not None:
        kind = parent.type
        if kind == "type":
            is_type = True
        elif kind in BLOCKS:
            # A `case` is a part of its `match`, although the grammar has it in a block.
            if child.type != "case_clause":
                return parent
        elif kind == "type_alias_statement":
            return None
        elif is_type and kind == "assignment":
            is_type = False
            if _is_lazy(file) or file.scopes.at(parent.start_byte).kind == "function":
                return None
        elif is_type and kind in FUNCTIONS:
            is_type = False
            if _is_lazy(file):
                return None
        child, parent = parent, parent.parent
    return child


def is_written(node: Node) -> bool:
    """Whether an identifier is a target: of an assignment, a loop, `as`, `del`."""
    parent = node.parent
    if parent is None or parent.type == "delete_statement":
        return True
    if parent.type in ("assignment", "for_statement"):
        target = parent.child_by_field_name("left")
        return target is not None and target.id == node.id
    return parent.type in ("pattern_list", "as_pattern_target")


def _is_lazy(file: PyFile) -> bool:
    return b"from __future__ import annotations" in file.source.data or file.path.endswith(".pyi")


def _is_caught_type(node: Node, parent: Node) -> bool:
    """Whether a name is what an `except` catches, alone or among others."""
    while parent.type in ("as_pattern", "tuple") and parent.parent is not None:
        if parent.type == "as_pattern" and parent.named_children[0].id != node.id:
            return False
        node, parent = parent, parent.parent
    value = parent.child_by_field_name("value") if parent.type == "except_clause" else None
    return value is not None and value.id == node.id
