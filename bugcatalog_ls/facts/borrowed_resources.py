"""Resources that whoever makes them need not close: they borrow what they work on, or hold nothing open."""

from __future__ import annotations

from tree_sitter import Node

from bugcatalog_ls.facts.db_sessions import is_connection
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, called_name, callee_of, text_of

_OVER_FILES = frozenset({"gzip.GzipFile()", "tarfile.open()", "tarfile.TarFile()", "zipfile.ZipFile()"})


def needs_no_close(file: PyFile, call: Node, symbol: str) -> bool:
    """Whether what is made borrows what it works on: `Redis(connection_pool=pool)`, a session on the
    connection that a migration runs on, an archive over bytes in memory; or is closed by what gave it."""
    arguments = arguments_of(call)
    if called_name(call) in ("cast", "object_session"):
        return True
    if symbol in _OVER_FILES:
        over = arguments.get("fileobj") if symbol != "zipfile.ZipFile()" else arguments.get("file", 0)
        return over is not None and file.symbol(over) in ("io.BytesIO()", "io.StringIO()")
    if symbol.startswith(("redis.", "aioredis.")):
        return "connection_pool" in arguments.keywords
    if symbol == "builtins.open()":
        return "closefd" in arguments.keywords
    bind = arguments.get("bind", 0) or _bind_of_factory(file, call)
    bound = file.symbol(bind) if bind is not None else None
    if bind is not None and bound is None and bind.type == "identifier":
        # `op` is handed over by the migration's own functions.
        held = file.names.bindings(bind)
        bound = "alembic.op.get_bind()" if len(held) == 1 and _gives_bind(held[0].value) else None
    return bound == "alembic.op.get_bind()" or is_connection(bound)


def _gives_bind(value: Node | None) -> bool:
    return value is not None and text_of(value) == "op.get_bind()"


def _bind_of_factory(file: PyFile, call: Node) -> Node | None:
    """What the factory of a session is bound to: `sessionmaker(bind=connection)()`."""
    factory = callee_of(call)
    if factory is not None and factory.type == "identifier":
        bindings = file.names.bindings(factory)
        factory = bindings[0].value if len(bindings) == 1 else None
    if factory is None or not is_factory(factory) or called_name(factory) == "partial":
        return None
    return arguments_of(factory).get("bind", 0)


def is_factory(value: Node | None) -> bool:
    function = callee_of(value) if value is not None and value.type == "call" else None
    name = text_of(function).rpartition(".")[2] if function is not None else ""
    return name in ("sessionmaker", "async_sessionmaker", "partial")
