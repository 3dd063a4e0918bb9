"""Edits that give the request of some code an idempotency key, also where a function called there sends."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Edit
from bugcatalog_ls.facts.http_clients import http_call
from bugcatalog_ls.facts.outward_writes import function_writes, is_mail_or_payment
from bugcatalog_ls.facts.resolve import function_at
from bugcatalog_ls.syntax.edits import add_item, add_keyword, add_parameter
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, callee_of, string_value, text_of, walk
from bugcatalog_ls.syntax.wrapping import fitted
from bugcatalog_ls.text.spans import Span, TextEdit

KEY = "idempotency_key"
_HEADER = '"Idempotency-Key"'


def key_sent(context: FixContext, body: Node, key: str = KEY) -> list[TextEdit | Edit]:
    """The edits by which the only write of a body sends a key: in its header, as the keyword of a
    payment, or handed on to the function that sends it; none where there is no such write."""
    own = _header(context.file, body, key)
    return [*own] if own else _handed_on(context, body, key)


def _header(file: PyFile, body: Node, key: str) -> list[TextEdit]:
    payments = [
        node
        for node in walk(body)
        if node.type == "call"
        and "tripe" in text_of(callee_of(node) or node)
        and is_mail_or_payment(file.callee(node) or "")
    ]
    if len(payments) == 1 and (file.callee(payments[0]) or "").startswith("stripe."):
        return add_keyword(file, payments[0], "idempotency_key", key)
    found = [node for node in walk(body) if node.type == "call" and _writes(file, node)]
    if len(found) != 1:
        return []
    arguments = arguments_of(found[0])
    given = arguments.keywords.get("headers")
    if arguments.dict_unpacked:
        return []
    if given is None:
        return add_keyword(file, found[0], "headers", f"{{{_HEADER}: {key}}}")
    if given.type == "dictionary":
        items = [child for child in given.named_children if child.type != "comment"]
        return add_item(file, given, items, len(items), f"{_HEADER}: {key}")
    if given.type in ("identifier", "attribute", "call"):
        text = f"{{**{text_of(given)}, {_HEADER}: {key}}}"
        return [TextEdit(Span(given.start_byte, given.end_byte), text)]
    return []


def _writes(file: PyFile, call: Node) -> bool:
    """Whether a call sends a request that must not be sent twice."""
    name = text_of(callee_of(call) or call).rpartition(".")[2]
    if name in ("post", "patch"):
        return True
    if name not in ("put", "delete", "request") or http_call(file.callee(call)) is None:
        return False
    arguments = arguments_of(call)
    verb = name if name != "request" else (string_value(arguments.get("method", 0)) or "").lower()
    url = arguments.get("url", 1 if name == "request" else 0)
    return verb in ("post", "patch") or (verb in ("put", "delete") and string_value(url) is not None)


def _handed_on(context: FixContext, body: Node, key: str) -> list[TextEdit | Edit]:
    """The key as an argument of the only function called here that sends a request, its parameter and
    its header; who calls it without one gets a new key each time."""
    found: list[tuple[Node, str]] = []
    for node in walk(body):
        if node.type == "call" and (callee := context.file.callee(node)) is not None:
            symbol = context.resolve(callee).replace("()", "")
            if function_writes(context.index, symbol):
                found.append((node, symbol))
    if len(found) != 1:
        return []
    call, symbol = found[0]
    known = function_at(context.index, symbol)
    if known is None or arguments_of(call).dict_unpacked:
        return []
    file = context.file if known[0] == context.file.path else context.open(known[0])
    definition = next((each.node for each in file.functions if each.symbol == symbol), None) if file else None
    inner = definition.child_by_field_name("body") if definition is not None else None
    if file is None or definition is None or inner is None or KEY in text_of(definition):
        return []
    parameters = text_of(definition.child_by_field_name("parameters") or definition)
    if not _header(file, inner, KEY) or "**" in parameters:
        return []
    # Asked for only now: what a fix has asked for is imported whether it is used or not.
    made = f"{context.imports(file).need('uuid', at=inner.start_byte)}.uuid4()"
    header = _header(file, inner, f"{KEY} or str({made})")
    parameter = f'{KEY}: str = ""' if ":" in parameters or "->" in text_of(definition) else f'{KEY}=""'
    edits = [*add_parameter(file, definition, parameter), *header]
    own = add_keyword(context.file, call, KEY, key)
    if file is context.file:
        return [*own, *edits]
    edits = fitted(file, edits, context.read("pyproject.toml"))
    return [*own, *(Edit(file.path, edit.span, edit.content) for edit in edits)]
