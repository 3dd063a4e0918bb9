"""Which query the rows of an expression come from, one entity a row."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.queries import Query, method_name, read_query
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of, unparenthesised, walk

_PASSING = frozenset(
    {"all", "scalars", "unique", "fetchall", "fetchmany", "yield_per", "partitions", "iterator"}
)
_ROWS = re.compile(
    r"(?:\w+\.)*(?:[Ll]ist|Sequence|Iterable|Collection|[Ss]et)\[([A-Z]\w*|[\w.]+\.[A-Z]\w*)\]"
)
_WRAPPING = frozenset({"list", "tuple", "sorted", "reversed", "set", "iter"})


def rows_of(file: PyFile, node: Node, depth: int = 8) -> Query | None:
    """The query whose rows an expression gives, one entity a row; None where that is not known."""
    node = unparenthesised(node)
    if depth <= 0:
        return None
    if node.type == "await" and node.named_children:
        return rows_of(file, node.named_children[0], depth - 1)
    if node.type == "identifier":
        bindings = file.names.bindings(node)
        if (
            len(bindings) != 1
            or bindings[0].value is None
            or bindings[0].kind not in ("assign", "annotation")
        ):
            return None
        return rows_of(file, bindings[0].value, depth - 1)
    if node.type == "attribute" and text_of(node).endswith(".items"):
        # One page of Flask-SQLAlchemy's.
        page = node.child_by_field_name("object")
        callee = callee_of(page) if page is not None and page.type == "call" else None
        owner = callee.child_by_field_name("object") if callee is not None else None
        is_page = page is not None and owner is not None and method_name(page) == "paginate"
        return rows_of(file, owner, depth - 1) if owner is not None and is_page else None
    if node.type == "call":
        callee = callee_of(node)
        name = method_name(node)
        positional = arguments_of(node).positional
        if callee is not None and callee.type == "identifier":
            if name in _WRAPPING and positional:
                return rows_of(file, positional[0], depth - 1)
            return None
        if name in ("scalars", "exec", "stream_scalars") and positional:
            return _of_one_entity(read_query(file, positional[0]))
        owner = callee.child_by_field_name("object") if callee is not None else None
        if name == "scalars" and owner is not None:
            executed = _executed(file, owner, depth - 1)
            return _of_one_entity(read_query(file, executed))
        if name in _PASSING and owner is not None and (found := rows_of(file, owner, depth - 1)) is not None:
            return found
    query = _of_one_entity(read_query(file, node))
    return query if query is not None and query.library in ("query", "django", "peewee") else None


def annotated_rows(file: PyFile, node: Node) -> str | None:
    """The symbol of the class whose rows a parameter holds by its type: `orders: list[Order]`."""
    node = unparenthesised(node)
    bindings = file.names.bindings(node) if node.type == "identifier" else []
    if len(bindings) != 1 or bindings[0].kind != "parameter":
        return None
    annotation = bindings[0].annotation
    inner = annotation.named_children[0] if annotation is not None and annotation.named_children else None
    if inner is None or inner.type not in ("generic_type", "subscript"):
        return None
    found = _ROWS.fullmatch(text_of(inner))
    if found is None:
        return None
    for part in walk(inner):
        if part.type in ("identifier", "attribute") and text_of(part) == found[1]:
            return file.symbol(part)
    return None


def _of_one_entity(query: Query | None) -> Query | None:
    if query is None or len(query.entities) != 1 or query.has("values", "values_list", "with_entities", "[]"):
        return None
    entity = query.entities[0]
    return query if entity.type in ("identifier", "attribute") else None


def _executed(file: PyFile, node: Node, depth: int) -> Node | None:
    """The statement of `session.execute(statement)`, through a variable too."""
    node = unparenthesised(node)
    if depth <= 0:
        return None
    if node.type == "await" and node.named_children:
        return _executed(file, node.named_children[0], depth - 1)
    if node.type == "identifier":
        bindings = file.names.bindings(node)
        value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
        return _executed(file, value, depth - 1) if value is not None else None
    if node.type == "call" and method_name(node) in ("execute", "stream"):
        return next(iter(arguments_of(node).positional), None)
    if node.type == "call" and method_name(node) == "unique":
        callee = callee_of(node)
        owner = callee.child_by_field_name("object") if callee is not None else None
        return _executed(file, owner, depth - 1) if owner is not None else None
    return None
