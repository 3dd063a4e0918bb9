"""The logger that a fix writes to: the file's own, or a new one that the fix makes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain, count
from typing import NamedTuple

from tree_sitter import Node

from bugcatalog_ls.facts.index import FactIndex
from bugcatalog_ls.facts.loggers import module_logger
from bugcatalog_ls.facts.module_loggers import LoggerSource, workspace_logger
from bugcatalog_ls.syntax.file import PyFile
from bugcatalog_ls.syntax.imports import Imports
from bugcatalog_ls.syntax.nodes import enclosing, text_of

_NAMES = ("logger", "log", "_logger", "module_logger")


class LoggerName(NamedTuple):
    """A logger by its name in the file; loguru formats with braces, structlog takes values by keywords."""

    name: str
    is_loguru: bool
    is_structlog: bool = False

    def call(self, level: str, text: str, **values: str) -> str:
        """`logger.error("text, id=%s", id)`; `values` are expressions by the name that is logged."""
        if self.is_structlog:
            given = "".join(f", {keyword_for(name)}={value}" for name, value in values.items())
            return f'{self.name}.{level}("{text}"{given})'
        marker = "{}" if self.is_loguru else "%s"
        told = "".join(f", {name}={marker}" for name in values)
        arguments = "".join(f", {value}" for value in values.values())
        return f'{self.name}.{level}("{text}{told}"{arguments})'


def logger_for(
    file: PyFile, imports: Imports, index: FactIndex, resolve: Callable[[str], str], at: int
) -> LoggerName:
    """The logger that code at a byte offset can write to; where the file has none `imports` brings one,
    made as the other modules of the workspace make theirs."""
    given = _given(file, at)
    if given is not None:
        return LoggerName(given, False)
    module = file.scopes.module
    known = module_logger(file, resolve)
    if known is not None and _reaches(file, known, at):
        symbol = file.names.binding_symbol(module.bindings[known][-1], module)
        library = resolve(symbol or "").partition(".")[0]
        return LoggerName(known, library == "loguru", library == "structlog")
    source = workspace_logger(index, file.path, resolve)
    if source is None:
        name = _free_name(file, _NAMES, at)
        imports.define(
            lambda place: f"{name} = {imports.need('logging', at=place)}.getLogger(__name__)", at=at
        )
        return LoggerName(name, False)
    is_loguru, is_structlog = source.module == "loguru", source.module.partition(".")[0] == "structlog"
    if source.call is None:
        return LoggerName(imports.need(source.module, source.attribute, at=at), is_loguru, is_structlog)
    name = _free_name(file, (source.name, *_NAMES), at)
    imports.define(lambda place: f"{name} = {_made(imports, source, place)}", at=at)
    return LoggerName(name, is_loguru, is_structlog)


def keyword_for(record: str) -> str:
    """The name under which a value is logged by keyword: `row_id` of `row.id`."""
    made = re.sub(r"\W+", "_", record.partition("[")[0]).strip("_")
    return f"{made or 'record'}_" if made in ("", "event") else made


def _made(imports: Imports, source: LoggerSource, place: int) -> str:
    if source.reads_module:
        maker = f"{imports.need(source.module, at=place)}.{source.attribute}"
    else:
        maker = imports.need(source.module, source.attribute, at=place)
    return f"{maker}({source.call})"


def _given(file: PyFile, at: int) -> str | None:
    """A logger that the function around an offset is given."""
    for name in ("logger", "log"):
        found = file.scopes.lookup(name, at)
        if found is not None and found[0].kind == "function" and len(found[1]) == 1:
            binding = found[1][0]
            annotation = text_of(binding.annotation) if binding.annotation is not None else "Logger"
            if binding.kind == "parameter" and "Logger" in annotation:
                return name
    return None


def _reaches(file: PyFile, name: str, at: int) -> bool:
    """Whether code at an offset reads the module's own name, and finds it bound."""
    found = file.scopes.lookup(name, at)
    if found is None or found[0] is not file.scopes.module:
        return False
    return file.scopes.at(at) is not file.scopes.module or any(b.offset < at for b in found[1])


def _free_name(file: PyFile, names: Sequence[str], at: int) -> str:
    """The first of the names that means nothing to the module, nor at the offset."""
    scopes = file.scopes
    wanted = chain(names, (f"module_logger_{number}" for number in count(2)))
    return next(n for n in wanted if n not in scopes.module.bindings and scopes.lookup(n, at) is None)


def context_name(file: PyFile, node: Node) -> str:
    """The name of the function around a node, else of the module."""
    function = enclosing(node, "function_definition")
    name = function.child_by_field_name("name") if function is not None else None
    return text_of(name) if name is not None else file.module.rpartition(".")[2] or "module"
