"""BC803: the text of a model's answer used as if there always were one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import Analyzer, FileContext, FixContext, JoinContext
from bugcatalog_ls.analysis.finding import Finding, Fix
from bugcatalog_ls.facts.answer_checks import (
    TextUse,
    is_list_checked,
    is_text_checked,
    text_uses,
    unasking_guards,
)
from bugcatalog_ls.facts.fact import Fact, Facts
from bugcatalog_ls.facts.llm_answers import AnswerText, answer_texts, foreign_texts, is_chat_answer
from bugcatalog_ls.facts.logger_edits import LoggerName, context_name, logger_for
from bugcatalog_ls.syntax.edits import replace_node
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.modules import is_test_path
from bugcatalog_ls.syntax.nodes import (
    COMPREHENSIONS,
    ancestors,
    arguments_of,
    enclosing,
    statement_of,
    text_of,
    unparenthesised,
    walk,
)
from bugcatalog_ls.syntax.statement_edits import insert_after, insert_before
from bugcatalog_ls.text.spans import TextEdit


class ForeignAnswer(Fact, frozen=True):
    """The unchecked text of an answer, if `symbol` leads to a chat model's; what is to be said of it."""

    path: str
    symbol: str
    anchor: str
    message: str

    @property
    def key(self) -> str:
        return self.path


_NAMES = ("content", "answer", "answer_text", "content_")
_RESPONSES = ("response", "completion", "llm_response", "response_")


def _check(context: FileContext) -> Iterator[Finding]:
    if context.is_test:
        return
    file = context.file
    told: set[tuple[int, str]] = set()
    found: list[int] = []
    hints: list[tuple[tuple[int, str], AnswerText]] = []
    for text in answer_texts(file):
        key = _answer(text)
        message = _message(file, text)
        if message is not None and key not in told:
            told.add(key)
            found.append(text.node.start_byte)
            yield context.find(text.node, message)
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
        message = _message(file, text)
        if message is not None:
            anchor = facts.anchor(f"answer {file.qualname_at(text.node.start_byte)}", text.node)
            facts.add(ForeignAnswer(file.path, symbol, anchor, message))


def _join(context: JoinContext) -> Iterator[Finding]:
    for answer in context.index.in_file(context.path, ForeignAnswer):
        if is_chat_answer(context.resolve(answer.symbol)):
            yield context.find(answer.anchor, answer.message, data={"kind": "foreign"})


def _answer(text: AnswerText) -> tuple[int, str]:
    """One answer: its function, and the expression that holds it."""
    function = enclosing(text.node, "function_definition", "lambda")
    return function.start_byte if function is not None else -1, text_of(text.source)


def _message(file: PyFile, text: AnswerText) -> str | None:
    uses = list(text_uses(file, text))
    for use in uses:
        if use.role == "use" and not is_text_checked(file, text, use):
            return f"{_short(text_of(text.node))} may be empty, and is used without a check"
    if text.family == "choices" and any(_reads_unasked(text, use) for use in uses):
        return f"this check of {_short(text_of(text.node))} reads the first choice before it knows of one"
    return None


def _reads_unasked(text: AnswerText, use: TextUse) -> bool:
    """Whether a check reads the first choice itself, with nothing that says that there is one."""
    return use.role == "check" and use.name is None and _is_written_out(text) and not is_list_checked(text)


def _is_written_out(text: AnswerText) -> bool:
    """Whether the text is read in one expression with what it is taken from."""
    return text.node.start_byte == text.source.start_byte


def _short(written: str) -> str:
    line = re.sub(r"\(.*\)", "(…)", " ".join(written.split()))
    return line if len(line) <= 60 else line[-60:].partition(".")[2] or line[-60:]


# -- mending ---------------------------------------------------------------------------------------


def _fix(context: FixContext, finding: Finding) -> Iterator[Fix]:
    file = context.file
    if finding.data.get("kind") == "guard":
        yield from _fix_guard(context)
        return
    texts = [*answer_texts(file)]
    if finding.data.get("kind") == "foreign":
        texts = [text for text, _ in foreign_texts(file)]
    text = next((found for found in texts if _is_at(found, finding, context)), None)
    if text is None or any(parent.type in (*COMPREHENSIONS, "lambda") for parent in _inside(text.node)):
        return
    statement = statement_of(text.node)
    if statement.type == "while_statement" or any(p.type == "elif_clause" for p in _inside(text.node)):
        return
    uses = list(text_uses(file, text))
    is_check = any(use.role == "check" and use.name is None for use in uses) and _is_written_out(text)
    if finding.variant == "choices" or is_check:
        edits = _guard_list(context, text)
        title = f"Check {_short(text_of(text.source))} first"
    elif text.family == "delta":
        edits = _skip_empty_delta(context, text)
        title = "Take a delta without content for an empty text"
    else:
        edits = _guard_text(context, text)
        title = "Check the content and log why it is empty"
    if edits:
        yield context.fix(title, "safe", edits)


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


def _inside(node: Node) -> Iterator[Node]:
    """The ancestors within the statement."""
    for parent in ancestors(node):
        if parent.type in ("block", "module"):
            return
        yield parent


def _guard_list(context: FixContext, text: AnswerText) -> list[TextEdit]:
    """A test for an empty list before the statement that reads its first element."""
    file, source = context.file, text.source
    statement = statement_of(text.list_read)
    if any(node.type in ("call", "await") for node in (source, *walk(source))):
        return []
    logger = logger_for(file, context.imports(), context.resolve)
    return insert_before(file, statement, _list_guard(file, text, logger))


def _list_guard(file: PyFile, text: AnswerText, logger: LoggerName) -> str:
    line = logger.call("error", f"{context_name(file, text.node)}: answer without choices")
    raised = 'raise ValueError("the model returned no choices")'
    return f"if not {text_of(text.source)}:\n    {line}\n    {raised}"


def _skip_empty_delta(context: FixContext, text: AnswerText) -> list[TextEdit]:
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


def _guard_text(context: FixContext, text: AnswerText) -> list[TextEdit]:
    """Bind the text where it is none yet, and leave with the reason logged where it is empty."""
    file, statement = context.file, statement_of(text.node)
    written, source, before = text_of(text.node), text_of(text.source), ""
    nodes = (text.source, *walk(text.source)) if _is_written_out(text) else ()
    calls = [node for node in nodes if node.type in ("call", "await")]
    edits: list[TextEdit] = []
    logger = logger_for(file, context.imports(), context.resolve)
    if calls:
        answer = _unused(file, statement, _RESPONSES)
        call = _awaited(calls[0])
        before = f"{answer} = {text_of(call)}\n"
        written = answer + file.source.data[call.end_byte : text.node.end_byte].decode().lstrip(")")
        source = answer + file.source.data[call.end_byte : text.source.end_byte].decode().lstrip(")")
    value = written
    if text.family in ("choices", "delta", "blocks") and _is_written_out(text) and not _is_loop(text):
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
    if not _is_written_out(text) and not is_list_checked(text) and text.family == "choices" and not calls:
        edits = [*_guard_list(context, text), *edits]
    return edits


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
    if text.family in ("choices", "delta") and _is_written_out(text) and not _is_loop(text):
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


ANALYZER = Analyzer(
    check=_check,
    collect=_collect,
    join=_join,
    joins=(ForeignAnswer,),
    fix=_fix,
    literals=(
        *(b"choices", b"anthropic", b"candidates", b"genai", b"vertexai", b"ollama", b"langchain"),
        b"invoke(",
    ),
)
