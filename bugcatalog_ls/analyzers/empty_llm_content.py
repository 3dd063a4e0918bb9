"""BC803: the text of a model's answer used as if there always were one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FileContext, FixContext, JoinContext
from bugcatalog_ls.analysis.answer_guards import (
    guard_in_loop,
    guard_list,
    guard_text,
    is_written_out,
    skip_empty_delta,
)
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.answer_checks import (
    TextUse,
    is_list_checked,
    is_text_checked,
    text_uses,
    unasking_guards,
)
from bugcatalog_ls.facts.answer_fallbacks import falls_back
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.llm_answers import AnswerText, answer_texts, foreign_texts, is_chat_answer
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    COMPREHENSIONS,
    ancestors,
    arguments_of,
    enclosing,
    statement_of,
    string_value,
    text_of,
)
from bugcatalog_ls.syntax.wrapping import fitted
from bugcatalog_ls.text.spans import TextEdit


class ForeignAnswer(Fact, frozen=True):
    """The unchecked text of an answer, if `symbol` leads to a chat model's; what is to be said of it."""

    path: str
    symbol: str
    anchor: str
    message: str
    variant: str

    @property
    def key(self) -> str:
        return self.path


def _check(context: FileContext) -> Iterator[Finding]:
    if context.is_test:
        return
    file = context.file
    told: set[tuple[int, str]] = set()
    found: list[int] = []
    hints: list[tuple[tuple[int, str], AnswerText]] = []
    for text in answer_texts(file):
        key = _answer(text)
        message, variant = _message(file, text)
        if message is not None and key not in told:
            told.add(key)
            found.append(text.node.start_byte)
            yield context.find(text.node, message, variant=variant)
        elif message is None and text.family in ("choices", "delta") and not is_list_checked(text):
            hints.append((key, text))
    for read in unasking_guards(file) if b"choices" in file.source.data else ():
        call = enclosing(read, "call")
        if call is not None and not any(call.start_byte <= start < call.end_byte for start in found):
            message = f"this check reads {_short(text_of(read))} even where there is none"
            yield context.find(read, message, data={"kind": "guard"})
    for key, text in hints:
        if key not in told:
            told.add(key)
            message = f"{_short(text_of(text.source))} may be empty, and its first element is read"
            yield context.find(text.list_read, message, variant="choices")


def _collect(file: PyFile, facts: Facts) -> None:
    if is_test_path(file.path):
        return
    for text, symbol in foreign_texts(file):
        message, variant = _message(file, text)
        if message is not None:
            anchor = facts.anchor(f"answer {file.qualname_at(text.node.start_byte)}", text.node)
            facts.add(ForeignAnswer(file.path, symbol, anchor, message, variant))


def _join(context: JoinContext) -> Iterator[Finding]:
    for answer in context.index.in_file(context.path, ForeignAnswer):
        if is_chat_answer(context.resolve(answer.symbol)):
            yield context.find(
                answer.anchor, answer.message, variant=answer.variant, data={"kind": "foreign"}
            )


def _answer(text: AnswerText) -> tuple[int, str]:
    """One answer: its function, and the expression that holds it."""
    function = enclosing(text.node, "function_definition", "lambda")
    return function.start_byte if function is not None else -1, text_of(text.source)


def _message(file: PyFile, text: AnswerText) -> tuple[str | None, str]:
    """What is to be said of a text, if anything, and the variant."""
    uses = list(text_uses(file, text))
    unchecked = [use for use in uses if use.role == "use" and not is_text_checked(file, text, use)]
    if unchecked:
        variant = "fallback" if all(falls_back(file, text, use) for use in unchecked) else ""
        return f"{_short(text_of(text.node))} may be empty, and is used without a check", variant
    if text.family == "choices" and any(_reads_unasked(text, use) for use in uses):
        return f"this check of {_short(text_of(text.node))} reads the first choice before it knows of one", ""
    return None, ""


def _reads_unasked(text: AnswerText, use: TextUse) -> bool:
    """Whether a check reads the first choice itself, with nothing that says that there is one."""
    if use.role != "check" or use.name is not None or _asks_for_words(use.node):
        return False
    return is_written_out(text) and not is_list_checked(text)


def _asks_for_words(text: Node) -> bool:
    """Whether a text is compared with certain words: none is just another answer, and nobody uses it."""
    parent = text.parent
    if parent is None or parent.type != "comparison_operator":
        return False
    return any(string_value(side) for side in parent.named_children if side.type == "string")


def _short(written: str) -> str:
    line = re.sub(r"\(.*\)", "(…)", " ".join(written.split()))
    return line if len(line) <= 60 else line[-60:].partition(".")[2] or line[-60:]


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    file = context.file
    if finding.data.get("kind") == "guard":
        yield from _fix_guard(context)
        return
    texts = [*answer_texts(file)]
    if finding.data.get("kind") == "foreign":
        texts = [text for text, _ in foreign_texts(file)]
    text = next((found for found in texts if _is_at(found, finding, context)), None)
    if text is None:
        return
    if _runs_apart(text.node):
        edits = guard_in_loop(context, text) if finding.variant != "choices" else []
        if edits:
            yield context.fix("Check the content and log why it is empty", "safe", _fitted(context, edits))
        return
    statement = statement_of(text.node)
    if statement.type == "while_statement" or any(p.type == "elif_clause" for p in _inside(text.node)):
        return
    uses = list(text_uses(file, text))
    is_check = any(use.role == "check" and use.name is None for use in uses) and is_written_out(text)
    if finding.variant == "choices" or is_check:
        edits = guard_list(context, text)
        title = f"Check {_short(text_of(text.source))} first"
    elif text.family == "delta":
        edits = skip_empty_delta(context, text)
        title = "Take a delta without content for an empty text"
    else:
        edits = guard_text(context, text)
        title = "Check the content and log why it is empty"
    if edits:
        yield context.fix(title, "safe", _fitted(context, edits))


def _fitted(context: FixContext, edits: list[TextEdit]) -> list[TextEdit]:
    return fitted(context.file, edits, context.read("pyproject.toml"))


def _fix_guard(context: FixContext) -> Iterator[Fix]:
    """`any([a, b])` becomes `a or b`, which stops at the first that tells."""
    call = next((p for p in ancestors(context.node) if p.type == "call" and _guards(p)), None)
    items = arguments_of(call).positional[0].named_children if call is not None else []
    if call is None or not items or any(item.type == "comment" for item in items):
        return
    word = " or " if text_of(call.children[0]) == "any" else " and "
    joined = word.join(text_of(item) for item in items)
    parent = call.parent
    is_whole = parent is not None and parent.type in ("if_statement", "elif_clause", "return_statement")
    edits = replace_node(call, joined if is_whole else f"({joined})")
    yield context.fix(f"Ask in turn with{word.rstrip()}", "safe", edits)


def _guards(call: Node) -> bool:
    return text_of(call.children[0]) in ("any", "all")


def _is_at(text: AnswerText, finding: Finding, context: FixContext) -> bool:
    node = text.list_read if finding.variant == "choices" else text.node
    return (node.start_byte, node.end_byte) == (context.span.start, context.span.end)


def _runs_apart(node: Node) -> bool:
    """Whether a node runs at another time than its statement: only what a comprehension goes through
    first runs before it."""
    for parent in _inside(node):
        if parent.type == "lambda":
            return True
        if parent.type in COMPREHENSIONS:
            first = next((part for part in parent.named_children if part.type == "for_in_clause"), None)
            source = first.child_by_field_name("right") if first is not None else None
            if source is None or not source.start_byte <= node.start_byte < source.end_byte:
                return True
    return False


def _inside(node: Node) -> Iterator[Node]:
    """The ancestors within the statement."""
    for parent in ancestors(node):
        if parent.type in ("block", "module"):
            return
        yield parent


ANALYZER = Analyzer(
    check=_check,
    collect=_collect,
    join=_join,
    joins=(ForeignAnswer,),
    fix=_fix,
    literals=(
        *(b"choices", b"anthropic", b"candidates", b"genai", b"generativeai", b"vertexai", b"ollama"),
        *(b"langchain", b"invoke("),
    ),
)
