"""Edits that give a retried request an `Idempotency-Key` which all of its attempts share."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.syntax.edits import add_item, add_keyword, add_parameter
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, enclosing, is_async, text_of, walk
from bugcatalog_ls.syntax.statement_edits import insert_before
from bugcatalog_ls.text.spans import Span, TextEdit

_KEY = "idempotency_key"
_HEADER = '"Idempotency-Key"'


def keyed(context: FixContext, place: Node, *, is_loop: bool) -> list[TextEdit]:
    """The edits for a decorated function (given its decorator), or for the loop around a place; none
    where the request is not written there in a way that can be given a header."""
    loop = enclosing(place, "for_statement", "while_statement")
    if place.type in ("for_statement", "while_statement"):
        loop = place
    if is_loop or (loop is not None and enclosing(place, "decorator") is None):
        body = loop.child_by_field_name("body") if loop is not None else None
        header = _header(context, body) if body is not None else []
        if loop is None or not header or _KEY.encode() in (loop.text or b""):
            return []
        key = f"{_KEY} = str({context.imports().need('uuid', at=loop.start_byte)}.uuid4())"
        return [*insert_before(context.file, loop, key), *header]
    decorated = enclosing(place, "decorated_definition")
    function = decorated.child_by_field_name("definition") if decorated is not None else None
    if decorated is None or function is None or function.type != "function_definition":
        return []
    return _split(context, decorated, function)


def _split(context: FixContext, decorated: Node, function: Node) -> list[TextEdit]:
    """A function that makes the key, and calls what is retried under another name."""
    file = context.file
    name, parameters = function.child_by_field_name("name"), function.child_by_field_name("parameters")
    body = function.child_by_field_name("body")
    if name is None or parameters is None or body is None:
        return []
    arguments = _passed(parameters)
    header = _header(context, body)
    inner = f"_{text_of(name)}"
    if arguments is None or not header or inner.encode() in file.source.data:
        return []
    if len([child for child in decorated.children if child.type == "decorator"]) != 1:
        return []
    owner = ""
    if arguments[:1] == ["self"]:
        arguments, owner = arguments[1:], "self."
    returns = function.child_by_field_name("return_type")
    head = file.source.slice(Span(function.start_byte, body.start_byte)).rstrip()
    key = f"{_KEY}=str({context.imports().need('uuid', at=decorated.start_byte)}.uuid4())"
    call = f"{owner}{inner}({', '.join([*arguments, key])})"
    waits = "await " if is_async(function) else ""
    gives = "" if returns is not None and text_of(returns) == "None" else "return "
    wrapper = f"{head}\n    {gives}{waits}{call}"
    if "\n" in head:
        return []
    return [
        *insert_before(file, decorated, wrapper, n_blank=1 if owner else 2),
        TextEdit(Span(name.start_byte, name.end_byte), inner),
        *add_parameter(file, function, f"{_KEY}: str"),
        *header,
    ]


def _passed(parameters: Node) -> list[str] | None:
    """The parameters as they are handed on; None where some are more than names."""
    found: list[str] = []
    for child in parameters.named_children:
        name = child.child_by_field_name("name") or child
        if name.type == "typed_parameter" and name.named_children:
            name = name.named_children[0]
        if name.type != "identifier" or child.child_by_field_name("value") is not None:
            return None
        found.append(text_of(name))
    return found


def _header(context: FixContext, body: Node) -> list[TextEdit]:
    """The header at the only request of a body that writes."""
    found = [
        node
        for node in walk(body)
        if node.type == "call" and text_of(callee_of(node) or node).rpartition(".")[2] in ("post", "patch")
    ]
    if len(found) != 1:
        return []
    arguments = arguments_of(found[0])
    given = arguments.keywords.get("headers")
    if arguments.dict_unpacked:
        return []
    if given is None:
        return add_keyword(context.file, found[0], "headers", f"{{{_HEADER}: {_KEY}}}")
    if given.type == "dictionary":
        items = [child for child in given.named_children if child.type != "comment"]
        return add_item(context.file, given, items, len(items), f"{_HEADER}: {_KEY}")
    if given.type in ("identifier", "attribute", "call"):
        text = f"{{**{text_of(given)}, {_HEADER}: {_KEY}}}"
        return [TextEdit(Span(given.start_byte, given.end_byte), text)]
    return []
