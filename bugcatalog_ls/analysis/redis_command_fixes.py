"""Two commands of Redis as one: a counter, a key that is read and deleted."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Fix
from bugcatalog_ls.analysis.redis_key_claims import claimed_by_deletion, under_lock
from bugcatalog_ls.facts.stale_keys import stale_keys
from bugcatalog_ls.syntax.edits import insert_at, replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.local_uses import local_scope, mentions
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    body_of,
    callee_of,
    operator_of,
    statement_of,
    text_of,
    unawaited,
    unparenthesised,
    walk,
)
from bugcatalog_ls.syntax.statement_edits import insert_before, remove_statement, remove_statements
from bugcatalog_ls.text.spans import TextEdit

_PARTING = ("raise_statement", "return_statement", "break_statement", "continue_statement", "if_statement")


def as_one_command(context: FixContext, kind: str) -> Iterator[Fix]:
    """One command for a key that is set (`write`) or deleted (`once`) after it was read."""
    stale = next((one for one in stale_keys(context.file) if one.node.start_byte == context.span.start), None)
    if stale is None:
        return
    if kind == "once":
        function = callee_of(stale.read)
        method = function.child_by_field_name("attribute") if function is not None else None
        removal = statement_of(stale.node)
        if method is None or text_of(method) != "get" or removal.type != "expression_statement":
            return
        claimed = claimed_by_deletion(context.file, stale)
        if claimed:
            yield context.fix("Go on only where this deleted the key", "suggested", claimed)
        edits = [*replace_node(method, "getdel"), *remove_statement(context.file, removal)]
        yield context.fix("Read and delete the key by one command", "suggested", edits)
        return
    found = list(_count(context, stale.read, stale.node))
    found = found or list(_count_stepwise(context, stale.read, stale.node))
    found = found or list(_count_by_step(context, stale.read, stale.node))
    found = found or list(_count_first(context, stale.read, stale.node))
    yield from found
    edits = [] if found else under_lock(context.file, stale)
    if edits:
        yield context.fix("Hold a lock of the key meanwhile", "suggested", edits)


def _count_first(context: FixContext, read: Node, write: Node) -> Iterator[Fix]:
    """A counter that is tested before it is written: counted where it was read, and taken back where
    the test turns the caller away."""
    file, function, scope = context.file, callee_of(write), local_scope(context.file, write)
    owner = function.child_by_field_name("object") if function is not None else None
    arguments, end, start = arguments_of(write), statement_of(write), statement_of(read)
    if owner is None or scope is None or not text_of(function or owner).endswith(".set"):
        return
    if len(arguments.positional) != 2 or arguments.keywords or arguments.list_unpacked:
        return
    value = unparenthesised(arguments.positional[1])
    if value.type != "binary_operator" or operator_of(value) not in ("+", "-"):
        return
    left, amount = value.child_by_field_name("left"), value.child_by_field_name("right")
    old = _assignment_of(file, left) if left is not None else None
    number = old.child_by_field_name("right") if old is not None else None
    if amount is None or number is None or statement_of(number) != start or end.parent != start.parent:
        return
    if end.type != "expression_statement" or _number_of(number).id != read.id:
        return
    if amount.type != "integer" and not _is_known_at(file, amount, start):
        return
    guards = _guards_between(start, end)
    if guards is None:
        return
    given, sign = text_of(arguments_of(read).positional[0]), operator_of(value)
    given = given if text_of(amount) == "1" else f"{given}, {text_of(amount)}"
    there, back = ("incr", "decr") if sign == "+" else ("decr", "incr")
    awaited = "await " if "await " in text_of(end) else ""
    counted = f"{awaited}{text_of(owner)}.{there}({given}) {'-' if sign == '+' else '+'} {text_of(amount)}"
    edits = [*replace_node(number, counted), *remove_statement(file, end)]
    for guard in guards:
        edits += insert_before(file, guard, f"{awaited}{text_of(owner)}.{back}({given})")
    yield context.fix("Count first, by one command", "suggested", edits)


def _is_known_at(file: PyFile, name: Node, statement: Node) -> bool:
    """Whether a name has its only value before a statement."""
    bindings = file.names.bindings(name) if name.type == "identifier" else []
    return len(bindings) == 1 and bindings[0].node.start_byte < statement.start_byte


def _guards_between(start: Node, end: Node) -> list[Node] | None:
    """The first statement of each branch between two that leaves the function; None where the way from
    the one to the other is any other than straight on."""
    guards: list[Node] = []
    node = start.next_named_sibling
    while node is not None and node != end:
        if node.type == "if_statement":
            body = body_of(node)
            if node.child_by_field_name("alternative") is not None or not body:
                return None
            if body[-1].type not in ("raise_statement", "return_statement"):
                return None
            if any(part.type in _PARTING for each in body[:-1] for part in (each, *walk(each))):
                return None
            guards.append(body[0])
        elif node.type not in ("expression_statement", "comment"):
            return None
        node = node.next_named_sibling
    return guards if node is not None else None


def _count_stepwise(context: FixContext, read: Node, write: Node) -> Iterator[Fix]:
    """A counter whose new value has a name of its own, or whose old one is made a number first."""
    file, function, scope = context.file, callee_of(write), local_scope(context.file, write)
    owner = function.child_by_field_name("object") if function is not None else None
    arguments = arguments_of(write)
    if owner is None or scope is None or not text_of(function or owner).endswith(".set"):
        return
    if len(arguments.positional) != 2 or arguments.keywords or arguments.list_unpacked:
        return
    held, read_held = _assignment_of(file, arguments.positional[1]), statement_of(read)
    value = held.child_by_field_name("right") if held is not None else arguments.positional[1]
    value = unparenthesised(value) if value is not None else None
    if value is None or value.type != "binary_operator" or operator_of(value) not in ("+", "-"):
        return
    left, right = value.child_by_field_name("left"), value.child_by_field_name("right")
    if left is None or right is None or right.type not in ("integer", "identifier", "attribute"):
        return
    source = _number_of(left)
    is_direct = source.start_byte <= read.start_byte < source.end_byte
    old = _assignment_of(file, source)
    is_old = old is not None and old.start_byte <= read.start_byte < old.end_byte
    if not is_direct and not is_old:
        return
    command = "incr" if operator_of(value) == "+" else "decr"
    amount = "" if text_of(right) == "1" else f", {text_of(right)}"
    counted = f"{text_of(owner)}.{command}({text_of(arguments.positional[0])}{amount})"
    edits: list[TextEdit] = []
    statement = statement_of(write)
    if statement.type != "expression_statement":
        return
    if held is not None:
        # The new value by its name, where more than the write needs it.
        name = arguments.positional[1]
        uses = [node for node, _ in mentions(file, scope, text_of(name))]
        if any(held.end_byte < node.start_byte < write.start_byte for node in uses):
            return
        if len(uses) > 2:
            edits += [insert_at(statement.start_byte, f"{text_of(name)} = ")]
        edits += remove_statement(file, statement_of(held))
    else:
        others = [
            node
            for node in walk(scope.node)
            if node.type == "binary_operator" and node.id != value.id and text_of(node) == text_of(value)
        ]
        if len(list(mentions(file, scope, text_of(source)))) != 2 + len(others):
            return
        if any(node.start_byte < write.start_byte for node in others):
            return
        if others:
            edits += [insert_at(statement.start_byte, f"{text_of(source)} = ")]
            edits += [edit for node in others for edit in replace_node(node, text_of(source))]
    if not is_direct and old is not None:
        if (
            held is not None
            and len(list(mentions(file, scope, text_of(source)))) != _n_mentions(left, source) + 1
        ):
            return
        edits += remove_statement(file, read_held)
    edits += replace_node(write, counted)
    yield context.fix("Count by one command", "suggested", edits)


def _count_by_step(context: FixContext, read: Node, write: Node) -> Iterator[Fix]:
    """A counter that is read into a name, stepped there and written: `n = int(r.get(k) or 0)`, `n += 1`."""
    file, function, scope = context.file, callee_of(write), local_scope(context.file, write)
    owner = function.child_by_field_name("object") if function is not None else None
    arguments, start, end = arguments_of(write), statement_of(read), statement_of(write)
    if owner is None or scope is None or not text_of(function or owner).endswith(".set"):
        return
    if len(arguments.positional) != 2 or arguments.keywords or arguments.list_unpacked:
        return
    following = [node for node in (start.next_named_sibling,) if node is not None]
    step = following[0].named_children[0] if following and following[0].named_children else None
    assignment = start.named_children[0] if start.named_children else start
    name, number = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
    if step is None or step.type != "augmented_assignment" or name is None or number is None:
        return
    if following[0].next_named_sibling != end or end.type != "expression_statement":
        return
    stepped, amount = step.child_by_field_name("left"), step.child_by_field_name("right")
    if stepped is None or amount is None or amount.type not in ("integer", "identifier", "attribute"):
        return
    same = {text_of(name), text_of(stepped), text_of(arguments.positional[1])}
    operator = operator_of(step)
    if len(same) != 1 or operator not in ("+=", "-=") or _number_of(number).id != read.id:
        return
    command = "incr" if operator == "+=" else "decr"
    given = text_of(arguments.positional[0]) + ("" if text_of(amount) == "1" else f", {text_of(amount)}")
    counted = f"{text_of(owner)}.{command}({given})"
    if "await " in text_of(end):
        counted = f"await {counted}"
    gone = remove_statements(file, [following[0], end])
    n_uses = len(list(mentions(file, scope, text_of(name))))
    edits = replace_node(number if n_uses > 3 else assignment, counted)
    yield context.fix("Count by one command", "suggested", [*edits, *gone])


def _n_mentions(node: Node, name: Node) -> int:
    return sum(part.type == "identifier" and text_of(part) == text_of(name) for part in (node, *walk(node)))


def _assignment_of(file: PyFile, name: Node) -> Node | None:
    """The only assignment that binds a name."""
    bindings = file.names.bindings(name) if name.type == "identifier" else []
    value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
    parent = value.parent if value is not None else None
    return parent if parent is not None and parent.type == "assignment" else None


def _number_of(node: Node) -> Node:
    """What is made a number: `value` of `int(value or 0)`."""
    node = unparenthesised(node)
    if node.type == "call" and text_of(callee_of(node) or node) == "int":
        given = arguments_of(node).positional
        return _number_of(given[0]) if len(given) == 1 else node
    if node.type == "boolean_operator":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and right is not None and text_of(right).strip("b'\"") == "0":
            return _number_of(left)
    return unawaited(node)


def _count(context: FixContext, read: Node, write: Node) -> Iterator[Fix]:
    """A counter that is read, raised and written becomes one command."""
    arguments = arguments_of(write)
    function = callee_of(write)
    owner = function.child_by_field_name("object") if function is not None else None
    is_field = text_of(function).endswith(".hset") if function is not None else False
    n_given = 3 if is_field else 2
    if owner is None or len(arguments.positional) != n_given or arguments.keywords or arguments.list_unpacked:
        return
    value = unparenthesised(arguments.positional[-1])
    if value.type != "binary_operator" or statement_of(write).type != "expression_statement":
        return
    operator = operator_of(value)
    left, right = value.child_by_field_name("left"), value.child_by_field_name("right")
    binding = statement_of(read)
    assignment = binding.named_children[0] if binding.named_children else binding
    name = assignment.child_by_field_name("left") if assignment.type == "assignment" else None
    if left is None or right is None or name is None or operator not in ("+", "-"):
        return
    if text_of(left) != text_of(name) or right.type not in ("integer", "identifier"):
        return
    scope = local_scope(context.file, write)
    n_uses = len(list(mentions(context.file, scope, text_of(name)))) if scope is not None else 0
    command = "incr" if operator == "+" else "decr"
    amount = "" if text_of(right) == "1" else f", {text_of(right)}"
    given = text_of(arguments.positional[0])
    if is_field:
        sign = "" if operator == "+" else "-"
        command, given = "hincrby", f"{given}, {text_of(arguments.positional[1])}"
        amount = f", {sign}{text_of(right)}"
    edits = replace_node(write, f"{text_of(owner)}.{command}({given}{amount})")
    if n_uses == 2:
        edits = [*remove_statement(context.file, binding), *edits]
        yield context.fix("Count by one command", "suggested", edits)
