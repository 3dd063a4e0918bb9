"""The order in which a function's steps may run: a control-flow graph on the syntax tree.

A step is a simple statement, or what a compound one evaluates first (a condition, an item of a
`with`, an iterable, a subject, what an `except` names). A `finally` has steps of its own for each
way through it, so that a path never enters by an exception and leaves by a return. Nested
functions and lambdas are no part of it: they run elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.syntax.guards import LEAVING_CALLS
from bugcatalog_ls.syntax.nodes import callee_of, statements, text_of, unparenthesised, walk

EdgeKind = Literal["next", "true", "false", "raise"]

_MAX_STEPS = 3000
_RAISING = frozenset(
    {
        *("call", "await", "yield", "subscript", "raise_statement", "assert_statement"),
        *("import_statement", "import_from_statement", "for_in_clause"),
    }
)
_DEFINITIONS = ("function_definition", "lambda", "class_definition")
_HANDLERS = ("except_clause", "except_group_clause")
_BROAD = frozenset({"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"})


@dataclass(eq=False, slots=True)
class Step:
    """One step; `node` is what it evaluates, None for the two ends of a function."""

    node: Node | None
    edges: list[tuple[EdgeKind, Step]] = field(default_factory=list)

    def after(self) -> list[Step]:
        """What may follow where the step itself has not raised."""
        return [step for kind, step in self.edges if kind != "raise"]


class Flow:
    """The steps of one function (or module). `end` follows its last statement and each `return`,
    `raised` what nobody catches."""

    def __init__(self, function: Node) -> None:
        self.function = function
        self.end, self.raised = Step(None), Step(None)
        self._steps: dict[int, list[Step]] = {}
        self._n_steps = 0
        body = function if function.type == "module" else function.child_by_field_name("body")
        around = _Around((self.raised,), (self.end,), (), ())
        self.entry = self._block(body, (self.end,), around) if body is not None else (self.end,)

    @property
    def is_complete(self) -> bool:
        """Whether all of the function is here: what is too tangled is cut off, and tells nothing."""
        return self._n_steps <= _MAX_STEPS

    def at(self, node: Node) -> list[Step]:
        """The steps that evaluate a node: several in a `finally`, none in a nested function."""
        current: Node | None = node
        while current is not None and current.id != self.function.id:
            if current.type in _DEFINITIONS and _is_inside(current, node):
                return []
            if (found := self._steps.get(current.id)) is not None:
                return found
            current = current.parent
        return []

    def _step(self, owner: Node, node: Node) -> Step:
        step = Step(node)
        self._n_steps += 1
        self._steps.setdefault(owner.id, []).append(step)
        return step

    # Everything is built from its end backwards: `after` is what follows, the result where to enter.

    def _block(self, block: Node, after: _Steps, around: _Around) -> _Steps:
        for statement in reversed(statements(block)):
            if self._n_steps > _MAX_STEPS:
                return after
            after = self._statement(statement, after, around)
        return after

    def _statement(self, node: Node, after: _Steps, around: _Around) -> _Steps:
        match node.type:
            case "if_statement":
                return self._if(node, after, around)
            case "for_statement":
                return self._loop(node, node.child_by_field_name("right"), after, around)
            case "while_statement":
                return self._loop(node, node.child_by_field_name("condition"), after, around)
            case "try_statement":
                return self._try(node, after, around)
            case "with_statement":
                return self._with(node, after, around)
            case "match_statement":
                return self._match(node, after, around)
        step = self._step(node, node)
        match node.type:
            case "return_statement":
                _lead(step, "next", around.returns)
            case "break_statement":
                _lead(step, "next", around.breaks)
            case "continue_statement":
                _lead(step, "next", around.continues)
            case "raise_statement":
                pass
            case _ if not _exits(node):
                _lead(step, "next", after)
        if can_raise(node):
            _lead(step, "raise", around.raises)
        return (step,)

    def _if(self, node: Node, after: _Steps, around: _Around) -> _Steps:
        clauses = [node, *node.children_by_field_name("alternative")]
        following = after
        for clause in reversed(clauses):
            body = clause.child_by_field_name("consequence") or clause.child_by_field_name("body")
            entered = self._block(body, after, around) if body is not None else after
            condition = clause.child_by_field_name("condition")
            if condition is None:
                following = entered
                continue
            step = self._step(clause, condition)
            _lead(step, "true", entered)
            _lead(step, "false", following)
            self._may_raise(step, around)
            following = (step,)
        return following

    def _loop(self, node: Node, header: Node | None, after: _Steps, around: _Around) -> _Steps:
        step = self._step(node, header if header is not None else node)
        body, alternative = node.child_by_field_name("body"), node.child_by_field_name("alternative")
        inside = replace(around, breaks=after, continues=(step,))
        if body is not None:
            _lead(step, "true", self._block(body, (step,), inside))
        last = alternative.child_by_field_name("body") if alternative is not None else None
        if node.type == "for_statement" or text_of(step.node or node) not in ("True", "1"):
            _lead(step, "false", self._block(last, after, around) if last is not None else after)
        if node.type == "for_statement":
            # Taking the next element runs somebody's code.
            _lead(step, "raise", around.raises)
        else:
            self._may_raise(step, around)
        return (step,)

    def _try(self, node: Node, after: _Steps, around: _Around) -> _Steps:
        parts = {child.type: child for child in node.children if child.type.endswith("_clause")}
        last = _block_of(parts.get("finally_clause"))
        if last is not None:
            after, around = self._through(last, after, around)
        handlers: list[Step] = []
        is_caught = False
        for clause in node.children:
            if clause.type not in _HANDLERS:
                continue
            step = self._step(clause, _caught(clause))
            body = _block_of(clause)
            _lead(step, "next", self._block(body, after, around) if body is not None else after)
            handlers.append(step)
            is_caught = is_caught or _catches_all(clause)
        raises = (*handlers, *(() if is_caught else around.raises))
        otherwise = _block_of(parts.get("else_clause"))
        following = self._block(otherwise, after, around) if otherwise is not None else after
        body = node.child_by_field_name("body")
        return self._block(body, following, replace(around, raises=raises)) if body is not None else following

    def _through(self, last: Node, after: _Steps, around: _Around) -> tuple[_Steps, _Around]:
        """The ways out of a `try`, each with a `finally` of its own before it."""
        made: dict[tuple[int, ...], _Steps] = {}

        def through(target: _Steps) -> _Steps:
            if not target:
                return target
            key = tuple(id(step) for step in target)
            if key not in made:
                made[key] = self._block(last, target, around)
            return made[key]

        ways = _Around(
            raises=through(around.raises),
            returns=through(around.returns),
            breaks=through(around.breaks),
            continues=through(around.continues),
        )
        return through(after), ways

    def _with(self, node: Node, after: _Steps, around: _Around) -> _Steps:
        clause = next((child for child in node.children if child.type == "with_clause"), None)
        items = [child for child in _items(clause) if child.type == "with_item"]
        raises = around.raises
        for item in items:
            if text_of(item).startswith(("suppress(", "contextlib.suppress(")):
                raises = after if any(f"({name})" in text_of(item) for name in _BROAD) else (*after, *raises)
        body = node.child_by_field_name("body")
        inside = replace(around, raises=raises)
        following = self._block(body, after, inside) if body is not None else after
        for item in reversed(items):
            step = self._step(item, item)
            _lead(step, "next", following)
            self._may_raise(step, around)
            following = (step,)
        return following

    def _match(self, node: Node, after: _Steps, around: _Around) -> _Steps:
        body = node.child_by_field_name("body")
        cases = [child for child in body.named_children if child.type == "case_clause"] if body else []
        following = after
        for case in reversed(cases):
            consequence = case.child_by_field_name("consequence")
            entered = self._block(consequence, after, around) if consequence is not None else after
            guard = case.child_by_field_name("guard")
            pattern = next((child for child in case.named_children if child.type == "case_pattern"), case)
            step = self._step(case, guard or pattern)
            _lead(step, "true", entered)
            if guard is not None or not _matches_all(pattern):
                _lead(step, "false", following)
            self._may_raise(step, around)
            following = (step,)
        subject = node.child_by_field_name("subject")
        step = self._step(node, subject or node)
        _lead(step, "next", following)
        self._may_raise(step, around)
        return (step,)

    def _may_raise(self, step: Step, around: _Around) -> None:
        if step.node is not None and can_raise(step.node):
            _lead(step, "raise", around.raises)


def can_raise(node: Node) -> bool:
    """Whether a step runs code that may raise: a call, a subscript, an `await`, a `yield` …"""
    if node.type in _RAISING:
        return True
    if node.type in ("function_definition", "class_definition", "decorated_definition"):
        return False
    return any(child.type in _RAISING for child in walk(node))


_Steps = tuple[Step, ...]


@dataclass(frozen=True)
class _Around:
    """Where the ways out of a block lead."""

    raises: _Steps
    returns: _Steps
    breaks: _Steps
    continues: _Steps


def _lead(step: Step, kind: EdgeKind, targets: _Steps) -> None:
    step.edges += [(kind, target) for target in targets]


def _is_inside(definition: Node, node: Node) -> bool:
    """Whether a node stands in what a definition runs later, not in its header."""
    body = definition.child_by_field_name("body")
    return body is not None and body.start_byte <= node.start_byte and node.end_byte <= body.end_byte


def _exits(statement: Node) -> bool:
    if statement.type != "expression_statement" or not statement.named_children:
        return False
    call = unparenthesised(statement.named_children[0])
    function = callee_of(call) if call.type == "call" else None
    return function is not None and text_of(function) in LEAVING_CALLS


def _block_of(clause: Node | None) -> Node | None:
    return next((child for child in clause.children if child.type == "block"), None) if clause else None


def _caught(handler: Node) -> Node:
    """What an `except` names; the clause itself where it is bare."""
    named = [child for child in handler.named_children if child.type not in ("block", "comment")]
    return named[0] if named else handler.children[0]


def _catches_all(handler: Node) -> bool:
    named = _caught(handler)
    if named.id == handler.children[0].id:
        return True
    kind = named.named_children[0] if named.type == "as_pattern" else named
    kind = unparenthesised(kind)
    return any(text_of(part) in _BROAD for part in (kind.named_children if kind.type == "tuple" else [kind]))


def _items(clause: Node | None) -> list[Node]:
    """The items of a `with`, also where parentheses hold them."""
    found: list[Node] = []
    for child in clause.named_children if clause is not None else ():
        found += [child] if child.type == "with_item" else _items(child)
    return found


def _matches_all(pattern: Node) -> bool:
    """Whether a pattern is `_`, or a plain name that takes anything."""
    text = text_of(pattern)
    return text == "_" or (text.isidentifier() and text not in ("True", "False", "None"))
