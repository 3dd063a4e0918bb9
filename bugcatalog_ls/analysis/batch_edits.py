"""A query for each turn of a loop, turned into one query before the loop and look-ups by its key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.constants import definition_of
from bugcatalog_ls.facts.models import Model, model
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.indents import indent_unit
from bugcatalog_ls.syntax.nodes import (
    COMPREHENSIONS,
    ancestors,
    arguments_of,
    callee_of,
    statement_of,
    text_of,
    walk,
)
from bugcatalog_ls.syntax.statement_edits import insert_before, remove_statements
from bugcatalog_ls.text.spans import TextEdit

_WIDTH = 88
_ONE = frozenset({"first", "one_or_none", "scalar", "scalar_one_or_none", "get"})
_SURELY_ONE = frozenset({"one", "scalar_one", "get_one"})
_STEPS = frozenset({"scalars", "unique", "execute", "exec", "query", *_ONE, *_SURELY_ONE, "all"})
_BUILDS = frozenset({"select", "query", "where", "filter", "filter_by", "options", "execution_options"})


class _Loop(NamedTuple):
    node: Node
    names: frozenset[str]
    over: Node
    body: Node


class _Asked(NamedTuple):
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


def batched(context: FixContext, call: Node) -> list[TextEdit]:
    """The edits that ask once before the loop around a query; none where its shape is not simple."""
    loop = _loop_around(call)
    asked = _asked(context, call, loop) if loop is not None else None
    if loop is None or asked is None or not _is_free(context, loop, asked):
        return []
    over, hoisted = _over(context, loop)
    if not over:
        return []
    names = sorted(loop.names)
    key = text_of(asked.key)
    keys = over if [key] == names else f"[{key} for {_target(loop)} in {over}]"
    entity = text_of(asked.entity)
    row = _snake(entity.rpartition(".")[2])
    table = _unused(context, f"{row}s_by_{asked.column}", loop.node)
    is_many = asked.last == "all"
    rows = _rows(context, asked, keys)
    if row in loop.names:
        row = "found"
    if _library(asked) == "django" and not is_many:
        before = f"{table} = {rows}"
    elif is_many:
        lists = context.imports().need("collections", "defaultdict", at=loop.node.start_byte)
        before = (
            f"{table} = {lists}(list)\nfor {row} in {rows}:\n    {table}[{row}.{asked.column}].append({row})"
        )
    else:
        before = f"{table} = {{{row}.{asked.column}: {row} for {row} in {rows}}}"
        if len(context.file.source.indent_at(loop.node.start_byte)) + len(before) > _WIDTH:
            unit = indent_unit(context.file)
            before = f"{table} = {{\n{unit}{row}.{asked.column}: {row}\n{unit}for {row} in {rows}\n}}"
            if len(unit) * 2 + len(f"{row}.{asked.column}: {row} for {row} in {rows}") <= _WIDTH:
                before = f"{table} = {{\n{unit}{row}.{asked.column}: {row} for {row} in {rows}\n}}"
    if hoisted:
        before = f"{over} = {text_of(loop.over)}\n{before}"
    is_sure = is_many or asked.last in _SURELY_ONE
    found = f"{table}[{key}]" if is_sure else f"{table}.get({key})"
    edits = [*insert_before(context.file, statement_of(loop.node), before), *replace_node(asked.whole, found)]
    if hoisted:
        edits += replace_node(loop.over, over)
    return [*edits, *remove_statements(context.file, asked.gone)]


def _loop_around(call: Node) -> _Loop | None:
    for parent in ancestors(call):
        if parent.type == "for_statement":
            left, right = parent.child_by_field_name("left"), parent.child_by_field_name("right")
            body = parent.child_by_field_name("body")
            is_async = bool(parent.children) and parent.children[0].type == "async"
            if left is None or right is None or body is None or is_async:
                return None
            if not body.start_byte <= call.start_byte < body.end_byte:
                return None
            return _Loop(parent, _names(left), right, body)
        if parent.type in COMPREHENSIONS:
            clauses = [child for child in parent.named_children if child.type == "for_in_clause"]
            left = clauses[0].child_by_field_name("left") if len(clauses) == 1 else None
            right = clauses[0].child_by_field_name("right") if len(clauses) == 1 else None
            if left is None or right is None or any(c.type in COMPREHENSIONS for c in ancestors(parent)):
                return None
            body = parent.named_children[0]
            if not body.start_byte <= call.start_byte < body.end_byte:
                return None
            if statement_of(parent).type in ("while_statement", "function_definition"):
                return None
            return _Loop(parent, _names(left), right, body)
        if parent.type in ("function_definition", "lambda", "while_statement"):
            return None
    return None


def _names(target: Node) -> frozenset[str]:
    return frozenset(text_of(node) for node in (target, *walk(target)) if node.type == "identifier")


def _target(loop: _Loop) -> str:
    if loop.node.type == "for_statement":
        left = loop.node.child_by_field_name("left")
    else:
        clause = next(child for child in loop.node.named_children if child.type == "for_in_clause")
        left = clause.child_by_field_name("left")
    return text_of(left) if left is not None else ""


def _over(context: FixContext, loop: _Loop) -> tuple[str, bool]:
    """What the loop goes over, by a name that can be gone over twice; whether that name must be made."""
    node = loop.over
    if node.type in ("identifier", "attribute", "list", "tuple"):
        if node.type == "identifier":
            held = [binding.value for binding in context.file.names.bindings(node)]
            if any(value is not None and value.type == "generator_expression" for value in held):
                return "", False
        return text_of(node), False
    callee = callee_of(node) if node.type == "call" else None
    if callee is None or len(loop.names) != 1 or "\n" in text_of(node):
        return "", False
    if text_of(callee).rpartition(".")[2] not in ("all", "fetchall", "list", "sorted"):
        return "", False
    name = _unused(context, f"{next(iter(loop.names))}s", loop.node)
    return name, True


def _is_free(context: FixContext, loop: _Loop, asked: _Asked) -> bool:
    """Whether what is asked depends on the loop's own names only, and on the key alone among them."""
    scopes = context.file.scopes
    bound: set[str] = set()
    for node in walk(loop.body):
        if node.type in ("assignment", "augmented_assignment", "named_expression", "for_in_clause"):
            left = node.child_by_field_name("left") or node.child_by_field_name("name")
            bound |= (
                _names(left) if left is not None and left.type not in ("attribute", "subscript") else set()
            )
        elif node.type in ("as_pattern_target", "for_statement"):
            left = node.child_by_field_name("left") or node
            bound |= _names(left) if node.type == "as_pattern_target" or left.id != node.id else set()
    gone = {node.id for node in asked.gone}
    parts = [asked.whole] if asked.statement is None else [asked.whole, asked.statement]
    for part in parts:
        for node in (part, *walk(part)):
            if node.type != "identifier" or (statement_of(node).id in gone and part is asked.whole):
                continue
            name = text_of(node)
            in_key = asked.key.start_byte <= node.start_byte < asked.key.end_byte
            if in_key and (name in bound):
                return False
            if not in_key and (name in loop.names or name in bound) and scopes.lookup(name, node.start_byte):
                if _is_attribute_name(node) or _is_held_statement(node, asked):
                    continue
                return False
    mentioned = {text_of(node) for node in (asked.key, *walk(asked.key)) if node.type == "identifier"}
    return bool(mentioned & loop.names) and not any(
        node.type in ("call", "await") for node in (asked.key, *walk(asked.key))
    )


def _is_attribute_name(node: Node) -> bool:
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "attribute":
        return parent.child_by_field_name("attribute") == node
    return parent.type == "keyword_argument" and parent.child_by_field_name("name") == node


def _is_held_statement(node: Node, asked: _Asked) -> bool:
    """Whether a name only hands on a statement (or an answer) that goes with the fix."""
    return any(
        (left := child.child_by_field_name("left")) is not None and text_of(left) == text_of(node)
        for statement in asked.gone
        for child in statement.named_children
        if child.type == "assignment"
    )


# -- what is asked -----------------------------------------------------------------------------------------


def _asked(context: FixContext, call: Node, loop: _Loop | None) -> _Asked | None:
    whole, methods, is_awaited = _chain(call)
    gone: list[Node] = []
    callee = callee_of(call)
    name = text_of(callee).rpartition(".")[2] if callee is not None else ""
    if callee is None or callee.type != "attribute" or loop is None:
        return None
    if name in ("execute", "scalars", "exec") and not methods:
        used = _only_use(context, whole, loop)
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
        return _Asked(whole, positional[0], column, positional[1], None, None, name, is_awaited, tuple(gone))
    owner = callee.child_by_field_name("object")
    if owner is not None and text_of(owner).endswith(".objects") and name == "get" and not positional:
        return _of_manager(call, whole, owner, is_awaited)
    if name == "get" and owner is not None and text_of(owner).endswith(".query") and len(positional) == 1:
        entity = owner.child_by_field_name("object")
        column = _primary_key(context, entity) if entity is not None else ""
        if entity is None or not column:
            return None
        return _Asked(whole, entity, column, positional[0], None, None, "get", False, ())
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
        last = text_of(callee_of(whole) or whole).rpartition(".")[2]
    if last not in (*_ONE, *_SURELY_ONE, "all"):
        return None
    found = _compared(context, statement, loop, is_many=last == "all")
    if found is None:
        return None
    entity, column, key, compared = found
    return _Asked(whole, entity, column, key, statement, compared, last, is_awaited, tuple(gone))


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


def _only_use(context: FixContext, answer: Node, loop: _Loop) -> Node | None:
    """The one place that reads the name which an answer is bound to."""
    assignment = answer.parent
    left = assignment.child_by_field_name("left") if assignment is not None else None
    if assignment is None or assignment.type != "assignment" or left is None or left.type != "identifier":
        return None
    function = next((each for each in ancestors(answer) if each.type == "function_definition"), None)
    uses = [
        node
        for node in walk(function if function is not None else loop.node)
        if node.type == "identifier" and text_of(node) == text_of(left) and not _is_attribute_name(node)
    ]
    reads = [node for node in uses if node.id != left.id]
    is_inside = len(reads) == 1 and loop.body.start_byte <= reads[0].start_byte < loop.body.end_byte
    return reads[0] if is_inside else None


def _compared(
    context: FixContext, statement: Node, loop: _Loop, *, is_many: bool
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


def _equal(condition: Node, loop: _Loop) -> Iterator[tuple[str, Node, Node]]:
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


def _of_manager(call: Node, whole: Node, owner: Node, is_awaited: bool) -> _Asked | None:
    """`Model.objects.get(pk=key)`, where nobody catches that there is none."""
    keywords = arguments_of(call).keywords
    entity = owner.child_by_field_name("object")
    if entity is None or len(keywords) != 1 or is_awaited:
        return None
    ((column, key),) = keywords.items()
    if column not in ("pk", "id") or any(parent.type == "try_statement" for parent in ancestors(call)):
        return None
    return _Asked(whole, entity, column, key, None, owner, "one", False, ())


def _library(asked: _Asked) -> str:
    return "django" if asked.compared is not None and asked.compared.type == "attribute" else "sqlalchemy"


def _rows(context: FixContext, asked: _Asked, keys: str) -> str:
    """The expression that asks for all rows at once."""
    entity = text_of(asked.entity)
    if _library(asked) == "django":
        return f"{entity}.objects.in_bulk({keys})"
    in_keys = f"{entity}.{asked.column}.in_({keys})"
    callee = _first_callee(asked.whole) if not asked.gone else None
    session = _session(asked, callee)
    if asked.statement is None:
        if session.endswith(".query"):
            return f"{session}.filter({in_keys})"
        select = context.imports().need("sqlalchemy", "select", at=asked.whole.start_byte)
        statement = f"{select}({entity}).where({in_keys})"
    else:
        assert asked.compared is not None
        start = asked.statement.start_byte
        text = (asked.statement.text or b"").decode()
        old = text_of(asked.compared)
        if asked.compared.type == "call":
            given = asked.compared.child_by_field_name("arguments")
            new = old.removesuffix(f".filter_by{text_of(given) if given is not None else ''}")
            new = f"{new}.filter({in_keys})"
        else:
            new = in_keys
        before = asked.statement.text or b""
        offset = asked.compared.start_byte - start
        text = (
            before[:offset]
            + new.encode()
            + before[offset + asked.compared.end_byte - asked.compared.start_byte :]
        ).decode()
        statement = " ".join(line.strip() for line in text.split("\n")) if "\n" in text else text
        statement = re.sub(r"\s+\.(?=\w)", ".", statement).replace("( ", "(").replace(", )", ")")
        if _first_name(asked.statement) == "query":
            return statement
    method = "exec" if _asks_by_exec(asked) else "scalars"
    asked_once = f"{session}.{method}({statement})"
    return f"await {asked_once}" if asked.is_awaited else asked_once


def _first_callee(whole: Node) -> Node | None:
    """The innermost callee of a chain: `session.execute` of `(await session.execute(…)).scalar_one()`."""
    node: Node | None = whole
    found: Node | None = None
    while node is not None:
        if node.type in ("await", "parenthesized_expression"):
            node = node.named_children[0] if node.named_children else None
        elif node.type == "call":
            found = callee_of(node)
            node = found.child_by_field_name("object") if found is not None else None
        else:
            break
    return found


def _session(asked: _Asked, callee: Node | None) -> str:
    if callee is None:
        for statement in asked.gone:
            for node in walk(statement):
                function = callee_of(node) if node.type == "call" else None
                if function is not None and text_of(function).endswith((".execute", ".scalars", ".exec")):
                    callee = function
    if callee is None:
        callee = _first_callee(asked.whole)
    owner = callee.child_by_field_name("object") if callee is not None else None
    return text_of(owner) if owner is not None else ""


def _asks_by_exec(asked: _Asked) -> bool:
    return any(".exec(" in text_of(node) for node in (asked.whole, *asked.gone))


def _first_name(statement: Node) -> str:
    return "query" if re.match(r"[\w.]*\bquery\b(?!\w)", text_of(statement)) else "select"


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


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _unused(context: FixContext, name: str, at: Node) -> str:
    """A name that nothing around a place binds yet."""
    candidate, n = name, 2
    while context.file.scopes.lookup(candidate, at.start_byte) is not None:
        candidate, n = f"{name}_{n}", n + 1
    return candidate
