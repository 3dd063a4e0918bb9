"""Queries as they are put together: root, entities, and the methods that were called on the way.

It follows a chain of calls through the variables that hold its parts, over all branches that can
reach, and knows SQLAlchemy (1.4 and 2.0 style), SQLModel, Flask-SQLAlchemy, Django and peewee.
What it cannot follow is no query at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, text_of, unparenthesised

SELECTS = frozenset(
    {
        "sqlalchemy.select",
        "sqlalchemy.future.select",
        "sqlalchemy.sql.select",
        "sqlalchemy.sql.expression.select",
        "sqlmodel.select",
        "sqlmodel.sql.expression.select",
        "flask_sqlalchemy.SQLAlchemy().select",
        "flask_sqlalchemy.extension.SQLAlchemy().select",
    }
)
"""Functions that begin a query."""

ORDERING = frozenset({"order_by", "reverse"})
"""Methods that give a query an order."""

_KEEPING = frozenset(
    {
        "where", "filter", "filter_by", "options", "join", "outerjoin", "distinct", "select_from", "group_by",
        "having", "execution_options", "with_only_columns", "add_columns", "limit", "offset", "slice",
        "fetch", "select_related", "prefetch_related", "exclude", "values", "values_list", "annotate", "only",
        "defer", "using", "with_for_update", "order_by", "reverse", "paginate", "add_column", "with_entities",
        "all", "correlate", "enable_eagerloads", "populate_existing", "yield_per", "select_for_update",
        "alias", "switch", "with_hint", "prefix_with", "where_if", "active", "union", "union_all",
        "params", "unique", "aliased", "iterator", "left_outer_join", "subquery",
    }
)  # fmt: skip
_DEPTH = 80


@dataclass
class Query:
    """A query: who makes it (`sqlalchemy`, `query`, `django`, `peewee`), what of, and the calls on it.

    `parts` are the names and calls of its methods, those of the start first; where branches meet,
    those of all of them. `roots` are the expressions that begin it.
    """

    library: str
    entities: list[Node]
    parts: list[tuple[str, Node]] = field(default_factory=list)
    roots: list[Node] = field(default_factory=list)

    def calls(self, *names: str) -> list[Node]:
        return [call for name, call in self.parts if name in names]

    def has(self, *names: str) -> bool:
        return any(name in names for name, _ in self.parts)


def read_query(file: PyFile, node: Node | None) -> Query | None:
    """The query that an expression is; None where it is none, or part of it is not known."""
    query = Query("", [])
    is_known = _read(file, node, _DEPTH, query, set())
    return query if is_known and query.library else None


def chain_above(call: Node) -> Iterator[tuple[str, Node]]:
    """The methods that are called on what a call gives, in order, in the same expression."""
    current = call
    while True:
        parent = current.parent
        while parent is not None and parent.type in ("parenthesized_expression", "await"):
            current, parent = parent, parent.parent
        if parent is None or parent.type != "attribute":
            return
        name, outer = parent.child_by_field_name("attribute"), parent.parent
        if name is None or outer is None or outer.type != "call" or callee_of(outer) != parent:
            return
        yield text_of(name), outer
        current = outer


def method_name(call: Node) -> str:
    """The last name of what a call calls."""
    callee = callee_of(call)
    if callee is None:
        return ""
    name = callee.child_by_field_name("attribute") if callee.type == "attribute" else callee
    return text_of(name) if name is not None else ""


def is_class_like(node: Node) -> bool:
    """Whether an expression is spelled as a class, or as one of its attributes (`User`, `models.User.id`)."""
    return any(word[:1].isupper() for word in text_of(node).split("."))


def _read(file: PyFile, node: Node | None, depth: int, query: Query, seen: set[int]) -> bool:
    """Add what an expression is to the query; False where that is not known."""
    if node is None or depth <= 0:
        return False
    node, depth = unparenthesised(node), depth - 1
    match node.type:
        case "await" if node.named_children:
            return _read(file, node.named_children[0], depth, query, seen)
        case "call":
            return _called(file, node, depth, query, seen)
        case "attribute":
            return _attribute(node, query)
        case "identifier":
            return _held(file, node, depth, query, seen)
        case "conditional_expression" if len(node.named_children) == 3:
            first, _, second = node.named_children
            is_known = _read(file, first, depth, query, seen)
            return is_known and _read(file, second, depth, query, seen)
        case "subscript":
            is_known = _read(file, node.child_by_field_name("value"), depth, query, seen)
            query.parts.append(("[]", node))
            return is_known
    return False


def _called(file: PyFile, call: Node, depth: int, query: Query, seen: set[int]) -> bool:
    callee = callee_of(call)
    if callee is None:
        return False
    name = method_name(call)
    positional = list(arguments_of(call).positional)
    if name == "select" and file.symbol(callee) in SELECTS:
        return _begin(query, "sqlalchemy", positional, call)
    if callee.type != "attribute":
        return False
    owner = callee.child_by_field_name("object")
    if name == "query" and positional and all(_may_be_entity(each) for each in positional):
        return _begin(query, "query", positional, call)
    if name == "select" and owner is not None:
        return _core_or_peewee(file, owner, call, query)
    if name not in _KEEPING or not _read(file, owner, depth, query, seen):
        return False
    query.parts.append((name, call))
    return True


def _begin(query: Query, library: str, entities: list[Node], root: Node) -> bool:
    """Begin a query, or one more of the same kind that a branch begins."""
    if query.library not in ("", library):
        return False
    query.library = library
    query.entities = query.entities or entities
    query.roots.append(root)
    return True


def _core_or_peewee(file: PyFile, owner: Node, call: Node, query: Query) -> bool:
    symbol = file.symbol(owner) or ""
    if symbol.endswith(("sqlalchemy.Table()", "sqlalchemy.schema.Table()")):
        return _begin(query, "sqlalchemy", [owner], call)
    if b"peewee" not in file.source.data and b"playhouse" not in file.source.data:
        return False
    last = text_of(owner).rpartition(".")[2]
    return (is_class_like(owner) or last in ("model", "cls")) and _begin(query, "peewee", [owner], call)


def _may_be_entity(node: Node) -> bool:
    last = text_of(node).split("(")[0].rpartition(".")[2]
    return is_class_like(node) or last in (
        "count",
        "max",
        "min",
        "sum",
        "model",
        "model_class",
        "model_cls",
        "cls",
    )


def _attribute(node: Node, query: Query) -> bool:
    owner, name = node.child_by_field_name("object"), node.child_by_field_name("attribute")
    if owner is None or name is None or not is_class_like(owner):
        return False
    if owner.type not in ("identifier", "attribute"):
        return False
    if text_of(name) == "objects":
        return _begin(query, "django", [owner], node)
    is_class = text_of(owner).rpartition(".")[2][:1].isupper()
    return text_of(name) == "query" and is_class and _begin(query, "query", [owner], node)


def _held(file: PyFile, node: Node, depth: int, query: Query, seen: set[int]) -> bool:
    """What a variable holds, put together over all bindings that may be in force, each read once."""
    found = False
    for binding in file.names.bindings(node):
        if binding.kind == "annotation" and binding.value is None:
            continue
        if binding.kind not in ("assign", "annotation", "walrus") or binding.value is None:
            return False
        found = True
        if binding.value.id not in seen:
            seen.add(binding.value.id)
            if not _read(file, binding.value, depth, query, seen):
                return False
    return found
