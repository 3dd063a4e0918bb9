"""Loggers: which symbols are one, what shows a traceback, and the logger that a file uses."""

from __future__ import annotations

import re
from collections.abc import Callable

from tree_sitter import Node

from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.nodes import arguments_of, called_name, text_of, walk

LEVELS = frozenset({"debug", "info", "warning", "warn", "error", "critical", "fatal", "exception", "log"})

_LOGGERS = frozenset(
    {
        "logging",
        "logging.getLogger()",
        "logging.Logger()",
        "logging.LoggerAdapter()",
        "logging.root",
        "loguru.logger",
        "structlog.get_logger()",
        "structlog.getLogger()",
        "structlog.stdlib.get_logger()",
        "structlog.stdlib.BoundLogger()",
        "structlog.BoundLogger()",
        "celery.utils.log.get_task_logger()",
        "flask.current_app.logger",
        "flask.Flask().logger",
        "quart.current_app.logger",
        "quart.Quart().logger",
        "sanic.log.logger",
        "uvicorn.logging.logger",
        "absl.logging",
        "prefect.get_run_logger()",
        "prefect.logging.get_logger()",
        "prefect.logging.get_run_logger()",
    }
)
_LEAVES = re.compile(r"raise\s+(?:SystemExit|(?:\w+\.)*(?:HTTPException|APIException|InternalServerError))\b")
_TRACING = frozenset(
    {
        *("exception", "aexception", "print_exc", "format_exc", "format_exception", "print_exception"),
        *("format_tb", "print_tb", "capture_exception", "record_exception"),
    }
)
_BINDERS = (".bind()", ".new()", ".getChild()", ".opt()", ".contextualize()")
USUAL_NAMES = ("logger", "log", "LOGGER", "LOG", "_logger", "_log", "_LOGGER")


def is_logger(symbol: str | None) -> bool:
    """Whether a (resolved) symbol is a logger of a known library."""
    while symbol is not None:
        if symbol in _LOGGERS:
            return True
        binder = next((binder for binder in _BINDERS if symbol.endswith(binder)), None)
        if binder is None:
            return False
        symbol = symbol.removesuffix(binder)
    return False


def logging_method(symbol: str | None) -> str | None:
    """`error` for `logging.getLogger().error`: the level that a (resolved) callee logs at."""
    owner, _, name = (symbol or "").rpartition(".")
    return name if name in LEVELS and is_logger(owner) else None


def shows_traceback(handler: Node) -> bool:
    """Whether anything in a handler logs the traceback, reports the exception or lets it go on."""
    for node in walk(handler):
        # Python prints no traceback when it leaves by `SystemExit`, nor a framework when it answers.
        if node.type == "raise_statement":
            if _LEAVES.match(text_of(node)) is not None:
                continue
            return True
        if node.type == "call":
            name = called_name(node)
            if name in _TRACING:
                return True
            keywords = arguments_of(node).keywords
            exc_info = keywords.get("exc_info")
            if exc_info is not None and text_of(exc_info) not in ("False", "None"):
                return True
            if name == "opt" and "exception" in keywords:
                return True
    return False


def module_logger(file: PyFile, resolve: Callable[[str], str]) -> str | None:
    """The name of the logger that a file has at its top level, defined or imported there."""
    scope = file.scopes.module
    found = []
    for name, bindings in scope.bindings.items():
        symbol = file.names.binding_symbol(bindings[-1], scope)
        if symbol is None or bindings[-1].kind not in ("assign", "from", "import"):
            continue
        if symbol != "logging" and (
            is_logger(symbol) or is_logger(resolve(symbol)) or _is_called_so(name, symbol)
        ):
            found.append(name)
    found.sort(key=lambda name: (name not in USUAL_NAMES, name))
    return found[0] if found else None


def _is_called_so(name: str, symbol: str) -> bool:
    """Whether what nobody knows has a logger's name and comes from what is named for loggers."""
    made_by = symbol.removesuffix("()").rpartition(".")[2].lower()
    return name in USUAL_NAMES and made_by.endswith(("logger", "log"))
