"""Columns that hold times: whether they keep the zone, and what their defaults give."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.fact import Fact
from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.resolve import class_at, mro, resolve
from bugcatalog_ls.syntax.edits import add_argument, add_keyword, insert_at, replace_node
from bugcatalog_ls.syntax.file import Definition, PyFile
from bugcatalog_ls.syntax.imports import Imports
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, constant_value, enclosing, text_of, walk
from bugcatalog_ls.text.spans import TextEdit

DEFAULTS = ("default", "insert_default", "default_factory", "onupdate")
"""The keywords of columns and fields that give a value where none is set."""

_TYPES = frozenset({"DateTime", "DATETIME", "TIMESTAMP"})
_PACKAGES = frozenset({"sqlalchemy", "sqlmodel", "flask_sqlalchemy", "sqlalchemy_utils"})
_TABLE_FIELDS = frozenset({"sqlmodel.Field", "sqlmodel.main.Field"})
_COLUMNS = frozenset({"Column", "mapped_column", "column_property", "Field"})


class TimeColumn(Fact, frozen=True):
    """A column of a model that holds a time, by the model's symbol and its name.

    `type_symbol` is the type as written (None: the annotation alone says that it is a time);
    `keeps_zone` tells of `timezone=True`.
    """

    model: str
    name: str
    type_symbol: str | None
    keeps_zone: bool

    @property
    def key(self) -> str:
        return f"{self.model}.{self.name}"


def is_time_type(symbol: str | None) -> bool:
    """Whether a (resolved) symbol is a column type that takes `timezone=`."""
    if symbol is None:
        return False
    head, last = symbol.split(".")[0], symbol.rpartition(".")[2]
    return head in _PACKAGES and last in _TYPES and ".mysql." not in symbol and ".sqlite." not in symbol


def time_columns(file: PyFile) -> Iterator[TimeColumn]:
    """The columns of the classes of a file that hold times."""
    if not file.calls_written(*_COLUMNS):
        return
    for definition in file.classes:
        for name, call in columns_of(definition):
            kind = time_type(file, call)
            if kind is not None:
                symbol = file.symbol(type_name(kind))
                yield TimeColumn(definition.symbol, name, symbol, keeps_zone(kind))
            elif is_untyped_time(file, call):
                yield TimeColumn(definition.symbol, name, None, False)


def columns_of(definition: Definition) -> Iterator[tuple[str, Node]]:
    """The names and calls of what a class body assigns columns to."""
    body = definition.node.child_by_field_name("body")
    for statement in body.named_children if body is not None else ():
        assignment = statement.named_children[0] if statement.type == "expression_statement" else statement
        if assignment.type != "assignment":
            continue
        left, right = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
        if left is None or right is None or left.type != "identifier" or right.type != "call":
            continue
        function = callee_of(right)
        if function is not None and text_of(function).split(".")[-1] in _COLUMNS:
            yield text_of(left), right


def time_type(file: PyFile, call: Node) -> Node | None:
    """The argument of a column's call that is a type of times, by its name."""
    arguments = arguments_of(call)
    given = list(arguments.positional)
    given.extend(arguments.keywords[name] for name in ("type_", "sa_type") if name in arguments.keywords)
    inner = arguments.keywords.get("sa_column")
    if inner is not None and inner.type == "call":
        given.extend(arguments_of(inner).positional)
    for argument in given:
        name = type_name(argument)
        if name.type in ("identifier", "attribute") and text_of(name).split(".")[-1] in _TYPES:
            return argument
        symbol = file.symbol(name)
        if is_time_type(symbol):
            return argument
    return None


def type_name(kind: Node) -> Node:
    """`DateTime` of `DateTime(timezone=True)`."""
    function = callee_of(kind) if kind.type == "call" else None
    return function if function is not None else kind


def keeps_zone(kind: Node) -> bool:
    """Whether a type's argument says `timezone=True`; one that is not literal counts as such."""
    if kind.type != "call":
        return False
    arguments = arguments_of(kind)
    zone = arguments.get("timezone", 0)
    if zone is None:
        return bool(arguments.list_unpacked or arguments.dict_unpacked)
    return constant_value(zone) is not False


def is_untyped_time(file: PyFile, call: Node) -> bool:
    """Whether a `mapped_column` leaves its type to the annotation `Mapped[datetime]`."""
    function, assignment = callee_of(call), call.parent
    if function is None or assignment is None or assignment.type != "assignment":
        return False
    annotation = assignment.child_by_field_name("type")
    if annotation is None or text_of(function).split(".")[-1] != "mapped_column":
        return False
    if not text_of(annotation).split("[")[0].endswith("Mapped"):
        return False
    if any(argument.type != "string" for argument in arguments_of(call).positional):
        return False
    return file.names.annotation_symbol(annotation) == "datetime.datetime()"


def column_of(index: FactIndex, model: str, name: str) -> tuple[str, TimeColumn] | None:
    """The time column that an attribute of a (resolved) model's symbol means, with its file."""
    for owner in mro(index, model)[0]:
        found = index.one(TimeColumn, f"{owner}.{name}")
        if found is not None:
            return found
    return None


def has_type_map(file: PyFile) -> bool:
    """Whether a file maps annotations to column types of its own."""
    return any(
        node.type == "identifier" and text_of(node) == "type_annotation_map"
        for definition in file.classes
        for node in walk(definition.node)
    )


def with_zone(file: PyFile, kind: Node) -> list[TextEdit]:
    """The edits that give a type of times `timezone=True`."""
    if kind.type != "call":
        return [insert_at(kind.end_byte, "(timezone=True)")]
    zone = arguments_of(kind).get("timezone", 0)
    return replace_node(zone, "True") if zone is not None else add_keyword(file, kind, "timezone", "True")


def zone_edits(index: FactIndex, imports: Imports, file: PyFile, call: Node) -> list[TextEdit]:
    """The edits that make the column of a call keep zones; none where it does, or has no such type."""
    kind = time_type(file, call)
    if kind is not None:
        return [] if keeps_zone(kind) else with_zone(file, kind)
    if is_untyped_time(file, call) and not has_type_map(file) and not _maps_types(index, file, call):
        name = imports.need("sqlalchemy", "DateTime", at=call.start_byte)
        return add_argument(file, call, f"{name}(timezone=True)")
    if _is_table_field(index, file, call):
        name = imports.need("sqlalchemy", "DateTime", at=call.start_byte)
        return add_keyword(file, call, "sa_type", f"{name}(timezone=True)")
    return []


def _is_table_field(index: FactIndex, file: PyFile, call: Node) -> bool:
    """Whether a field of a SQLModel table leaves its column to the annotation `datetime`."""
    if resolve(index, file.callee(call) or "", file.path) not in _TABLE_FIELDS:
        return False
    assignment, keywords = call.parent, arguments_of(call).keywords
    annotation = assignment.child_by_field_name("type") if assignment is not None else None
    if annotation is None or keywords.keys() & {"sa_type", "sa_column"}:
        return False
    owner = enclosing(call, "class_definition")
    bases = owner.child_by_field_name("superclasses") if owner is not None else None
    is_table = bases is not None and "table=True" in text_of(bases).replace(" ", "")
    return is_table and "datetime" in text_of(annotation)


def _maps_types(index: FactIndex, file: PyFile, call: Node) -> bool:
    owner = enclosing(call, "class_definition")
    definition = next(
        (found for found in file.classes if owner is not None and found.node.id == owner.id), None
    )
    if definition is None:
        return True
    for base in mro(index, definition.symbol)[0]:
        known = class_at(index, base)
        if known is not None and "type_annotation_map" in known[1].attributes:
            return True
    return False


def column_edits(index: FactIndex, imports: Imports, file: PyFile, column: TimeColumn) -> list[TextEdit]:
    """The same for a column that is known by its fact."""
    for definition in file.classes:
        if definition.symbol != column.model:
            continue
        for name, call in columns_of(definition):
            if name == column.name:
                return zone_edits(index, imports, file, call)
    return []
