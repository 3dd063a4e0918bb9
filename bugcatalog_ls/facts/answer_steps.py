"""The parts of language models' answers: what leads from one to the next, and which of them are text."""

from __future__ import annotations

from typing import Literal

from tree_sitter import Node

from bugcatalog_ls.syntax.nodes import string_value, text_of

Family = Literal["choices", "delta", "blocks", "candidates", "text"]
"""OpenAI's choices; their streamed deltas; Anthropic's content blocks; Gemini's candidates; a plain text."""

# What leads from one part of an answer to the next.
STEPS: dict[tuple[str, str], str] = {
    ("choices", "[]"): "choice",
    ("choice", "message"): "message",
    ("choice", "delta"): "delta",
    ("choice", "text"): "content",
    ("message", "content"): "content",
    ("delta", "content"): "delta content",
    ("blocks", "[]"): "block",
    ("block", "text"): "block text",
    ("candidates", "[]"): "candidate",
    ("candidate", "content"): "candidate content",
    ("candidate content", "parts"): "parts",
    ("parts", "[]"): "part",
    ("part", "text"): "part text",
}
TEXTS: dict[str, Family] = {
    "content": "choices",
    "delta content": "delta",
    "block text": "blocks",
    "part text": "candidates",
    "plain": "text",
}


def next_part(state: str, step: str) -> str | None:
    match state:
        case "gemini":
            return "plain" if step == "text" else None
        case "langchain":
            return "plain" if step == "content" else None
        case "ollama chat":
            return "ollama message" if step == "message" else None
        case "ollama message":
            return "plain" if step == "content" else None
        case "ollama generate":
            return "plain" if step == "response" else None
    return STEPS.get((state, step))


def step_of(node: Node) -> str | None:
    """The name that an attribute or a subscript by text reads; `[]` for one by number."""
    if node.type == "attribute":
        name = node.child_by_field_name("attribute")
        return text_of(name) if name is not None else None
    if node.type != "subscript":
        return None
    keys = node.children_by_field_name("subscript")
    if len(keys) != 1:
        return None
    key = string_value(keys[0])
    if key is not None:
        return key
    return "[]" if keys[0].type in ("integer", "unary_operator") else None
