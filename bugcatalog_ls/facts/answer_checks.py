"""Checks of a model's answer: what uses of its text fail where there is none, and what tells before.

A truth test of the text counts, a test of its list for the elements; `except` counts where it names
the very errors that a missing text raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.facts.llm_answers import AnswerText, references
from bugcatalog_ls.facts.value_paths import value_path
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import conditions_at, statements_before
from bugcatalog_ls.syntax.handlers import caught_types
from bugcatalog_ls.syntax.nodes import (
    FUNCTIONS,
    ancestors,
    arguments_of,
    callee_of,
    enclosing,
    enclosing_function,
    operator_of,
    text_of,
    walk,
)

Role = Literal["use", "check", "fallback"]


@dataclass(frozen=True)
class TextUse:
    """One place where an answer's text matters: a use that fails without one, a check of it,
    or a fallback (`content or ""`).     `name` is the variable that holds the text there."""

    node: Node
    role: Role
    name: str | None


# Calls whose argument must be a text.
_NEED_TEXT = re.compile(
    r"^(?:(?:\w*json\w*|simplejson|yaml|json_repair|demjson3?)\.(?:loads|safe_load|load|decode|parse)"
    r"|(?:ast\.)?literal_eval|len|int|float|re\.\w+"
    r"|(?:\w+\.)*(?:model_validate_json|parse_raw|validate_json|from_json))$"
)
_ASKS_LIST = re.compile(r"(?:not |len\()?\s*([\w.]+\.choices)\)?(?:\s*(?:is None|== 0))?")
# What tested the text gave its answer a name: `if has_content: …`.
_SAYS_THERE = re.compile(r"\b(?:has|have|got)_(?:\w+_)?(?:content|text|answer|reply)\b")
_NAMED_ERRORS = frozenset({"AttributeError", "TypeError", "IndexError", "KeyError"})
_PARSE_ERRORS = frozenset({"JSONDecodeError", "ValueError"})
_COMPLETED = re.compile(r"(?:\.text|\[.text.\])$")
_STR = frozenset({"str", "'str'", '"str"', "Awaitable[str]"})
_TESTED = frozenset({"if_statement", "elif_clause", "while_statement", "assert_statement", "not_operator"})


def text_uses(file: PyFile, text: AnswerText) -> Iterator[TextUse]:
    """What is done with a text, directly or through the names that it is given."""
    yield from _uses(file, text.node, None, 6)


def is_text_checked(file: PyFile, text: AnswerText, use: TextUse) -> bool:
    """Whether a check of the text stands on the way to a use."""
    # Clients that always give a text give an empty one, which a parser refuses.
    is_always_text = text.family == "text" and not text_of(text.node).endswith(".text")
    if _is_caught(use.node, _NAMED_ERRORS | _PARSE_ERRORS if is_always_text else _NAMED_ERRORS):
        return True
    call = enclosing(use.node, "call")
    if is_always_text and call is not None and text_of(call).startswith(("json_repair.", "repair_json(")):
        return True  # It takes what is no JSON at all.
    if is_always_text and _is_looked_into(use.node):
        return True  # `"yes" in ""` is an answer as well.
    if text.family == "choices" and _COMPLETED.search(text_of(text.node)) and _takes_empty(use.node):
        return True  # Old completions always have a text.
    subjects = [re.escape(text_of(text.node))]
    if use.name is not None:
        subjects.append(rf"\b{re.escape(use.name)}\b(?!\s*=[^=])")
    if text.family in ("blocks", "candidates"):
        subjects.append(re.escape(text_of(text.source)) + r"(?!\s*\[)")
    tested = re.compile("|".join(subjects))
    # What was tested where it was read stays so, wherever the name for it goes.
    places = (use.node,) if use.node.id == text.node.id else (use.node, text.node)
    conditions = [condition.node for place in places for condition in conditions_at(place)]
    if any(tested.search(text_of(condition)) for condition in conditions):
        return True
    if any(_SAYS_THERE.search(text_of(condition)) for condition in conditions):
        return True
    if any(_asks_for_same(file, text.node, condition) for condition in conditions):
        return True
    names = {text_of(text.node), use.name or ""}
    return any(
        _rebinds_when_tested(statement, names, tested)
        for place in places
        for statement in statements_before(place)
    )


def _asks_for_same(file: PyFile, text: Node, condition: Node) -> bool:
    """Whether a condition reads the very value of a mapping in other words: `message.get("content")`."""
    if text.type not in ("subscript", "call"):
        return False
    asked = value_path(file, text)
    return any(
        value_path(file, node) == asked
        for node in (condition, *walk(condition))
        if node.type in ("subscript", "call", "identifier")
    )


def _takes_empty(text: Node) -> bool:
    """Whether an empty text does no harm: it is joined to another, cut, or asked how it begins."""
    parent = text.parent
    if parent is None or parent.type in ("binary_operator", "augmented_assignment"):
        return parent is not None
    if parent.type == "subscript":
        return any(child.type == "slice" for child in parent.named_children)
    name = parent.child_by_field_name("attribute")
    return name is not None and text_of(name) in ("startswith", "endswith")


def _is_looked_into(text: Node) -> bool:
    """Whether a text is all that something is looked for in: `"safe" in answer`."""
    parent = text.parent
    return parent is not None and parent.type == "comparison_operator"


def is_list_checked(text: AnswerText) -> bool:
    """Whether it is known, where the first element is read, that there is one."""
    if text.list_read.type in ("for_statement", "for_in_clause") or _is_caught(text.list_read, _NAMED_ERRORS):
        return True
    source = text.source
    written = text_of(source.named_children[-1] if source.named_children else source).strip("\"'")
    tested = re.compile(rf"{re.escape(written)}(?!\w*[\"']?\]?\s*\[)")
    return any(tested.search(text_of(condition.node)) for condition in conditions_at(text.list_read))


def returns_text(node: Node) -> bool:
    """Whether the function around is declared to return a `str`, and nothing less."""
    function = enclosing_function(node)
    declared = function.child_by_field_name("return_type") if function is not None else None
    return declared is not None and text_of(declared) in _STR


def _uses(
    file: PyFile, node: Node, name: str | None, steps: int, value: Node | None = None
) -> Iterator[TextUse]:
    """The uses of a text read at `node`; `value` is the larger expression that may give it."""
    child = value if value is not None else node
    parent = child.parent
    while parent is not None and parent.type in ("parenthesized_expression", "named_expression"):
        if parent.type == "named_expression":
            yield from _of_name(file, parent.named_children[0], steps)
        child, parent = parent, parent.parent
    if parent is None:
        return
    kind = parent.type
    if kind == "conditional_expression":
        parts = [part for part in parent.named_children if part.type != "comment"]
        if len(parts) == 3 and parts[1].id == child.id:
            yield TextUse(node, "check", name)
        else:
            yield from _uses(file, node, name, steps, parent)
    elif kind == "boolean_operator":
        left = parent.child_by_field_name("left")
        if left is not None and left.id == child.id:
            yield TextUse(node, "fallback" if _is_fallback(parent) else "check", name)
        elif operator_of(parent) == "and":
            yield from _uses(file, node, name, steps, parent)
    elif kind == "assignment":
        left = parent.child_by_field_name("left")
        if left is not None and left.type == "identifier":
            yield from _of_name(file, left, steps)
    elif kind == "comparison_operator":
        is_member = " in " in text_of(parent) and parent.named_children[-1].id == child.id
        yield TextUse(node, "use" if is_member else "check", name)
    elif kind in _TESTED:
        yield TextUse(node, "check", name)
    elif kind in ("attribute", "subscript"):
        if parent.named_children[0].id == child.id:
            yield TextUse(node, "use", name)
    elif kind == "return_statement":
        if returns_text(parent):
            yield TextUse(node, "use", name)
    elif kind == "augmented_assignment":
        if "+=" in text_of(parent) and parent.named_children[0].id != child.id:
            yield TextUse(node, "use", name)
    elif kind == "binary_operator":
        if operator_of(parent) == "+":
            yield TextUse(node, "use", name)
    elif kind in ("for_statement", "for_in_clause"):
        right = parent.child_by_field_name("right")
        if right is not None and right.id == child.id:
            yield TextUse(node, "use", name)
    elif kind in ("argument_list", "keyword_argument"):
        yield from _of_argument(parent, node, name)


def _is_fallback(operator: Node) -> bool:
    """Whether `content or …` stands for a value and not for a condition."""
    if operator_of(operator) != "or":
        return False
    child = operator
    for parent in ancestors(operator):
        if parent.type not in ("parenthesized_expression", "boolean_operator"):
            condition = parent.child_by_field_name("condition")
            return parent.type not in _TESTED or (condition is not None and condition.id != child.id)
        child = parent
    return True


def _of_argument(parent: Node, node: Node, name: str | None) -> Iterator[TextUse]:
    call = parent.parent if parent.type == "argument_list" else None
    if parent.type == "keyword_argument" and parent.parent is not None:
        call = parent.parent.parent
    if call is None or call.type != "call":
        return
    called = text_of(callee_of(call) or call)
    if called == "bool":
        yield TextUse(node, "check", name)
    elif _NEED_TEXT.match(called):
        yield TextUse(node, "use", name)


def _of_name(file: PyFile, target: Node, steps: int) -> Iterator[TextUse]:
    if steps > 0:
        for reference in references(file, target):
            yield from _uses(file, reference, text_of(target), steps - 1)


def _rebinds_when_tested(statement: Node, names: set[str], tested: re.Pattern[str]) -> bool:
    """`if content is None: content = ""`, or a branch for the other case that leaves or replaces it."""
    condition = statement.child_by_field_name("condition") if statement.type == "if_statement" else None
    if condition is None or not tested.search(text_of(condition)):
        return False
    return any(
        node.type == "assignment" and text_of(node.named_children[0]) in names for node in walk(statement)
    )


def unasking_guards(file: PyFile) -> Iterator[Node]:
    """`any([not r.choices, not r.choices[0].message])`: guards that read the first choice before
    they can say that there is none, since all of a list is evaluated; the read in each."""
    for call in file.calls_named("any", "all"):
        given = arguments_of(call).positional
        if len(given) != 1 or given[0].type not in ("list", "tuple"):
            continue
        asked = ""
        for item in given[0].named_children:
            written = text_of(item)
            reads = (item, *walk(item)) if asked and f"{asked}[0]" in written else ()
            read = next((n for n in reads if n.type == "subscript" and text_of(n) == f"{asked}[0]"), None)
            if read is not None:
                yield read
                break
            match = _ASKS_LIST.fullmatch(written)
            asked = match[1] if match is not None else asked


def _is_caught(node: Node, errors: frozenset[str]) -> bool:
    """Whether an error of a missing text is expected around, by its name."""
    child = node
    for parent in ancestors(node):
        if parent.type == "try_statement":
            body = parent.child_by_field_name("body")
            handlers = [part for part in parent.children if part.type == "except_clause"]
            names = {
                text_of(kind).rpartition(".")[2] for handler in handlers for kind in caught_types(handler)
            }
            if body is not None and body.id == child.id and names & errors:
                return True
        if parent.type in FUNCTIONS:
            return False
        child = parent
    return False
