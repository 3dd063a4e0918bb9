"""Why an answer of a language model has no text, as Gemini, LangChain, Ollama and a choice tell it."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.facts.llm_answers import AnswerText
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import enclosing_function, text_of, walk

_READ = re.compile(
    r"(?P<answer>[A-Za-z_][\w.]*?)(?P<read>\.text|\.content|\.message\.content|\.response|\[.*\](?:\.content)?)"
)
_OF_CHOICE = re.compile(r"(?P<choice>[A-Za-z_]\w*)\.message\.content")
_MESSAGE = re.compile(r"(?P<choice>.+?)(?:\.message|\[(?P<quote>[\"'])message(?P=quote)\])", re.DOTALL)
_OF_ANTHROPIC = re.compile(r"\blangchain_anthropic\b|\bChatAnthropic\b|[\"'](?:anthropic:|claude-)")
_OF_OTHERS = re.compile(r"\blangchain_(?!anthropic|core|community)\w+|[\"'](?:openai|google_\w+|mistralai):")
_RAISING = re.compile(r"^[^\S\n]*(?:import|from)\s+(?:google\.generativeai|vertexai)\b", re.MULTILINE)
_NEWER = re.compile(
    r"^[^\S\n]*(?:from\s+google\s+import\b.*\bgenai\b|(?:import|from)\s+google\.genai\b)", re.MULTILINE
)


def finish_reason(file: PyFile, text: AnswerText, written: str) -> tuple[str, str] | None:
    """The name and the expression of the reason that an answer, or a variable for its choice or its
    message, tells."""
    choice = _OF_CHOICE.fullmatch(written)
    if text.family == "choices" and choice is not None:
        return "finish_reason", f"{choice['choice']}.finish_reason"
    if text.family == "choices" and (told := _beside_message(file, text)) is not None:
        return "finish_reason", told
    read = _READ.fullmatch(written)
    if text.family != "text" or read is None:
        return None
    answer = read["answer"]
    if read["read"] == ".text":
        return "finish_reason", f"{answer}.candidates[0].finish_reason if {answer}.candidates else None"
    if read["read"] == ".content":
        reason = f'{answer}.response_metadata.get("finish_reason")'
        if _OF_ANTHROPIC.search(file.source.text) is None:
            return "finish_reason", reason
        told = f'{answer}.response_metadata.get("stop_reason")'
        is_mixed = _OF_OTHERS.search(file.source.text) is not None
        return ("finish_reason", f"{reason} or {told}") if is_mixed else ("stop_reason", told)
    return "done_reason", f'{answer}.get("done_reason")' if "[" in read["read"] else f"{answer}.done_reason"


def _beside_message(file: PyFile, text: AnswerText) -> str | None:
    """The reason beside a message that has a name (`message = response.choices[0].message`), while the
    names that it was read of still mean the same."""
    message = text.node.named_children[0]
    bindings = file.names.bindings(message) if message.type == "identifier" else []
    value = bindings[0].value if len(bindings) == 1 and bindings[0].kind == "assign" else None
    read = _MESSAGE.fullmatch(text_of(value)) if value is not None else None
    if value is None or read is None or enclosing_function(value) != enclosing_function(text.node):
        return None
    nodes = (value, *walk(value))
    if any(node.type in ("call", "await") or _is_bound_between(file, node, text.node) for node in nodes):
        return None
    choice = read["choice"]
    return f"{choice}.finish_reason" if read["quote"] is None else f'{choice}.get("finish_reason")'


def _is_bound_between(file: PyFile, name: Node, end: Node) -> bool:
    """Whether a name gets another value between where it is read and a later node."""
    is_attribute = name.parent is not None and name.parent.child_by_field_name("attribute") == name
    if name.type != "identifier" or is_attribute:
        return False
    found = file.scopes.lookup(text_of(name), name.start_byte)
    bindings = found[1] if found is not None else []
    return any(name.end_byte <= binding.offset < end.start_byte for binding in bindings)


def asked_first(file: PyFile, text: AnswerText, written: str) -> str:
    """The text of an answer, asked for only where it has one: the older clients of Gemini raise at `.text`
    of an answer without parts."""
    read = _READ.fullmatch(written)
    if text.family != "text" or read is None or read["read"] != ".text":
        return written
    if _RAISING.search(file.source.text) is None:
        return written
    content = f"{read['answer']}.candidates[0].content"
    # The newer client, where a file has both, may give a candidate without content.
    has_parts = (
        f"{content}.parts" if _NEWER.search(file.source.text) is None else f"{content} and {content}.parts"
    )
    return f"{written} if {read['answer']}.candidates and {has_parts} else None"
