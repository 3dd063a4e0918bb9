"""The parameter by which a handler of FastAPI sets the status of an answer whose type it declares."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.syntax.edits import add_parameter
from bugcatalog_ls.syntax.nodes import enclosing, statement_of, text_of, walk
from bugcatalog_ls.syntax.statement_edits import insert_before
from bugcatalog_ls.text.spans import TextEdit

_NAMES = ("response", "answer", "http_response", "response_")
_ANYTHING = re.compile(r"Response|^[\"']?(?:typing\.)?(?:Any|object)\b")
_OF_TEXTS = r"(?:\[str, (?:str|Any|typing\.Any|object|str \| .*)\])?"
_MAPPING = re.compile(rf"[\"']?(?:typing\.)?(?:dict|Dict|Mapping|Json\w*){_OF_TEXTS}[\"']?")


def declared_answer(function: Node) -> str | None:
    """The type that a function says it returns, where that is no response."""
    given = function.child_by_field_name("return_type")
    written = text_of(given) if given is not None else ""
    return written if written and _ANYTHING.search(written) is None else None


def is_mapping(declared: str) -> bool:
    """Whether a declared type takes any mapping of texts."""
    return _MAPPING.fullmatch(declared) is not None


def status_edits(context: FixContext, value: Node, framework: str, status: str) -> list[TextEdit] | None:
    """The edits that set the status of a returned value by the parameter, empty where none can be had;
    None where the handler declares no type that a response would belie."""
    function = enclosing(value, "function_definition")
    if function is None or framework != "fastapi" or declared_answer(function) is None:
        return None
    set_by = status_parameter(context, function)
    if set_by is None:
        return []
    line = f"{set_by[0]}.status_code = {status}"
    return [*insert_before(context.file, statement_of(value), line), *set_by[1]]


def status_parameter(context: FixContext, function: Node) -> tuple[str, list[TextEdit]] | None:
    """The name of a function's parameter for the response, and the edits that give it one."""
    parameters = function.child_by_field_name("parameters")
    if parameters is None:
        return None
    given = [child for child in parameters.named_children if child.type != "comment"]
    for parameter in given:
        kind = parameter.child_by_field_name("type")
        name = next((n for n in (parameter, *walk(parameter)) if n.type == "identifier"), None)
        if kind is not None and name is not None and text_of(kind).rpartition(".")[2] == "Response":
            return text_of(name), []
    used = {text_of(node) for node in walk(function, into_scopes=True) if node.type == "identifier"}
    name_of_new = next((name for name in _NAMES if name not in used), None)
    if name_of_new is None or any(child.type == "positional_separator" for child in given):
        return None
    response = context.imports().need("fastapi", "Response", at=function.start_byte)
    return name_of_new, add_parameter(context.file, function, f"{name_of_new}: {response}")
