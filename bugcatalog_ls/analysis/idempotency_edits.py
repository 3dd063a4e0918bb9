"""Edits that give a retried request an `Idempotency-Key` which all of its attempts share."""

from __future__ import annotations

import re

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.finding import Edit
from bugcatalog_ls.analysis.idempotency_headers import KEY, key_sent
from bugcatalog_ls.analysis.unique_row_edits import stored_once
from bugcatalog_ls.facts.sql_parameters import literal_of
from bugcatalog_ls.syntax.edits import add_parameter, insert_at, replace_node
from bugcatalog_ls.syntax.nodes import (
    arguments_of,
    callee_of,
    constant_value,
    enclosing,
    is_async,
    text_of,
    walk,
)
from bugcatalog_ls.syntax.statement_edits import insert_before
from bugcatalog_ls.text.spans import Span, TextEdit

_INSERT = re.compile(r"\W*?(insert)\s+into\b", re.IGNORECASE)
_KEYED_INSERT = re.compile(
    r"\W*?insert\s+into\s+[\w.\"`]+\s*\([^)]*(?<!\w)[\"`]?(?:id|uuid|guid|pk|idempotency_key|request_id)(?!\w)",
    re.IGNORECASE,
)
_NEW_KEYS = re.compile(rb"\buuid\d?\(|\buuid[1457]\(|ulid|token_(?:hex|urlsafe)\(|nanoid")
_ON_CONFLICT = re.compile(rb"\b(?:asyncpg|psycopg2?|sqlite3|aiosqlite|aiopg|postgres(?:ql)?)\b")
_MYSQL = re.compile(rb"\b(?:pymysql|MySQLdb|mysql|aiomysql|mariadb)\b")


def upserted(context: FixContext, place: Node) -> list[TextEdit]:
    """The only INSERT of what is retried, in the form that does nothing where the row is there; none
    where the dialect is not known, or no key is given that would tell that it is there."""
    decorated = enclosing(place, "decorated_definition")
    function = decorated.child_by_field_name("definition") if decorated is not None else None
    loop = enclosing(place, "for_statement", "while_statement")
    retried = function if function is not None else loop
    if place.type in ("for_statement", "while_statement"):
        retried = place
    body = retried.child_by_field_name("body") if retried is not None else None
    if body is None or _NEW_KEYS.search(body.text or b"") is not None:
        # A key that each attempt makes anew never meets the row of the one before.
        return []
    found = [edits for node in walk(body) if node.type == "call" and (edits := _upsert(context, node))]
    return found[0] if len(found) == 1 else []


def _upsert(context: FixContext, call: Node) -> list[TextEdit]:
    file, callee = context.file, callee_of(call)
    name = text_of(callee).rpartition(".")[2] if callee is not None else ""
    if callee is None:
        return []
    if name in ("execute", "executemany", "fetchrow", "fetchval"):
        literal = literal_of(call)
        text = text_of(literal) if literal is not None else ""
        start = _INSERT.match(text)
        if literal is None or start is None or "returning" in text.lower() or "{" in text:
            return []
        if not _KEYED_INSERT.match(text):
            # Without a unique key nothing ever conflicts.
            return []
        if _MYSQL.search(file.source.data) is not None:
            return [insert_at(literal.start_byte + len(text[: start.end(1)].encode()), " IGNORE")]
        if _ON_CONFLICT.search(file.source.data) is None:
            return []
        body = text.rstrip("'\"")
        end = len(body.rstrip().rstrip(";").rstrip().encode())
        return [
            TextEdit(
                Span(literal.start_byte + end, literal.start_byte + len(body.rstrip().encode())),
                " ON CONFLICT DO NOTHING",
            )
        ]
    if name == "values":
        owner = callee.child_by_field_name("object")
        made = file.callee(owner) if owner is not None and owner.type == "call" else None
        keys = {"id", "uuid", "pk"} & arguments_of(call).keywords.keys()
        dialects = ("sqlalchemy.dialects.postgresql.insert", "sqlalchemy.dialects.sqlite.insert")
        if made in dialects and keys:
            return [insert_at(call.end_byte, ".on_conflict_do_nothing()")]
        return []
    if name == "add" and callee.type == "attribute":
        given = arguments_of(call).positional
        method = callee.child_by_field_name("attribute")
        row = given[0] if len(given) == 1 and given[0].type == "call" else None
        has_key = row is not None and {"id", "uuid", "pk"} & arguments_of(row).keywords.keys()
        if not has_key or method is None:
            return stored_once(context, call)
        function = enclosing(call, "function_definition")
        session = text_of(callee).rpartition(".")[0]
        awaited = "await " if function is not None and f"await {session}." in text_of(function) else ""
        return [*([insert_at(call.start_byte, awaited)] if awaited else []), *replace_node(method, "merge")]
    return []


def of_task(context: FixContext, decorator: Node) -> list[TextEdit | Edit]:
    """The header (or keyword) with the id of the Celery task, which stays the same when it is retried."""
    decorated = enclosing(decorator, "decorated_definition")
    function = decorated.child_by_field_name("definition") if decorated is not None else None
    body = function.child_by_field_name("body") if function is not None else None
    if function is None or body is None:
        return []
    is_bound = constant_value(arguments_of(decorator).keywords.get("bind")) is True
    value = "self.request.id"
    if not is_bound:
        value = f"{context.imports().need('celery', 'current_task', at=decorator.start_byte)}.request.id"
    return key_sent(context, body, value)


def keyed(context: FixContext, place: Node, *, is_loop: bool) -> list[TextEdit | Edit]:
    """The edits for a decorated function (given its decorator), or for the loop around a place; none
    where the request is not written there in a way that can be given a header."""
    loop = enclosing(place, "for_statement", "while_statement")
    if place.type in ("for_statement", "while_statement"):
        loop = place
    if is_loop or (loop is not None and enclosing(place, "decorator") is None):
        body = loop.child_by_field_name("body") if loop is not None else None
        header = key_sent(context, body) if body is not None else []
        if loop is None or not header or KEY.encode() in (loop.text or b""):
            return []
        key = f"{KEY} = str({context.imports().need('uuid', at=loop.start_byte)}.uuid4())"
        return [*insert_before(context.file, loop, key), *header]
    decorated = enclosing(place, "decorated_definition")
    function = decorated.child_by_field_name("definition") if decorated is not None else None
    if decorated is None or function is None or function.type != "function_definition":
        return []
    return _split(context, decorated, function)


def _split(context: FixContext, decorated: Node, function: Node) -> list[TextEdit | Edit]:
    """A function that makes the key, and calls what is retried under another name."""
    file = context.file
    name, parameters = function.child_by_field_name("name"), function.child_by_field_name("parameters")
    body = function.child_by_field_name("body")
    if name is None or parameters is None or body is None:
        return []
    arguments = _passed(parameters)
    header = key_sent(context, body)
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
    key = f"{KEY}=str({context.imports().need('uuid', at=decorated.start_byte)}.uuid4())"
    call = f"{owner}{inner}({', '.join([*arguments, key])})"
    waits = "await " if is_async(function) else ""
    gives = "" if returns is not None and text_of(returns) == "None" else "return "
    wrapper = f"{head}\n    {gives}{waits}{call}"
    if "\n" in head:
        return []
    return [
        *insert_before(file, decorated, wrapper, n_blank=1 if owner else 2),
        TextEdit(Span(name.start_byte, name.end_byte), inner),
        *add_parameter(file, function, f"{KEY}: str"),
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
