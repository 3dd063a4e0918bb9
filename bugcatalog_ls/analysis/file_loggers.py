"""The logger that a fix writes to: the file's, or one made as the workspace's other modules do."""

from __future__ import annotations

from typing import NamedTuple

from bugcatalog_ls.analysis.analyzer import FixContext
from bugcatalog_ls.facts.loggers import module_logger
from bugcatalog_ls.facts.module_loggers import workspace_logger


class FileLogger(NamedTuple):
    """The logger that a fix writes to, by its name in the file."""

    name: str
    is_loguru: bool


def file_logger(context: FixContext) -> FileLogger:
    """The file's logger, or a new one that the fix makes as the other modules of the workspace do."""
    scope = context.file.scopes.module
    known = module_logger(context.file, context.resolve)
    if known is not None:
        symbol = context.file.names.binding_symbol(scope.bindings[known][-1], scope)
        return FileLogger(known, context.resolve(symbol or "").startswith("loguru."))
    names = ("logger", "log", "file_logger", "module_logger")
    source = workspace_logger(context.index, context.file.path, context.resolve)
    if source is not None:
        is_loguru = source.module == "loguru"
        if source.call is None:
            return FileLogger(context.imports().need(source.module, source.attribute), is_loguru)
        name = next(name for name in (source.name, *names) if name not in scope.bindings)
        if source.reads_module:
            maker = f"{context.imports().need(source.module)}.{source.attribute}"
        else:
            maker = context.imports().need(source.module, source.attribute)
        context.imports().define(f"{name} = {maker}({source.call})")
        return FileLogger(name, is_loguru)
    name = next(name for name in names if name not in scope.bindings)
    logging = context.imports().need("logging")
    context.imports().define(f"{name} = {logging}.getLogger(__name__)")
    return FileLogger(name, False)
