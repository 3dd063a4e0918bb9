"""A query for each turn of a loop, turned into one query before the loop and look-ups by its key."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.asked_rows import SURELY_ONE, Asked, AskingLoop, asked_in_turn, is_attribute_name
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.indents import indent_unit
from bugcatalog_ls.syntax.nodes import COMPREHENSIONS, ancestors, callee_of, statement_of, text_of, walk
from bugcatalog_ls.syntax.statement_edits import insert_before, remove_statements
from bugcatalog_ls.text.spans import TextEdit
from bugcatalog_ls.text.wording import in_snake_case

_WIDTH = 88


def batched(context: FixContext, call: Node) -> list[TextEdit]:
    """The edits that ask once before the loop around a query; none where its shape is not simple."""
    loop = _loop_around(call)
    asked = asked_in_turn(context, call, loop) if loop is not None else None
    if loop is None or asked is None or not _is_free(context, loop, asked):
        return []
    over, hoisted = _over(context, loop)
    if not over:
        return []
    names = sorted(loop.names)
    key = text_of(asked.key)
    keys = over if [key] == names else f"[{key} for {_target(loop)} in {over}]"
    entity = text_of(asked.entity)
    row = in_snake_case(entity.rpartition(".")[2])
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
    is_sure = is_many or asked.last in SURELY_ONE
    found = f"{table}[{key}]" if is_sure else f"{table}.get({key})"
    edits = [*insert_before(context.file, statement_of(loop.node), before), *replace_node(asked.whole, found)]
    if hoisted:
        edits += replace_node(loop.over, over)
    return [*edits, *remove_statements(context.file, asked.gone)]


def _loop_around(call: Node) -> AskingLoop | None:
    for parent in ancestors(call):
        if parent.type == "for_statement":
            left, right = parent.child_by_field_name("left"), parent.child_by_field_name("right")
            body = parent.child_by_field_name("body")
            is_async = bool(parent.children) and parent.children[0].type == "async"
            if left is None or right is None or body is None or is_async:
                return None
            if not body.start_byte <= call.start_byte < body.end_byte:
                return None
            return AskingLoop(parent, _names(left), right, body)
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
            return AskingLoop(parent, _names(left), right, body)
        if parent.type in ("function_definition", "lambda", "while_statement"):
            return None
    return None


def _names(target: Node) -> frozenset[str]:
    return frozenset(text_of(node) for node in (target, *walk(target)) if node.type == "identifier")


def _target(loop: AskingLoop) -> str:
    if loop.node.type == "for_statement":
        left = loop.node.child_by_field_name("left")
    else:
        clause = next(child for child in loop.node.named_children if child.type == "for_in_clause")
        left = clause.child_by_field_name("left")
    return text_of(left) if left is not None else ""


def _over(context: FixContext, loop: AskingLoop) -> tuple[str, bool]:
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


def _is_free(context: FixContext, loop: AskingLoop, asked: Asked) -> bool:
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
                if is_attribute_name(node) or _is_held_statement(node, asked):
                    continue
                return False
    mentioned = {text_of(node) for node in (asked.key, *walk(asked.key)) if node.type == "identifier"}
    return bool(mentioned & loop.names) and not any(
        node.type in ("call", "await") for node in (asked.key, *walk(asked.key))
    )


def _is_held_statement(node: Node, asked: Asked) -> bool:
    """Whether a name only hands on a statement (or an answer) that goes with the fix."""
    return any(
        (left := child.child_by_field_name("left")) is not None and text_of(left) == text_of(node)
        for statement in asked.gone
        for child in statement.named_children
        if child.type == "assignment"
    )


def _library(asked: Asked) -> str:
    return "django" if asked.compared is not None and asked.compared.type == "attribute" else "sqlalchemy"


def _rows(context: FixContext, asked: Asked, keys: str) -> str:
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


def _session(asked: Asked, callee: Node | None) -> str:
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


def _asks_by_exec(asked: Asked) -> bool:
    return any(".exec(" in text_of(node) for node in (asked.whole, *asked.gone))


def _first_name(statement: Node) -> str:
    return "query" if re.match(r"[\w.]*\bquery\b(?!\w)", text_of(statement)) else "select"


def _unused(context: FixContext, name: str, at: Node) -> str:
    """A name that nothing around a place binds yet."""
    candidate, n = name, 2
    while context.file.scopes.lookup(candidate, at.start_byte) is not None:
        candidate, n = f"{name}_{n}", n + 1
    return candidate
