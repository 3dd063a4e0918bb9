"""Names that are read while a module is imported and are surely not bound there.

Everything runs at import but the bodies of functions and lambdas: module and class bodies, decorators,
defaults, bases, and annotations, as long as these are evaluated. It knows the order in which a module
runs; what a condition, a loop, a `global` or a call may have bound counts as bound.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tree_sitter import Node

from bugcatalog_ls.syntax.bound_by_then import Reason, reason_of
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.import_paths import is_caught, never_runs
from bugcatalog_ls.syntax.import_words import candidates, first_bindings
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.nodes import COMPREHENSIONS, ancestors, text_of, walk


@dataclass(frozen=True)
class UnboundRead:
    """A read of a name that raises NameError when the module is imported."""

    node: Node
    name: str
    reason: Reason
    annotation: Node | None


# Anything may be bound by these, by some of them only where they run at import.
_DYNAMIC = re.compile(rb"\bglobals\(\)|\bsys\.modules\[|# Databricks notebook")
_DYNAMIC_AT_IMPORT = re.compile(
    rb"(?<![.\w])(?:exec|execfile|locals|vars)\(|__dict__\b|^[ \t]*print +[\"']", re.MULTILINE
)
_OF_ZOPE = re.compile(rb"\A## (?:Controller )?(?:Python )?Script\b|^##parameters", re.MULTILINE)
_BY_TAB = re.compile(rb"^\t+(?:def|if|for|return|\w+ =|\w+\()", re.MULTILINE)
_BY_SPACES = re.compile(rb"^(?: {4})+(?:def|if|for|return|\w+ =|\w+\()", re.MULTILINE)
_DYNAMIC_WORDS = Words(b"globals()", b"sys.modules[", b"# Databricks notebook")
_AT_IMPORT_WORDS = Words(
    b"exec(", b"execfile(", b"locals(", b"vars(", b"__dict__", b'print "', b"print '", b"print  "
)
_MAX_DEPTH = 500
"""Deeper than Python itself takes; each step up costs the more the deeper it is taken."""
_FOR_ITSELF = frozenset(
    {"sum", "any", "all", "list", "tuple", "set", "frozenset", "dict", "sorted", "min", "max"}
)


def unbound_reads(file: PyFile) -> list[UnboundRead]:
    """The reads of a file that raise NameError at its import, in the order of the text.

    Nothing where the file does not parse, or binds names in ways that can't be followed. A name of
    which a star import may be the source is reported all the same.
    """
    if file.root.has_error:
        return []
    found: list[UnboundRead] = []
    told: set[bytes] = set()
    for name, start in candidates(file, first_bindings(file)):
        # Where a name is unbound once, its other reads tell no more.
        if name in told:
            continue
        node = file.root.descendant_for_byte_range(start, start + len(name))
        if node is None or node.type != "identifier" or node.start_byte != start:
            continue
        read = _judged(file, node)
        if read is not None and _is_placeholder(node):
            return []
        if read is not None:
            found.append(read)
            if read.annotation is None:
                told.add(name)
    if not found or _is_dynamic(file) or _is_unread(file):
        return []
    others = _names_of_patterns(file)
    return [read for read in found if read.name not in others]


def _is_dynamic(file: PyFile) -> bool:
    """Whether names may come in ways that can't be followed; in a Python 2 file others are built in."""
    data = file.source.data
    if file.holds(_DYNAMIC_WORDS) and _DYNAMIC.search(data):
        return True
    if not file.holds(_AT_IMPORT_WORDS):
        return False
    matches = (match.end() - 1 for match in _DYNAMIC_AT_IMPORT.finditer(data))
    return any(file.scopes.at(offset).kind != "function" and not _is_text(file, offset) for offset in matches)


def _is_unread(file: PyFile) -> bool:
    """Whether Python 3 refuses the file, as its blocks mix tabs with spaces, or a server puts a function
    around it (Zope's `## Script (Python)`)."""
    data = file.source.data
    if data.startswith(b"## ") and _OF_ZOPE.search(data):
        return True
    return b"\n\t" in data and _BY_TAB.search(data) is not None and _BY_SPACES.search(data) is not None


def _is_text(file: PyFile, offset: int) -> bool:
    node = file.root.descendant_for_byte_range(offset, offset)
    return node is not None and node.type in ("comment", "string_content", "string_start")


def _is_placeholder(node: Node) -> bool:
    """Whether a name stands alone in braces (`SECRET_KEY = {secret_key}`), in two of them or as `**{name}`:
    the file is a template."""
    inner = node.parent
    while inner is not None and inner.type == "attribute":
        inner = inner.parent
    outer = inner.parent if inner is not None and inner.type == "set" else None
    if inner is None or outer is None or inner.named_child_count != 1:
        return False
    is_alone = inner.named_children[0].id == node.id
    return outer.type in ("set", "dictionary_splat") or (
        is_alone and outer.type in ("assignment", "expression_statement")
    )


def _names_of_patterns(file: PyFile) -> set[str]:
    """What `with … as (a, b)` and the stars of a `case` bind, which scopes do not tell."""
    # These are at hand; a search for nodes of other types takes as long as one for all common ones.
    aliases = [node.child_by_field_name("alias") for node in file.nodes("as_pattern")]
    patterns = [
        node
        for node in aliases
        if node is not None
        and node.type == "as_pattern_target"
        and node.named_children[0].type != "identifier"
    ]
    if file.nodes("case_clause"):
        patterns += file.nodes("splat_pattern")
    return {text_of(node) for pattern in patterns for node in walk(pattern) if node.type == "identifier"}


def _judged(file: PyFile, node: Node) -> UnboundRead | None:
    if not _is_load(node):
        return None
    name = text_of(node)
    annotation: Node | None = None
    klass: Node | None = None
    hidden = False
    child = node
    for depth, parent in enumerate(ancestors(node)):
        if depth > _MAX_DEPTH:
            return None
        kind = parent.type
        if kind in ("function_definition", "lambda"):
            body = parent.child_by_field_name("body")
            if body is not None and body.id == child.id:
                return None
            if _names_type_parameter(parent, name):
                return None
        elif kind == "class_definition":
            if _names_type_parameter(parent, name):
                return None
            body = parent.child_by_field_name("body")
            if body is not None and body.id == child.id and klass is None:
                klass = parent
                if _may_inject(file, parent):
                    return None
        elif kind in COMPREHENSIONS:
            if name in (scope.bindings if (scope := file.scopes.of(parent)) else ()) and not _is_first(
                parent, child
            ):
                return None
            if not _is_first(parent, child):
                if kind == "generator_expression" and not _is_consumed(parent):
                    return None
                # What a comprehension runs does not see the names of the class around it.
                hidden = hidden or klass is None
        elif kind == "type" and annotation is None and child.type != "type":
            annotation = parent
        elif kind in ("type_alias_statement", "case_pattern") or _is_own_parameter(parent):
            return None
        child = parent
    if annotation is not None:
        annotation = _whole_annotation(annotation)
    reason = reason_of(file, node, name, klass, hidden)
    if reason is None or never_runs(node) or is_caught(file, node, name):
        return None
    return UnboundRead(node, name, reason, annotation)


def _is_load(node: Node) -> bool:
    """Whether an identifier reads a name, as opposed to binding or labelling."""
    parent = node.parent
    if parent is None:
        return False
    kind = parent.type
    first = parent.named_children[0].id == node.id if parent.named_children else False
    if kind == "attribute":
        return first
    if kind in ("keyword_argument", "default_parameter", "typed_default_parameter", "named_expression"):
        name = parent.child_by_field_name("name")
        return name is None or name.id != node.id
    if kind in ("assignment", "augmented_assignment", "for_statement", "for_in_clause"):
        left = parent.child_by_field_name("left")
        return (left is None or left.id != node.id) or kind == "augmented_assignment"
    if kind in ("function_definition", "class_definition"):
        name = parent.child_by_field_name("name")
        return name is None or name.id != node.id
    if kind in ("parameters", "lambda_parameters", "typed_parameter", "dotted_name", "aliased_import"):
        return False
    if kind in (
        "as_pattern_target",
        "global_statement",
        "nonlocal_statement",
        "delete_statement",
        "type_parameter",
    ):
        return False
    if kind in ("list_splat_pattern", "dictionary_splat_pattern"):
        return False
    if kind in ("pattern_list", "tuple_pattern", "list_pattern"):
        return False
    return kind != "ERROR"


def _is_first(comprehension: Node, child: Node) -> bool:
    """Whether a part of a comprehension is its first iterable, which runs outside of it."""
    return False if child.type != "for_in_clause" else _first_clause(comprehension) == child.id


def _first_clause(comprehension: Node) -> int:
    return next((part.id for part in comprehension.named_children if part.type == "for_in_clause"), 0)


def _is_consumed(generator: Node) -> bool:
    """Whether a generator is surely run where it is written."""
    call = generator.parent
    if call is not None and call.type == "argument_list":
        call = call.parent
    if call is None or call.type != "call":
        return False
    name = text_of(call.children[0]).rpartition(".")[2]
    return name in _FOR_ITSELF or name == "join"


def _whole_annotation(node: Node) -> Node:
    """The outermost annotation around a part of one."""
    whole = node
    for parent in ancestors(node):
        if parent.type == "type":
            whole = parent
        elif parent.type in ("block", "module"):
            break
    return whole


def _is_own_parameter(node: Node) -> bool:
    """Whether a node declares type parameters (`def first[T: Item]`), whose bounds wait."""
    owner = node.parent
    return node.type == "type_parameter" and owner is not None and owner.type != "generic_type"


def _names_type_parameter(definition: Node, name: str) -> bool:
    parameters = definition.child_by_field_name("type_parameters")
    return parameters is not None and re.search(rf"\b{re.escape(name)}\b", text_of(parameters)) is not None


def _may_inject(file: PyFile, klass: Node) -> bool:
    """Whether a metaclass may put names into a class body."""
    bases = klass.child_by_field_name("superclasses")
    for base in bases.named_children if bases is not None else ():
        if base.type == "keyword_argument":
            name, value = base.child_by_field_name("name"), base.child_by_field_name("value")
            if name is not None and text_of(name) == "metaclass":
                known = file.symbol(value) or ""
                if known not in ("abc.ABCMeta", "builtins.type", "enum.EnumMeta", "enum.EnumType"):
                    return True
        elif (file.symbol(base) or "").startswith("sly."):
            return True
    return False
