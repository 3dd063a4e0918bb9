"""Why an answer of a language model has no text, as Gemini, LangChain, Ollama and a choice tell it."""

from __future__ import annotations

import re

from bugcatalog_ls.facts.llm_answers import AnswerText
from bugcatalog_ls.syntax.file import PyFile

_READ = re.compile(
    r"(?P<answer>[A-Za-z_][\w.]*?)(?P<read>\.text|\.content|\.message\.content|\.response|\[.*\](?:\.content)?)"
)
_OF_CHOICE = re.compile(r"(?P<choice>[A-Za-z_]\w*)\.message\.content")
_OF_ANTHROPIC = re.compile(r"\blangchain_anthropic\b|\bChatAnthropic\b|[\"'](?:anthropic:|claude-)")
_OF_OTHERS = re.compile(r"\blangchain_(?!anthropic|core|community)\w+|[\"'](?:openai|google_\w+|mistralai):")
_RAISING = re.compile(r"^\s*(?:import|from)\s+(?:google\.generativeai|vertexai)\b", re.MULTILINE)


def finish_reason(file: PyFile, text: AnswerText, written: str) -> tuple[str, str] | None:
    """The name and the expression of the reason that an answer, or a variable for its choice, tells."""
    choice = _OF_CHOICE.fullmatch(written)
    if text.family == "choices" and choice is not None:
        return "finish_reason", f"{choice['choice']}.finish_reason"
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


def asked_first(file: PyFile, text: AnswerText, written: str) -> str:
    """The text of an answer, asked for only where it has one: the older clients of Gemini raise at `.text`
    of an answer without parts."""
    read = _READ.fullmatch(written)
    if text.family != "text" or read is None or read["read"] != ".text":
        return written
    if _RAISING.search(file.source.text) is None:
        return written
    answer = read["answer"]
    return f"{written} if {answer}.candidates and {answer}.candidates[0].content.parts else None"
