"""The logger that a fix writes to: the file's own, or a new one that the fix makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.loggers import module_logger
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.imports import Imports
from bugcatalog_ls.syntax.nodes import enclosing, text_of


class LoggerName(NamedTuple):
    """A logger by its name in the file; loguru formats with braces."""

    name: str
    is_loguru: bool

    def call(self, level: str, text: str, **values: str) -> str:
        """`logger.error("text, id=%s", id)`; `values` are expressions by the name that is logged."""
        marker = "{}" if self.is_loguru else "%s"
        told = "".join(f", {name}={marker}" for name in values)
        arguments = "".join(f", {value}" for value in values.values())
        return f'{self.name}.{level}("{text}{told}"{arguments})'


def logger_for(file: PyFile, imports: Imports, resolve: Callable[[str], str]) -> LoggerName:
    """The name of the logger; `imports` brings a new one where the file has none."""
    scope = file.scopes.module
    known = module_logger(file, resolve)
    if known is not None:
        symbol = file.names.binding_symbol(scope.bindings[known][-1], scope)
        return LoggerName(known, resolve(symbol or "").startswith("loguru."))
    names = ("logger", "log", "_logger", "module_logger")
    name = next(name for name in names if name not in scope.bindings)
    logging = imports.need("logging")
    imports.define(f"{name} = {logging}.getLogger(__name__)")
    return LoggerName(name, False)


def context_name(file: PyFile, node: Node) -> str:
    """The name of the function around a node, else of the module."""
    function = enclosing(node, "function_definition")
    name = function.child_by_field_name("name") if function is not None else None
    return text_of(name) if name is not None else file.module.rpartition(".")[2] or "module"
