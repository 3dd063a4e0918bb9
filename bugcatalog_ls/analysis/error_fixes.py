"""Fixes that keep an exception in sight: as the cause of another one, and out of the results of a gather."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, count

from tree_sitter import Node

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.analysis.file_loggers import file_logger
from bugcatalog_ls.analysis.finding import Fix
from bugcatalog_ls.facts.gathers import dropped_results
from bugcatalog_ls.facts.logger_edits import context_name
from bugcatalog_ls.syntax.edits import insert_at
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.handlers import caught_name, caught_values, handler_around
from bugcatalog_ls.syntax.nodes import enclosing, text_of
from bugcatalog_ls.syntax.statement_edits import insert_after
from bugcatalog_ls.syntax.words import is_named_in
from bugcatalog_ls.text.spans import Span, TextEdit


def chain_cause(context: FixContext) -> Iterator[Fix]:
    """Name what was caught as the cause of what is raised instead."""
    statement = context.node_of("raise_statement")
    handler = handler_around(statement) if statement is not None else None
    if statement is None or handler is None:
        return
    edits: list[TextEdit] = []
    name = caught_name(handler)
    if name is None:
        values = caught_values(handler)
        if not values:
            return
        name = _free_name(context.file, handler)
        if len(values) > 1:
            # Several types without parentheses (Python 3.14) take no name.
            edits.append(insert_at(values[0].start_byte, "("))
        edits.append(insert_at(values[-1].end_byte, f"{')' if len(values) > 1 else ''} as {name}"))
    edits.append(insert_at(statement.end_byte, f" from {name}"))
    yield context.fix(f"Chain the cause with from {name}", "safe", edits)


def log_results(context: FixContext, call: Node) -> Iterator[Fix]:
    """Log the exceptions that a `gather` hands back among its results."""
    file, dropped = context.file, dropped_results(context.file, call)
    if dropped is None:
        return
    function = enclosing(call, "function_definition") or file.root
    results = _free(file, function, ("results", "outcomes", "gathered", "results_"))
    result = _free(file, function, ("result", "outcome", "one", "result_"))
    edits: list[TextEdit] = []
    if dropped.target is None:
        edits.append(insert_at(dropped.statement.start_byte, f"{results} = "))
    elif text_of(dropped.target) == "_":
        edits.append(TextEdit(Span(dropped.target.start_byte, dropped.target.end_byte), results))
    else:
        results = text_of(dropped.target)
    logger, what = file_logger(context), f'"{context_name(file, call)} failed"'
    line = f"{logger.name}.error({what}, exc_info={result})"
    if logger.is_loguru:
        line = f"{logger.name}.opt(exception={result}).error({what})"
    loop = f"for {result} in {results}:\n    if isinstance({result}, Exception):\n        {line}"
    edits += insert_after(file, dropped.statement, loop)
    yield context.fix(f"Log the exceptions with {logger.name}.error", "safe", edits)


def _free(file: PyFile, function: Node, names: Sequence[str]) -> str:
    """The first of some names that a function does not use, with a number where it uses them all."""
    wanted = chain(names, (f"{name}{number}" for number in count(2) for name in names))
    return next(name for name in wanted if not is_named_in(function, file.source.data, name.encode()))


def _free_name(file: PyFile, handler: Node) -> str:
    function = enclosing(handler, "function_definition") or file.root
    aliases = [alias for each in file.nodes("except_clause") if (alias := caught_name(each)) is not None]
    usual = max(aliases, key=aliases.count) if aliases else "exc"
    return _free(file, function, (usual, "exc", "error", "err", "cause", "exception_"))
