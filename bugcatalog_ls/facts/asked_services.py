"""The calls of a health check that ask something outside of the process."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from bugcatalog_ls.facts.db_sessions import database_kind
from bugcatalog_ls.facts.http_clients import CLIENTS
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import FUNCTIONS, ancestors, body_of, callee_of, statements, text_of, walk

_IO_NAMES = re.compile(
    r"(?:^|\.)(?:execute|scalar|scalars|ping|connect|query|first|fetch\w*|command|server_info|list_collection\w*"
    r"|count|acquire|urlopen|exec|cluster|info|get_or_none|raw|publish|select|exists)$"
)
_STORES = re.compile(
    r"db|session|engine|conn|cursor|redis|cache|mongo|client|pool|broker|kafka|rabbit|elastic|es\b|sql"
    r"|\bobjects\b",
    re.I,
)
_CHECKERS = re.compile(
    r"(?:check|ping|test|verify|probe|query)\w*_?(?:db|database|redis|cache|broker|connection|services?)",
    re.I,
)
_CLIENTS = ("requests.", "httpx.", "urllib.request.", "socket.create_connection", "aiohttp.Client")
# Clients of stores, whatever they are called here.
_STORE_CLIENTS = (
    "redis.",
    "pymongo.",
    "motor.",
    "elasticsearch.",
    "opensearchpy.",
    "psycopg",
    "asyncpg.",
    "boto3.",
)
_VECTOR_CLIENTS = ("qdrant_client.", "chromadb.", "weaviate.", "pinecone.", "pymilvus.")
# Weaviate's `is_ready` and `is_live` say False where nobody answers, and raise nothing.
_VECTOR_CALLS = re.compile(
    r"\.(?:get_collections?|collection_exists|count_collections|has_collection|list_collections"
    r"|describe_(?:index\w*|collection)|list_index(?:es)?|get_collection_stats|get_server_version|get_version|get_meta|heartbeat|query_points)$"
)
_VECTOR_STORES = re.compile(r"qdrant|chroma|weaviate|pinecone|milvus|vector", re.IGNORECASE)
_IN_PROCESS = re.compile(r"chromadb\.(?:(?:Ephemeral)?Client\(\)|PersistentClient\(\)\.heartbeat)")
_AWS = re.compile(r"boto3\.(?:client|resource|Session\(\)\.client)\(\)\.\w+")
_QUIET = re.compile(
    r"(?:^|\.)(?:sleep|now|utcnow|time|json|get_event_loop|info|debug|warning|error|exception)$"
)


def last_asking(file: PyFile, statement: Node) -> Node:
    """The last statement of a block, from the given one on, that asks something outside of the process."""
    block = statement.parent
    last = statement
    for other in statements(block) if block is not None else ():
        if other.start_byte > last.start_byte and other.type not in FUNCTIONS:
            calls = [node for node in (other, *walk(other)) if node.type == "call"]
            if any(_is_io(file, call) and not _is_guarded(call, statement) for call in calls):
                last = other
    return last


def unguarded_calls(file: PyFile, function: Node) -> Iterator[Node]:
    """The calls that do I/O outside of any `try` with a handler."""
    if not body_of(function):
        return
    for node in walk(function):
        if node.type != "call" or any(p.type == "parameters" for p in ancestors_within(node, function)):
            continue
        if _is_io(file, node) and not _is_guarded(node, function) and not _guards_itself(file, node):
            yield node


def _is_io(file: PyFile, call: Node) -> bool:
    written = text_of(callee_of(call) or call)
    if _QUIET.search(written):
        return False
    if call.parent is not None and call.parent.type == "await":
        return True
    owner, _, _ = written.rpartition(".")
    if owner and _IO_NAMES.search(written):
        symbol = file.callee(call) or ""
        if _STORES.search(owner) or symbol.startswith(_STORE_CLIENTS) or _is_database(file, call):
            return True
    if _CHECKERS.search(written):
        return True
    symbol = file.callee(call) or ""
    is_vector_store = symbol.startswith(_VECTOR_CLIENTS) or _VECTOR_STORES.search(owner) is not None
    if is_vector_store and _VECTOR_CALLS.search(written) and _IN_PROCESS.match(symbol) is None:
        return True
    if symbol == "django.db.connection.cursor" or _AWS.match(symbol):
        return True
    # Making a client asks nobody.
    return symbol.startswith(_CLIENTS) and symbol not in CLIENTS


def _guards_itself(file: PyFile, call: Node) -> bool:
    """Whether a call is of a function of this file that asks in a `try`, for whatever errors."""
    callee = callee_of(call)
    if callee is None or callee.type != "identifier":
        return False
    called = [each.node for each in file.functions if each.name == text_of(callee) and each.owner is None]
    if len(called) != 1 or b"except" not in (called[0].text or b""):
        return False
    return not any(
        _is_io(file, node) and not _is_guarded(node, called[0])
        for node in walk(called[0])
        if node.type == "call" and not any(p.type == "parameters" for p in ancestors_within(node, called[0]))
    )


def _is_database(file: PyFile, call: Node) -> bool:
    """Whether a method is one of a session, connection or cursor, whatever its name."""
    return database_kind((file.callee(call) or "").rpartition(".")[0]) is not None


def _is_guarded(node: Node, function: Node) -> bool:
    child = node
    for parent in ancestors_within(node, function):
        if parent.type == "try_statement":
            body = parent.child_by_field_name("body")
            is_caught = any(part.type == "except_clause" for part in parent.children)
            if body is not None and body.id == child.id and is_caught:
                return True
        if parent.type == "with_statement" and "suppress(" in text_of(parent).split("\n")[0]:
            return True
        child = parent
    return False


def ancestors_within(node: Node, function: Node) -> Iterator[Node]:
    for parent in ancestors(node):
        if parent.id == function.id:
            return
        yield parent
