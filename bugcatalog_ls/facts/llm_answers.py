"""Answers of language models: where a file reads their text, and what it does with it.

It knows the shapes of OpenAI's answers (with LiteLLM, Mistral and all that copy them), of Anthropic,
Gemini, Ollama and LangChain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from bugcatalog_ls.facts.answer_steps import STEPS, TEXTS, Family, next_part, step_of
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import (
    ancestors,
    callee_of,
    enclosing,
    text_of,
    unparenthesised,
    walk,
)
from bugcatalog_ls.syntax.outside import is_outside


@dataclass(frozen=True)
class AnswerText:
    """One read of an answer's text: the expression, and the one that gives the list or answer that
    it is taken from (`response.choices`, `message.content`, `response`)."""

    node: Node
    family: Family
    source: Node
    list_read: Node
    """The first subscript or loop that needs an element of the list; the read itself where there is none."""


_LISTS = {"choices": "choices", "candidates": "candidates"}
_GEMINI = frozenset({"generate_content", "generate_content_async", "send_message", "send_message_async"})
_GEMINI_LIBRARIES = (b"genai", b"generativeai", b"vertexai")
_LANGCHAIN = re.compile(r"^(?:langchain\w*|langgraph)\..*\.a?invoke\(\)$")
_OLLAMA = re.compile(r"^ollama\.(?:(?:Async)?Client\(\)\.)?(chat|generate)\(\)$")
_ANTHROPIC = re.compile(r"\.messages\.create$|\.get_final_message$")
_MAX_STEPS = 12


def answer_texts(file: PyFile) -> Iterator[AnswerText]:
    """The reads of answers' texts in a file, in the order of their beginnings."""
    seen: set[int] = set()
    for found in _all_texts(file):
        if found.node.id not in seen and not _is_written(found.node):
            seen.add(found.node.id)
            yield found


def foreign_texts(file: PyFile) -> Iterator[tuple[AnswerText, str]]:
    """The texts of LangChain's answers where another file makes the model, each with the call's symbol."""
    for call in file.calls_written("invoke", "ainvoke"):
        symbol = file.symbol(call)
        if symbol is None or is_chat_answer(symbol) or is_outside(symbol, file.module):
            continue
        for text in _followed(file, call, "langchain", call, call):
            yield text, symbol


def is_chat_answer(symbol: str) -> bool:
    """Whether a (resolved) symbol is the answer of one of LangChain's chat models."""
    return _LANGCHAIN.match(symbol) is not None and "hat" in symbol


def references(file: PyFile, target: Node) -> Iterator[Node]:
    """The reads of a local name after its assignment, as far as that may be the value."""
    name = text_of(target)
    scope = enclosing(target, "function_definition", "lambda", "class_definition") or file.root
    for node in walk(scope, into_scopes=True):
        if node.type != "identifier" or node.start_byte <= target.start_byte or text_of(node) != name:
            continue
        parent = node.parent
        if parent is None or (parent.type == "attribute" and parent.named_children[0].id != node.id):
            continue
        if parent.type == "keyword_argument" and parent.named_children[0].id == node.id:
            continue
        if parent.type == "assignment" and parent.named_children[0].id == node.id:
            continue
        if any(binding.node.id == target.id for binding in file.names.bindings(node)):
            yield node


def _all_texts(file: PyFile) -> Iterator[AnswerText]:
    data = file.source.data
    if b"choices" in data or b"candidates" in data:
        yield from _of_lists(file)
    if b"anthropic" in data:
        yield from _of_blocks(file)
    if any(library in data for library in _GEMINI_LIBRARIES):
        for call in file.calls_named(*_GEMINI):
            if _is_gemini(file, call):
                yield from _followed(file, call, "gemini", call, call)
    if b"langchain" in data:
        for call in file.calls_named("invoke", "ainvoke"):
            if is_chat_answer(file.symbol(call) or ""):
                yield from _followed(file, call, "langchain", call, call)
    if b"ollama" in data:
        for call in file.calls_named("chat", "generate"):
            match = _OLLAMA.match(file.symbol(call) or "")
            if match is not None:
                yield from _followed(file, call, f"ollama {match[1]}", call, call)


def _of_lists(file: PyFile) -> Iterator[AnswerText]:
    for subscript in file.nodes("subscript"):
        value = subscript.child_by_field_name("value")
        state = _list_name(file, value) if value is not None else None
        if state is not None and value is not None and step_of(subscript) == "[]":
            yield from _followed(file, subscript, STEPS[(state, "[]")], value, subscript)
    for loop in file.nodes("for_statement", "for_in_clause"):
        left, right = loop.child_by_field_name("left"), loop.child_by_field_name("right")
        state = _list_name(file, right) if right is not None else None
        if state is not None and right is not None and left is not None and left.type == "identifier":
            scope = loop.parent if loop.type == "for_in_clause" else None
            for reference in _loop_references(file, left, scope):
                yield from _followed(file, reference, STEPS[(state, "[]")], right, loop)


def _loop_references(file: PyFile, target: Node, comprehension: Node | None) -> Iterator[Node]:
    if comprehension is None:
        yield from references(file, target)
        return
    for node in walk(comprehension, into_scopes=True):
        if node.type != "identifier" or node.id == target.id or text_of(node) != text_of(target):
            continue
        parent = node.parent
        if parent is None or parent.type != "attribute" or parent.named_children[0].id == node.id:
            yield node


def _list_name(file: PyFile, node: Node) -> str | None:
    """Which list of answers an expression is: `response.choices`, `data["choices"]`, a name for it."""
    node = unparenthesised(node)
    if node.type in ("attribute", "subscript"):
        return _LISTS.get(step_of(node) or "")
    if node.type == "identifier" and text_of(node) in _LISTS:
        bindings = file.names.bindings(node)
        values = [binding.value for binding in bindings if binding.kind in ("assign", "walrus")]
        if len(bindings) == 1 and values and values[0] is not None and values[0].type != "identifier":
            return _list_name(file, values[0])
    return None


def _of_blocks(file: PyFile) -> Iterator[AnswerText]:
    for subscript in file.nodes("subscript"):
        value = subscript.child_by_field_name("value")
        if (
            value is None
            or value.type != "attribute"
            or step_of(value) != "content"
            or step_of(subscript) != "[]"
        ):
            continue
        owner = value.child_by_field_name("object")
        if owner is not None and _is_anthropic(file, owner):
            yield from _followed(file, subscript, "block", value, subscript)


def _is_anthropic(file: PyFile, node: Node) -> bool:
    symbol = file.symbol(node) or ""
    if symbol.startswith("anthropic."):
        return symbol.startswith(("anthropic.types.", "anthropic.Message")) or ".messages." in symbol
    call = _call_behind(file, node)
    return call is not None and _ANTHROPIC.search(text_of(callee_of(call) or call)) is not None


def _call_behind(file: PyFile, node: Node) -> Node | None:
    """The call that gives a value, awaited or not, by its expression or the one name that it has."""
    node = unparenthesised(node)
    if node.type == "await" and node.named_children:
        node = unparenthesised(node.named_children[0])
    if node.type == "call":
        return node
    if node.type != "identifier":
        return None
    bindings = file.names.bindings(node)
    if len(bindings) != 1 or bindings[0].kind not in ("assign", "walrus") or bindings[0].value is None:
        return None
    value = bindings[0].value
    return _call_behind(file, value) if value.type in ("call", "await") else None


def _is_gemini(file: PyFile, call: Node) -> bool:
    written = text_of(callee_of(call) or call)
    if written.rpartition(".")[2].startswith("generate_content"):
        return True
    symbol = file.symbol(call) or ""
    return symbol.startswith(("google.", "vertexai.")) and ("chat" in symbol.lower())


# -- following -------------------------------------------------------------------------------------


def _followed(
    file: PyFile, node: Node, state: str, source: Node, list_read: Node, steps: int = _MAX_STEPS
) -> Iterator[AnswerText]:
    """The texts that come out of a part of an answer, through attributes, subscripts and names."""
    if steps <= 0:
        return
    parent = node.parent
    while parent is not None and (
        parent.type in ("parenthesized_expression", "await", "named_expression", "type_conversion")
        or (parent.type == "conditional_expression" and parent.named_children[1].id != node.id)
    ):
        if parent.type == "named_expression" and parent.named_children[0].type == "identifier":
            for reference in references(file, parent.named_children[0]):
                yield from _followed(file, reference, state, source, list_read, steps - 1)
        node, parent = parent, parent.parent
    if parent is None:
        return
    if parent.type in ("attribute", "subscript") and parent.named_children[0].id == node.id:
        step = step_of(parent)
        following = next_part(state, step) if step is not None else None
        if following is None:
            return
        if following in TEXTS:
            yield AnswerText(parent, TEXTS[following], source, list_read)
        else:
            yield from _followed(file, parent, following, source, list_read, steps - 1)
        return
    left = parent.child_by_field_name("left") if parent.type == "assignment" else None
    if left is not None and left.type == "identifier" and left.id != node.id:
        for reference in references(file, left):
            yield from _followed(file, reference, state, source, list_read, steps - 1)


def _is_written(node: Node) -> bool:
    """Whether an expression is assigned to or deleted."""
    for parent in ancestors(node):
        if parent.type in ("assignment", "augmented_assignment"):
            left = parent.child_by_field_name("left")
            return left is not None and left.start_byte <= node.start_byte < left.end_byte
        if parent.type == "delete_statement":
            return True
        if parent.type.endswith("_statement") or parent.type == "block":
            return False
    return False
