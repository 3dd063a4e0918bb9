"""What one turn of a loop asks the database for: the rows of an entity by one column, read off a query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.constants import definition_of
from bugcatalog_ls.facts.models import Model, model
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    arguments_of,
    called_name,
    callee_of,
    statement_of,
    text_of,
    walk,
)

_ONE = frozenset({"first", "one_or_none", "scalar", "scalar_one_or_none", "get"})
SURELY_ONE = frozenset({"one", "scalar_one", "get_one"})
_STEPS = frozenset({"scalars", "unique", "execute", "exec", "query", *_ONE, *SURELY_ONE, "all"})
_BUILDS = frozenset({"select", "query", "where", "filter", "filter_by", "options", "execution_options"})


class AskingLoop(NamedTuple):
    node: Node
    names: frozenset[str]
    over: Node
    body: Node


class Asked(NamedTuple):
    """What one turn asks for: rows of `entity` whose `column` is `key`.

    `whole` is the expression that gives them (with its `await`), `statement` the call that says what is
    asked, `compared` what the column is compared in (None for a key alone), `last` the method that takes
    the rows out of the answer; `gone` are statements that only prepare it.
    """

    whole: Node
    entity: Node
    column: str
    key: Node
    statement: Node | None
    compared: Node | None
    last: str
    is_awaited: bool
    gone: tuple[Node, ...]


def is_attribute_name(node: Node) -> bool:
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "attribute":
        return parent.child_by_field_name("attribute") == node
    return parent.type == "keyword_argument" and parent.child_by_field_name("name") == node


def asked_in_turn(context: FixContext, call: Node, loop: AskingLoop | None) -> Asked | None:
    whole, methods, is_awaited = _chain(call)
    gone: list[Node] = []
    callee = callee_of(call)
    name = text_of(callee).rpartition(".")[2] if callee is not None else ""
    if callee is None or callee.type != "attribute" or loop is None:
        return None
    if name in ("execute", "scalars", "exec") and not methods:
        used = _only_use(whole, loop)
        if used is None:
            return None
        gone.append(statement_of(whole))
        whole, methods, _ = _chain(used)
        if used.type == "identifier" and not methods:
            return None
    positional = arguments_of(call).positional
    if name in ("get", "get_one") and len(positional) == 2 and not methods:
        column = _primary_key(context, positional[0])
        if not column:
            return None
        return Asked(whole, positional[0], column, positional[1], None, None, name, is_awaited, tuple(gone))
    owner = callee.child_by_field_name("object")
    if owner is not None and text_of(owner).endswith(".objects") and name == "get" and not positional:
        return _of_manager(call, whole, owner, is_awaited)
    if name == "get" and owner is not None and text_of(owner).endswith(".query") and len(positional) == 1:
        entity = owner.child_by_field_name("object")
        column = _primary_key(context, entity) if entity is not None else ""
        if entity is None or not column:
            return None
        return Asked(whole, entity, column, positional[0], None, None, "get", False, ())
    if name == "query":
        statement = _before_last(whole)
    else:
        statement = positional[0] if len(positional) == 1 else None
        if statement is not None and statement.type == "identifier":
            bindings = context.file.names.bindings(statement)
            value = bindings[0].value if len(bindings) == 1 else None
            if value is None or not loop.body.start_byte <= value.start_byte < loop.body.end_byte:
                return None
            uses = [n for n in walk(loop.body) if n.type == "identifier" and text_of(n) == text_of(statement)]
            if len(uses) != 2:
                return None
            gone.append(statement_of(value))
            statement = value
    if statement is None or any(method not in _STEPS for method in methods if name != "query"):
        return None
    last = methods[-1] if methods else name
    if name == "query":
        last = called_name(whole)
    if last not in (*_ONE, *SURELY_ONE, "all"):
        return None
    found = _compared(context, statement, loop, is_many=last == "all")
    if found is None:
        return None
    entity, column, key, compared = found
    return Asked(whole, entity, column, key, statement, compared, last, is_awaited, tuple(gone))


def _chain(call: Node) -> tuple[Node, list[str], bool]:
    """The whole expression that a call begins, the methods called on it, and whether it is awaited."""
    node, methods, is_awaited = call, list[str](), False
    while (parent := node.parent) is not None:
        if parent.type in ("await", "parenthesized_expression"):
            is_awaited = is_awaited or parent.type == "await"
            node = parent
            continue
        outer = parent.parent
        is_called = parent.type == "attribute" and outer is not None and outer.type == "call"
        if not is_called or outer is None or callee_of(outer) != parent:
            break
        attribute = parent.child_by_field_name("attribute")
        name = text_of(attribute) if attribute is not None else ""
        if name not in _STEPS and name not in _BUILDS:
            break
        methods.append(name)
        node = outer
    return node, methods, is_awaited


def _before_last(whole: Node) -> Node | None:
    """The query that the last method of a chain is called on."""
    callee = callee_of(whole) if whole.type == "call" else None
    return callee.child_by_field_name("object") if callee is not None else None


def _only_use(answer: Node, loop: AskingLoop) -> Node | None:
    """The one place that reads the name which an answer is bound to."""
    assignment = answer.parent
    left = assignment.child_by_field_name("left") if assignment is not None else None
    if assignment is None or assignment.type != "assignment" or left is None or left.type != "identifier":
        return None
    function = next((each for each in ancestors(answer) if each.type == "function_definition"), None)
    uses = [
        node
        for node in walk(function if function is not None else loop.node)
        if node.type == "identifier" and text_of(node) == text_of(left) and not is_attribute_name(node)
    ]
    reads = [node for node in uses if node.id != left.id]
    is_inside = len(reads) == 1 and loop.body.start_byte <= reads[0].start_byte < loop.body.end_byte
    return reads[0] if is_inside else None


def _compared(
    context: FixContext, statement: Node, loop: AskingLoop, *, is_many: bool
) -> tuple[Node, str, Node, Node] | None:
    """Entity, column and key of the one comparison of a statement that depends on the turn."""
    entity: Node | None = None
    found: list[tuple[str, Node, Node]] = []
    node: Node | None = statement
    while node is not None:
        if node.type == "attribute" and text_of(node).endswith(".query"):
            entity = node.child_by_field_name("object")
            break
        callee = callee_of(node) if node.type == "call" else None
        if callee is None:
            return None
        name = text_of(callee).rpartition(".")[2]
        arguments = arguments_of(node)
        if name not in _BUILDS or arguments.list_unpacked or arguments.dict_unpacked:
            return None
        if name in ("select", "query") and len(arguments.positional) == 1:
            entity = arguments.positional[0]
            break
        if name in ("where", "filter"):
            found += [each for arg in arguments.positional for each in _equal(arg, loop)]
        elif name == "filter_by" and len(arguments.keywords) == 1:
            ((column, value),) = arguments.keywords.items()
            found.append((column, value, node))
        node = callee.child_by_field_name("object") if callee.type == "attribute" else None
    if entity is None or entity.type not in ("identifier", "attribute") or len(found) != 1:
        return None
    column, key, compared = found[0]
    if compared.type == "comparison_operator" and not text_of(compared).count(f"{text_of(entity)}.{column}"):
        return None
    return (entity, column, key, compared) if is_many or _is_unique(context, entity, column) else None


def _equal(condition: Node, loop: AskingLoop) -> Iterator[tuple[str, Node, Node]]:
    mentioned = {text_of(node) for node in (condition, *walk(condition)) if node.type == "identifier"}
    if not mentioned & loop.names:
        return
    sides = condition.named_children
    operators = [child for child in condition.children if not child.is_named]
    if (
        condition.type != "comparison_operator"
        or len(sides) != 2
        or [text_of(o) for o in operators] != ["=="]
    ):
        # What the turn decides in another way cannot be asked at once.
        yield "", condition, condition
        yield "", condition, condition
        return
    left, right = sides
    if left.type != "attribute" or text_of(left).split(".")[0] in loop.names:
        left, right = right, left
    attribute = left.child_by_field_name("attribute") if left.type == "attribute" else None
    yield text_of(attribute) if attribute is not None else "", right, condition


def _of_manager(call: Node, whole: Node, owner: Node, is_awaited: bool) -> Asked | None:
    """`Model.objects.get(pk=key)`, where nobody catches that there is none."""
    keywords = arguments_of(call).keywords
    entity = owner.child_by_field_name("object")
    if entity is None or len(keywords) != 1 or is_awaited:
        return None
    ((column, key),) = keywords.items()
    if column not in ("pk", "id") or any(parent.type == "try_statement" for parent in ancestors(call)):
        return None
    return Asked(whole, entity, column, key, None, owner, "one", False, ())


def _primary_key(context: FixContext, entity: Node) -> str:
    """The attribute of the primary key; `id` where the model stands in no file of the workspace."""
    found = _model(context, entity)
    if found is None:
        return "id"
    keys = [column.attribute or column.name for column in found.columns if column.primary_key]
    return keys[0] if len(keys) == 1 else ""


def _is_unique(context: FixContext, entity: Node, column: str) -> bool:
    found = _model(context, entity)
    if found is None:
        return True
    return any(
        (each.attribute or each.name) == column and (each.primary_key or each.unique)
        for each in found.columns
    )


def _model(context: FixContext, entity: Node) -> Model | None:
    symbol = context.file.symbol(entity)
    if symbol is None:
        return None
    return model(context.index, definition_of(context.index, symbol, context.file.path))
