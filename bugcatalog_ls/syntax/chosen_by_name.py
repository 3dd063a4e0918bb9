"""Whether a place is come to only where a library was chosen by its name."""

from __future__ import annotations

import re
from collections.abc import Collection

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.guards import conditions_at, statements_before
from bugcatalog_ls.syntax.nodes import (
    FUNCTIONS,
    ancestors,
    enclosing,
    enclosing_function,
    parameter_name,
    string_value,
    text_of,
)
from bugcatalog_ls.syntax.words import has_word, is_named_in

_STATED = re.compile(r"requir|depend|needs|packages|extras|librar")
# What a function says that asks whether it was given something that is there.
_ASKED = re.compile(
    r"\bin\s+(?![\[({\"'])|\b\w*(?:check|valid|ensure|require|support|avail|install|resolve|import)\w*\(",
    re.I,
)


def quotes(written: str, words: Collection[str]) -> bool:
    """Whether one of the words begins a text in quotes."""
    return any(re.search(rf"[\"']{re.escape(word)}\b", written.lower()) for word in words)


def chosen_at(node: Node, words: Collection[str]) -> Node | None:
    """What is asked for the library where a place is made under its name (`{"redis": lambda: …}`), or in
    the `case` of it.

    What `{"redis": redis.Redis}` needs, it needs at once, whatever is chosen of it."""
    child, is_later = node, False
    for parent in ancestors(node):
        if parent.type == "lambda":
            is_later = True
        elif parent.type == "pair":
            key = parent.child_by_field_name("key")
            if is_later and key is not None and key.id != child.id and quotes(text_of(key), words):
                return key
        elif parent.type == "case_clause":
            patterns = [part for part in parent.named_children if part.type == "case_pattern"]
            if any(quotes(text_of(pattern), words) for pattern in patterns):
                match = enclosing(parent, "match_statement")
                return match.child_by_field_name("subject") if match is not None else None
        elif parent.type in FUNCTIONS and parent.type != "lambda":
            return None
        child = parent
    return None


def is_chosen_if(condition: Node, words: Collection[str], *, holds: bool) -> bool:
    """Whether a condition asks for the library's name: `backend == "gevent"`, not `backend != "gevent"`;
    `"redis" in backends`, `url.startswith("redis://")`."""
    if condition.type == "call":
        function = text_of(condition.children[0])
        return holds and function.endswith((".startswith", ".endswith")) and quotes(text_of(condition), words)
    if condition.type != "comparison_operator":
        return False
    operator = " ".join(text_of(child) for child in condition.children if not child.is_named)
    if operator == ("in" if holds else "not in"):
        return quotes(text_of(condition.named_children[0]), words)
    if operator != ("==" if holds else "!="):
        return False
    named = [string_value(one) for one in condition.named_children if one.type == "string"]
    # `Engine.DOCKER.value`, a member of an enumeration, names it as well.
    written = [text_of(one) for one in condition.named_children if one.type == "attribute"]
    named += [part for name in written for part in name.split(".") if part.isupper()]
    return any(value is not None and value.lower() in words for value in named)


def is_left_to_callers(asked: Node) -> bool:
    """Whether a choice (`codec == "lz4"`) is one of an argument that nothing has looked at before: a caller
    may ask for what is not installed."""
    function = enclosing_function(asked)
    parameters = function.child_by_field_name("parameters") if function is not None else None
    sides = asked.named_children if asked.type == "comparison_operator" else [asked]
    names = {text_of(side) for side in sides if side.type == "identifier"}
    given = [parameter_name(one) for one in parameters.named_children] if parameters is not None else []
    name = next((one for one in given if one in names), None)
    if name is None:
        return False
    before = [*statements_before(asked), *(one.node for one in conditions_at(asked))]
    return not any(
        has_word(text.encode(), name.encode()) and _ASKED.search(text) for text in map(text_of, before)
    )


def is_offered_if(file: PyFile, words: Collection[str], names: Collection[bytes]) -> bool:
    """Whether the library's name is handed out where one of `names` is tested: `"lz4" if lz4 else "zlib"`,
    `if lz4: CODECS.append("lz4")`."""
    for text in file.nodes("string"):
        value = string_value(text)
        if value is not None and value.lower() in words:
            tests = [one.node for one in conditions_at(text)]
            if any(is_named_in(test, file.source.data, name) for test in tests for name in names):
                return True
    return False


def states_need(class_body: Node, words: Collection[str]) -> bool:
    """Whether a class states what it needs for others to ask: `requires = ["redis"]`."""
    for statement in class_body.named_children:
        assignment = statement.named_children[0] if statement.named_child_count == 1 else statement
        left = assignment.child_by_field_name("left") if assignment.type == "assignment" else None
        if left is not None and _STATED.search(text_of(left).lower()) and quotes(text_of(assignment), words):
            return True
    return False
