"""Edits that see to it that a model's answer has a text before it is used."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.file_loggers import file_logger
from bugcatalog_ls.facts.answer_checks import is_list_checked
from bugcatalog_ls.facts.finish_reasons import asked_first, finish_reason
from bugcatalog_ls.facts.llm_answers import AnswerText
from bugcatalog_ls.facts.logger_edits import LoggerName, context_name
from bugcatalog_ls.syntax.comprehension_loops import as_loop
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import COMPREHENSIONS, enclosing, statement_of, text_of, unparenthesised, walk
from bugcatalog_ls.syntax.statement_edits import insert_after, insert_before, replace_statement
from bugcatalog_ls.text.spans import TextEdit

_NAMES = ("content", "answer", "answer_text", "content_")
_RESULTS = ("contents", "texts", "results")
_RESPONSES = ("response", "completion", "llm_response", "response_")


def guard_text(context: FixContext, text: AnswerText) -> list[TextEdit]:
    """Bind the text where it is none yet, and leave with the reason logged where it is empty."""
    file, statement = context.file, statement_of(text.node)
    written, source, before = text_of(text.node), text_of(text.source), ""
    nodes = (text.source, *walk(text.source)) if is_written_out(text) else ()
    calls = [node for node in nodes if node.type in ("call", "await")]
    edits: list[TextEdit] = []
    logger = file_logger(context)
    if calls:
        answer = _unused(file, statement, _RESPONSES)
        call = _awaited(calls[0])
        before = f"{answer} = {text_of(call)}\n"
        written = answer + file.source.data[call.end_byte : text.node.end_byte].decode().lstrip(")")
        source = answer + file.source.data[call.end_byte : text.source.end_byte].decode().lstrip(")")
    value = asked_first(file, text, written)
    if text.family in ("choices", "delta", "blocks") and is_written_out(text) and not _is_loop(text):
        value = written if is_list_checked(text) else f"{written} if {source} else None"
        if _may_be_other_block(text):
            value = f'next((block.text for block in {source} if block.type == "text"), None)'
    name = _bound_name(text)
    body = _empty_branch(file, text, logger, written, source)
    if name is not None:
        if before:
            edits += insert_before(file, statement, before.rstrip("\n"))
        if before or value != written:
            edits += replace_node(text.node, value)
        edits += insert_after(file, statement, f"if not {name}:\n{body}")
    else:
        name = _unused(file, statement, _NAMES)
        edits += insert_before(file, statement, f"{before}{name} = {value}\nif not {name}:\n{body}")
        edits += replace_node(text.node, name)
    if not is_written_out(text) and not is_list_checked(text) and text.family == "choices" and not calls:
        edits = [*guard_list(context, text), *edits]
    return edits


def guard_in_loop(context: FixContext, text: AnswerText) -> list[TextEdit]:
    """A list made of texts (`titles = [a.choices[0].message.content.strip() for a in answers]`), made in a
    loop that leaves where one of them is empty."""
    file, made = context.file, enclosing(text.node, *COMPREHENSIONS)
    statement = made.parent if made is not None else None
    if made is None or statement is None or made.type != "list_comprehension":
        return []
    left = statement.child_by_field_name("left") if statement.type == "assignment" else None
    element = made.named_children[0]
    is_returned = statement.type == "return_statement"
    is_plain = not any(node.type in ("call", "await") for node in (text.source, *walk(text.source)))
    if not is_plain or not is_written_out(text) or "\n" in text_of(element) or text.family == "text":
        return []
    if not element.start_byte <= text.node.start_byte < element.end_byte:
        return []
    if not is_returned and (left is None or left.type != "identifier" or len(statement.named_children) != 2):
        return []
    result = _unused(file, statement, _RESULTS) if left is None else text_of(left)
    if any(node.type == "identifier" and text_of(node) == result for node in walk(made)):
        return []
    name, written = _unused(file, statement, _NAMES), text_of(text.node)
    logger = file_logger(context)
    branch = _empty_branch(file, text, logger, written, text_of(text.source))
    start, end = text.node.start_byte - element.start_byte, text.node.end_byte - element.start_byte
    data = text_of(element).encode()
    kept = (data[:start] + name.encode() + data[end:]).decode()
    value = written if is_list_checked(text) else f"{written} if {text_of(text.source)} else None"
    body = f"{name} = {value}\nif not {name}:\n{branch}\n{result}.append({kept})"
    loop = as_loop(file, made, body)
    if loop is None:
        return []
    ending = f"\nreturn {result}" if is_returned else ""
    return replace_statement(file, statement_of(statement), f"{result} = []\n{loop}{ending}")


def guard_list(context: FixContext, text: AnswerText) -> list[TextEdit]:
    """A test for an empty list before the statement that reads its first element."""
    file, source = context.file, text.source
    statement = statement_of(text.list_read)
    if any(node.type in ("call", "await") for node in (source, *walk(source))):
        return []
    logger = file_logger(context)
    return insert_before(file, statement, _list_guard(file, text, logger))


def _list_guard(file: PyFile, text: AnswerText, logger: LoggerName) -> str:
    line = logger.call("error", f"{context_name(file, text.node)}: answer without choices")
    raised = 'raise ValueError("the model returned no choices")'
    return f"if not {text_of(text.source)}:\n    {line}\n    {raised}"


def skip_empty_delta(context: FixContext, text: AnswerText) -> list[TextEdit]:
    """Parts of a stream come without content all the time: nothing is wrong then."""
    parent = text.node.parent
    value = f'{text_of(text.node)} or ""'
    is_whole = parent is not None and parent.type in (
        "augmented_assignment",
        "argument_list",
        "return_statement",
    )
    edits = replace_node(text.node, value if is_whole else f"({value})")
    loop = enclosing(text.node, "for_statement", "while_statement", "function_definition")
    if not is_list_checked(text) and loop is not None and loop.type != "function_definition":
        edits += insert_before(
            context.file, statement_of(text.list_read), f"if not {text_of(text.source)}:\n    continue"
        )
    return edits


def is_written_out(text: AnswerText) -> bool:
    """Whether the text is read in one expression with what it is taken from."""
    return text.node.start_byte <= text.source.start_byte < text.node.end_byte


def _may_be_other_block(text: AnswerText) -> bool:
    """Whether the first block may be a call of a tool or a thought, which has no text."""
    function = enclosing(text.node, "function_definition")
    asked = text_of(function) if function is not None else ""
    is_read = (
        text.family == "blocks" and text.node.type == "attribute" and text_of(text.node).endswith("[0].text")
    )
    return is_read and re.search(r"\b(?:tools|thinking)=", asked) is not None


def _empty_branch(file: PyFile, text: AnswerText, logger: LoggerName, written: str, source: str) -> str:
    name, said = context_name(file, text.node), "empty answer"
    reason, values = "", dict[str, str]()
    if text.family in ("choices", "delta") and is_written_out(text) and not _is_loop(text):
        first = written[: len(source)] + written[len(source) :].split("]")[0] + "]"
        if text.node.type == "subscript":
            first_reason = f'{first}.get("finish_reason")'
        else:
            first_reason = f"{first}.finish_reason"
        plain = is_list_checked(text)
        reason = f"    finish_reason = {first_reason}{'' if plain else f' if {source} else None'}\n"
        values = {"finish_reason": "finish_reason"}
    elif text.family == "blocks" and source.endswith(".content"):
        values = {"stop_reason": f"{source.removesuffix('.content')}.stop_reason"}
    elif (told := finish_reason(file, text, written)) is not None:
        reason = f"    {told[0]} = {told[1]}\n"
        values = {told[0]: told[0]}
    line = logger.call("error", f"{name}: {said}", **values)
    return f'{reason}    {line}\n    raise ValueError("the model returned no content")'


def _awaited(call: Node) -> Node:
    """The whole call, with the `await` in front of it where there is one."""
    outer = call
    while outer.parent is not None and outer.parent.type in ("await", "parenthesized_expression"):
        outer = outer.parent
    return unparenthesised(outer)


def _is_loop(text: AnswerText) -> bool:
    return text.list_read.type in ("for_statement", "for_in_clause")


def _bound_name(text: AnswerText) -> str | None:
    """The variable that the text alone is assigned to."""
    parent = text.node.parent
    if parent is None or parent.type != "assignment":
        return None
    left = parent.child_by_field_name("left")
    return text_of(left) if left is not None and left.type == "identifier" else None


def _unused(file: PyFile, at: Node, names: tuple[str, ...]) -> str:
    scopes = file.scopes
    return next(
        (name for name in names if scopes.lookup(name, at.start_byte) is None), f"{names[0]}_of_model"
    )
