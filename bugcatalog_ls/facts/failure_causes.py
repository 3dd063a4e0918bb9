"""Whose fault a failure is, and the status that says so: the client's, the server's, or nothing is there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.failure_bodies import TEXTS, branch_of, handler_of
from bugcatalog_ls.facts.responses import Answer, pairs_of
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import callee_of, string_value, text_of

# What is unknown is a thing of the server's, or a word of the request's that it does not take.
_WORDS = (
    "error|exception|failure|reason|state|status|action|command|event|field|filter|format|key|method|mode|"
    "operation|option|parameter|property|type|value"
)
_UNKNOWN = rf"^unknown (?!(?:{_WORDS})s?\b)\w+(?:$|:? ['\"]?\{{\}})"
_MISSING_TEXT = re.compile(rf"\bnot found\b|\bdoes(?: not|n't) exist\b|\bno such\b|{_UNKNOWN}", re.I)
_INPUT_TEXT = re.compile(r"\b(?:invalid|unsupported|must (?:be|have|not)|(?:is|are) required)\b", re.I)
_INPUT_ERRORS = frozenset({"ValidationError", "RequestValidationError", "JSONDecodeError", "BadRequest"})
_VALUE_ERRORS = frozenset({"ValueError", "TypeError", "KeyError", "UnicodeDecodeError"})
_VALIDATES = re.compile(r"\bvalid|\bis_valid")
_REQUEST = re.compile(r"(?:flask|quart|self)\.request")
_CHECKS = re.compile(r"valid|match|check|allowed|(?:^|[._])is_")


def status_of_failure(file: PyFile, returned: Node, answer: Answer) -> int:
    """400 where the branch looks at what the client sent or the text blames it, 404 where that misses
    something, else 500."""
    values = [value for key, value in pairs_of(answer.body) if key in TEXTS]
    texts = [_said(value) for value in values]
    handler = handler_of(returned)
    if any(_MISSING_TEXT.search(text) for text in texts):
        return 404
    if handler is not None:
        return 400 if _is_input_error(handler) else 500
    if any(_INPUT_TEXT.search(text) for text in texts) or any(
        _is_of_form(value) for _, value in pairs_of(answer.body)
    ):
        return 400
    branch = branch_of(returned)
    condition = None
    if branch is not None and branch.type == "conditional_expression":
        condition = branch.named_children[1]
    if branch is not None and branch.type == "if_statement":
        condition = branch.child_by_field_name("condition")
        for clause in branch.children_by_field_name("alternative"):
            if clause.start_byte <= returned.start_byte < clause.end_byte:
                condition = clause.child_by_field_name("condition") or condition
    if condition is None:
        return 500
    return 400 if any(_is_input(file, node, 4) for node in _tested(file, condition)) else 500


def _said(value: Node) -> str:
    """The text that a value begins with or is, with `{}` for what is put into it."""
    if value.type == "string" and (text := string_value(value)) is not None:
        return text
    if value.type in ("string", "concatenated_string"):
        parts = [value] if value.type == "string" else value.named_children
        inner = [part for each in parts for part in each.named_children]
        return "".join(
            "{}" if part.type == "interpolation" else text_of(part) for part in inner if _tells(part)
        )
    if value.type == "binary_operator" and value.named_children:
        said = _said(value.named_children[0])
        return re.sub(r"%\w|%\(\w+\)s", "{}", said) if "%" in said else f"{said}{{}}" if said else ""
    owner = callee_of(value) if value.type == "call" else None
    made_by = owner.child_by_field_name("object") if owner is not None and owner.type == "attribute" else None
    is_format = made_by is not None and text_of(owner or value).endswith(".format")
    return re.sub(r"\{\w*\}", "{}", _said(made_by)) if made_by is not None and is_format else ""


def _tells(part: Node) -> bool:
    return part.type in ("string_content", "interpolation")


def _is_of_form(value: Node) -> bool:
    """`serializer.errors`, `form.errors.as_json()`: what a validation found."""
    return re.search(r"(?:serializer|form)\w*\.(?:errors|_errors)\b", text_of(value), re.I) is not None


def _tested(file: PyFile, condition: Node) -> Iterator[Node]:
    """What a condition looks at itself; what it hands to other functions these look at."""
    stack = [condition]
    while stack:
        node = stack.pop()
        yield node
        if node.type == "call":
            symbol = file.callee(node) or ""
            if not symbol.startswith(("builtins.", "re.")) and not _CHECKS.search(
                text_of(callee_of(node) or node)
            ):
                stack.extend(child for child in node.named_children if child.type != "argument_list")
                continue
        stack.extend(node.named_children)


def _is_input_error(handler: Node) -> bool:
    header = text_of(handler).split(":")[0]
    names = set(re.findall(r"\w+", header))
    if names & _INPUT_ERRORS:
        return True
    body = handler.parent.child_by_field_name("body") if handler.parent is not None else None
    return bool(names & _VALUE_ERRORS) and body is not None and bool(re.search(r"\brequest\b", text_of(body)))


def _is_input(file: PyFile, node: Node, depth: int) -> bool:
    """Whether an expression reads what the client sent: the request, or a parameter of the handler."""
    if _validates(node):
        return True
    if node.type == "attribute" and text_of(node).endswith((".validated_data", ".cleaned_data")):
        return True
    if node.type == "attribute" and _REQUEST.fullmatch(text_of(node)):
        return True
    if node.type != "identifier" or depth == 0:
        return False
    if text_of(node) == "request":
        return True
    bindings = file.names.bindings(node)
    if len(bindings) != 1:
        return False
    binding = bindings[0]
    if binding.kind == "parameter":
        given = text_of(binding.node)
        return text_of(node) not in ("self", "cls") and "Depends" not in given and "Security" not in given
    if binding.kind not in ("assign", "walrus", "annotation") or binding.value is None:
        return False
    root = binding.value
    while (owner := _read_from(root)) is not None:
        if _REQUEST.fullmatch(text_of(root)) or _validates(root):
            return True
        root = owner
    return _is_input(file, root, depth - 1)


def _validates(node: Node) -> bool:
    """`form.validate()`, `serializer.is_valid()`"""
    return node.type == "call" and _VALIDATES.search(text_of(callee_of(node) or node)) is not None


def _read_from(node: Node) -> Node | None:
    """What an expression takes its value from: `payload` of `payload.get("name", "").strip()`."""
    if node.type in ("await", "parenthesized_expression", "boolean_operator") and node.named_children:
        return node.named_children[0]
    if node.type == "call":
        called = callee_of(node)
        return called if called is not None and called.type == "attribute" else None
    if node.type == "attribute":
        return node.child_by_field_name("object")
    return node.child_by_field_name("value") if node.type == "subscript" else None
