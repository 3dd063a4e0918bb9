"""Function bodies as values without positions, as far as a replay of migrations needs them."""

from __future__ import annotations

from typing import TypeAlias

import msgspec
from tree_sitter import Node

from bugcatalog_ls.facts.expression_reading import expression, target
from bugcatalog_ls.facts.expressions import NOTHING, Expression, Name
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import is_docstring, text_of


class _Step(msgspec.Struct, frozen=True, tag=True, kw_only=True, array_like=True):
    """The base of all statements. `place` is the number of the statement within its function."""

    place: int = 0


class Assign(_Step, frozen=True):
    """`target = value`; `operator` is that of an augmented assignment (`+=`)."""

    target: Expression
    value: Expression
    operator: str = ""


class Evaluate(_Step, frozen=True):
    value: Expression


class If(_Step, frozen=True):
    test: Expression
    body: tuple[Statement, ...]
    otherwise: tuple[Statement, ...]


class For(_Step, frozen=True):
    target: Expression
    iterable: Expression
    body: tuple[Statement, ...]


class While(_Step, frozen=True):
    body: tuple[Statement, ...]


class With(_Step, frozen=True):
    """`with context as target:` for each of the items."""

    items: tuple[tuple[Expression, Expression | None], ...]
    body: tuple[Statement, ...]


class Try(_Step, frozen=True):
    body: tuple[Statement, ...]
    handlers: tuple[tuple[Statement, ...], ...]
    otherwise: tuple[Statement, ...]


class Return(_Step, frozen=True):
    value: Expression | None = None


class Leave(_Step, frozen=True):
    """`raise`, `break` or `continue`, by its keyword."""

    keyword: str


class Define(_Step, frozen=True):
    """A function inside of a function."""

    name: str
    parameters: tuple[Slot, ...]
    body: tuple[Statement, ...]


class Slot(msgspec.Struct, frozen=True, array_like=True):
    """One parameter: `kind` is empty, `*` or `**`; `default` as written."""

    name: str
    kind: str = ""
    default: Expression | None = None


Statement: TypeAlias = Assign | Evaluate | If | For | While | With | Try | Return | Leave | Define


def script(file: PyFile, block: Node | None, places: list[Node]) -> tuple[Statement, ...]:
    """The statements of a block; what has no effect on a replay is left out.

    The node to point at for each of them is added to `places`, whose index is the statement's `place`.
    """
    found: list[Statement] = []
    for node in block.named_children if block is not None else ():
        if not is_docstring(node):
            found.extend(_statement(file, node, places))
    return tuple(found)


def slots(file: PyFile, function: Node) -> tuple[Slot, ...]:
    """The parameters of a `def`."""
    parameters = function.child_by_field_name("parameters")
    found: list[Slot] = []
    for child in parameters.named_children if parameters is not None else ():
        if child.type in ("comment", "keyword_separator", "positional_separator", "ERROR"):
            continue
        name = child.child_by_field_name("name") or child
        if name.type == "typed_parameter" and name.named_children:
            name = name.named_children[0]
        kind = {"list_splat_pattern": "*", "dictionary_splat_pattern": "**"}.get(name.type, "")
        default = child.child_by_field_name("value")
        value = expression(file, default) if default is not None else None
        found.append(Slot(text_of(name).lstrip("*"), kind, value))
    return tuple(found)


def _statement(file: PyFile, node: Node, places: list[Node]) -> list[Statement]:
    match node.type:
        case "expression_statement":
            return [step for child in node.named_children for step in _simple(file, child, places)]
        case "if_statement":
            return [_if(file, node, places)]
        case "for_statement":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            place = _place(right or node, places)
            body = script(file, node.child_by_field_name("body"), places)
            return [For(target(file, left), expression(file, right), body, place=place)]
        case "while_statement":
            return [While(script(file, node.child_by_field_name("body"), places))]
        case "with_statement":
            return [_with(file, node, places)]
        case "try_statement":
            return [_try(file, node, places)]
        case "return_statement":
            value = node.named_children[0] if node.named_children else None
            written = expression(file, value) if value is not None else None
            return [Return(written, place=_place(value or node, places))]
        case "raise_statement" | "break_statement" | "continue_statement":
            return [Leave(node.type.removesuffix("_statement"))]
        case "function_definition":
            name = node.child_by_field_name("name")
            body = script(file, node.child_by_field_name("body"), places)
            return [Define(text_of(name), slots(file, node), body)] if name is not None else []
        case "decorated_definition":
            inner = node.child_by_field_name("definition")
            return _statement(file, inner, places) if inner is not None else []
    return []


def _simple(file: PyFile, node: Node, places: list[Node]) -> list[Statement]:
    if node.type == "assignment":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return []
        if right.type == "assignment":
            inner = _simple(file, right, places)
            last = inner[-1] if inner else None
            value = last.value if isinstance(last, Assign) else NOTHING
            return [*inner, Assign(target(file, left), value, place=_place(node, places))]
        return [Assign(target(file, left), expression(file, right), place=_place(right, places))]
    if node.type == "augmented_assignment":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        written = text_of(operator) if operator is not None else "?"
        return [Assign(target(file, left), expression(file, right), written, place=_place(node, places))]
    if node.type in ("string", "concatenated_string", "ellipsis", "comment"):
        return []
    # Of a call its name is enough to point at.
    named = node.child_by_field_name("function") if node.type == "call" else None
    return [Evaluate(expression(file, node), place=_place(named or node, places))]


def _place(node: Node, places: list[Node]) -> int:
    places.append(node)
    return len(places) - 1


def _if(file: PyFile, node: Node, places: list[Node]) -> Statement:
    place = _place(node.child_by_field_name("condition") or node, places)
    alternatives = [child for child in node.named_children if child.type in ("elif_clause", "else_clause")]
    consequence = script(file, node.child_by_field_name("consequence"), places)
    otherwise: tuple[Statement, ...] = ()
    for clause in reversed(alternatives):
        if clause.type == "else_clause":
            otherwise = script(file, clause.child_by_field_name("body"), places)
        else:
            test = expression(file, clause.child_by_field_name("condition"))
            place_of_clause = _place(clause.child_by_field_name("condition") or clause, places)
            chosen = script(file, clause.child_by_field_name("consequence"), places)
            otherwise = (If(test, chosen, otherwise, place=place_of_clause),)
    test = expression(file, node.child_by_field_name("condition"))
    return If(test, consequence, otherwise, place=place)


def _with(file: PyFile, node: Node, places: list[Node]) -> Statement:
    items: list[tuple[Expression, Expression | None]] = []
    clause = next((child for child in node.named_children if child.type == "with_clause"), None)
    for item in clause.named_children if clause is not None else ():
        value = item.child_by_field_name("value") if item.type == "with_item" else None
        if value is None:
            continue
        if value.type == "as_pattern" and value.named_children:
            alias = value.child_by_field_name("alias")
            bound = (
                target(file, alias.named_children[0]) if alias is not None and alias.named_children else None
            )
            if bound is None and alias is not None:
                bound = Name(text_of(alias))
            items.append((expression(file, value.named_children[0]), bound))
        else:
            items.append((expression(file, value), None))
    place = _place(clause or node, places)
    return With(tuple(items), script(file, node.child_by_field_name("body"), places), place=place)


def _try(file: PyFile, node: Node, places: list[Node]) -> Statement:
    handlers: list[tuple[Statement, ...]] = []
    otherwise: tuple[Statement, ...] = ()
    finally_: tuple[Statement, ...] = ()
    for child in node.named_children:
        block = next((inner for inner in child.named_children if inner.type == "block"), None)
        if child.type in ("except_clause", "except_group_clause"):
            handlers.append(script(file, block, places))
        elif child.type == "else_clause":
            otherwise = script(file, block, places)
        elif child.type == "finally_clause":
            finally_ = script(file, block, places)
    body = script(file, node.child_by_field_name("body"), places)
    return Try(body, tuple(handlers), (*otherwise, *finally_))
