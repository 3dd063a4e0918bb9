"""Edits that turn a float of money into a decimal: the column's type, the annotation, the default."""

from __future__ import annotations

import re
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.json_values import DECIMAL, json_type
from bugcatalog_ls.syntax.edits import add_argument, insert_at, replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.imports import Imports
from bugcatalog_ls.syntax.nodes import ancestors, arguments_of, text_of, walk
from bugcatalog_ls.text.spans import Span, TextEdit

_FLOAT_TYPES = re.compile(
    r"(?:\w+\.)*(?:Float|FLOAT|REAL|Double|DOUBLE|DOUBLE_PRECISION)(?:\(.*\))?", re.DOTALL
)
_FIELDS = {
    "django": ("DecimalField", "max_digits=18, decimal_places={places}"),
    "drf": ("DecimalField", "max_digits=18, decimal_places={places}"),
    "marshmallow": ("Decimal", "as_string=True"),
    "peewee": ("DecimalField", "max_digits=18, decimal_places={places}"),
    "mongoengine": ("DecimalField", "precision={places}"),
}
# The schema types of floats with a bound, by what a decimal is told instead.
_BOUNDED = {
    "PositiveFloat": "(gt=0)",
    "NonNegativeFloat": "(ge=0)",
    "StrictFloat": "(strict=True)",
    "FiniteFloat": "(allow_inf_nan=False)",
}


# What one call of a model costs is a part of a cent, and so are prices of single tokens.
_COUNTED = re.compile(r"token|llm|prompt|completion|embedding|inference", re.IGNORECASE)


class DecimalEdits(NamedTuple):
    """A title and the edits."""

    title: str
    edits: list[TextEdit]


def decimal_edits(file: PyFile, imports: Imports, span: Span, kind: str) -> DecimalEdits | None:
    """The edits for the column or field at a span; None where the construct is written another way."""
    node = file.root.named_descendant_for_byte_range(span.start, span.end)
    assignment = node
    while assignment is not None and assignment.type not in ("assignment", "block", "module"):
        assignment = assignment.parent
    if node is None or assignment is None:
        return None
    if assignment.type != "assignment" or (kind == "column" and assignment.start_byte != span.start):
        return _table_column(imports, node)
    value, annotation = assignment.child_by_field_name("right"), assignment.child_by_field_name("type")
    name, places = text_of(node), _places(node)
    if kind in _FIELDS and value is not None:
        field, options = _FIELDS[kind]
        made = _field_call(file, imports, value, field, options.format(places=places))
        return DecimalEdits(f"Make {name} a decimal field", made) if made else None
    if kind == "wide" and annotation is not None:
        return _as_text(imports, annotation, name)
    edits: list[TextEdit] = []
    if annotation is not None:
        edits += _annotation(imports, annotation)
        if not edits and kind == "field":
            return None
    if kind == "column" and value is not None:
        made = _numeric(imports, value, places)
        if not made:
            return None
        edits += made
    elif kind == "mapped":
        numeric = _imported_numeric(imports, assignment)
        if value is not None:
            edits += add_argument(file, value, f"{numeric}(18, {places})")
        else:
            maker = imports.need("sqlalchemy.orm", "mapped_column", at=assignment.start_byte)
            edits.append(insert_at(assignment.end_byte, f" = {maker}({numeric}(18, {places}))"))
    if value is not None:
        edits += _default(imports, value)
    what = f"Numeric(18, {places})" if kind in ("column", "mapped") else "Decimal"
    return DecimalEdits(f"Make {name} a {what}", edits) if edits else None


def unrounded_edits(file: PyFile, imports: Imports, call: Node, value: Node) -> list[TextEdit] | None:
    """The edits that leave a `float(value)` of a Decimal out; None where what is around needs a float."""
    operation = call.parent
    if operation is None or operation.type in ("augmented_assignment", "unary_operator"):
        return None
    edits = replace_node(call, text_of(value))
    if operation.type == "binary_operator" and not _goes_with_decimal(file, operation, call):
        operands = (operation.child_by_field_name("left"), operation.child_by_field_name("right"))
        literals = [operand for operand in operands if operand is not None and operand.type == "float"]
        if not literals or operation.parent is None or operation.parent.type == "binary_operator":
            return None
        name = imports.need("decimal", "Decimal", at=call.start_byte)
        edits += [edit for node in literals for edit in replace_node(node, f'{name}("{text_of(node)}")')]
    return edits


def _goes_with_decimal(file: PyFile, operation: Node, call: Node) -> bool:
    """Whether the other operand is one that a Decimal can be calculated with."""
    for side in ("left", "right"):
        other = operation.child_by_field_name(side)
        if other is None or other.id == call.id:
            continue
        is_whole = other.type == "integer" or file.symbol(other) in ("builtins.int", "builtins.int()")
        return is_whole or json_type(file, other) == DECIMAL
    return False


def _table_column(imports: Imports, node: Node) -> DecimalEdits | None:
    while node.type != "call" and node.parent is not None:
        node = node.parent
    places = _places(node)
    edits = _numeric(imports, node, places)
    return DecimalEdits(f"Make the column a Numeric(18, {places})", edits) if edits else None


def _places(node: Node) -> int:
    """The decimal places that an amount needs, by what its table or schema counts beside it."""
    kinds = ("class_definition", "expression_statement")
    around = [parent for parent in ancestors(node) if parent.type in kinds]
    whole = next((parent for parent in around if parent.type == kinds[0]), around[0] if around else node)
    return 6 if _COUNTED.search(text_of(whole)) else 2


def _numeric(imports: Imports, call: Node, places: int) -> list[TextEdit]:
    arguments = arguments_of(call)
    candidates = [*arguments.positional, *(v for k, v in arguments.keywords.items() if k == "type_")]
    written = next((node for node in candidates if _FLOAT_TYPES.fullmatch(text_of(node))), None)
    if written is None:
        return []
    owner = text_of(written).partition("(")[0].rpartition(".")[0]
    numeric = f"{owner}.Numeric" if owner else _imported_numeric(imports, call)
    return replace_node(written, f"{numeric}(18, {places})")


def _imported_numeric(imports: Imports, at: Node) -> str:
    return imports.need("sqlalchemy", "Numeric", at=at.start_byte)


def _annotation(imports: Imports, annotation: Node) -> list[TextEdit]:
    """`float` in an annotation (`Mapped[float | None]`) becomes `Decimal`."""
    floats = [node for node in walk(annotation) if node.type == "identifier" and text_of(node) == "float"]
    if not floats:
        nodes = (annotation, *walk(annotation))
        called = next((node for node in nodes if text_of(node) in ("confloat", "pydantic.confloat")), None)
        if called is not None:
            return replace_node(called, imports.need("pydantic", "condecimal", at=annotation.start_byte))
        bounded = [node for node in nodes if text_of(node).removeprefix("pydantic.") in _BOUNDED]
        if not bounded:
            return []
        # The first is the whole name: `pydantic.PositiveFloat` holds a plain one.
        name = text_of(bounded[0]).removeprefix("pydantic.")
        made = imports.need("pydantic", "condecimal", at=annotation.start_byte) + _BOUNDED[name]
        return replace_node(bounded[0], made)
    decimal = imports.need("decimal", "Decimal", at=annotation.start_byte)
    return [edit for node in floats for edit in replace_node(node, decimal)]


def _default(imports: Imports, value: Node) -> list[TextEdit]:
    """A literal default, given plainly or to `Field(…)`."""
    literal: Node | None = value
    if value.type == "call":
        arguments = arguments_of(value)
        literal = arguments.keywords.get("default")
        if literal is None and arguments.positional and text_of(value.children[0]).endswith("Field"):
            literal = arguments.positional[0]
    if literal is None or literal.type not in ("float", "integer"):
        return []
    decimal = imports.need("decimal", "Decimal", at=value.start_byte)
    return replace_node(literal, f'{decimal}("{text_of(literal)}")')


def _field_call(file: PyFile, imports: Imports, call: Node, name: str, options: str) -> list[TextEdit]:
    function = call.child_by_field_name("function")
    if function is None:
        return []
    last = function.child_by_field_name("attribute")
    if last is not None:
        edits = replace_node(last, name)
    else:
        module = (file.symbol(function) or "").rpartition(".")[0]
        if not module:
            return []
        edits = replace_node(function, imports.need(module, name, at=call.start_byte))
    default = arguments_of(call).keywords.get("default")
    if default is not None and default.type == "float":
        decimal = imports.need("decimal", "Decimal", at=call.start_byte)
        edits += replace_node(default, f'{decimal}("{text_of(default)}")')
    return [*edits, *add_argument(file, call, options, after_keywords=True)]


def _as_text(imports: Imports, annotation: Node, name: str) -> DecimalEdits:
    annotated = imports.need("typing", "Annotated", at=annotation.start_byte)
    serializer = imports.need("pydantic", "PlainSerializer", at=annotation.start_byte)
    written = f'{annotated}[{text_of(annotation)}, {serializer}(str, return_type=str, when_used="json")]'
    return DecimalEdits(f"Send {name} as a text", replace_node(annotation, written))
