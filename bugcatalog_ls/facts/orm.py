"""Classes and tables that may be mapped, as they are written, file by file.

What they mean together is in `facts.models`: read `models(index)` and `model(index, symbol)` there
for the columns of a mapped class with those of its mixins and bases put in. This module must not
know what another file says: it keeps each class's bases, keywords and attributes as expressions.
"""

from __future__ import annotations

import msgspec
from tree_sitter import Node

from bugcatalog_ls.facts.expression_reading import expression
from bugcatalog_ls.facts.expressions import NOTHING, Expression
from bugcatalog_ls.facts.fact import Fact, Facts, Vocabulary
from bugcatalog_ls.facts.name_symbols import own_symbol
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.literals import Words
from bugcatalog_ls.syntax.nodes import body_of, decorators_of, definition_of, text_of, walk
from bugcatalog_ls.syntax.scopes import Scope

_LIBRARIES = Words(
    b"sqlalchemy", b"sqlmodel", b"SQLModel", b"SQLAlchemy", b"Column", b"Mapped", b"__tablename__"
)


class OrmAttribute(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One name of a class body: its annotation and value as written.

    `is_method` tells that a `declared_attr` gives the value (what it returns, `Unknown` where it
    has more than one return). `is_conditional` tells that it stands under an `if` or `try`.
    """

    name: str
    annotation: Expression | None = None
    value: Expression | None = None
    is_method: bool = False
    is_conditional: bool = False


class OrmClass(Fact, frozen=True):
    """A class that may be a model, a mixin or a base of models; pydantic schemas are among them.

    `keywords` are those of the class statement (`table=True`).
    """

    symbol: str
    name: str
    bases: tuple[Expression, ...]
    keywords: tuple[tuple[str, Expression], ...]
    decorators: tuple[Expression, ...]
    attributes: tuple[OrmAttribute, ...]

    @property
    def key(self) -> str:
        return self.symbol

    def attribute(self, name: str) -> OrmAttribute | None:
        return next((attribute for attribute in self.attributes if attribute.name == name), None)


class TableFact(Fact, frozen=True):
    """A `Table(...)` that a module binds to a name."""

    symbol: str
    call: Expression

    @property
    def key(self) -> str:
        return self.symbol


class LooseIndex(Fact, frozen=True):
    """An `Index("name", User.email)` that stands in a module by itself."""

    module: str
    call: Expression

    @property
    def key(self) -> str:
        return ""


def column_anchor(symbol: str, attribute: str) -> str:
    """The anchor of a class's attribute."""
    return f"column {symbol}.{attribute}"


def bases_anchor(symbol: str) -> str:
    """The anchor of what a class inherits from, where the class itself names no table."""
    return f"bases {symbol}"


def table_argument_anchor(symbol: str, place: int) -> str:
    """The anchor of an item of a class's `__table_args__`."""
    return f"table argument {symbol} {place}"


def table_anchor(symbol: str) -> str:
    """The anchor of the name that a `Table` is bound to."""
    return f"table {symbol}"


def table_column_anchor(symbol: str, position: int) -> str:
    """The anchor of the n-th argument of a `Table(...)`, from 0."""
    return f"table {symbol}[{position}]"


def is_revision(file: PyFile) -> bool:
    """Whether a file is a revision of a migration: it says which one comes before."""
    names = file.scopes.module.bindings
    return "down_revision" in names and "revision" in names


def _collect(file: PyFile, facts: Facts) -> None:
    # Tables and classes of a revision are for moving data, and as old as the revision.
    if is_revision(file):
        return
    data = file.source.data
    deals_with_schemas: bool | None = None
    for definition in file.classes:
        # Elsewhere only a class that inherits may be part of a model or schema, or one inside of it.
        has_bases = definition.node.child_by_field_name("superclasses") is not None
        if not has_bases and definition.owner is None:
            if deals_with_schemas is None:
                deals_with_schemas = file.holds(_LIBRARIES)
            if not deals_with_schemas:
                continue
        if not _is_local(definition.scope):
            _collect_class(file, definition, facts)
    for statement in file.root.named_children if b"Table" in data else ():
        _collect_table(file, statement, facts)


VOCABULARY = Vocabulary(_collect, (b"class ", b"Table"))


def _collect_class(file: PyFile, definition: Definition, facts: Facts) -> None:
    bases: list[Expression] = []
    keywords: list[tuple[str, Expression]] = []
    superclasses = definition.node.child_by_field_name("superclasses")
    for child in superclasses.named_children if superclasses is not None else ():
        if child.type == "keyword_argument":
            name = child.child_by_field_name("name")
            if name is not None:
                keywords.append((text_of(name), expression(file, child.child_by_field_name("value"))))
        elif child.type != "comment":
            # `Base[T]` is a `Base`.
            plain = child.child_by_field_name("value") if child.type == "subscript" else child
            bases.append(expression(file, plain))
    attributes: list[OrmAttribute] = []
    _collect_attributes(file, definition, body_of(definition.node), attributes, facts, False)
    if superclasses is not None and attributes and not any(a.name == "__tablename__" for a in attributes):
        facts.anchor(bases_anchor(definition.symbol), superclasses)
    decorators = tuple(expression(file, decorator) for decorator in definition.decorators)
    if not attributes and not bases and not decorators:
        return
    facts.add(
        OrmClass(
            definition.symbol, definition.name, tuple(bases), tuple(keywords), decorators, tuple(attributes)
        )
    )


def _collect_attributes(
    file: PyFile,
    definition: Definition,
    body: list[Node],
    attributes: list[OrmAttribute],
    facts: Facts,
    conditional: bool,
) -> None:
    for statement in body:
        node = statement
        if node.type == "expression_statement" and node.named_child_count == 1:
            node = node.named_children[0]
        kind = node.type
        if kind == "function_definition":
            continue
        if kind == "assignment":
            left = node.child_by_field_name("left")
            if left is None or left.type != "identifier":
                continue
            annotation, right = node.child_by_field_name("type"), node.child_by_field_name("right")
            name = text_of(left)
            facts.anchor(column_anchor(definition.symbol, name), left)
            if name == "__table_args__" and right is not None and right.type in ("tuple", "list"):
                items = [each for each in right.named_children if each.type != "comment"]
                for place, item in enumerate(items):
                    facts.anchor(table_argument_anchor(definition.symbol, place), item)
            elif name == "__table__" and right is not None and right.type == "call":
                _anchor_items(facts, definition.symbol, right)
            written = expression(file, annotation) if annotation is not None else None
            value = expression(file, right) if right is not None else None
            attributes.append(OrmAttribute(name, written, value, False, conditional))
        elif kind == "decorated_definition":
            _collect_declared(file, definition, node, attributes, facts, conditional)
        elif kind in ("if_statement", "try_statement") and b"TYPE_CHECKING" not in (node.text or b""):
            inner = [child for block in _blocks(node) for child in block.named_children]
            _collect_attributes(file, definition, inner, attributes, facts, True)


def _collect_declared(
    file: PyFile,
    definition: Definition,
    decorated: Node,
    attributes: list[OrmAttribute],
    facts: Facts,
    conditional: bool,
) -> None:
    if b"declared_attr" not in file.source.data:
        return
    function = definition_of(decorated)
    if function is None or function.type != "function_definition":
        return
    if not any("declared_attr" in text_of(decorator) for decorator in decorators_of(function)):
        return
    name = function.child_by_field_name("name")
    if name is None:
        return
    returned = [node for node in walk(function) if node.type == "return_statement"]
    value: Expression = NOTHING
    if len(returned) == 1 and returned[0].named_children:
        value = expression(file, returned[0].named_children[0])
    facts.anchor(column_anchor(definition.symbol, text_of(name)), name)
    annotation = function.child_by_field_name("return_type")
    written = expression(file, annotation) if annotation is not None else None
    attributes.append(OrmAttribute(text_of(name), written, value, True, conditional))


def _collect_table(file: PyFile, statement: Node, facts: Facts) -> None:
    if statement.type != "expression_statement" or statement.named_child_count != 1:
        return
    node = statement.named_children[0]
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    call = right if node.type == "assignment" else node
    if call is None or call.type != "call":
        return
    callee = call.child_by_field_name("function")
    called = text_of(callee).rpartition(".")[2] if callee is not None else ""
    if called == "Index" and b"sqlalchemy" in file.source.data:
        facts.add(LooseIndex(file.module, expression(file, call)))
        return
    if node.type != "assignment" or left is None or left.type != "identifier" or called != "Table":
        return
    symbol = own_symbol(file, file.scopes.module, text_of(left))
    facts.anchor(table_anchor(symbol), left)
    _anchor_items(facts, symbol, call)
    facts.add(TableFact(symbol, expression(file, call)))


def _anchor_items(facts: Facts, symbol: str, table: Node) -> None:
    arguments = table.child_by_field_name("arguments")
    items = [child for child in arguments.named_children if child.type != "comment"] if arguments else []
    for position, item in enumerate(items):
        facts.anchor(table_column_anchor(symbol, position), item)


def _blocks(node: Node) -> list[Node]:
    found: list[Node] = []
    for child in node.named_children:
        if child.type == "block":
            found.append(child)
        elif child.type in ("else_clause", "elif_clause", "except_clause", "finally_clause"):
            found.extend(_blocks(child))
    return found


def _is_local(scope: Scope | None) -> bool:
    parent = scope.parent if scope is not None else None
    while parent is not None:
        if parent.kind == "function":
            return True
        parent = parent.parent
    return False
